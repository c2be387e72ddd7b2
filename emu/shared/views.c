/* SPDX-License-Identifier: MIT */
/* views.c - see views.h. */
#include "emu/shared/views.h"

#include <inttypes.h>
#include <string.h>

static ViewFn view_part, view_llc, view_colors, view_bus;

// clang-format off
const View views[] = {
    { "part",   "partitions: time, instructions, misses, and what they waited for",              view_part },
    { "llc",    "the shared cache: whose lines are where, who drove out whose",                  view_llc },
    { "colors", "colours of pages: whose lines have which, and who used what is not its own",    view_colors },
    { "bus",    "the memory bus: how busy it is, who waited for whom, how long misses took",     view_bus },
    { 0 },
};
// clang-format on

const View *view_find(const char *name)
{
    for (const View *view = views; view->name; view++) {
        if (!strcmp(view->name, name))
            return view;
    }
    return NULL;
}

/* Cycles that the harts had together. */
static uint64_t all_cycles(const Groups *g)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < g->n; i++)
        sum += groups_use(g, i).cycles;
    return sum;
}

static uint64_t all_lines(const Groups *g)
{
    return g->timing->llc.n_lines;
}

static uint64_t ps_of(const Timing *t, uint64_t cycles)
{
    return (uint64_t)((double)cycles * 1e12 / (double)t->config.profile.clock_hz);
}

/* Columns "who", then counts by their names. */
static void add_counts(const Groups *g, Table *table, const CountId *ids, unsigned n, unsigned i)
{
    for (unsigned id = 0; id < n; id++)
        table_number(table, groups_count(g, i, ids[id]));
}

static Table *counts_table(Tables *tables, const char *name, const char *title, const CountId *ids,
                           unsigned n)
{
    Table *table = table_add(tables, name, title);
    table_text_column(table, "who");
    for (unsigned id = 0; id < n; id++)
        table_column(table, count_names[ids[id]], 0);
    return table;
}

static void counts_view(const Groups *g, Tables *tables, const char *name, const char *title,
                        const CountId *ids, unsigned n)
{
    Table *table = counts_table(tables, name, title, ids, n);
    for (unsigned i = 0; i < g->n; i++) {
        table_row(table);
        table_text(table, g->names[i]);
        add_counts(g, table, ids, n, i);
    }
}

/* part */

