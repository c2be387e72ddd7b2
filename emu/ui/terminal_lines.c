/* SPDX-License-Identifier: MIT */
/*
 * terminal_lines.c - lines that scrolled away, and all lines as cells; see terminal.h.
 *
 * Such a line is kept as runs of cells that look the same, and its text, without what is blank at its end: 80 columns of
 * text take some 110 bytes, where libvterm's cells take 3,200.
 */
#include <string.h>

#include "emu/ui/palette.h"
#include "emu/ui/terminal_inside.h"

typedef struct {
    uint16_t cells;
    uint8_t style;
    bool struck, default_ink, default_paper;
    UiColor ink, paper;
} Run;

struct TermLine {
    unsigned n_runs;
    size_t text_size;
    Run runs[]; /* the text follows */
};

/* In the text: what follows is combined with the character before, or is wide. */
enum { JOINED = 1, WIDE = 2 };

/* Cells. */

static gunichar printable(uint32_t character)
{
    return g_unichar_validate(character) && !g_unichar_iscntrl(character) ? character : 0xfffd;
}

static UiColor rgb(const Term *term, VTermColor color)
{
    vterm_screen_convert_color_to_rgb(term->screen, &color);
    return (UiColor)color.rgb.red << 16 | (UiColor)color.rgb.green << 8 | color.rgb.blue;
}

void term_cell_of(const Term *term, const VTermScreenCell *cell, TermCell *out)
{
    bool half = cell->chars[0] == UINT32_MAX;
    *out = (TermCell){ .width = half ? 0 : (uint8_t)cell->width };
    for (unsigned i = 0; !half && i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
        *(i ? &out->marks[i - 1] : &out->character) = printable(cell->chars[i]);
    out->style =
        (uint8_t)((cell->attrs.bold ? UI_BOLD : 0) | (cell->attrs.underline ? UI_UNDERLINE : 0));
    out->struck = cell->attrs.strike;
    out->default_ink = VTERM_COLOR_IS_DEFAULT_FG(&cell->fg);
    out->default_paper = VTERM_COLOR_IS_DEFAULT_BG(&cell->bg);
    out->ink = rgb(term, cell->fg);
    out->paper = rgb(term, cell->bg);
    if (!cell->attrs.reverse)
        return;
    UiColor ink = out->ink;
    out->ink = out->paper;
    out->paper = ink;
    out->default_ink = out->default_paper = false;
}

static bool looks_same(const Run *run, const TermCell *cell)
{
    return run->style == cell->style && run->struck == cell->struck && run->ink == cell->ink &&
           run->paper == cell->paper && run->default_ink == cell->default_ink &&
           run->default_paper == cell->default_paper;
}

static bool is_blank(const TermCell *cell)
{
    return cell->width == 1 && (!cell->character || cell->character == ' ') &&
           cell->default_paper && !(cell->style & UI_UNDERLINE) && !cell->struck;
}

/* libvterm leaves right halves without their left ones where a wide character is cut in two: there is nothing. */
static void mend_halves(TermCell *cells, unsigned cols)
{
    for (unsigned col = 0; col < cols; col++)
        if (!cells[col].width && (!col || cells[col - 1].width != 2))
            cells[col].width = 1;
}

/* Lines that scrolled away. */

static void add_cell(GArray *runs, GString *text, const TermCell *cell)
{
    Run *last = runs->len ? &g_array_index(runs, Run, runs->len - 1) : NULL;
    if (!last || !looks_same(last, cell)) {
        Run run = { 0,         cell->style, cell->struck, cell->default_ink, cell->default_paper,
                    cell->ink, cell->paper };
        g_array_append_val(runs, run);
        last = &g_array_index(runs, Run, runs->len - 1);
    }
    last->cells++;
    if (!cell->width)
        return;
    if (cell->width == 2)
        g_string_append_c(text, WIDE);
    g_string_append_unichar(text, cell->character ? cell->character : ' ');
    for (unsigned i = 0; i < G_N_ELEMENTS(cell->marks) && cell->marks[i]; i++) {
        g_string_append_c(text, JOINED);
        g_string_append_unichar(text, cell->marks[i]);
    }
}

TermLine *term_line_new(const Term *term, unsigned cols, const VTermScreenCell *cells)
{
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(Run));
    g_autoptr(GString) text = g_string_new(NULL);
    TermCell all[TERM_MOST_COLS];
    cols = MIN(cols, TERM_MOST_COLS);
    for (unsigned col = 0; col < cols; col++)
        term_cell_of(term, &cells[col], &all[col]);
    mend_halves(all, cols);
    while (cols && is_blank(&all[cols - 1]))
        cols--;
    for (unsigned col = 0; col < cols; col++)
        add_cell(runs, text, &all[col]);
    size_t runs_size = runs->len * sizeof(Run);
    TermLine *line = g_malloc(sizeof *line + runs_size + text->len + 1);
    *line = (TermLine){ .n_runs = runs->len, .text_size = text->len };
    if (runs_size)
        memcpy(line->runs, runs->data, runs_size);
    memcpy(line->runs + runs->len, text->str, text->len + 1);
    return line;
}

