/* SPDX-License-Identifier: MIT */
/* view_llc.c - the views "llc" and "colors": whose lines are where, as tables of a CacheSight; see views.h. */
#include "emu/shared/views_inside.h"
#include "emu/sight/cache.h"

static void add_cache(const CacheSight *s, Tables *tables)
{
    const TimingProfile *p = &s->profile;
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
    table_number(table, s->sets);
    table_number(table, s->colors);
    table_text(table, replacement_names[p->llc_replacement]);
    table_text(table, cache_hash_names[p->llc_hash]);
}

static void add_occupancy(const CacheSight *s, Tables *tables)
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
    for (unsigned i = 0; i < s->n; i++) {
        const CacheGroup *group = &s->groups[i];
        table_row(table);
        table_text(table, group->name);
        table_number(table, group->lines);
        table_ratio(table, group->lines, s->n_lines, 100);
        for (unsigned id = 0; id < G_N_ELEMENTS(ids); id++)
            table_number(table, group->n[ids[id]]);
    }
}

/* Columns of all groups, and cells: one row of `values`. */
static void add_columns(const CacheSight *s, Table *table)
{
    for (unsigned i = 0; i < s->n; i++)
        table_column_of(table, s->groups[i].name);
}

static void add_values(const CacheSight *s, Table *table, const uint64_t *values)
{
    for (unsigned i = 0; i < s->n; i++)
        table_number(table, values[i]);
}

static void add_regions(const CacheSight *s, Tables *tables)
{
    Table *table = table_add(tables, "regions", "Lines by region of the sets");
    table_column(table, "first_set", 0);
    add_columns(s, table);
    for (unsigned region = 0; region < s->n_regions; region++) {
        table_row(table);
        table_number(table, region * s->sets / s->n_regions);
        add_values(s, table, &s->regions[region * s->n]);
    }
}

static void add_matrix(const CacheSight *s, Tables *tables, const char *name, const char *title,
                       const uint64_t *matrix)
{
    Table *table = table_add(tables, name, title);
    table_text_column(table, "victim");
    add_columns(s, table);
    table_column(table, "by_others_in_all", 0);
    for (unsigned i = 0; i < s->n; i++) {
        uint64_t by_others = 0;
        for (unsigned by = 0; by < s->n; by++)
            by_others += by == i ? 0 : matrix[i * s->n + by];
        table_row(table);
        table_text(table, s->groups[i].name);
        add_values(s, table, &matrix[i * s->n]);
        table_number(table, by_others);
    }
}

void cache_sight_llc(const CacheSight *s, Tables *tables)
{
    add_cache(s, tables);
    add_occupancy(s, tables);
    add_regions(s, tables);
    add_matrix(s, tables, "evictions", "Lines driven out: whose (rows), by whom (columns)",
               s->evictions);
    add_matrix(s, tables, "lost",
               "Misses because a line was driven out: whose (rows), by whom (columns)", s->lost);
}

static void add_allowed(const CacheSight *s, Tables *tables)
{
    Table *table = table_add(tables, "allowed",
                             "Colours each may use; lines it brought in of others, and of memory "
                             "that is shared; such lines there now");
    table_text_column(table, "who");
    table_text_column(table, "allowed");
    table_column(table, "violations", 0);
    table_column(table, "leaks", 0);
    table_column(table, "lines_outside", 0);
    for (unsigned i = 0; i < s->n; i++) {
        const CacheGroup *group = &s->groups[i];
        g_autofree char *list = cache_group_colors(s, group);
        table_row(table);
        table_text(table, group->name);
        table_text(table, list);
        table_number(table, group->n[COUNT_VIOLATIONS]);
        table_number(table, group->n[COUNT_LEAKS]);
        table_number(table, group->outside);
    }
}

void cache_sight_colors(const CacheSight *s, Tables *tables)
{
    add_allowed(s, tables);
    Table *table = table_add(tables, "colors", "Lines now, by colour of their page");
    table_column(table, "color", 0);
    add_columns(s, table);
    for (unsigned color = 0; color < s->colors; color++) {
        table_row(table);
        table_number(table, color);
        add_values(s, table, &s->by_color[color * s->n]);
    }
}

void view_llc(const Groups *g, Tables *tables)
{
    CacheSight *sight = cache_sight_of(g, true);
    cache_sight_llc(sight, tables);
    cache_sight_free(sight);
}

void view_colors(const Groups *g, Tables *tables)
{
    CacheSight *sight = cache_sight_of(g, false);
    cache_sight_colors(sight, tables);
    cache_sight_free(sight);
}
