/* SPDX-License-Identifier: MIT */
/*
 * curses_screen.h - the text terminal that -display curses draws on: characters, colours, keys. Only one is open at a time: curses
 * keeps it in variables of its own.
 */
#ifndef EMU_UI_CURSES_SCREEN_H
#define EMU_UI_CURSES_SCREEN_H

#include "emu/console/terminal.h"
#include "emu/ui/module.h"
#include "emu/ui/terminal.h"

/* False: there is no terminal that could be drawn on, which `error` says (EXIT_HOST). Nothing is changed. */
bool text_screen_possible(GError **error);
/* Takes the terminal over, which `terminal` puts back however the program ends. */
bool text_screen_open(Terminal *terminal, GError **error);
void text_screen_close(Terminal *terminal);

/* Its size now, which may be another than before. */
void text_screen_size(int *cols, int *rows);
/* Everything is drawn anew, also what was not changed. */
void text_screen_renew(void);
void text_screen_clear(void);

enum { TEXT_REVERSE = 8 }; /* beside UI_BOLD, UI_UNDERLINE */
/* UTF-8 up to its end or `end`; returns the column behind it. */
int text_screen_text(int col, int row, int end, unsigned style, const char *text);
void text_screen_cells(int row, int cols, const TermCell *cells);
/* Two pixels, one above the other. */
void text_screen_pixels(int col, int row, UiColor above, UiColor below);
/* Shows what was drawn, and the cursor there, or nowhere if `col` is negative. */
void text_screen_show(int col, int row);

/* The next key, as ui_key gets it (a character, UiKey, UI_KEY_F1...), with modifiers of UI_SHIFT, UI_CTRL, UI_ALT. False:
 * none was pressed. */
bool text_screen_key(unsigned *key, unsigned *modifiers);

#endif