void term_line_free(TermLine *line)
{
    g_free(line);
}

/* Reads a cell's characters; returns what follows them. */
static const char *read_cell(const char *text, TermCell *cell)
{
    unsigned marks = 0;
    cell->width = *text == WIDE ? 2 : 1;
    if (!*text)
        return text;
    text += *text == WIDE;
    cell->character = g_utf8_get_char(text);
    text = g_utf8_next_char(text);
    for (; *text == JOINED; text = g_utf8_next_char(text + 1))
        if (marks < G_N_ELEMENTS(cell->marks))
            cell->marks[marks++] = g_utf8_get_char(text + 1);
    return text;
}

static void blank_cells(TermCell *cells, unsigned from, unsigned to)
{
    for (unsigned col = from; col < to; col++)
        cells[col] = (TermCell){
            .width = 1, .default_ink = true, .default_paper = true, .ink = UI_TEXT, .paper = UI_BACK
        };
}

void term_line_cells(const Term *term, const TermLine *line, TermCell cells[TERM_MOST_COLS])
{
    const char *text = (const char *)(line->runs + line->n_runs);
    unsigned col = 0;
    bool half = false; /* the right half of a wide character comes */
    for (unsigned i = 0; i < line->n_runs; i++) {
        const Run *run = &line->runs[i];
        for (unsigned j = 0; j < run->cells && col < term->cols; j++, col++) {
            cells[col] = (TermCell){ .style = run->style,
                                     .struck = run->struck,
                                     .default_ink = run->default_ink,
                                     .default_paper = run->default_paper,
                                     .ink = run->ink,
                                     .paper = run->paper };
            if (!half)
                text = read_cell(text, &cells[col]);
            half = cells[col].width == 2;
        }
    }
    blank_cells(cells, col, term->cols);
    /* It may have been written in a wider terminal, and end in the middle of a wide character. */
    if (cells[term->cols - 1].width == 2)
        blank_cells(cells, term->cols - 1, term->cols);
}

