/* SPDX-License-Identifier: MIT */
/* cache.c - the shared cache: whose lines are where; see cache.h. */
#include "emu/sight/cache.h"

#include <string.h>

#include "emu/sight/owners.h"

const char cache_no_model[] = "there is no model of caches and bus: start with -timing a53x4, for "
                              "example, or give the machine file a timing";

/* Groups. */

/* Devices that are nobody's have numbers of their own. */
enum { FIRST_DEVICE = 40 };

static unsigned number_of(const Groups *g, unsigned group, unsigned hart)
{
    const Partitions *parts = g->timing->parts;
    unsigned part = g->partition[group];
    if (part == PARTITION_HOST && hart & OWNER_DEVICE)
        return FIRST_DEVICE + (hart & (OWNER_DEVICE - 1)) % PARTITIONS_MAX;
    if (!partitions_any(parts))
        return hart + 1;
    return owner_of_partition(parts, part);
}

static void make_groups(const Groups *g, CacheSight *sight)
{
    const TimingCounts *counts = &g->timing->counts;
    for (unsigned i = 0; i < g->n; i++) {
        const Partition *part = partitions_get(g->timing->parts, g->partition[i]);
        CacheGroup *group = &sight->groups[i];
        g_strlcpy(group->name, g->names[i], sizeof group->name);
        group->number = number_of(g, i, 0);
        group->has_colors = part->has_colors;
        group->colors = part->colors;
    }
    for (unsigned i = 0; i < counts->n_owners; i++) {
        CacheGroup *group = &sight->groups[g->of[i]];
        group->number = number_of(g, g->of[i], counts->owners[i].hart);
        for (unsigned id = 0; id < COUNTS; id++)
            group->n[id] += counts->counts[i].n[id];
    }
}

static uint64_t *make_matrix(const Groups *g, OwnerMatrix matrix)
{
    uint64_t *sums = g_new0(uint64_t, g->n * g->n);
    const unsigned n = g->timing->counts.n_owners;
    for (unsigned victim = 0; victim < n; victim++)
        for (unsigned by = 0; by < n; by++)
            sums[g->of[victim] * g->n + g->of[by]] += matrix[victim][by];
    return sums;
}

static void add_colors(const Groups *g, CacheSight *sight)
{
    const Llc *llc = &g->timing->llc;
    sight->by_color = g_new0(uint64_t, sight->colors * g->n);
    for (unsigned i = 0; i < g->timing->counts.n_owners; i++) {
        CacheGroup *group = &sight->groups[g->of[i]];
        for (unsigned color = 0; color < sight->colors; color++) {
            uint64_t lines = llc->occupancy[i * llc->colors + color];
            sight->by_color[color * g->n + g->of[i]] += lines;
            group->lines += lines;
            if (group->has_colors && !color_set_has(&group->colors, color))
                group->outside += lines;
        }
    }
}

/* Sets and ways. */

/* `of_row`: lines by column and group. */
static void end_row(CacheSight *sight, unsigned row, uint32_t *of_row)
{
    for (unsigned column = 0; column < sight->columns; column++) {
        CacheCell *cell = &sight->cells[row * sight->columns + column];
        for (unsigned i = 0; i < sight->n; i++) {
            uint32_t lines = of_row[column * sight->n + i];
            cell->lines += lines;
            if (lines > cell->most) {
                cell->next = cell->most;
                cell->second = cell->group;
                cell->most = lines;
                cell->group = (uint8_t)i;
            } else if (lines > cell->next) {
                cell->next = lines;
                cell->second = (uint8_t)i;
            }
        }
    }
    memset(of_row, 0, sight->columns * sight->n * sizeof *of_row);
}

