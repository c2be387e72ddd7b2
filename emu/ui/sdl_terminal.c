/* SPDX-License-Identifier: MIT */
/* sdl_terminal.c - a tab that is the terminal of a line; see sdl_views.h. */
#include "emu/ui/sdl_views.h"
#include "emu/ui/sdl_x11.h"
#include "emu/ui/terminal_tab.h"

static void copy(void *opaque, const char *text)
{
    (void)opaque;
    SDL_SetClipboardText(text);
}

static char *paste(void *opaque)
{
    (void)opaque;
    char *sent = x11_paste();
    if (sent)
        return sent;
    char *text = SDL_HasClipboardText() ? SDL_GetClipboardText() : NULL;
    char *own = g_strdup(text);
    SDL_free(text);
    return own;
}

static const TermTabHost host = { .copy = copy, .paste = paste };

void *terminal_view_new(Vc *vc)
{
    return term_tab_new(vc, &host);
}

static void draw(void *view, DrawList *list, UiRect area, bool focused)
{
    TermTab *tab = view;
    term_tab_fit(tab, area);
    term_draw(term_tab_terminal(tab), list, area, focused);
}

static bool poll(void *view, bool shown)
{
    return term_tab_poll(view) && shown;
}

static bool key(void *view, unsigned key, unsigned modifiers)
{
    unsigned term = (modifiers & UI_SHIFT ? TERM_SHIFT : 0) |
                    (modifiers & UI_CTRL ? TERM_CTRL : 0) | (modifiers & UI_ALT ? TERM_ALT : 0);
    Term *terminal = term_tab_terminal(view);
    /* What is typed without them comes as text. */
    bool is_text = key < 0x110000 && !(modifiers & (UI_CTRL | UI_ALT));
    return !is_text && term_key(terminal, key, term);
}

static void text(void *view, const char *utf8)
{
    term_text(term_tab_terminal(view), utf8);
}

static int cell(int at, int from, int size)
{
    int distance = at - from;
    return distance >= 0 ? distance / size : -1;
}

static bool mouse(void *view, const UiMouse *mouse, UiRect area)
{
    Term *terminal = term_tab_terminal(view);
    int col = cell(mouse->x, area.x, UI_CELL_W), row = cell(mouse->y, area.y, UI_CELL_H);
    if (mouse->wheel)
        term_mouse_wheel(terminal, col, row, mouse->wheel, mouse->modifiers);
    else if (mouse->button)
        term_mouse_button(terminal, col, row, mouse->button, mouse->down, mouse->clicks,
                          mouse->modifiers);
    else
        term_mouse_move(terminal, col, row, mouse->modifiers);
    return true;
}

static void leave(void *view)
{
    term_focus(term_tab_terminal(view), false);
}

static void enter(void *view)
{
    term_focus(term_tab_terminal(view), true);
}

static char *title(void *view)
{
    return term_tab_title(view);
}

static void free_view(void *view)
{
    term_tab_free(view);
}

const UiViewType terminal_view = { .draw = draw,
                                   .poll = poll,
                                   .key = key,
                                   .text = text,
                                   .mouse = mouse,
                                   .leave = leave,
                                   .enter = enter,
                                   .title = title,
                                   .free = free_view };
