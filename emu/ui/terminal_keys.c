/* SPDX-License-Identifier: MIT */
/*
 * terminal_keys.c - keys and pasting; see terminal.h.
 *
 * Characters with Ctrl and Alt are what xterm makes of them: libvterm's newer encoding of Ctrl-I and the like is unknown to
 * most of what runs in guests.
 */
#include <string.h>

#include "emu/ui/terminal_inside.h"

void term_type(Term *term, const char *data, size_t size)
{
    if (size && term->host->type)
        term->host->type(term->opaque, data, size);
}

/* Typing shows where it goes. */
static void show_end(Term *term)
{
    term->changed |= term->above > 0;
    term->above = 0;
}

void term_text(Term *term, const char *utf8)
{
    if (term_is_busy(term)) {
        for (const char *c = utf8; *c; c = g_utf8_next_char(c))
            (void)term_key(term, g_utf8_get_char(c), 0);
        return;
    }
    show_end(term);
    term_type(term, utf8, strlen(utf8));
}

/* Pasting. */

/* As if it was typed: ends of lines are what Enter types, and what could do more than be typed is left out, also the end of
 * a bracketed paste. */
static GString *typeable(const char *utf8)
{
    GString *out = g_string_sized_new(strlen(utf8));
    g_autofree char *valid = g_utf8_make_valid(utf8, -1);
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        if (character == '\n' && c > valid && c[-1] == '\r')
            continue;
        if (character == '\n' || character == '\r')
            g_string_append_c(out, '\r');
        else if (character == '\t' || !g_unichar_iscntrl(character))
            g_string_append_len(out, c, g_utf8_next_char(c) - c);
    }
    return out;
}

void term_paste(Term *term, const char *utf8)
{
    GString *text = typeable(utf8);
    show_end(term);
    vterm_keyboard_start_paste(term->vterm);
    term_type(term, text->str, text->len);
    vterm_keyboard_end_paste(term->vterm);
    g_string_free(text, TRUE);
}

static void paste_clipboard(Term *term)
{
    g_autofree char *text = term->host->paste ? term->host->paste(term->opaque) : NULL;
    if (text)
        term_paste(term, text);
}

/* The terminal's own keys. */

static void select_keys_or_not(Term *term)
{
    if (term->by_keys)
        (void)term_select_key(term, UI_KEY_ESCAPE, 0);
    else
        term_select_keys_begin(term);
}

static bool own_character(Term *term, unsigned key)
{
    switch (key) {
    case 'c': term_copy(term); return true;
    case 'v': paste_clipboard(term); return true;
    case 'f': term_search_begin(term); return true;
    case ' ': select_keys_or_not(term); return true;
    default: return false;
    }
}

static bool own_key(Term *term, unsigned key, unsigned modifiers)
{
    int page = MAX((int)term->rows - 1, 1);
    if (modifiers == (TERM_CTRL | TERM_SHIFT)) {
        if (key == UI_KEY_UP || key == UI_KEY_DOWN) {
            term_scroll(term, key == UI_KEY_UP ? 1 : -1);
            return true;
        }
        return key < UI_KEY_UP && own_character(term, g_unichar_tolower(key));
    }
    if (modifiers == TERM_CTRL && key == UI_KEY_INSERT) {
        term_copy(term);
        return true;
    }
    if (modifiers != TERM_SHIFT || term_is_busy(term))
        return false;
    switch (key) {
    case UI_KEY_INSERT: paste_clipboard(term); return true;
    case UI_KEY_PAGE_UP: term_scroll(term, page); return true;
    case UI_KEY_PAGE_DOWN: term_scroll(term, -page); return true;
    case UI_KEY_HOME: term_scroll(term, TERM_SCROLLBACK); return true;
    case UI_KEY_END: term_scroll(term, -TERM_SCROLLBACK); return true;
    default: return false;
    }
}

/* The guest's. */

