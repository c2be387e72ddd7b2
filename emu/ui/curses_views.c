/* SPDX-License-Identifier: MIT */
/* curses_views.c - what stands in the tabs of -display curses; see curses_views.h. */
#include "emu/ui/curses_views.h"

#include <string.h>

#include "emu/display/input.h"
#include "emu/display/keys.h"
#include "emu/ui/curses_screen.h"
#include "emu/ui/keys.h"

/* Life. */

TextTab *text_tab_line(Vc *vc, const TermTabHost *host)
{
    TextTab *tab = g_new0(TextTab, 1);
    tab->terminal = term_tab_new(vc, host);
    tab->title = g_strdup(vc_name(vc));
    return tab;
}

TextTab *text_tab_panel(const UiPanelType *type)
{
    TextTab *tab = g_new0(TextTab, 1);
    tab->type = type;
    tab->state = g_malloc0(MAX(type->state_size, 1));
    tab->title = g_strdup(type->title);
    return tab;
}

TextTab *text_tab_display(const UiLink *link, unsigned output)
{
    TextTab *tab = g_new0(TextTab, 1);
    tab->frame = g_new0(DisplayFrame, 1);
    tab->link = link;
    tab->output = output;
    tab->title = g_strdup(display_name(link->subjects->display, output));
    return tab;
}

void text_tab_free(TextTab *tab)
{
    term_tab_free(tab->terminal);
    if (tab->frame)
        display_frame_clear(tab->frame);
    g_free(tab->frame);
    g_free(tab->state);
    g_free(tab->title);
    g_free(tab);
}

bool text_tab_poll(TextTab *tab)
{
    if (tab->terminal)
        return term_tab_poll(tab->terminal);
    return tab->frame && display_take(tab->link->subjects->display, tab->output, tab->frame);
}

void text_tab_fit(TextTab *tab, int cols, int rows)
{
    if (tab->terminal)
        term_tab_fit(tab->terminal,
                     (UiRect){ 0, 0, cols * UI_CELL_W + UI_CELL_W - 1, rows * UI_CELL_H });
}

/* Lines. */

static void draw_terminal(TextTab *tab, int top, int cols, int rows, int *col, int *row)
{
    Term *term = term_tab_terminal(tab->terminal);
    TermCell cells[TERM_MOST_COLS];
    unsigned have_cols, have_rows, at_col, at_row;
    term_size(term, &have_cols, &have_rows);
    for (unsigned i = 0; i < have_rows && (int)i < rows; i++) {
        term_row(term, i, cells);
        text_screen_cells(top + (int)i, MIN((int)have_cols, cols), cells);
    }
    g_autofree char *prompt = term_prompt(term);
    if (prompt)
        text_screen_text(0, top + MIN((int)have_rows, rows) - 1, cols, TEXT_REVERSE, prompt);
    if (term_cursor(term, &at_col, &at_row) && (int)at_col < cols && (int)at_row < rows) {
        *col = (int)at_col;
        *row = top + (int)at_row;
    }
}

static bool line_key(const TextTab *tab, unsigned key, unsigned modifiers)
{
    Term *term = term_tab_terminal(tab->terminal);
    char text[8] = { 0 };
    if (key >= UI_KEY_UP || modifiers)
        return term_key(term, key, modifiers);
    g_unichar_to_utf8(key, text);
    term_text(term, text);
    return true;
}

/* Panels: what the monitor's command prints. */

static char *panel_text(const TextTab *tab, const Sights *sights)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (unsigned i = 0; sights && i < SIGHT_COUNT; i++)
        if (tab->type->sights >> i & 1 && sights->sights[i] && sight_types[i].print)
            sight_types[i].print(sights->sights[i], out);
    if (!out->len)
        g_string_append(out, "nothing yet\n");
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void draw_panel(TextTab *tab, const Sights *sights, int top, int cols, int rows)
{
    g_autofree char *text = panel_text(tab, sights);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    tab->text_rows = (int)g_strv_length(lines) - 1;
    tab->above = CLAMP(tab->above, 0, MAX(tab->text_rows - rows, 0));
    for (int i = 0; i < rows && tab->above + i < tab->text_rows; i++)
        text_screen_text(0, top + i, cols, 0, lines[tab->above + i]);
}

static bool panel_key(TextTab *tab, const Sights *sights, unsigned key, unsigned modifiers,
                      GString *commands)
{
    enum { PAGE = 10 };
    if (!modifiers && sights && tab->type->key && tab->type->key(tab->state, sights, key, commands))
        return true;
    switch (key) {
    case UI_KEY_UP: tab->above--; return true;
    case UI_KEY_DOWN: tab->above++; return true;
    case UI_KEY_PAGE_UP: tab->above -= PAGE; return true;
    case UI_KEY_PAGE_DOWN: tab->above += PAGE; return true;
    case UI_KEY_HOME: tab->above = 0; return true;
    case UI_KEY_END: tab->above = tab->text_rows; return true;
    default: return false;
    }
}

/* What guests show. */

