/* SPDX-License-Identifier: MIT */
/* terminal_tab.h - a line of the console (vc.h) with its terminal: what stands in a tab. On the window's thread. */
#ifndef EMU_UI_TERMINAL_TAB_H
#define EMU_UI_TERMINAL_TAB_H

#include "emu/console/vc.h"
#include "emu/ui/terminal.h"

/* What it asks of the window. All but `opaque` may be NULL; as TermHost has them. */
typedef struct {
    void (*wake)(
        void *opaque); /* there is something for term_tab_poll; any thread, must not call back */
    void (*copy)(void *opaque, const char *text);
    char *(*paste)(void *opaque);
    void (*bell)(void *opaque);
    void *opaque;
} TermTabHost;

typedef struct TermTab TermTab;

/* Reads `vc` from now on. Both must outlive it. */
TermTab *term_tab_new(Vc *vc, const TermTabHost *host);
void term_tab_free(TermTab *tab);

Term *term_tab_terminal(const TermTab *tab);
/* Takes some of what the line said, as much as takes a few milliseconds. True: it is to be drawn again. */
bool term_tab_poll(TermTab *tab);
/* As large as `area`, or as -chardev says. */
void term_tab_fit(TermTab *tab, UiRect area);
/* The line's name, and what it calls itself; to be freed. */
char *term_tab_title(const TermTab *tab);

#endif
