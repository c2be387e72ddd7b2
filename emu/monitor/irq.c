/* SPDX-License-Identifier: MIT */
/*
 * irq.c - irq: every interrupt from its source to the hart that would take it; see monitor.h.
 */
#include <inttypes.h>

#include "cpu/csr.h"
#include "devices/aplic_domain.h"
#include "emu/monitor/monitor.h"

/* What of the host's devices is at an input of the controller. */
static const char *source_name(const Machine *m, unsigned source)
{
    for (guint i = 0; i < m->devices->len; i++) {
        const Device *dev = g_ptr_array_index(m->devices, i);
        if (dev->irq_number == source && source)
            return dev->id;
    }
    return "-";
}

static bool has_bit(const uint64_t *set, unsigned bit)
{
    return set[bit / 64] >> bit % 64 & 1;
}

/* Harts. */

static const char *const irq_names[] = {
    [IRQ_SSI] = "SSI",   [IRQ_VSSI] = "VSSI", [IRQ_MSI] = "MSI",     [IRQ_STI] = "STI",
    [IRQ_VSTI] = "VSTI", [IRQ_MTI] = "MTI",   [IRQ_SEI] = "SEI",     [IRQ_VSEI] = "VSEI",
    [IRQ_MEI] = "MEI",   [IRQ_SGEI] = "SGEI", [IRQ_LCOFI] = "LCOFI",
};

static void append_set(GString *out, const char *name, uint64_t set)
{
    g_string_append_printf(out, " %s=", name);
    size_t before = out->len;
    for (unsigned i = 0; i < 64; i++) {
        const char *known = i < G_N_ELEMENTS(irq_names) ? irq_names[i] : NULL;
        if (!(set >> i & 1))
            continue;
        g_string_append(out, out->len > before ? "," : "");
        if (known)
            g_string_append(out, known);
        else
            g_string_append_printf(out, "%u", i);
    }
    g_string_append(out, out->len > before ? "" : "none");
}

static void append_hart(Hart *hart, GString *out)
{
    static const char *const levels[] = { "nobody", "VS", "HS", "M" };
    unsigned number = 0;
    Level level = hart_find_interrupt(hart, &number);
    g_string_append_printf(out, "hart %u, %s:", hart->id, hart_mode_name(hart, hart_mode(hart)));
    append_set(out, "pending", hart_mip(hart));
    append_set(out, "enabled", hart->csr.mie);
    append_set(out, "to HS", hart->csr.mideleg);
    if (hart->has_h) {
        append_set(out, "to VS", hart_hideleg(hart));
        g_string_append_printf(out, " vgein=%u hgeip=0x%" PRIx64,
                               (unsigned)bits(hart->csr.hstatus, 17, 12), hart->hgeip);
    }
    if (level != LEVEL_NONE)
        g_string_append_printf(out, "; next: %s takes %u", levels[level], number);
    g_string_append_c(out, '\n');
}

/* PLIC: its contexts are M and S of each hart in turn. */

static void append_plic_source(const Plic *plic, unsigned source, GString *out)
{
    for (unsigned c = 0; c < plic->n_contexts; c++) {
        bool enabled = has_bit(plic->enable + c * PLIC_SET_WORDS, source);
        if (enabled)
            g_string_append_printf(
                out, " -> hart %u %s%s", c / 2, c & 1 ? "S" : "M",
                plic->priority[source] > plic->threshold[c] ? "" : " (not above its threshold)");
    }
}

static void list_plic(const Machine *m, GString *out)
{
    const Plic *plic = m->plic;
    for (unsigned c = 0; c < plic->n_contexts; c++)
        g_string_append_printf(out, "plic context %u: hart %u %s, threshold %u, output %u\n", c,
                               c / 2, c & 1 ? "S" : "M", plic->threshold[c],
                               (unsigned)(plic->out_level >> c & 1));
    for (unsigned s = 1; s <= PLIC_SOURCES; s++) {
        bool pending = has_bit(plic->pending, s), served = has_bit(plic->in_service, s);
        bool level = has_bit(plic->level, s);
        if (!pending && !served && !level && !plic->priority[s])
            continue;
        g_string_append_printf(out, "plic source %u (%s): wire %u, priority %u%s%s", s,
                               source_name(m, s), level, plic->priority[s],
                               pending ? ", pending" : "", served ? ", claimed" : "");
        append_plic_source(plic, s, out);
        g_string_append_c(out, '\n');
    }
}