void term_line_restore(const Term *term, const TermLine *line, unsigned cols, VTermScreenCell *out)
{
    TermCell cells[TERM_MOST_COLS];
    VTermColor ink, paper;
    vterm_state_get_default_colors(term->state, &ink, &paper);
    term_line_cells(term, line, cells);
    for (unsigned col = 0; col < cols; col++) {
        const TermCell *cell = &cells[MIN(col, term->cols - 1)];
        bool is_there = col < term->cols && cell->width;
        memset(&out[col], 0, sizeof out[col]);
        out[col].width = is_there ? (char)cell->width : 1;
        out[col].fg = ink;
        out[col].bg = paper;
        if (col >= term->cols)
            continue;
        for (unsigned i = 0; cell->width && i < VTERM_MAX_CHARS_PER_CELL; i++)
            out[col].chars[i] = i ? cell->marks[i - 1] : cell->character;
        out[col].attrs.bold = (cell->style & UI_BOLD) != 0;
        out[col].attrs.underline = (cell->style & UI_UNDERLINE) != 0;
        out[col].attrs.strike = cell->struck;
        if (!cell->default_ink)
            vterm_color_rgb(&out[col].fg, (uint8_t)(cell->ink >> 16), (uint8_t)(cell->ink >> 8),
                            (uint8_t)cell->ink);
        if (!cell->default_paper)
            vterm_color_rgb(&out[col].bg, (uint8_t)(cell->paper >> 16), (uint8_t)(cell->paper >> 8),
                            (uint8_t)cell->paper);
    }
}

/* The ring. */

void term_push(Term *term, TermLine *line)
{
    unsigned at = (term->ring_first + term->ring_size) % TERM_SCROLLBACK;
    if (!term->ring)
        term->ring = g_new0(TermLine *, TERM_SCROLLBACK);
    if (term->ring_size == TERM_SCROLLBACK) {
        term_line_free(term->ring[at]);
        term->ring_first = (term->ring_first + 1) % TERM_SCROLLBACK;
    } else {
        term->ring_size++;
    }
    term->ring[at] = line;
    term->first_row++;
    if (term->above)
        term->above = MIN(term->above + 1, term->ring_size + term_is_busy(term));
}

TermLine *term_pop(Term *term)
{
    if (!term->ring_size)
        return NULL;
    term->first_row--;
    term->ring_size--;
    term->above -= term->above > 0;
    return term->ring[(term->ring_first + term->ring_size) % TERM_SCROLLBACK];
}

/* All lines. */

int64_t term_first_line(const Term *term)
{
    return term->first_row - term->ring_size;
}

int64_t term_end_line(const Term *term)
{
    return term->first_row + term->rows;
}

int64_t term_top(const Term *term)
{
    return term->first_row - term->above + term_is_busy(term);
}

static void screen_cells(const Term *term, unsigned row, TermCell cells[TERM_MOST_COLS])
{
    VTermScreenCell cell;
    for (unsigned col = 0; col < term->cols; col++) {
        vterm_screen_get_cell(term->screen, (VTermPos){ .row = (int)row, .col = (int)col }, &cell);
        term_cell_of(term, &cell, &cells[col]);
    }
    mend_halves(cells, term->cols);
}

void term_cells(const Term *term, int64_t line, TermCell cells[TERM_MOST_COLS])
{
    if (line < term_first_line(term) || line >= term_end_line(term))
        blank_cells(cells, 0, term->cols);
    else if (line >= term->first_row)
        screen_cells(term, (unsigned)(line - term->first_row), cells);
    else
        term_line_cells(term,
                        term->ring[(term->ring_first + (unsigned)(line - term_first_line(term))) %
                                   TERM_SCROLLBACK],
                        cells);
}

void term_row(Term *term, unsigned row, TermCell cells[TERM_MOST_COLS])
{
    int64_t line = term_top(term) + row;
    term_cells(term, line, cells);
    for (unsigned col = 0; col < term->cols; col++)
        cells[col].selected = term_is_selected(term, line, (int)col);
}

bool term_cursor(const Term *term, unsigned *col, unsigned *row)
{
    int64_t line = term->by_keys ? term->head.line : term->first_row + term->cursor.row;
    int64_t shown = line - term_top(term);
    *col = (unsigned)(term->by_keys ? term->head.col : term->cursor.col);
    *col = MIN(*col, term->cols - 1);
    *row = (unsigned)MAX(shown, 0);
    return shown >= 0 && shown < (int64_t)term->rows - term_is_busy(term) &&
           (term->by_keys || term->cursor_shown);
}
