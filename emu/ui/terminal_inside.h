/* SPDX-License-Identifier: MIT */
/* terminal_inside.h - what the files of the terminal share; see terminal.h. */
#ifndef EMU_UI_TERMINAL_INSIDE_H
#define EMU_UI_TERMINAL_INSIDE_H

#include <vterm.h>

#include "emu/ui/terminal.h"

/* A line that scrolled away. */
typedef struct TermLine TermLine;

/* Lines have numbers: what was first in the terminal is 0, and they grow downwards. So they stay what they are while the
 * screen scrolls. */
typedef struct {
    int64_t line;
    int col;
} TermPoint;

typedef enum { BY_CHARACTER, BY_WORD, BY_LINE } TermUnit;

typedef enum {
    FILTER_TEXT,
    FILTER_ESC,
    FILTER_CSI,
    FILTER_STRING,
    FILTER_STRING_ESC
} TermFilterState;

enum { FILTER_MOST = 256 };

/* Between the line and libvterm. */
typedef struct {
    TermFilterState state;
    char kind; /* of a sequence: '[', ']', ... */
    char sequence[FILTER_MOST];
    unsigned size;
    bool too_long; /* it is not wanted */
    char part[4];  /* the beginning of a character */
    unsigned part_size, marks;
    char last[6]; /* character, for REP */
    unsigned last_size;
} TermFilter;

struct Term {
    const TermHost *host;
    void *opaque;
    VTerm *vterm;
    VTermScreen *screen;
    VTermState *state;
    TermFilter filter;
    unsigned cols, rows;
    bool changed;
    GString *title, *new_title;
    VTermPos cursor, saved; /* saved by the line, for itself */
    bool cursor_shown, alternate;
    int mouse; /* VTERM_PROP_MOUSE_... */
    /* Lines that scrolled away: a ring. NULL until there is one. */
    TermLine **ring;
    unsigned ring_first, ring_size;
    int64_t first_row; /* number of the line that is the screen's first row */
    unsigned
        above; /* rows between the bottom and what is shown; one more while the last row is not shown */
    /* What is selected, from `anchor` to `head`, both included. */
    bool selected;
    bool dragging; /* a button is down, and the mouse moves `head` */
    bool by_keys;  /* keys move `head`, and `anchor` with it unless `marking` */
    bool marking;
    TermUnit unit;
    TermPoint anchor, head;
    uint64_t selected_hash;
    int64_t looked_up_to; /* what first_row was when that was last made or compared */
    /* The search. */
    bool searching, not_found;
    GString *wanted;
    unsigned pressed; /* button that the guest has been told of */
};

/* terminal_filter.c */
void term_filter(Term *term, const uint8_t *data, size_t size);

/* terminal_lines.c */
TermLine *term_line_new(const Term *term, unsigned cols, const VTermScreenCell *cells);
void term_line_free(TermLine *line);
void term_line_cells(const Term *term, const TermLine *line, TermCell cells[TERM_MOST_COLS]);
/* The way back, for a screen that grows. */
void term_line_restore(const Term *term, const TermLine *line, unsigned cols,
                       VTermScreenCell *cells);
void term_cell_of(const Term *term, const VTermScreenCell *cell, TermCell *out);
/* Line number `line`, which may be any, as `cols` cells. */
void term_cells(const Term *term, int64_t line, TermCell cells[TERM_MOST_COLS]);
int64_t term_first_line(const Term *term);
int64_t term_end_line(const Term *term);
/* The number of the first line that is shown. */
int64_t term_top(const Term *term);
void term_push(Term *term, TermLine *line);
TermLine *term_pop(Term *term);

/* terminal_select.c */
bool term_is_selected(const Term *term, int64_t line, int col);
void term_select_begin(Term *term, TermPoint at, TermUnit unit);
void term_select_to(Term *term, TermPoint at);
/* What the line says now may have changed what is selected: then it is no more. */
void term_select_check(Term *term);
void term_copy(Term *term);
/* True: the key is for the selection or the search. */
bool term_select_key(Term *term, unsigned key, unsigned modifiers);
void term_select_keys_begin(Term *term);
void term_search_begin(Term *term);
bool term_search_key(Term *term, unsigned key, unsigned modifiers);
void term_show_line(Term *term, int64_t line);

/* terminal_keys.c */
void term_type(Term *term, const char *data, size_t size);

#endif
