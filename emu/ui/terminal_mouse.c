/* SPDX-License-Identifier: MIT */
/*
 * terminal_mouse.c - the mouse; see terminal.h. It selects, unless the guest asked to be told of it; with Shift it selects
 * then, too.
 */
#include "emu/ui/terminal_inside.h"

enum { WHEEL_LINES = 3 };
enum { WHEEL_UP = 4, WHEEL_DOWN = 5 }; /* as buttons for the guest */

static bool is_guests(const Term *term, unsigned modifiers)
{
    return term->mouse != VTERM_PROP_MOUSE_NONE && !(modifiers & TERM_SHIFT) && !term->above &&
           !term_is_busy(term);
}

static TermPoint point(const Term *term, int col, int row)
{
    return (TermPoint){ term_top(term) + CLAMP(row, 0, (int)term->rows - 1),
                        CLAMP(col, 0, (int)term->cols - 1) };
}

static VTermModifier vterm_modifiers(unsigned modifiers)
{
    return (VTermModifier)((modifiers & TERM_CTRL ? VTERM_MOD_CTRL : 0) |
                           (modifiers & TERM_ALT ? VTERM_MOD_ALT : 0));
}

static void move_guests(Term *term, int col, int row, unsigned modifiers)
{
    vterm_mouse_move(term->vterm, CLAMP(row, 0, (int)term->rows - 1),
                     CLAMP(col, 0, (int)term->cols - 1), vterm_modifiers(modifiers));
}

static void press_left(Term *term, TermPoint at, unsigned clicks, unsigned modifiers)
{
    static const TermUnit units[] = { BY_CHARACTER, BY_WORD, BY_LINE };
    if (modifiers & TERM_SHIFT && term->selected)
        term_select_to(term, at);
    else
        term_select_begin(term, at, units[(MAX(clicks, 1) - 1) % G_N_ELEMENTS(units)]);
    term->dragging = true;
}

void term_mouse_button(Term *term, int col, int row, unsigned button, bool down, unsigned clicks,
                       unsigned modifiers)
{
    bool told = term->pressed == button && !down;
    if (button < 1 || button > 3)
        return;
    if (told || (down && is_guests(term, modifiers))) {
        move_guests(term, col, row, modifiers);
        vterm_mouse_button(term->vterm, (int)button, down, vterm_modifiers(modifiers));
        term->pressed = down ? button : 0;
        return;
    }
    if (button == 1 && down && !term->by_keys)
        press_left(term, point(term, col, row), clicks, modifiers);
    else if (button == 1)
        term->dragging = false;
    else if (button == 2 && down)
        (void)term_key(term, 'v', TERM_CTRL | TERM_SHIFT);
}

void term_mouse_move(Term *term, int col, int row, unsigned modifiers)
{
    if (term->dragging) {
        if (row < 0 || row >= (int)term->rows)
            term_scroll(term, row < 0 ? 1 : -1);
        term_select_to(term, point(term, col, row));
    } else if (term->pressed || is_guests(term, modifiers)) {
        move_guests(term, col, row, modifiers);
    }
}

void term_mouse_wheel(Term *term, int col, int row, int notches, unsigned modifiers)
{
    unsigned button = notches > 0 ? WHEEL_UP : WHEEL_DOWN;
    bool guests = is_guests(term, modifiers);
    notches = CLAMP(notches, -20, 20);
    if (!guests && !(term->alternate && !term_is_busy(term))) {
        term_scroll(term, notches * WHEEL_LINES);
        return;
    }
    if (guests)
        move_guests(term, col, row, modifiers);
    /* A program that has the whole screen scrolls by itself: by what it is told of the mouse, or else by keys. */
    for (int i = 0; i < ABS(notches) * (guests ? 1 : WHEEL_LINES); i++) {
        if (guests)
            vterm_mouse_button(term->vterm, (int)button, true, vterm_modifiers(modifiers));
        else
            (void)term_key(term, notches > 0 ? UI_KEY_UP : UI_KEY_DOWN, 0);
    }
}
