/* SPDX-License-Identifier: MIT */
/* curses_views.h - what stands in the tabs of -display curses: terminals of lines, panels as text, what guests show. */
#ifndef EMU_UI_CURSES_VIEWS_H
#define EMU_UI_CURSES_VIEWS_H

#include "emu/ui/module.h"
#include "emu/ui/panel.h"
#include "emu/ui/terminal_tab.h"

typedef struct {
    char *title;
    TermTab *terminal;       /* a line; or else: */
    const UiPanelType *type; /* a panel, and what it remembers */
    void *state;
    int above;           /* lines of its text that are above what is seen */
    int text_rows;       /* and of all of it */
    DisplayFrame *frame; /* or else: what output `output` shows */
    unsigned output;
    const UiLink *link;
} TextTab;

/* Each to be freed. Lines that are copied go to `host`. */
TextTab *text_tab_line(Vc *vc, const TermTabHost *host);
TextTab *text_tab_panel(const UiPanelType *type);
TextTab *text_tab_display(const UiLink *link, unsigned output);
void text_tab_free(TextTab *tab);

/* There is room for so much from now on. */
void text_tab_fit(TextTab *tab, int cols, int rows);
/* Takes what is new. True: it is to be drawn again. */
bool text_tab_poll(TextTab *tab);
/* Draws it into `rows` rows from row `top` on, and says where the cursor is: `*col` is negative if nowhere. */
void text_tab_draw(TextTab *tab, const Sights *sights, int top, int cols, int rows, int *col,
                   int *row);
/* Lines appended to `commands` are the monitor's. False: it has no use for the key. */
bool text_tab_key(TextTab *tab, const Sights *sights, unsigned key, unsigned modifiers,
                  GString *commands);

#endif
