/* SPDX-License-Identifier: MIT */
/* irq_print.c - interrupts from their sources to harts, as text and JSON; see irq.h. */
#include <inttypes.h>

#include "emu/sight/irq.h"

const char *irq_name(unsigned number, char text[IRQ_NAME])
{
    static const char *const names[] = {
        [IRQ_SSI] = "SSI",   [IRQ_VSSI] = "VSSI", [IRQ_MSI] = "MSI",     [IRQ_STI] = "STI",
        [IRQ_VSTI] = "VSTI", [IRQ_MTI] = "MTI",   [IRQ_SEI] = "SEI",     [IRQ_VSEI] = "VSEI",
        [IRQ_MEI] = "MEI",   [IRQ_SGEI] = "SGEI", [IRQ_LCOFI] = "LCOFI",
    };
    if (number < G_N_ELEMENTS(names) && names[number])
        return names[number];
    g_snprintf(text, IRQ_NAME, "%u", number % 1000000);
    return text;
}

const char *irq_level_name(Level level)
{
    static const char *const levels[] = { "nobody", "VS", "HS", "M" };
    return levels[level];
}

char *irq_port_name(const IrqPort *port)
{
    const char *level = port->is_machine ? "M" : "S";
    if (port->file)
        return g_strdup_printf("hart %u %s, guest file %u", port->hart, level, port->file);
    return g_strdup_printf("hart %u %s", port->hart, level);
}

char *irq_port_state(const IrqPort *port)
{
    GString *out = g_string_new(NULL);
    if (port->kind != PORT_PLIC)
        g_string_append_printf(out, "delivery %u, ", port->delivery);
    g_string_append_printf(out, "threshold %u, ", port->threshold);
    if (port->kind == PORT_APLIC)
        g_string_append_printf(out, "next 0x%x", port->next);
    else
        g_string_append_printf(out, "output %u", port->output);
    if (port->last_claim)
        g_string_append_printf(out, ", last claimed %u", port->last_claim);
    return g_string_free(out, FALSE);
}

static bool has_bit(const uint64_t *set, unsigned bit)
{
    return set[bit / 64] >> bit % 64 & 1;
}

void irq_append_identities(const IrqPort *port, GString *out)
{
    for (unsigned id = 1; id <= IMSIC_IDENTITIES; id++)
        if (has_bit(port->pending, id) || has_bit(port->enabled, id))
            g_string_append_printf(out, " %u%s%s", id, has_bit(port->pending, id) ? "!" : "",
                                   has_bit(port->enabled, id) ? "" : "(off)");
}

/* Text. */

static void append_set(GString *out, const char *name, uint64_t set)
{
    char number[IRQ_NAME];
    g_string_append_printf(out, " %s=", name);
    size_t before = out->len;
    for (unsigned i = 0; i < IRQ_NUMBERS; i++)
        if (set >> i & 1)
            g_string_append_printf(out, "%s%s", out->len > before ? "," : "", irq_name(i, number));
    g_string_append(out, out->len > before ? "" : "none");
}

static void print_hart(const IrqHart *hart, GString *out)
{
    char number[IRQ_NAME];
    g_string_append_printf(out, "hart %u, %s:", hart->hart, hart->mode);
    append_set(out, "pending", hart->pending);
    append_set(out, "enabled", hart->enabled);
    append_set(out, "to HS", hart->to_hs);
    if (hart->has_h) {
        append_set(out, "to VS", hart->to_vs);
        g_string_append_printf(out, " vgein=%u hgeip=0x%" PRIx64 " hgeie=0x%" PRIx64, hart->vgein,
                               hart->hgeip, hart->hgeie);
        append_set(out, "hvip", hart->hvip);
    }
    if (hart->next_level != LEVEL_NONE)
        g_string_append_printf(out, "; next: %s takes %u", irq_level_name(hart->next_level),
                               hart->next);
    for (Level level = LEVEL_M; level > LEVEL_NONE; level--)
        if (hart->taken[level].trap)
            g_string_append_printf(out, "; %s took %s at 0x%" PRIx64 "%s", irq_level_name(level),
                                   irq_name(hart->taken[level].number, number),
                                   hart->taken[level].epc,
                                   hart->last == level ? ", the last one" : "");
    g_string_append_c(out, '\n');
}

static void print_links(const IrqSight *sight, unsigned source, GString *out)
{
    for (guint i = 0; i < sight->links->len; i++) {
        const IrqLink *link = &g_array_index(sight->links, IrqLink, i);
        const IrqPort *port = &g_array_index(sight->ports, IrqPort, link->port);
        if (link->source != source)
            continue;
        g_autofree char *name = irq_port_name(port);
        g_string_append_printf(out, " -> %s%s", name,
                               link->passes ? "" : " (not above its threshold)");
    }
}

