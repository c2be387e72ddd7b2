/* SPDX-License-Identifier: MIT */
/* panel_table.c - tables in panels; see panel_table.h. */
#include "emu/ui/panel_table.h"

PanelTable *panel_table_new(void)
{
    PanelTable *table = g_new0(PanelTable, 1);
    table->cells = g_ptr_array_new_with_free_func(g_free);
    return table;
}

void panel_table_free(PanelTable *table)
{
    g_ptr_array_free(table->cells, TRUE);
    g_free(table);
}

void panel_table_column(PanelTable *table, const char *title, bool left, bool elastic,
                        unsigned keep)
{
    g_assert(table->n < PANEL_COLUMNS);
    table->columns[table->n].title = title;
    table->columns[table->n].left = left;
    table->columns[table->n].elastic = elastic;
    table->columns[table->n++].keep = keep;
}

void panel_table_cell(PanelTable *table, char *text)
{
    g_ptr_array_add(table->cells, text);
}

static int characters(const char *text)
{
    return draw_width(text) / UI_CELL_W;
}

static int wanted_width(const PanelTable *table, unsigned column)
{
    int width = characters(table->columns[column].title);
    for (guint i = column; i < table->cells->len; i += table->n)
        width = MAX(width, characters(g_ptr_array_index(table->cells, i)));
    return width;
}

/* Puts columns side by side, a character between them. */
static void place(PanelTable *table)
{
    int at = 0;
    for (unsigned i = 0; i < table->n; i++) {
        table->columns[i].at = at;
        at += table->columns[i].width ? table->columns[i].width + 1 : 0;
    }
    table->used = MAX(at - 1, 0);
}

static void shorten(PanelTable *table, int room)
{
    for (unsigned i = 0; i < table->n && table->used > room; i++) {
        int spare = table->columns[i].width - PANEL_SHORTEST;
        if (!table->columns[i].elastic || spare <= 0)
            continue;
        table->columns[i].width -= MIN(spare, table->used - room);
        place(table);
    }
}

static void leave_one_out(PanelTable *table)
{
    unsigned least = 0;
    while (!table->columns[least].width)
        least++;
    for (unsigned i = least + 1; i < table->n; i++)
        if (table->columns[i].width && table->columns[i].keep < table->columns[least].keep)
            least = i;
    table->columns[least].width = 0;
    place(table);
}

void panel_table_fit(PanelTable *table, int width)
{
    int room = width / UI_CELL_W;
    for (unsigned left_out = 0; left_out <= table->n; left_out++) {
        for (unsigned i = 0; i < table->n; i++)
            if (!left_out || table->columns[i].width)
                table->columns[i].width = wanted_width(table, i);
        place(table);
        shorten(table, room);
        if (table->used <= room)
            return;
        leave_one_out(table);
    }
}

UiRect panel_table_at(const PanelTable *table, UiRect row, unsigned column)
{
    return (UiRect){ row.x + table->columns[column].at * UI_CELL_W, row.y,
                     table->columns[column].width * UI_CELL_W, row.h };
}

static void draw_cell(DrawList *list, const PanelTable *table, UiRect row, unsigned column,
                      UiColor color, const char *text)
{
    UiRect at = panel_table_at(table, row, column);
    int width = draw_width(text);
    if (!at.w)
        return;
    if (!table->columns[column].left && width < at.w)
        rect_cut_left(&at, at.w - width);
    draw_fit(list, at, color, 0, text);
}

bool panel_table_head(DrawList *list, UiRect *area, const PanelTable *table, UiColor color)
{
    if (area->h < UI_CELL_H)
        return false;
    UiRect row = rect_cut_top(area, UI_CELL_H);
    for (unsigned i = 0; i < table->n; i++)
        draw_cell(list, table, row, i, color, table->columns[i].title);
    return true;
}

bool panel_table_row(DrawList *list, UiRect *area, const PanelTable *table, unsigned row,
                     UiColor color)
{
    if (area->h < UI_CELL_H)
        return false;
    UiRect at = rect_cut_top(area, UI_CELL_H);
    for (unsigned i = 0; i < table->n; i++)
        draw_cell(list, table, at, i, color, g_ptr_array_index(table->cells, row * table->n + i));
    return true;
}

char *panel_table_rest(const PanelTable *table, unsigned row)
{
    GString *out = g_string_new(NULL);
    for (unsigned i = 0; i < table->n; i++) {
        const char *text = g_ptr_array_index(table->cells, row * table->n + i);
        if (!table->columns[i].width && *text)
            g_string_append_printf(out, "%s%s %s", out->len ? ", " : "", table->columns[i].title,
                                   text);
    }
    return g_string_free(out, FALSE);
}
