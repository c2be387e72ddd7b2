/* SPDX-License-Identifier: MIT */
/* terminal_draw.c - a terminal as a list of what is where; see terminal.h. */
#include <string.h>

#include "emu/ui/palette.h"
#include "emu/ui/terminal_inside.h"

enum { SELECTED_PAPER = 0x2f5d8c, BAR = 6 /* width of what shows how far up this is */ };

static gunichar shown(const TermCell *cell)
{
    gunichar character = cell->character ? cell->character : ' ', composed;
    for (unsigned i = 0; i < G_N_ELEMENTS(cell->marks) && cell->marks[i]; i++)
        if (g_unichar_compose(character, cell->marks[i], &composed))
            character = composed;
    return character;
}

static bool is_blank(const TermCell *cell)
{
    return (!cell->character || cell->character == ' ') && !(cell->style & UI_UNDERLINE) &&
           !cell->struck;
}

static bool looks_same(const TermCell *a, const TermCell *b)
{
    return a->style == b->style && a->struck == b->struck && a->ink == b->ink &&
           a->paper == b->paper;
}

/* The cells from `first` up to `end`, which look the same. */
static void draw_run(DrawList *list, const TermCell *cells, unsigned first, unsigned end, int x,
                     int y)
{
    const TermCell *cell = &cells[first];
    int left = x + (int)first * UI_CELL_W, width = (int)(end - first) * UI_CELL_W;
    char text[TERM_MOST_COLS * 6 + 1];
    size_t size = 0, last = 0;
    if (cell->paper != UI_BACK)
        draw_fill(list, (UiRect){ left, y, width, UI_CELL_H }, cell->paper);
    for (unsigned col = first; col < end; col++) {
        size += (size_t)g_unichar_to_utf8(shown(&cells[col]), text + size);
        last = is_blank(&cells[col]) ? last : size;
    }
    text[last] = 0;
    size_t blank = strspn(text, " ");
    if (cell->style & UI_UNDERLINE)
        blank = 0;
    if (last > blank)
        draw_text(list, left + (int)blank * UI_CELL_W, y, cell->ink, cell->style, text + blank);
    if (cell->struck)
        draw_line(list, left, y + UI_CELL_H / 2, left + width - 1, y + UI_CELL_H / 2, cell->ink);
}

static void draw_cells(DrawList *list, const TermCell *cells, unsigned cols, int x, int y)
{
    for (unsigned first = 0, end; first < cols; first = end) {
        end = first + 1;
        if (cells[first].width == 2)
            end = MIN(first + 2, cols);
        else
            while (end < cols && cells[end].width == 1 && looks_same(&cells[first], &cells[end]))
                end++;
        if (cells[first].width == 2) {
            TermCell wide[2] = { cells[first], { .character = ' ' } };
            draw_run(list, wide, 0, end - first, x + (int)first * UI_CELL_W, y);
        } else {
            draw_run(list, cells, first, end, x, y);
        }
    }
}

static void color_cells(const Term *term, TermCell *cells, unsigned row, bool focused)
{
    unsigned col, at;
    for (col = 0; col < term->cols; col++) {
        if (!cells[col].selected)
            continue;
        cells[col].ink = UI_TEXT;
        cells[col].paper = SELECTED_PAPER;
    }
    if (!term_cursor(term, &col, &at) || at != row || !focused)
        return;
    unsigned end = MIN(col + MAX(cells[col].width, 1u), term->cols);
    for (; col < end; col++) {
        cells[col].paper =
            cells[col].selected || !cells[col].default_ink ? cells[col].ink : UI_TEXT;
        cells[col].ink = UI_SHADE;
    }
}

/* Without the keyboard the cursor is hollow. */
static void draw_cursor(const Term *term, DrawList *list, UiRect area)
{
    unsigned col, row;
    if (term_cursor(term, &col, &row))
        draw_frame(list,
                   (UiRect){ area.x + (int)col * UI_CELL_W, area.y + (int)row * UI_CELL_H,
                             UI_CELL_W, UI_CELL_H },
                   UI_DIM);
}

/* How far up of what there is. */
static void draw_bar(const Term *term, DrawList *list, UiRect area)
{
    int64_t all = (int64_t)term->ring_size + term->rows;
    int height = (int)MAX(area.h * (int64_t)term->rows / all, 8);
    int y = (int)((area.h - height) * MAX((int64_t)term->ring_size - term->above, 0) /
                  MAX(term->ring_size, 1));
    UiRect bar = { area.x + area.w - BAR, area.y, BAR, area.h };
    if (!term->ring_size || area.w < BAR)
        return;
    draw_fill(list, bar, UI_PANEL);
    draw_fill(list, (UiRect){ bar.x + 1, bar.y + y, BAR - 2, height },
              term->above ? UI_FOCUS : UI_RULE);
}

char *term_prompt(const Term *term)
{
    if (term->searching)
        return g_strdup_printf("Find: %s_%s", term->wanted->str,
                               term->not_found ? "  (no more)" : "   Enter: further up; Down; Esc");
    return g_strdup(!term->by_keys  ? NULL
                    : term->marking ? "Select: arrows; Enter copies; Esc"
                                    : "Select: arrows; Space or Shift begins; Enter copies; Esc");
}

/* In place of the last row. */
static void draw_prompt(const Term *term, DrawList *list, UiRect area)
{
    int width = MIN((int)term->cols * UI_CELL_W, area.w);
    UiRect row = { area.x, area.y + ((int)term->rows - 1) * UI_CELL_H, width, UI_CELL_H };
    g_autofree char *text = term_prompt(term);
    draw_fill(list, row, UI_RAISED);
    draw_fit(list, row, UI_TEXT, 0, text);
}

void term_draw(Term *term, DrawList *list, UiRect area, bool focused)
{
    TermCell cells[TERM_MOST_COLS];
    unsigned rows = term->rows - term_is_busy(term);
    draw_clip(list, area);
    draw_fill(list, area, UI_BACK);
    for (unsigned row = 0; row < rows; row++) {
        int y = area.y + (int)row * UI_CELL_H;
        if (y >= area.y + area.h)
            break;
        term_row(term, row, cells);
        color_cells(term, cells, row, focused);
        draw_cells(list, cells, term->cols, area.x, y);
    }
    if (!focused)
        draw_cursor(term, list, area);
    draw_bar(term, list, area);
    if (term_is_busy(term))
        draw_prompt(term, list, area);
    draw_unclip(list);
}

void term_fit(Term *term, UiRect area)
{
    int cols = (area.w - BAR) / UI_CELL_W, rows = area.h / UI_CELL_H;
    if (cols > 0 && rows > 0)
        term_resize(term, (unsigned)cols, (unsigned)rows);
}