static void print_plic(const IrqSight *sight, GString *out)
{
    for (guint i = 0; i < sight->ports->len; i++) {
        const IrqPort *port = &g_array_index(sight->ports, IrqPort, i);
        if (port->kind != PORT_PLIC)
            continue;
        g_autofree char *name = irq_port_name(port), *state = irq_port_state(port);
        g_string_append_printf(out, "plic context %u: %s, %s\n", i, name, state);
    }
    for (guint i = 0; i < sight->sources->len; i++) {
        const IrqSource *s = &g_array_index(sight->sources, IrqSource, i);
        if (!s->is_plic)
            continue;
        g_string_append_printf(out, "plic source %u (%s): wire %u, priority %u%s%s", s->number,
                               s->name, s->wire, s->priority, s->pending ? ", pending" : "",
                               s->claimed ? ", claimed" : "");
        print_links(sight, i, out);
        g_string_append_c(out, '\n');
    }
}

static void print_domain_source(const IrqDomain *domain, const IrqSource *s, GString *out)
{
    g_string_append_printf(out, "%s source %u (%s): mode %u%s%s", domain->id, s->number, s->name,
                           s->mode, s->pending ? ", pending" : "",
                           s->enabled ? ", enabled" : ", off");
    if (domain->by_messages)
        g_string_append_printf(out, " -> message %u to hart %u, guest file %u\n", s->sent, s->hart,
                               s->file);
    else
        g_string_append_printf(out, " -> hart %u, priority %u\n", s->hart, s->sent);
}

static void print_domain(const IrqSight *sight, unsigned index, GString *out)
{
    const IrqDomain *domain = &g_array_index(sight->domains, IrqDomain, index);
    g_string_append_printf(out, "%s: %s, by %s\n", domain->id, domain->on ? "on" : "off",
                           domain->by_messages ? "messages" : "wires");
    for (guint i = 0; i < sight->ports->len; i++) {
        const IrqPort *port = &g_array_index(sight->ports, IrqPort, i);
        if (port->kind != PORT_APLIC || port->domain != index)
            continue;
        g_autofree char *state = irq_port_state(port);
        g_string_append_printf(out, "%s hart %u: %s\n", domain->id, port->hart, state);
    }
    for (guint i = 0; i < sight->sources->len; i++) {
        const IrqSource *source = &g_array_index(sight->sources, IrqSource, i);
        if (!source->is_plic && source->domain == index)
            print_domain_source(domain, source, out);
    }
}

static void print_files(const IrqSight *sight, GString *out)
{
    for (guint i = 0; i < sight->ports->len; i++) {
        const IrqPort *port = &g_array_index(sight->ports, IrqPort, i);
        if (port->kind != PORT_FILE)
            continue;
        g_autofree char *name = irq_port_name(port), *state = irq_port_state(port);
        g_string_append_printf(out, "imsic %s: %s;", name, state);
        irq_append_identities(port, out);
        g_string_append_c(out, '\n');
    }
}

void irq_sight_print_chips(const IrqSight *sight, GString *out)
{
    if (sight->has_plic)
        print_plic(sight, out);
    for (guint i = 0; i < sight->domains->len; i++)
        print_domain(sight, i, out);
    print_files(sight, out);
}

void irq_sight_print(const void *opaque, GString *out)
{
    const IrqSight *sight = opaque;
    for (guint i = 0; i < sight->harts->len; i++)
        print_hart(&g_array_index(sight->harts, IrqHart, i), out);
    for (guint i = 0; i < sight->harts->len; i++) {
        const IrqHart *hart = &g_array_index(sight->harts, IrqHart, i);
        if (hart->has_timer)
            g_string_append_printf(out,
                                   "timer of hart %u: mtimecmp 0x%" PRIx64 ", time 0x%" PRIx64 "\n",
                                   hart->hart, hart->mtimecmp, hart->mtime);
    }
    irq_sight_print_chips(sight, out);
}

/* JSON. */

static void write_set(Json *json, const char *key, uint64_t set)
{
    char number[IRQ_NAME];
    json_begin(json, key, '[');
    for (unsigned i = 0; i < IRQ_NUMBERS; i++)
        if (set >> i & 1)
            json_text(json, NULL, irq_name(i, number));
    json_end(json, '[');
}

static void write_taken(const IrqHart *hart, Json *json)
{
    char number[IRQ_NAME];
    json_begin(json, "taken", '[');
    for (Level level = LEVEL_M; level > LEVEL_NONE; level--) {
        const IrqTaken *taken = &hart->taken[level];
        if (!taken->trap)
            continue;
        json_begin(json, NULL, '{');
        json_text(json, "by", irq_level_name(level));
        json_text(json, "irq", irq_name(taken->number, number));
        json_hex(json, "at", taken->epc);
        json_flag(json, "guest", taken->from_guest);
        json_number(json, "trap", taken->trap);
        json_flag(json, "last", hart->last == level);
        json_end(json, '{');
    }
    json_end(json, '[');
}

