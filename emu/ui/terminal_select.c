/* SPDX-License-Identifier: MIT */
/* terminal_select.c - what is selected, by mouse or keys, and searching; see terminal.h. */
#include <string.h>

#include "emu/ui/terminal_inside.h"

/* What is selected. */

static int compare(TermPoint a, TermPoint b)
{
    return a.line != b.line ? (a.line > b.line) - (a.line < b.line) : a.col - b.col;
}

static bool is_word(const TermCell *cell)
{
    gunichar c = cell->character;
    return !cell->width ||
           (c && (g_unichar_isalnum(c) || (c < 0x80 && strchr("_-./~:@%+#=?&", (int)c))));
}

/* From the first to the last cell, both included. */
static void extent(const Term *term, TermPoint *from, TermPoint *to)
{
    TermCell cells[TERM_MOST_COLS];
    int last = (int)term->cols - 1;
    bool forwards = compare(term->anchor, term->head) <= 0;
    *from = forwards ? term->anchor : term->head;
    *to = forwards ? term->head : term->anchor;
    from->col = term->unit == BY_LINE ? 0 : CLAMP(from->col, 0, last);
    to->col = term->unit == BY_LINE ? last : CLAMP(to->col, 0, last);
    if (term->unit != BY_WORD)
        return;
    term_cells(term, from->line, cells);
    while (from->col > 0 && is_word(&cells[from->col]) && is_word(&cells[from->col - 1]))
        from->col--;
    term_cells(term, to->line, cells);
    while (to->col < last && is_word(&cells[to->col]) && is_word(&cells[to->col + 1]))
        to->col++;
}

bool term_is_selected(const Term *term, int64_t line, int col)
{
    TermPoint from, to, at = { line, col };
    if (!term->selected || line < MIN(term->anchor.line, term->head.line) ||
        line > MAX(term->anchor.line, term->head.line))
        return false;
    extent(term, &from, &to);
    return compare(from, at) <= 0 && compare(at, to) <= 0;
}

static void add_cell(GString *out, const TermCell *cell)
{
    if (!cell->width)
        return;
    g_string_append_unichar(out, cell->character ? cell->character : ' ');
    for (unsigned i = 0; i < G_N_ELEMENTS(cell->marks) && cell->marks[i]; i++)
        g_string_append_unichar(out, cell->marks[i]);
}

/* Adds the cells from `first` to `last`, without what is blank at the line's end. Returns whether the line was full: the
 * next one goes on with it. */
static bool add_line(const Term *term, GString *out, int64_t line, int first, int last)
{
    TermCell cells[TERM_MOST_COLS];
    int end = (int)term->cols;
    term_cells(term, line, cells);
    while (end > 0 && cells[end - 1].width &&
           (!cells[end - 1].character || cells[end - 1].character == ' '))
        end--;
    for (int col = first; col <= last && col < end; col++)
        add_cell(out, &cells[col]);
    return end == (int)term->cols && last == end - 1;
}

static bool begins_blank(const Term *term, int64_t line)
{
    TermCell cells[TERM_MOST_COLS];
    term_cells(term, line, cells);
    return !cells[0].character || cells[0].character == ' ';
}

