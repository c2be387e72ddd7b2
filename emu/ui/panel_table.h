/* SPDX-License-Identifier: MIT */
/* panel_table.h - tables in panels: columns as wide as what is in them; what has no room is cut short, or its column left out. */
#ifndef EMU_UI_PANEL_TABLE_H
#define EMU_UI_PANEL_TABLE_H

#include "emu/ui/draw.h"

enum { PANEL_COLUMNS = 16, PANEL_SHORTEST = 6 };

typedef struct {
    unsigned n;
    struct {
        const char *title;
        bool left;     /* from the left, as words are */
        bool elastic;  /* may be cut down to PANEL_SHORTEST characters */
        unsigned keep; /* those with a smaller number are left out first */
        int at, width; /* characters; width 0: left out */
    } columns[PANEL_COLUMNS];
    GPtrArray *cells; /* of strings, row by row */
    int used;         /* characters of a row */
} PanelTable;

PanelTable *panel_table_new(void);
void panel_table_free(PanelTable *table);
void panel_table_column(PanelTable *table, const char *title, bool left, bool elastic,
                        unsigned keep);
/* The next cell, which the table owns then. */
void panel_table_cell(PanelTable *table, char *text);
/* When all cells are there: what fits into a row `width` units wide. */
void panel_table_fit(PanelTable *table, int width);
/* Takes a line off the area; false: there is no room. */
bool panel_table_head(DrawList *list, UiRect *area, const PanelTable *table, UiColor color);
bool panel_table_row(DrawList *list, UiRect *area, const PanelTable *table, unsigned row,
                     UiColor color);
/* What a row has in columns that were left out, with their titles, in one text; to be freed. */
char *panel_table_rest(const PanelTable *table, unsigned row);
/* Where a cell of a row is; of no width if it is left out. */
UiRect panel_table_at(const PanelTable *table, UiRect row, unsigned column);

#endif
