/* SPDX-License-Identifier: MIT */
/* ui_help.c - what keys there are, over everything; see ui.h. */
#include "emu/ui/keys.h"
#include "emu/ui/palette.h"
#include "emu/ui/panel_text.h"

enum { KEY_COLUMN = 32, WIDTH = 84 };

static void draw_row(DrawList *list, UiRect row, const char *keys, const char *help)
{
    UiRect left = rect_cut_left(&row, KEY_COLUMN * UI_CELL_W);
    left.h = UI_CELL_H;
    draw_fit(list, left, UI_FOCUS, 0, keys);
    panel_paragraph(list, &row, UI_TEXT, (unsigned)(row.h / UI_CELL_H), help);
}

/* The keys of a panel take as many lines as they need. */
static int panel_rows(const UiPanelType *type, int width)
{
    return type->keys ? (int)panel_paragraph_lines(width - KEY_COLUMN * UI_CELL_W, type->keys) : 0;
}

static int count_rows(const Ui *ui, int width)
{
    int rows = 3;
    for (const KeyRow *row = key_rows; row->action; row++)
        rows += row->name != NULL;
    for (guint i = 0; i < ui->panels->len; i++)
        rows += panel_rows(g_array_index(ui->panels, UiPanel, i).type, width);
    return rows;
}

void ui_draw_help(const Ui *ui, DrawList *list)
{
    int w = MIN(WIDTH * UI_CELL_W, ui->width - 16);
    int h = MIN(count_rows(ui, w - 16) * UI_CELL_H + 16, ui->height - 16);
    UiRect box = { (ui->width - w) / 2, (ui->height - h) / 2, w, h };
    if (w < KEY_COLUMN * UI_CELL_W || h < 3 * UI_CELL_H)
        return;
    draw_fill(list, box, UI_PANEL);
    draw_frame(list, box, UI_FOCUS);
    UiRect rest = rect_inset(box, 8);
    draw_fit(list, rect_cut_top(&rest, UI_CELL_H), UI_TEXT, UI_BOLD, "Keys of the window");
    for (const KeyRow *row = key_rows; row->action && rest.h >= UI_CELL_H; row++)
        if (row->name)
            draw_row(list, rect_cut_top(&rest, UI_CELL_H), row->name, row->help);
    if (rest.h >= UI_CELL_H)
        draw_fit(list, rect_cut_top(&rest, UI_CELL_H), UI_TEXT, UI_BOLD, "Keys of panels");
    for (guint i = 0; i < ui->panels->len && rest.h >= UI_CELL_H; i++) {
        const UiPanelType *type = g_array_index(ui->panels, UiPanel, i).type;
        if (type->keys)
            draw_row(list, rect_cut_top(&rest, MIN(panel_rows(type, rest.w) * UI_CELL_H, rest.h)),
                     type->title, type->keys);
    }
}