static void add_time(const Groups *g, Tables *tables)
{
    static const char *const keys[] = { "cycles", "share", "idle", "instructions" };
    Table *table = table_add(tables, "time",
                             "Time: cycles of harts, share of all in %, of them "
                             "waiting for interrupts, instructions a cycle "
                             "otherwise, LLC misses in 1000 instructions");
    uint64_t all = all_cycles(g);
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

static void view_part(const Groups *g, Tables *tables)
{
    static const CountId ids[] = { COUNT_L1I_MISSES,    COUNT_L1D_MISSES,       COUNT_LLC_HITS,
                                   COUNT_LLC_MISSES,    COUNT_MISSES_BY_OTHERS, COUNT_WRITE_BACKS,
                                   COUNT_TLB_I_MISSES,  COUNT_TLB_D_MISSES,     COUNT_TLB_I_REFILLS,
                                   COUNT_TLB_D_REFILLS, COUNT_WALK_READS };
    add_time(g, tables);
    counts_view(g, tables, "misses", "Misses of caches and TLBs", ids, G_N_ELEMENTS(ids));
    add_stalls(g, tables);
}

/* llc */

static void add_matrix(const Groups *g, Tables *tables, const char *name, const char *title,
                       OwnerMatrix matrix)
{
    Table *table = table_add(tables, name, title);
    table_text_column(table, "victim");
    for (unsigned by = 0; by < g->n; by++)
        table_column_of(table, g->names[by]);
    table_column(table, "by_others_in_all", 0);
    for (unsigned i = 0; i < g->n; i++) {
        table_row(table);
        table_text(table, g->names[i]);
        for (unsigned by = 0; by < g->n; by++)
            table_number(table, groups_matrix(g, matrix, i, by));
        table_number(table, groups_by_others(g, matrix, i));
    }
}

static void add_cache(const Groups *g, Tables *tables)
{
    const TimingProfile *p = &g->timing->config.profile;
    Table *table = table_add(tables, "cache", "The shared cache");
    table_text_column(table, "profile");
    table_column(table, "bytes", 0);
    table_column(table, "ways", 0);
    table_column(table, "line", 0);
    table_column(table, "sets", 0);
    table_column(table, "colors", 0);
    table_text_column(table, "replacement");
    table_text_column(table, "hash");
    table_row(table);
    table_text(table, p->name);
    table_number(table, p->llc.size);
    table_number(table, p->llc.ways);
    table_number(table, p->line);
    table_number(table, cache_sets(&g->timing->llc.cache));
    table_number(table, g->timing->llc.colors);
    table_text(table, replacement_names[p->llc_replacement]);
    table_text(table, cache_hash_names[p->llc_hash]);
}

static void add_occupancy(const Groups *g, Tables *tables)
{
    static const CountId ids[] = { COUNT_LLC_HITS,          COUNT_LLC_MISSES, COUNT_WRITE_BACKS,
                                   COUNT_INCLUSION_VICTIMS, COUNT_UPGRADES,   COUNT_SNOOPS };
    Table *table =
        table_add(tables, "lines", "Lines now, of all in %; and what was counted so far");
    table_text_column(table, "who");
    table_column(table, "lines", 0);
    table_column(table, "of_all", 1);
    for (unsigned id = 0; id < G_N_ELEMENTS(ids); id++)
        table_column(table, count_names[ids[id]], 0);
    for (unsigned i = 0; i < g->n; i++) {
        table_row(table);
        table_text(table, g->names[i]);
        table_number(table, groups_lines(g, i, -1));
        table_ratio(table, groups_lines(g, i, -1), all_lines(g), 100);
        add_counts(g, table, ids, G_N_ELEMENTS(ids), i);
    }
}

enum { REGIONS = 16 };

/* Lines of each group in each sixteenth of the sets. */
static void add_regions(const Groups *g, Tables *tables)
{
    const Cache *cache = &g->timing->llc.cache;
    unsigned sets = cache_sets(cache), regions = MIN(sets, REGIONS);
    Table *table = table_add(tables, "regions", "Lines by region of the sets");
    g_autofree uint64_t *lines = g_new0(uint64_t, regions * g->n + 1);
    for (unsigned set = 0; set < sets; set++) {
        for (unsigned way = 0; way < cache->ways; way++) {
            if (*cache_tag(cache, set, way) != CACHE_NONE)
                lines[set * regions / sets * g->n +
                      g->of[llc_line(&g->timing->llc, set, way)->owner]]++;
        }
    }
    table_column(table, "first_set", 0);
    for (unsigned i = 0; i < g->n; i++)
        table_column_of(table, g->names[i]);
    for (unsigned region = 0; region < regions; region++) {
        table_row(table);
        table_number(table, region * sets / regions);
        for (unsigned i = 0; i < g->n; i++)
            table_number(table, lines[region * g->n + i]);
    }
}

static void view_llc(const Groups *g, Tables *tables)
{
    add_cache(g, tables);
    add_occupancy(g, tables);
    add_regions(g, tables);
    add_matrix(g, tables, "evictions", "Lines driven out: whose (rows), by whom (columns)",
               g->timing->counts.evictions);
    add_matrix(g, tables, "lost",
               "Misses because a line was driven out: whose (rows), by whom (columns)",
               g->timing->counts.lost);
}

/* colors */

/* "0-3,8" */
static char *color_list(const ColorSet *set, unsigned n)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (unsigned from = 0, to; from < n; from = to + 1) {
        to = from;
        if (!color_set_has(set, from))
            continue;
        while (to + 1 < n && color_set_has(set, to + 1))
            to++;
        g_string_append_printf(out, "%s%u", out->len ? "," : "", from);
        if (to > from)
            g_string_append_printf(out, "-%u", to);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void add_allowed(const Groups *g, Tables *tables)
{
    unsigned colors = g->timing->llc.colors;
    Table *table = table_add(tables, "allowed",
                             "Colours each may use; lines it brought in of others, and of memory "
                             "that is shared; such lines there now");
    table_text_column(table, "who");
    table_text_column(table, "allowed");
    table_column(table, "violations", 0);
    table_column(table, "leaks", 0);
    table_column(table, "lines_outside", 0);
    for (unsigned i = 0; i < g->n; i++) {
        const Partition *part = partitions_get(g->timing->parts, g->partition[i]);
        g_autofree char *list = color_list(&part->colors, colors);
        uint64_t outside = 0;
        for (unsigned color = 0; part->has_colors && color < colors; color++)
            outside += color_set_has(&part->colors, color) ? 0 : groups_lines(g, i, (int)color);
        table_row(table);
        table_text(table, g->names[i]);
        table_text(table, part->has_colors ? list : "all");
        table_number(table, groups_count(g, i, COUNT_VIOLATIONS));
        table_number(table, groups_count(g, i, COUNT_LEAKS));
        table_number(table, outside);
    }
}

static void view_colors(const Groups *g, Tables *tables)
{
    unsigned colors = g->timing->llc.colors;
    add_allowed(g, tables);
    Table *table = table_add(tables, "colors", "Lines now, by colour of their page");
    table_column(table, "color", 0);
    for (unsigned i = 0; i < g->n; i++)
        table_column_of(table, g->names[i]);
    for (unsigned color = 0; color < colors; color++) {
        table_row(table);
        table_number(table, color);
        for (unsigned i = 0; i < g->n; i++)
            table_number(table, groups_lines(g, i, (int)color));
    }
}

/* bus */

/* Cycles since the model began to count, which are the same for all harts. */
static uint64_t elapsed(const Groups *g)
{
    return all_cycles(g) / g->timing->n_harts;
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
    counts_view(g, tables, "traffic",
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

static void view_bus(const Groups *g, Tables *tables)
{
    add_bus(g, tables);
    add_traffic(g, tables);
    add_matrix(g, tables, "waits", "Cycles waited for the bus: who (rows), for whom (columns)",
               g->timing->counts.waits);
    add_latency(g, tables);
}

/* Writing. */

static void write_json(const Groups *g, const View *only, GString *out)
{
    Json json = { .out = out };
    json_begin(&json, NULL, '{');
    json_text(&json, "by", g->by_hart ? "hart" : "partition");
    for (const View *view = views; view->name; view++) {
        if (only && view != only)
            continue;
        g_autoptr(GPtrArray) tables = tables_new();
        view->make(g, tables);
        tables_json(tables, &json, view->name);
    }
    json_end(&json, '{');
    g_string_append_c(out, '\n');
}

static void write_text(const Groups *g, const View *only, GString *out)
{
    bool first = true;
    for (const View *view = views; view->name; view++) {
        if (only && view != only)
            continue;
        g_autoptr(GPtrArray) tables = tables_new();
        view->make(g, tables);
        g_string_append(out, first ? "" : "\n");
        tables_print(tables, out);
        first = false;
    }
}

Tables *view_tables(const Timing *timing, const View *view, bool by_hart)
{
    g_autofree Groups *g = groups_new(timing, by_hart);
    Tables *tables = tables_new();
    view->make(g, tables);
    return tables;
}

void view_write(const Timing *timing, const View *view, bool by_hart, bool as_json, GString *out)
{
    g_autofree Groups *g = groups_new(timing, by_hart);
    if (as_json)
        write_json(g, view, out);
    else
        write_text(g, view, out);
}
