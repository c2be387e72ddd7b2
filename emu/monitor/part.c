/* SPDX-License-Identifier: MIT */
/*
 * part.c - part: the partitions that were seen, on each hart; see monitor.h.
 *
 * What is no guest is one, and each guest, by its VMID, is another. Their instructions and exits are counted from the
 * first `part` on, or from the start with -d stats; counting changes nothing that the guest can see. In timed mode the model's
 * view of partitions, which is of the whole run, comes first.
 */
#include "emu/monitor/monitor.h"
#include "emu/shared/views.h"
#include "emu/sight/harts.h"

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

static void add_row(Table *table, const HartsSight *sight, const HartsUse *use, const char *name)
{
    const HartsHart *hart = &sight->harts[use->hart];
    const uint64_t values[G_N_ELEMENTS(keys)] = { use->insns[PRIV_M],  use->insns[PRIV_S],
                                                  use->insns[PRIV_U],  use->insns[MODE_VS],
                                                  use->insns[MODE_VU], use->exceptions,
                                                  use->interrupts,     use->own_exceptions,
                                                  use->own_interrupts };
    if (use->guest && !use->now && !sum(values, G_N_ELEMENTS(keys)))
        return;
    table_row(table);
    table_text(table, name);
    table_number(table, use->hart);
    table_text(table, use->now ? hart->mode : "-");
    table_ratio(table, sum(values, 5), hart->counted, 100);
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
        table_number(table, values[i]);
}

static void add_rows(Table *table, const Partitions *parts, const HartsSight *sight)
{
    for (guint i = 0; sight->counting && i < sight->uses->len; i++) {
        const HartsUse *use = harts_use(sight, i);
        g_autofree char *name =
            use->guest ? g_strdup_printf("vmid%u", use->vmid) : g_strdup("host");
        unsigned declared = use->guest ? partitions_declared(parts, use->vmid, use->hart) : 0;
        add_row(table, sight, use, declared ? partitions_get(parts, declared)->name : name);
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
    Table *table = begin_table(tables, m->harts[0].stats != NULL);
    harts_count(m);
    HartsSight *sight = harts_look(m, HARTS_STRETCH_NS);
    add_rows(table, m->partitions, sight);
    harts_free(sight);
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