/* APLIC: a domain sends messages, or has a wire to each hart. */

static void append_target(const Aplic *domain, unsigned source, GString *out)
{
    uint32_t target = domain->target[source];
    bool by_message = aplic_by_messages(domain);
    unsigned hart = target >> TARGET_HART_SHIFT;
    if (by_message)
        g_string_append_printf(out, " -> message %u to hart %u, guest file %u",
                               target & TARGET_EIID, hart, target >> 12 & 0x3f);
    else
        g_string_append_printf(out, " -> hart %u, priority %u", hart, target & TARGET_IPRIO);
}

static void list_domain(const Machine *m, const Aplic *domain, GString *out)
{
    g_string_append_printf(out, "%s: %s, by %s\n", domain->dev.id,
                           domain->domaincfg & DOMAINCFG_IE ? "on" : "off",
                           aplic_by_messages(domain) ? "messages" : "wires");
    for (unsigned h = 0; h < domain->n_harts && !(aplic_by_messages(domain)); h++)
        g_string_append_printf(out, "%s hart %u: delivery %u, threshold %u, next 0x%x\n",
                               domain->dev.id, h, domain->idelivery[h], domain->ithreshold[h],
                               aplic_topi(domain, h));
    for (unsigned s = 1; s <= APLIC_SOURCES; s++) {
        if (!has_bit(domain->active, s))
            continue;
        g_string_append_printf(out, "%s source %u (%s): mode %u%s%s", domain->dev.id, s,
                               source_name(m, s), domain->sourcecfg[s] & SOURCECFG_SM,
                               has_bit(domain->pending, s) ? ", pending" : "",
                               has_bit(domain->enabled, s) ? ", enabled" : ", off");
        append_target(domain, s, out);
        g_string_append_c(out, '\n');
    }
}

/* IMSICs: a file's interrupts that are pending or enabled. */
static void list_file(const Imsic *imsic, unsigned hart, unsigned file, GString *out)
{
    const ImsicFile *f = &imsic->files[hart * (1 + imsic->guests) + file];
    bool any = f->eidelivery || f->out;
    for (unsigned w = 0; w < IMSIC_WORDS; w++)
        any |= f->pending[w] || f->enabled[w];
    if (!any)
        return;
    g_string_append_printf(out, "imsic hart %u %s", hart, imsic->is_machine ? "M" : "S");
    if (file)
        g_string_append_printf(out, ", guest file %u", file);
    g_string_append_printf(out, ": delivery %u, threshold %u, output %u;", f->eidelivery,
                           f->eithreshold, f->out);
    for (unsigned id = 1; id <= IMSIC_IDENTITIES; id++)
        if (has_bit(f->pending, id) || has_bit(f->enabled, id))
            g_string_append_printf(out, " %u%s%s", id, has_bit(f->pending, id) ? "!" : "",
                                   has_bit(f->enabled, id) ? "" : "(off)");
    g_string_append_c(out, '\n');
}

static void list_imsic(const Imsic *imsic, GString *out)
{
    for (unsigned hart = 0; hart < imsic->n_harts; hart++)
        for (unsigned file = 0; file <= imsic->guests; file++)
            list_file(imsic, hart, file, out);
}

static void list_controllers(const Machine *m, GString *out)
{
    if (m->plic)
        list_plic(m, out);
    if (m->aplic_m)
        list_domain(m, m->aplic_m, out);
    if (m->aplic_s)
        list_domain(m, m->aplic_s, out);
    if (m->imsic_m)
        list_imsic(m->imsic_m, out);
    if (m->imsic_s)
        list_imsic(m->imsic_s, out);
}

void monitor_info_pic(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments;
    list_controllers(monitor->machine, out);
}

void monitor_irq(Monitor *monitor, const char *arguments, GString *out)
{
    Machine *m = monitor->machine;
    (void)arguments;
    for (unsigned i = 0; i < m->n_harts; i++)
        append_hart(&m->harts[i], out);
    for (unsigned i = 0; i < m->n_harts && m->clint; i++)
        g_string_append_printf(out,
                               "timer of hart %u: mtimecmp 0x%" PRIx64 ", time 0x%" PRIx64 "\n", i,
                               m->clint->mtimecmp[i], clint_mtime(m->clint));
    list_controllers(m, out);
}
