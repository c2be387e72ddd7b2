/* SPDX-License-Identifier: MIT */
/*
 * part.c - part: the partitions that were seen, on each hart; see monitor.h.
 *
 * What is no guest is one, and each guest, by its VMID, is another. Their instructions and exits are counted from the
 * first `part` on, or from the start with -d stats; counting changes nothing that the guest can see. In timed mode the model's
 * view of partitions follows.
 */
#include <inttypes.h>

#include "cpu/stats.h"
#include "emu/monitor/monitor.h"
#include "emu/shared/views.h"

/* True: it was counting already. */
static bool count(Machine *m)
{
    bool counting = m->harts[0].stats != NULL;
    for (unsigned i = 0; i < m->n_harts; i++) {
        if (!m->harts[i].stats)
            stats_start(&m->harts[i]);
        stats_leave_mode(&m->harts[i]);
    }
    return counting;
}

static uint64_t sum(const uint64_t *values, unsigned n)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < n; i++)
        total += values[i];
    return total;
}

static void append_share(GString *out, uint64_t part, uint64_t whole)
{
    g_string_append_printf(out, "%5.1f %%", whole ? 100.0 * (double)part / (double)whole : 0.0);
}

static void append_host(const Hart *hart, uint64_t all, GString *out)
{
    const uint64_t *n = hart->stats->instructions;
    uint64_t own = n[PRIV_U] + n[PRIV_S] + n[PRIV_M];
    g_string_append_printf(out, "%c host       hart %-2u %-3s ", hart_is_guest(hart) ? ' ' : '*',
                           hart->id,
                           hart_is_guest(hart) ? "" : hart_mode_name(hart, hart_mode(hart)));
    append_share(out, own, all);
    g_string_append_printf(out, "  M %" PRIu64 ", %s %" PRIu64 ", U %" PRIu64 "\n", n[PRIV_M],
                           hart->has_h ? "HS" : "S", n[PRIV_S], n[PRIV_U]);
}

static void append_guest(const Partitions *parts, const Hart *hart, unsigned vmid, uint64_t all,
                         GString *out)
{
    const GuestStats *guest = &hart->stats->guests[vmid];
    uint64_t own = sum(guest->instructions, 2);
    bool now = hart_is_guest(hart) && bits(hart->csr.hgatp, 57, 44) == vmid;
    uint64_t exceptions = sum(guest->exits[0], STATS_CAUSES);
    uint64_t interrupts = sum(guest->exits[1], STATS_CAUSES);
    char name[16];
    if (!own && !exceptions && !interrupts && !now)
        return;
    unsigned declared = partitions_declared(parts, vmid, hart->id);
    g_snprintf(name, sizeof name, "VMID %u", vmid);
    g_string_append_printf(out, "%c %-10s hart %-2u %-3s ", now ? '*' : ' ',
                           declared ? partitions_get(parts, declared)->name : name, hart->id,
                           now ? hart_mode_name(hart, hart_mode(hart)) : "");
    append_share(out, own, all);
    g_string_append_printf(out,
                           "  VS %" PRIu64 ", VU %" PRIu64 "; exits: %" PRIu64
                           " exceptions, %" PRIu64 " interrupts; own: %" PRIu64
                           " exceptions, %" PRIu64 " interrupts\n",
                           guest->instructions[PRIV_S], guest->instructions[PRIV_U], exceptions,
                           interrupts, guest->own_traps, guest->direct + guest->injected);
}

static void append_guests(const Partitions *parts, const Hart *hart, uint64_t all, GString *out)
{
    uint64_t now = hart_is_guest(hart) ? bits(hart->csr.hgatp, 57, 44) : STATS_GUESTS;
    for (unsigned word = 0; word < STATS_GUESTS / 64; word++) {
        uint64_t seen = hart->stats->seen[word] | (now / 64 == word ? BIT(now % 64) : 0);
        for (; seen; seen &= seen - 1)
            append_guest(parts, hart, word * 64 + (unsigned)__builtin_ctzll(seen), all, out);
    }
}

/* The same for programs. */