/* What Ctrl makes of a character; -1: nothing. */
static int control(unsigned key)
{
    static const char others[] = " @2\0[3\033\\4\034]5\035^6~`\036_7/-\037?8\177";
    if ((key >= 'a' && key <= 'z') || (key >= 'A' && key <= 'Z'))
        return (int)key & 0x1f;
    if (!key || key >= 0x80)
        return -1;
    for (size_t i = 0, begin = 0; i < sizeof others - 1; i++) {
        bool is_code = others[i] < ' ' || others[i] == 0x7f;
        if (is_code && memchr(others + begin, (int)key, i - begin))
            return others[i];
        begin = is_code ? i + 1 : begin;
    }
    return -1;
}

static bool type_character(Term *term, unsigned key, unsigned modifiers)
{
    char text[8] = "\033";
    size_t size = (modifiers & TERM_ALT) != 0;
    int code = modifiers & TERM_CTRL ? control(key) : -1;
    if (!(modifiers & (TERM_CTRL | TERM_ALT)) || !g_unichar_validate(key))
        return false;
    if (code >= 0)
        text[size++] = (char)code;
    else
        size += (size_t)g_unichar_to_utf8(key, text + size);
    term_type(term, text, size);
    return true;
}

static VTermKey vterm_key(unsigned key)
{
    static const struct {
        unsigned key;
        VTermKey vterm;
    } keys[] = {
        { UI_KEY_UP, VTERM_KEY_UP },
        { UI_KEY_DOWN, VTERM_KEY_DOWN },
        { UI_KEY_LEFT, VTERM_KEY_LEFT },
        { UI_KEY_RIGHT, VTERM_KEY_RIGHT },
        { UI_KEY_PAGE_UP, VTERM_KEY_PAGEUP },
        { UI_KEY_PAGE_DOWN, VTERM_KEY_PAGEDOWN },
        { UI_KEY_HOME, VTERM_KEY_HOME },
        { UI_KEY_END, VTERM_KEY_END },
        { UI_KEY_ENTER, VTERM_KEY_ENTER },
        { UI_KEY_ESCAPE, VTERM_KEY_ESCAPE },
        { UI_KEY_BACKSPACE, VTERM_KEY_BACKSPACE },
        { UI_KEY_DELETE, VTERM_KEY_DEL },
        { UI_KEY_TAB, VTERM_KEY_TAB },
        { UI_KEY_INSERT, VTERM_KEY_INS },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (keys[i].key == key)
            return keys[i].vterm;
    unsigned number = key - TERM_KEY_F1;
    return number < 12 ? (VTermKey)VTERM_KEY_FUNCTION(number + 1) : VTERM_KEY_NONE;
}

static VTermModifier vterm_modifiers(VTermKey key, unsigned modifiers)
{
    bool is_literal =
        key == VTERM_KEY_ENTER || key == VTERM_KEY_ESCAPE || key == VTERM_KEY_BACKSPACE;
    unsigned out = modifiers & TERM_ALT ? VTERM_MOD_ALT : VTERM_MOD_NONE;
    if (modifiers & TERM_SHIFT && !is_literal)
        out |= VTERM_MOD_SHIFT;
    if (modifiers & TERM_CTRL && !is_literal && key != VTERM_KEY_TAB)
        out |= VTERM_MOD_CTRL;
    return (VTermModifier)out;
}

bool term_key(Term *term, unsigned key, unsigned modifiers)
{
    if (own_key(term, key, modifiers))
        return true;
    if (term->searching)
        return term_search_key(term, key, modifiers);
    if (term->by_keys)
        return term_select_key(term, key, modifiers);
    VTermKey special = vterm_key(key);
    if (special == VTERM_KEY_NONE && !type_character(term, key, modifiers))
        return false;
    show_end(term);
    if (special != VTERM_KEY_NONE)
        vterm_keyboard_key(term->vterm, special, vterm_modifiers(special, modifiers));
    return true;
}
