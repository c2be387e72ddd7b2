/* SPDX-License-Identifier: MIT */
/*
 * panel_memory.h - the two halves of the panel memory.
 *
 * panel_memory.c       layout and keys            panel_memory_map.c   whose each page is, as a grid of cells
 * panel_memory_list.c  owners and runs in words   panel_cache.c        the shared cache
 */
#ifndef EMU_UI_PANEL_MEMORY_H
#define EMU_UI_PANEL_MEMORY_H

#include "emu/ui/panel.h"
#include "emu/ui/panel_text.h"

typedef enum { BOTH_HALVES, MEMORY_HALF, CACHE_HALF } Halves;

enum { CACHE_VIEWS = 4, EVICTION_GROUPS = 16 };

/* What was driven out up to a look, and since the one before. */
typedef struct {
    bool seen;
    uint64_t executed;
    unsigned n; /* groups; beyond EVICTION_GROUPS nothing is compared */
    uint64_t before[EVICTION_GROUPS * EVICTION_GROUPS];
    uint64_t now[EVICTION_GROUPS * EVICTION_GROUPS]; /* more than before */
    bool ever[EVICTION_GROUPS * EVICTION_GROUPS];    /* one was more since the panel is open */
} Evictions;

typedef struct {
    uint64_t at, size;      /* that is wanted; 0, 0: all RAM */
    uint64_t chosen;        /* an address in the cell; below what is shown: the first one */
    unsigned columns, page; /* as drawn last: cells in a row; in all rows */
    uint64_t cell;          /* bytes of one, as drawn last */
    unsigned scrolled;      /* lines of the lists that are above the area */
    unsigned view;          /* of the cache */
    Halves halves;          /* where both have room */
    PanelField field;
    Evictions evictions[2]; /* of looks that are exact, and of those that are made in parts */
} MemoryPanel;

/* Regions. Cells are CLICK_CELL and following. */
enum {
    CLICK_GO = 1,
    CLICK_IN,
    CLICK_OUT,
    CLICK_HALF,
    CLICK_VIEW, /* and following: of the cache */
    CLICK_CELL = 32,
};

/* Each draws a half into `area`. */
void panel_memory_map(MemoryPanel *panel, const MemorySight *sight, DrawList *list, UiRect area);
void panel_cache(MemoryPanel *panel, const CacheSight *sight, const Evictions *evictions,
                 DrawList *list, UiRect area);

/* The grid, and the address of the cell that is chosen; takes what it needs off `left`. */
void panel_memory_grid(MemoryPanel *panel, const MemorySight *sight, DrawList *list, UiRect *left,
                       int most);
uint64_t panel_memory_chosen(const MemoryPanel *panel, const MemorySight *sight);
/* What the chosen cell is, owners, and runs, as far as there is room. */
void panel_memory_cell(const MemoryPanel *panel, const MemorySight *sight, DrawList *list,
                       UiRect *left);
void panel_memory_owners(const MemorySight *sight, DrawList *list, UiRect *left);
void panel_memory_runs(const MemoryPanel *panel, const MemorySight *sight, DrawList *list,
                       UiRect *left);

/* A little square with the owner's colour, pattern and letter, as high as a line; returns where it ends. */
int panel_owner_chip(DrawList *list, int x, int y, unsigned number, char letter);
/* The number and letter that an owner is drawn with. */
unsigned panel_memory_number(const MemoryOwner *owner);
char panel_memory_letter(const MemoryOwner *owner);

/* Compares with the look before. */
void panel_evictions_note(Evictions *evictions, const CacheSight *sight, uint64_t executed);

#endif