static const char *const keys[] = {
    "m", "hs", "u", "vs", "vu", "exceptions", "interrupts", "own_exceptions", "own_interrupts"
};

static Table *begin_table(Tables *tables)
{
    Table *table = table_add(tables, "instructions", "Instructions by mode, exits, own traps");
    table_text_column(table, "who");
    table_column(table, "hart", 0);
    table_text_column(table, "now");
    table_column(table, "share", 1);
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
        table_column(table, keys[i], 0);
    return table;
}

static void add_row(Table *table, const Hart *hart, int vmid, const uint64_t *values, uint64_t all)
{
    bool guest = vmid >= 0, runs = hart_is_guest(hart);
    bool now = guest ? runs && bits(hart->csr.hgatp, 57, 44) == (unsigned)vmid : !runs;
    g_autofree char *name = guest ? g_strdup_printf("vmid%d", vmid) : g_strdup("host");
    table_row(table);
    table_text(table, name);
    table_number(table, hart->id);
    table_text(table, now ? hart_mode_name(hart, hart_mode(hart)) : "");
    table_ratio(table, sum(values, 5), all, 100);
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
        table_number(table, values[i]);
}

static void add_guest_row(Table *table, const Hart *hart, unsigned vmid, uint64_t all)
{
    const GuestStats *guest = &hart->stats->guests[vmid];
    const uint64_t values[G_N_ELEMENTS(keys)] = { 0,
                                                  0,
                                                  0,
                                                  guest->instructions[PRIV_S],
                                                  guest->instructions[PRIV_U],
                                                  sum(guest->exits[0], STATS_CAUSES),
                                                  sum(guest->exits[1], STATS_CAUSES),
                                                  guest->own_traps,
                                                  guest->direct + guest->injected };
    bool now = hart_is_guest(hart) && bits(hart->csr.hgatp, 57, 44) == vmid;
    if (now || sum(values, G_N_ELEMENTS(keys)))
        add_row(table, hart, (int)vmid, values, all);
}

static void add_hart_rows(Table *table, const Hart *hart)
{
    const uint64_t *n = hart->stats->instructions;
    const uint64_t values[G_N_ELEMENTS(keys)] = { n[PRIV_M], n[PRIV_S], n[PRIV_U] };
    uint64_t all = sum(n, MODES);
    add_row(table, hart, -1, values, all);
    for (unsigned vmid = 0; vmid < STATS_GUESTS; vmid++)
        add_guest_row(table, hart, vmid, all);
}

static void append_json(const Machine *m, bool by_hart, GString *out)
{
    g_autoptr(GPtrArray) tables = tables_new();
    Table *table = begin_table(tables);
    Json json = { .out = out };
    for (unsigned i = 0; i < m->n_harts; i++)
        add_hart_rows(table, &m->harts[i]);
    json_begin(&json, NULL, '{');
    tables_json(tables, &json, "seen");
    if (m->timing) {
        g_autoptr(GPtrArray) timed = view_tables(m->timing, view_find("part"), by_hart);
        tables_json(timed, &json, "part");
    }
    json_end(&json, '{');
    g_string_append_c(out, '\n');
}

void monitor_part(Monitor *monitor, const char *arguments, GString *out)
{
    Machine *m = monitor->machine;
    ViewWords wanted;
    if (!monitor_view_words(monitor, arguments, &wanted, out))
        return;
    bool counting = count(m);
    if (wanted.as_json) {
        append_json(m, wanted.by_hart, out);
        return;
    }
    if (!counting)
        g_string_append(out, "(counted from now on; -d stats counts from the start)\n");
    g_string_append(out, "  partition  on      now   share  instructions\n");
    for (unsigned i = 0; i < m->n_harts; i++) {
        const Hart *hart = &m->harts[i];
        uint64_t all = sum(hart->stats->instructions, MODES);
        append_host(hart, all, out);
        append_guests(m->partitions, hart, all, out);
    }
    if (m->timing) {
        g_string_append_c(out, '\n');
        view_write(m->timing, view_find("part"), wanted.by_hart, false, out);
    }
}