char *term_selection(Term *term)
{
    TermPoint from, to;
    if (!term->selected)
        return NULL;
    extent(term, &from, &to);
    g_autoptr(GString) out = g_string_new(NULL);
    from.line = MAX(from.line, term_first_line(term));
    to.line = MIN(to.line, term_end_line(term) - 1);
    for (int64_t line = from.line; line <= to.line; line++) {
        int last = line == to.line ? to.col : (int)term->cols - 1;
        bool full = add_line(term, out, line, line == from.line ? from.col : 0, last);
        if (line < to.line && (!full || begins_blank(term, line + 1)))
            g_string_append_c(out, '\n');
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *term_text_shown(Term *term)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (unsigned row = 0; row < term->rows; row++) {
        add_line(term, out, term_top(term) + row, 0, (int)term->cols - 1);
        g_string_append_c(out, '\n');
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void remember(Term *term)
{
    g_autofree char *text = term_selection(term);
    term->selected_hash = text ? g_str_hash(text) : 0;
    term->looked_up_to = term->first_row;
    term->changed = true;
}

/* Lines that scrolled away before the last look do not change: only the oldest go. */
void term_select_check(Term *term)
{
    int64_t from = MIN(term->anchor.line, term->head.line);
    int64_t to = MAX(term->anchor.line, term->head.line);
    bool may_differ = to >= MIN(term->looked_up_to, term->first_row);
    if (!term->selected || term->dragging)
        return;
    term->looked_up_to = term->first_row;
    if (from < term_first_line(term)) {
        term_select_none(term);
        return;
    }
    if (!may_differ)
        return;
    g_autofree char *text = term_selection(term);
    if (g_str_hash(text) != term->selected_hash)
        term_select_none(term);
}

bool term_has_selection(const Term *term)
{
    return term->selected;
}

void term_select_none(Term *term)
{
    term->changed |= term->selected;
    term->selected = false;
}

void term_select_begin(Term *term, TermPoint at, TermUnit unit)
{
    term->anchor = term->head = at;
    term->unit = unit;
    term->selected = unit != BY_CHARACTER;
    remember(term);
}

void term_select_to(Term *term, TermPoint at)
{
    term->selected |= compare(at, term->head) != 0;
    term->head = at;
    remember(term);
}

void term_copy(Term *term)
{
    g_autofree char *text = term_selection(term);
    if (text && *text && term->host->copy)
        term->host->copy(term->opaque, text);
}

bool term_is_busy(const Term *term)
{
    return term->searching || term->by_keys;
}

void term_show_line(Term *term, int64_t line)
{
    int64_t rows = (int64_t)term->rows - term_is_busy(term);
    if (line < term_top(term))
        term_scroll(term, (int)(term_top(term) - line));
    else if (line >= term_top(term) + rows)
        term_scroll(term, (int)(term_top(term) + rows - 1 - line));
}

/* By keys. */

void term_select_keys_begin(Term *term)
{
    term->by_keys = true;
    term->marking = false;
    term_select_none(term);
    term->head = (TermPoint){ term->first_row + term->cursor.row,
                              MIN(term->cursor.col, (int)term->cols - 1) };
    if (term->above)
        term->head = (TermPoint){ term_top(term) + term->rows - 2, 0 };
    term->unit = BY_CHARACTER;
    term_show_line(term, term->head.line);
}

static void end_keys(Term *term)
{
    term->by_keys = term->marking = false;
    term->above = 0;
    term->changed = true;
}

static bool step_of(const Term *term, unsigned key, unsigned modifiers, TermPoint *step)
{
    int page = (int)term->rows - 2;
    bool far = modifiers & TERM_CTRL;
    switch (key) {
    case UI_KEY_UP: *step = (TermPoint){ -1, 0 }; return true;
    case UI_KEY_DOWN: *step = (TermPoint){ 1, 0 }; return true;
    case UI_KEY_LEFT: *step = (TermPoint){ 0, -1 }; return true;
    case UI_KEY_RIGHT: *step = (TermPoint){ 0, 1 }; return true;
    case UI_KEY_PAGE_UP: *step = (TermPoint){ -MAX(page, 1), 0 }; return true;
    case UI_KEY_PAGE_DOWN: *step = (TermPoint){ MAX(page, 1), 0 }; return true;
    case UI_KEY_HOME: *step = (TermPoint){ far ? INT32_MIN : 0, -TERM_MOST_COLS }; return true;
    case UI_KEY_END: *step = (TermPoint){ far ? INT32_MAX : 0, TERM_MOST_COLS }; return true;
    default: return false;
    }
}

static void move_head(Term *term, TermPoint step, bool marking)
{
    TermPoint to = { CLAMP(term->head.line + step.line, term_first_line(term),
                           term_end_line(term) - 1),
                     CLAMP(term->head.col + step.col, 0, (int)term->cols - 1) };
    if (marking && !term->selected)
        term->anchor = term->head;
    term->selected = marking;
    term->head = to;
    remember(term);
    term_show_line(term, to.line);
}

bool term_select_key(Term *term, unsigned key, unsigned modifiers)
{
    TermPoint step;
    if (step_of(term, key, modifiers, &step)) {
        move_head(term, step, term->marking || (modifiers & TERM_SHIFT));
    } else if (key == ' ') {
        term->marking = !term->marking;
        term->anchor = term->head;
        term->selected = term->marking;
        remember(term);
    } else if (key == UI_KEY_ENTER) {
        term_copy(term);
        end_keys(term);
    } else if (key == UI_KEY_ESCAPE) {
        term_select_none(term);
        end_keys(term);
    }
    return true;
}

/* Searching. */

void term_search_begin(Term *term)
{
    term->searching = true;
    term->not_found = false;
    term->changed = true;
}

/* The column where `wanted`, in small letters, begins in the line, -1: it does not; from the last to the first, or the
 * other way. `last` is where it ends. */
static int find_in(const Term *term, int64_t line, const gunichar *wanted, int length, int *last)
{
    TermCell cells[TERM_MOST_COLS];
    gunichar text[TERM_MOST_COLS];
    int cols[TERM_MOST_COLS], n = 0;
    term_cells(term, line, cells);
    for (int col = 0; col < (int)term->cols; col++) {
        cols[n] = col;
        text[n] = cells[col].character ? g_unichar_tolower(cells[col].character) : ' ';
        n += cells[col].width > 0;
    }
    for (int at = 0; at + length <= n; at++) {
        if (memcmp(text + at, wanted, (size_t)length * sizeof *wanted))
            continue;
        *last = cols[at + length - 1];
        return cols[at];
    }
    return -1;
}

/* Looks at lines from `line` on, upwards or downwards. */
static void search(Term *term, int64_t line, int step)
{
    g_autofree char *lower = g_utf8_strdown(term->wanted->str, -1);
    glong length;
    g_autofree gunichar *wanted = g_utf8_to_ucs4_fast(lower, -1, &length);
    term->changed = true;
    term->not_found = length > 0;
    for (; length > 0 && line >= term_first_line(term) && line < term_end_line(term);
         line += step) {
        int last, first = find_in(term, line, wanted, (int)length, &last);
        if (first < 0)
            continue;
        term->not_found = false;
        term->anchor = (TermPoint){ line, first };
        term->head = (TermPoint){ line, last };
        term->unit = BY_CHARACTER;
        term->selected = true;
        remember(term);
        term_show_line(term, line);
        return;
    }
}

static void search_again(Term *term)
{
    term_select_none(term);
    search(term, term_top(term) + term->rows - 2, -1);
}

bool term_search_key(Term *term, unsigned key, unsigned modifiers)
{
    bool down = key == UI_KEY_DOWN || (key == UI_KEY_ENTER && (modifiers & TERM_SHIFT));
    int64_t here = term->selected ? term->head.line : term_top(term) + term->rows - 1;
    if (down || key == UI_KEY_UP || key == UI_KEY_ENTER) {
        search(term, here + (down ? 1 : -1), down ? 1 : -1);
    } else if (key == UI_KEY_BACKSPACE && term->wanted->len) {
        const char *end = term->wanted->str + term->wanted->len;
        g_string_truncate(term->wanted, (gsize)(g_utf8_prev_char(end) - term->wanted->str));
        search_again(term);
    } else if (key == UI_KEY_ESCAPE) {
        term->searching = false;
        term_scroll(term, 0);
    } else if (key < UI_KEY_UP && !modifiers && g_unichar_isprint(key) && term->wanted->len < 100) {
        g_string_append_unichar(term->wanted, key);
        search_again(term);
    }
    return true;
}
