/* SPDX-License-Identifier: MIT */
/*
 * terminal.h - a terminal as xterm is one: what a line says becomes a screen, keys become what the line gets. libvterm knows
 * the sequences; what scrolled away, what is selected, and the drawing are here. It knows no window: positions are cells,
 * the drawing is a list. One thread.
 *
 * terminal.c        life, and what the line says      terminal_lines.c   lines that scrolled away
 * terminal_keys.c   keys, pasting                     terminal_mouse.c   the mouse
 * terminal_select.c what is selected; searching       terminal_draw.c    drawing
 * terminal_filter.c  between line and libvterm        terminal_tab.c     with a line of the console
 */
#ifndef EMU_UI_TERMINAL_H
#define EMU_UI_TERMINAL_H

#include <stddef.h>

#include "emu/ui/draw.h"
#include "emu/ui/key.h"

enum { TERM_SHIFT = 1, TERM_CTRL = 2, TERM_ALT = 4 };
enum { TERM_KEY_F1 = 0x110100 }; /* F2 is one more, and so on up to F12 */
enum {
    TERM_LEAST_COLS = 2 /* of a wide character */,
    TERM_MOST_COLS = 500,
    TERM_MOST_ROWS = 200,
    TERM_SCROLLBACK = 10000
};

typedef struct Term Term;

/* What a terminal asks of whoever has it. All may be NULL. */
typedef struct {
    void (*type)(void *opaque, const char *data, size_t size); /* to the line */
    void (*copy)(void *opaque, const char *text);              /* into the clipboard; UTF-8 */
    char *(*paste)(void *opaque); /* what is in the clipboard, of g_malloc; NULL: nothing */
    void (*bell)(void *opaque);
    void (*resized)(void *opaque, unsigned cols, unsigned rows); /* by term_resize */
} TermHost;

/* `host` must outlive it. */
Term *term_new(unsigned cols, unsigned rows, const TermHost *host, void *opaque);
void term_free(Term *term);

/* What the line says. */
void term_write(Term *term, const uint8_t *data, size_t size);
/* Sizes that are not possible are the nearest that are. */
void term_resize(Term *term, unsigned cols, unsigned rows);
/* As large as can be drawn into `area`. */
void term_fit(Term *term, UiRect area);
void term_size(const Term *term, unsigned *cols, unsigned *rows);
/* What the line called itself; "" if nothing. */
const char *term_title(const Term *term);
/* Would it be drawn otherwise than when this was asked before? */
bool term_changed(Term *term);

/* `key`: of UiKey or TERM_KEY_F1..., or a character as it is on the keyboard, which is typed as it is but for Ctrl and Alt.
 * False: it has no use for it. */
bool term_key(Term *term, unsigned key, unsigned modifiers);
/* What somebody typed, as characters. */
void term_text(Term *term, const char *utf8);
void term_paste(Term *term, const char *utf8);
/* Is there something selected that could be copied? */
bool term_has_selection(const Term *term);
/* What is selected; to be freed. NULL: nothing is. */
char *term_selection(Term *term);
void term_select_none(Term *term);
/* Keys go to the selection or the search until it ends. */
bool term_is_busy(const Term *term);
/* What they do then, in place of the last row; to be freed. NULL: it is not busy. */
char *term_prompt(const Term *term);
/* It has the keyboard, or has it no more. */
void term_focus(Term *term, bool has);
/* Shows what is `lines` further up, or down if negative. */
void term_scroll(Term *term, int lines);

/* The mouse, in cells from the upper left; positions outside are the nearest inside. `button` 1 left, 2 middle, 3 right;
 * `clicks`: how many of that button in quick succession. */
void term_mouse_button(Term *term, int col, int row, unsigned button, bool down, unsigned clicks,
                       unsigned modifiers);
void term_mouse_move(Term *term, int col, int row, unsigned modifiers);
void term_mouse_wheel(Term *term, int col, int row, int notches, unsigned modifiers);

/* Draws it into the upper left of `area`, which is filled. `focused`: it has the keyboard. */
void term_draw(Term *term, DrawList *list, UiRect area, bool focused);
/* The lines that are shown as text, each with its end, without spaces at theirs; to be freed. */
char *term_text_shown(Term *term);

/* For those who draw it by themselves: a character's place. */
typedef struct {
    gunichar character; /* 0: nothing; of the right half of a wide one, too */
    gunichar marks[5];  /* combined with it, up to a 0 */
    uint8_t width;      /* 1, 2, or 0: the right half of a wide one */
    uint8_t style;      /* UI_BOLD, UI_UNDERLINE */
    bool struck, selected;
    bool default_ink, default_paper; /* the line asked for no colour */
    UiColor ink, paper;              /* reversed already, not so if selected */
} TermCell;

/* Row `row` of what is shown. */
void term_row(Term *term, unsigned row, TermCell cells[TERM_MOST_COLS]);
/* False: it is not to be seen. */
bool term_cursor(const Term *term, unsigned *col, unsigned *row);

#endif