static void write_hart(const IrqHart *hart, Json *json)
{
    char number[IRQ_NAME];
    json_begin(json, NULL, '{');
    json_number(json, "hart", hart->hart);
    json_text(json, "mode", hart->mode);
    write_set(json, "pending", hart->pending);
    write_set(json, "enabled", hart->enabled);
    write_set(json, "to_hs", hart->to_hs);
    write_set(json, "to_vs", hart->to_vs);
    write_set(json, "hvip", hart->hvip);
    json_number(json, "vgein", hart->vgein);
    json_hex(json, "hgeip", hart->hgeip);
    json_hex(json, "hgeie", hart->hgeie);
    json_text(json, "next_by", hart->next_level ? irq_level_name(hart->next_level) : NULL);
    json_text(json, "next", hart->next_level ? irq_name(hart->next, number) : NULL);
    write_taken(hart, json);
    if (hart->has_timer) {
        json_hex(json, "mtimecmp", hart->mtimecmp);
        json_hex(json, "mtime", hart->mtime);
    }
    json_end(json, '{');
}

static void write_port(const IrqSight *sight, const IrqPort *port, Json *json)
{
    static const char *const kinds[] = { "plic", "aplic", "imsic" };
    json_begin(json, NULL, '{');
    json_text(json, "kind", kinds[port->kind]);
    json_text(json, "domain",
              port->kind == PORT_APLIC ? g_array_index(sight->domains, IrqDomain, port->domain).id
                                       : NULL);
    json_number(json, "hart", port->hart);
    json_text(json, "level", port->is_machine ? "M" : "S");
    json_number(json, "guest_file", port->file);
    json_number(json, "delivery", port->delivery);
    json_number(json, "threshold", port->threshold);
    json_flag(json, "output", port->output);
    json_number(json, "last_claim", port->last_claim);
    json_begin(json, "pending", '[');
    for (unsigned id = 1; id <= IMSIC_IDENTITIES; id++)
        if (has_bit(port->pending, id))
            json_number(json, NULL, id);
    json_end(json, '[');
    json_begin(json, "enabled", '[');
    for (unsigned id = 1; id <= IMSIC_IDENTITIES; id++)
        if (has_bit(port->enabled, id))
            json_number(json, NULL, id);
    json_end(json, '[');
    json_flag(json, "last_way", port->lit);
    json_end(json, '{');
}

static void write_source(const IrqSight *sight, unsigned number, Json *json)
{
    const IrqSource *s = &g_array_index(sight->sources, IrqSource, number);
    json_begin(json, NULL, '{');
    json_text(json, "chip",
              s->is_plic ? "plic" : g_array_index(sight->domains, IrqDomain, s->domain).id);
    json_number(json, "source", s->number);
    json_text(json, "device", s->name);
    json_flag(json, "wire", s->wire);
    json_flag(json, "pending", s->pending);
    json_flag(json, "enabled", s->enabled);
    json_flag(json, "claimed", s->claimed);
    json_number(json, "priority", s->priority);
    json_number(json, "mode", s->mode);
    json_number(json, "sent", s->sent);
    json_begin(json, "to", '[');
    for (guint i = 0; i < sight->links->len; i++) {
        const IrqLink *link = &g_array_index(sight->links, IrqLink, i);
        if (link->source == number)
            json_number(json, NULL, link->port);
    }
    json_end(json, '[');
    json_flag(json, "last_way", s->lit);
    json_end(json, '{');
}

void irq_sight_json(const void *opaque, Json *json)
{
    const IrqSight *sight = opaque;
    json_begin(json, "harts", '[');
    for (guint i = 0; i < sight->harts->len; i++)
        write_hart(&g_array_index(sight->harts, IrqHart, i), json);
    json_end(json, '[');
    json_begin(json, "domains", '[');
    for (guint i = 0; i < sight->domains->len; i++) {
        const IrqDomain *domain = &g_array_index(sight->domains, IrqDomain, i);
        json_begin(json, NULL, '{');
        json_text(json, "id", domain->id);
        json_flag(json, "on", domain->on);
        json_flag(json, "by_messages", domain->by_messages);
        json_end(json, '{');
    }
    json_end(json, '[');
    json_begin(json, "sources", '[');
    for (guint i = 0; i < sight->sources->len; i++)
        write_source(sight, i, json);
    json_end(json, '[');
    json_begin(json, "ports", '[');
    for (guint i = 0; i < sight->ports->len; i++)
        write_port(sight, &g_array_index(sight->ports, IrqPort, i), json);
    json_end(json, '[');
}