/* The mean of the picture's pixels that belong to one of the screen's: column `x` of `across`, row `y` of `down`. */
static UiColor mean(const DisplayFrame *frame, int x, int y, int across, int down)
{
    unsigned left = (unsigned)x * frame->width / (unsigned)across;
    unsigned right = MAX((unsigned)(x + 1) * frame->width / (unsigned)across, left + 1);
    unsigned top = (unsigned)y * frame->height / (unsigned)down;
    unsigned bottom = MAX((unsigned)(y + 1) * frame->height / (unsigned)down, top + 1);
    uint64_t red = 0, green = 0, blue = 0, n = (uint64_t)(right - left) * (bottom - top);
    for (unsigned i = top; i < bottom; i++) {
        for (unsigned j = left; j < right; j++) {
            uint32_t pixel = frame->pixels[(size_t)i * frame->width + j];
            red += pixel >> 16 & 255;
            green += pixel >> 8 & 255;
            blue += pixel & 255;
        }
    }
    return (UiColor)(red / n << 16 | green / n << 8 | blue / n);
}

static void draw_display(const TextTab *tab, int top, int cols, int rows)
{
    const DisplayFrame *frame = tab->frame;
    if (!frame->width || !frame->height) {
        text_screen_text(0, top, cols, 0, "The guest shows nothing here.");
        return;
    }
    /* Half a character is about as high as wide. */
    int across = cols, down = (int)((int64_t)cols * frame->height / frame->width);
    if (down > 2 * rows) {
        down = 2 * rows;
        across = (int)((int64_t)down * frame->width / frame->height);
    }
    across = CLAMP(across, 1, (int)MIN((unsigned)cols, frame->width));
    down = CLAMP(down & ~1, 2, 2 * rows);
    for (int row = 0; row < down / 2; row++)
        for (int col = 0; col < across; col++)
            text_screen_pixels(col, top + row, mean(frame, col, 2 * row, across, down),
                               mean(frame, col, 2 * row + 1, across, down));
}

/* The name of the key that types a character on an American keyboard, with "shift-" before it if it takes that. */
static const char *name_of_character(unsigned character)
{
    static const char *const names[] = {
        " spc",
        "!shift-1",
        "\"shift-apostrophe",
        "#shift-3",
        "$shift-4",
        "%shift-5",
        "&shift-7",
        "'apostrophe",
        "(shift-9",
        ")shift-0",
        "*shift-8",
        "+shift-equal",
        ",comma",
        "-minus",
        ".dot",
        "/slash",
        ":shift-semicolon",
        ";semicolon",
        "<shift-comma",
        "=equal",
        ">shift-dot",
        "?shift-slash",
        "@shift-2",
        "[bracket_left",
        "\\backslash",
        "]bracket_right",
        "^shift-6",
        "_shift-minus",
        "`grave_accent",
        "{shift-bracket_left",
        "|shift-backslash",
        "}shift-bracket_right",
        "~shift-grave_accent",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if ((unsigned)names[i][0] == character)
            return names[i] + 1;
    return NULL;
}

static const char *name_of_key(unsigned key)
{
    static const char *const names[] = { "up",        "down",   "left", "right", "pgup",
                                         "pgdn",      "home",   "end",  "ret",   "esc",
                                         "backspace", "delete", "tab",  "insert" };
    static const char *const functions[] = { "f1", "f2", "f3", "f4",  "f5",  "f6",
                                             "f7", "f8", "f9", "f10", "f11", "f12" };
    if (key - UI_KEY_F1 < G_N_ELEMENTS(functions))
        return functions[key - UI_KEY_F1];
    return key - UI_KEY_UP < G_N_ELEMENTS(names) ? names[key - UI_KEY_UP] : NULL;
}

/* Presses it and lets it go, with what has to be held meanwhile. */
static bool display_key(const TextTab *tab, unsigned key, unsigned modifiers)
{
    Machine *machine = tab->link->subjects->machine;
    bool is_capital = key >= 'A' && key <= 'Z';
    char letter[2] = { (char)(is_capital ? key - 'A' + 'a' : key), 0 };
    bool is_plain = key < 0x80 && g_ascii_isalnum((char)key);
    const char *name = is_plain          ? letter
                       : key < UI_KEY_UP ? name_of_character(key)
                                         : name_of_key(key);
    if (!name)
        return false;
    bool shift = is_capital || g_str_has_prefix(name, "shift-") || modifiers & UI_SHIFT;
    name += g_str_has_prefix(name, "shift-") ? strlen("shift-") : 0;
    const char *const held[] = { shift ? "shift" : NULL, modifiers & UI_CTRL ? "ctrl" : NULL,
                                 modifiers & UI_ALT ? "alt" : NULL, name };
    for (int i = 0; i < 8; i++) {
        const char *which = held[i < 4 ? i : 7 - i];
        if (which)
            input_post_key(machine, key_find(which, strlen(which)), i < 4);
    }
    return true;
}

/* All of them. */

void text_tab_draw(TextTab *tab, const Sights *sights, int top, int cols, int rows, int *col,
                   int *row)
{
    *col = -1;
    if (tab->terminal)
        draw_terminal(tab, top, cols, rows, col, row);
    else if (tab->type)
        draw_panel(tab, sights, top, cols, rows);
    else
        draw_display(tab, top, cols, rows);
}

bool text_tab_key(TextTab *tab, const Sights *sights, unsigned key, unsigned modifiers,
                  GString *commands)
{
    if (tab->terminal)
        return line_key(tab, key, modifiers);
    if (tab->type)
        return panel_key(tab, sights, key, modifiers, commands);
    return display_key(tab, key, modifiers);
}
