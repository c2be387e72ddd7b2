/* SPDX-License-Identifier: MIT */
/* view_bus.c - the view "bus": who moved what, and who waited for whom; see views.h. */
#include "emu/shared/views_inside.h"

static uint64_t ps_of(const Timing *t, uint64_t cycles)
{
    return (uint64_t)((double)cycles * 1e12 / (double)t->config.profile.clock_hz);
}

/* Cycles since the model began to count, which are the same for all harts. */
static uint64_t elapsed(const Groups *g)
{
    return view_all_cycles(g) / g->timing->n_harts;
}

static void add_bus(const Groups *g, Tables *tables)
{
    const Timing *t = g->timing;
    uint64_t lines = 0, slots = calendar_slot(&t->calendar, elapsed(g));
    Table *table = table_add(tables, "bus",
                             "The memory bus: latency and transfer of a line in ns, lines a hart "
                             "can wait for, lines moved, of all slots in %, lines too late for "
                             "the calendar");
    table_column(table, "latency_ns", 1);
    table_column(table, "transfer_ns", 1);
    table_column(table, "outstanding", 0);
    table_column(table, "cycles", 0);
    table_column(table, "lines", 0);
    table_column(table, "busy", 1);
    table_column(table, "late", 0);
    for (unsigned i = 0; i < g->n; i++)
        lines += groups_count(g, i, COUNT_BUS_LINES);
    table_row(table);
    table_ratio(table, t->config.profile.memory_ps, 1000, 1);
    table_ratio(table, t->config.profile.service_ps, 1000, 1);
    table_number(table, t->config.profile.outstanding);
    table_number(table, elapsed(g));
    table_number(table, lines);
    table_ratio(table, lines, slots, 100);
    table_number(table, t->calendar.late);
}

static void add_traffic(const Groups *g, Tables *tables)
{
    static const CountId ids[] = { COUNT_BUS_LINES, COUNT_LLC_MISSES, COUNT_WRITE_BACKS,
                                   COUNT_DMA_READS, COUNT_DMA_WRITES };
    view_counts(g, tables, "traffic",
                "Lines moved, and because of what; of DMA also those that the LLC had", ids,
                G_N_ELEMENTS(ids));
}

static void add_latency(const Groups *g, Tables *tables)
{
    Table *table =
        table_add(tables, "latency",
                  "LLC misses by how long after it was wanted the line came, at least; 0: it "
                  "was fetched ahead");
    table_column(table, "from_cycles", 0);
    table_column(table, "from_ns", 1);
    for (unsigned i = 0; i < g->n; i++)
        table_column_of(table, g->names[i]);
    for (unsigned bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
        uint64_t sum = 0;
        for (unsigned i = 0; i < g->n; i++)
            sum += groups_latency(g, i, bucket);
        if (!sum)
            continue;
        table_row(table);
        table_number(table, latency_floor(bucket));
        table_ratio(table, ps_of(g->timing, latency_floor(bucket)), 1000, 1);
        for (unsigned i = 0; i < g->n; i++)
            table_number(table, groups_latency(g, i, bucket));
    }
}

void view_bus(const Groups *g, Tables *tables)
{
    add_bus(g, tables);
    add_traffic(g, tables);
    view_matrix(g, tables, "waits", "Cycles waited for the bus: who (rows), for whom (columns)",
                g->timing->counts.waits);
    add_latency(g, tables);
}