static void add_set(const Groups *g, CacheSight *sight, unsigned set, uint32_t *of_row)
{
    const Llc *llc = &g->timing->llc;
    uint64_t *region = &sight->regions[(uint64_t)set * sight->n_regions / sight->sets * sight->n];
    const unsigned ways = llc->cache.ways;
    for (unsigned way = 0; way < ways; way++) {
        if (*cache_tag(&llc->cache, set, way) == CACHE_NONE)
            continue;
        unsigned group = g->of[llc_line(llc, set, way)->owner];
        region[group]++;
        of_row[way * sight->columns / ways * sight->n + group]++;
    }
}

static void add_cells(const Groups *g, CacheSight *sight)
{
    sight->n_regions = MIN(sight->sets, CACHE_REGIONS);
    sight->regions = g_new0(uint64_t, sight->n_regions * g->n);
    sight->rows = MIN(sight->sets, CACHE_ROWS);
    sight->columns = MIN(g->timing->llc.cache.ways, CACHE_COLUMNS);
    sight->cells = g_new0(CacheCell, sight->rows * sight->columns);
    g_autofree uint32_t *of_row = g_new0(uint32_t, sight->columns * g->n);
    const unsigned in_row = sight->sets / sight->rows;
    for (unsigned set = 0; set < sight->sets; set++) {
        add_set(g, sight, set, of_row);
        if ((set + 1) % in_row == 0)
            end_row(sight, set / in_row, of_row);
    }
}

CacheSight *cache_sight_of(const Groups *g, bool with_cells)
{
    CacheSight *sight = g_new0(CacheSight, 1);
    const Timing *t = g->timing;
    sight->is_there = true;
    sight->profile = t->config.profile;
    sight->sets = cache_sets(&t->llc.cache);
    sight->colors = t->llc.colors;
    sight->n_lines = t->llc.n_lines;
    sight->by_hart = g->by_hart;
    sight->n = g->n;
    sight->groups = g_new0(CacheGroup, g->n);
    make_groups(g, sight);
    add_colors(g, sight);
    sight->evictions = make_matrix(g, t->counts.evictions);
    sight->lost = make_matrix(g, t->counts.lost);
    if (with_cells)
        add_cells(g, sight);
    return sight;
}

void cache_sight_free(void *opaque)
{
    CacheSight *sight = opaque;
    g_free(sight->groups);
    g_free(sight->by_color);
    g_free(sight->evictions);
    g_free(sight->lost);
    g_free(sight->regions);
    g_free(sight->cells);
    g_free(sight);
}

char *cache_group_colors(const CacheSight *sight, const CacheGroup *group)
{
    return group->has_colors ? color_set_text(&group->colors, sight->colors) : g_strdup("all");
}

/* The SightType. */

void *cache_sight_make(Machine *m, const SightWants *wants)
{
    if (!m->timing)
        return g_new0(CacheSight, 1);
    g_autofree Groups *g = groups_new(m->timing, false);
    CacheSight *sight =
        cache_sight_of(g, !wants->in_parts || m->timing->llc.n_lines <= CACHE_MOST_LINES);
    sight->on = m->timed;
    return sight;
}

static Tables *make_tables(const CacheSight *sight)
{
    Tables *tables = tables_new();
    cache_sight_llc(sight, tables);
    cache_sight_colors(sight, tables);
    return tables;
}

void cache_sight_print(const void *opaque, GString *out)
{
    const CacheSight *sight = opaque;
    if (!sight->is_there) {
        g_string_append_printf(out, "%s\n", cache_no_model);
        return;
    }
    g_autoptr(GPtrArray) tables = make_tables(sight);
    tables_print(tables, out);
}

void cache_sight_json(const void *opaque, Json *json)
{
    const CacheSight *sight = opaque;
    json_flag(json, "model", sight->is_there);
    if (!sight->is_there)
        return;
    g_autoptr(GPtrArray) tables = make_tables(sight);
    json_flag(json, "on", sight->on);
    json_text(json, "by", sight->by_hart ? "hart" : "partition");
    tables_json(tables, json, "cache");
}
