/* SPDX-License-Identifier: MIT */
/* view_part.c - the view "part": where the time of partitions went; see views.h. */
#include "emu/shared/views_inside.h"

static void add_time(const Groups *g, Tables *tables)
{
    static const char *const keys[] = { "cycles", "share", "idle", "instructions" };
    Table *table = table_add(tables, "time",
                             "Time: cycles of harts, share of all in %, of them "
                             "waiting for interrupts, instructions a cycle "
                             "otherwise, LLC misses in 1000 instructions");
    uint64_t all = view_all_cycles(g);
    table_text_column(table, "who");
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
        table_column(table, keys[i], i == 1 ? 1 : 0);
    table_column(table, "ipc", 2);
    table_column(table, "mpki", 2);
    for (unsigned i = 0; i < g->n; i++) {
        TimingUse use = groups_use(g, i);
        table_row(table);
        table_text(table, g->names[i]);
        table_number(table, use.cycles);
        table_ratio(table, use.cycles, all, 100);
        table_number(table, use.idle);
        table_number(table, use.retired);
        table_ratio(table, use.retired, use.cycles - use.idle, 1);
        table_ratio(table, groups_count(g, i, COUNT_LLC_MISSES), use.retired, 1000);
    }
}

static void add_stalls(const Groups *g, Tables *tables)
{
    Table *table = table_add(tables, "stalls",
                             "Waiting, cycles: for the LLC, memory, the bus behind oneself and "
                             "behind others, room among lines on their way, walks, one's share "
                             "of the bus; of all cycles in %, and because of others");
    OwnerMatrix waits = g->timing->counts.waits;
    table_text_column(table, "who");
    for (StallCause cause = 0; cause < STALLS; cause++) {
        if (cause == STALL_QUEUE) {
            table_column(table, "queue_own", 0);
            table_column(table, "queue_others", 0);
        } else {
            table_column(table, stall_names[cause], 0);
        }
    }
    table_column(table, "of_cycles", 1);
    table_column(table, "by_others", 1);
    for (unsigned i = 0; i < g->n; i++) {
        uint64_t sum = 0, others = groups_by_others(g, waits, i), all = groups_use(g, i).cycles;
        table_row(table);
        table_text(table, g->names[i]);
        for (StallCause cause = 0; cause < STALLS; cause++) {
            uint64_t cycles = groups_stall(g, i, cause);
            sum += cycles;
            table_number(table, cause == STALL_QUEUE ? cycles - others : cycles);
            if (cause == STALL_QUEUE)
                table_number(table, others);
        }
        table_ratio(table, sum, all, 100);
        table_ratio(table, others, all, 100);
    }
}

void view_part(const Groups *g, Tables *tables)
{
    static const CountId ids[] = { COUNT_L1I_MISSES,    COUNT_L1D_MISSES,       COUNT_LLC_HITS,
                                   COUNT_LLC_MISSES,    COUNT_MISSES_BY_OTHERS, COUNT_WRITE_BACKS,
                                   COUNT_TLB_I_MISSES,  COUNT_TLB_D_MISSES,     COUNT_TLB_I_REFILLS,
                                   COUNT_TLB_D_REFILLS, COUNT_WALK_READS };
    add_time(g, tables);
    view_counts(g, tables, "misses", "Misses of caches and TLBs", ids, G_N_ELEMENTS(ids));
    add_stalls(g, tables);
}
