/* SPDX-License-Identifier: MIT */
/* view_llc.c - the views "llc" and "colors": whose lines are where; see views.h. */
#include "emu/shared/views_inside.h"

static uint64_t all_lines(const Groups *g)
{
    return g->timing->llc.n_lines;
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
        view_add_counts(g, table, ids, G_N_ELEMENTS(ids), i);
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

void view_llc(const Groups *g, Tables *tables)
{
    add_cache(g, tables);
    add_occupancy(g, tables);
    add_regions(g, tables);
    view_matrix(g, tables, "evictions", "Lines driven out: whose (rows), by whom (columns)",
                g->timing->counts.evictions);
    view_matrix(g, tables, "lost",
                "Misses because a line was driven out: whose (rows), by whom (columns)",
                g->timing->counts.lost);
}

/* colors */

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
        g_autofree char *list = color_set_text(&part->colors, colors);
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

void view_colors(const Groups *g, Tables *tables)
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
