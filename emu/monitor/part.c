/* SPDX-License-Identifier: MIT */
/*
 * part.c - part: the partitions that were seen, on each hart; see monitor.h.
 *
 * What is no guest is one, and each guest, by its VMID, is another. Their instructions and exits are counted from the
 * first `part` on, or from the start with -d stats; counting changes nothing that the guest can see. In timed mode the model's
 * view of partitions, which is of the whole run, comes first.
 */
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

static const char *const keys[] = {
    "m", "hs", "u", "vs", "vu", "exceptions", "interrupts", "own_exceptions", "own_interrupts"
};

static Table *begin_table(Tables *tables, bool counting)
{
    Table *table =
        table_add(tables, "instructions",
                  counting ? "Instructions by mode, share of the hart's in %; exits; traps "
                             "that it took itself"
                           : "Who runs now; instructions, exits and own traps are counted "
                             "from now on (with -d stats from the start)");
    table_text_column(table, "who");
    table_column(table, "hart", 0);
    table_text_column(table, "now");
    table_column(table, "share", 1);
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
        table_column(table, keys[i], 0);
    return table;
}

static void add_row(Table *table, const Hart *hart, const char *name, bool now,
                    const uint64_t *values)
{
    table_row(table);
    table_text(table, name);
    table_number(table, hart->id);
    table_text(table, now ? hart_mode_name(hart, hart_mode(hart)) : "-");
    table_ratio(table, sum(values, 5), sum(hart->stats->instructions, MODES), 100);
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
        table_number(table, values[i]);
}

static void add_guest_row(Table *table, const Partitions *parts, const Hart *hart, unsigned vmid,
                          bool now)
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
    unsigned declared = partitions_declared(parts, vmid, hart->id);
    g_autofree char *name = g_strdup_printf("vmid%u", vmid);
    if (now || sum(values, G_N_ELEMENTS(keys)))
        add_row(table, hart, declared ? partitions_get(parts, declared)->name : name, now, values);
}

static void add_hart_rows(Table *table, const Partitions *parts, const Hart *hart)
{
    const uint64_t *n = hart->stats->instructions;
    const uint64_t values[G_N_ELEMENTS(keys)] = { n[PRIV_M], n[PRIV_S], n[PRIV_U] };
    unsigned now = hart_is_guest(hart) ? (unsigned)bits(hart->csr.hgatp, 57, 44) : STATS_GUESTS;
    add_row(table, hart, "host", !hart_is_guest(hart), values);
    for (unsigned word = 0; word < STATS_GUESTS / 64; word++) {
        uint64_t seen = hart->stats->seen[word] | (now / 64 == word ? BIT(now % 64) : 0);
        for (; seen; seen &= seen - 1) {
            unsigned vmid = word * 64 + (unsigned)__builtin_ctzll(seen);
            add_guest_row(table, parts, hart, vmid, vmid == now);
        }
    }
}

static void append_json(const Timing *timing, bool by_hart, const Tables *seen, GString *out)
{
    Json json = { .out = out };
    json_begin(&json, NULL, '{');
    if (timing) {
        g_autoptr(GPtrArray) timed = view_tables(timing, view_find("part"), by_hart);
        json_text(&json, "by", groups_are_harts(timing, by_hart) ? "hart" : "partition");
        tables_json(timed, &json, "part");
    }
    tables_json(seen, &json, "seen");
    json_end(&json, '{');
    g_string_append_c(out, '\n');
}

void monitor_part(Monitor *monitor, const char *arguments, GString *out)
{
    Machine *m = monitor->machine;
    ViewWords wanted;
    if (!monitor_view_words(monitor, arguments, &wanted, out))
        return;
    g_autoptr(GPtrArray) tables = tables_new();
    Table *table = begin_table(tables, count(m));
    for (unsigned i = 0; i < m->n_harts; i++)
        add_hart_rows(table, m->partitions, &m->harts[i]);
    if (wanted.as_json) {
        append_json(m->timing, wanted.by_hart, tables, out);
        return;
    }
    if (m->timing) {
        view_write(m->timing, view_find("part"), wanted.by_hart, false, out);
        g_string_append_c(out, '\n');
    }
    tables_print(tables, out);
}
