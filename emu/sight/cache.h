/* SPDX-License-Identifier: MIT */
/*
 * cache.h - the shared cache of timed mode: whose lines are where, and who drove out whose. The data behind the monitor's `llc`
 * and `colors`, and the window's panel. Looking changes nothing.
 */
#ifndef EMU_SIGHT_CACHE_H
#define EMU_SIGHT_CACHE_H

#include "emu/shared/groups.h"
#include "emu/shared/table.h"
#include "emu/sight/sight.h"

enum {
    CACHE_REGIONS = 16,
    CACHE_ROWS = 64,
    CACHE_COLUMNS = 16,
    CACHE_MOST_LINES =
        1 << 17, /* of larger ones, who looks in parts gets no picture of sets and ways */
};

/* A partition, or a hart, or a device. */
typedef struct {
    char name[48];
    unsigned number; /* as owners.h has it; harts from 1 on if they stand for themselves */
    bool has_colors;
    ColorSet colors;         /* that it may use */
    uint64_t lines, outside; /* now; of colours that it may not use */
    uint64_t n[COUNTS];      /* so far */
} CacheGroup;

/* Some sets of some ways: all lines that are there, and those of the two groups that have the most. */
typedef struct {
    uint32_t lines, most, next;
    uint8_t group, second; /* of several that have as many, the first; second: if `next` is not 0 */
} CacheCell;

typedef struct {
    bool is_there; /* false: the machine has no model, and nothing below says anything */
    bool on;       /* timed mode is on */
    TimingProfile profile;
    unsigned sets, colors;
    uint64_t n_lines;
    bool by_hart;
    unsigned n;
    CacheGroup *groups;
    uint64_t *by_color; /* lines now, by colour and group */
    uint64_t *evictions,
        *lost; /* by victim and culprit: lines driven out; misses because of that */
    unsigned n_regions;
    uint64_t *regions;      /* lines now, by part of the sets and group */
    unsigned rows, columns; /* of cells: the sets from 0 on, the ways; 0: no picture was made */
    CacheCell *cells;
} CacheSight;

/* What the model has. To be freed by cache_sight_free. */
CacheSight *cache_sight_of(const Groups *groups, bool with_cells);
void cache_sight_free(void *sight);

/* Their tables, for the views of these names. */
void cache_sight_llc(const CacheSight *sight, Tables *tables);
void cache_sight_colors(const CacheSight *sight, Tables *tables);

/* Colours that the group may use, "0-3,8" or "all". To be freed. */
char *cache_group_colors(const CacheSight *sight, const CacheGroup *group);
/* How timed mode is had. */
extern const char cache_no_model[];

/* Functions of the SightType. */
void *cache_sight_make(Machine *machine, const SightWants *wants);
void cache_sight_print(const void *sight, GString *out);
void cache_sight_json(const void *sight, Json *json);

#endif
