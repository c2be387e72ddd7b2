/* SPDX-License-Identifier: MIT */
/*
 * curses_screen.c - the text terminal; see curses_screen.h.
 *
 * Characters need a locale of UTF-8. It is this thread's alone: elsewhere numbers and letters stay as C has them.
 */
#include "emu/ui/curses_screen.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/ui/keys.h"

/* Last: they make macros of everyday words. */
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>

enum { ESCAPE = 27, ESCAPE_DELAY_MS = 25, CUBE = 16, GREYS = 232 };

/* Life. */

bool text_screen_possible(GError **error)
{
    int problem = 0;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return fail(error, EXIT_HOST,
                    "-display curses: standard input and output are not a terminal; run it in one, "
                    "or write -display none");
    if (setupterm(NULL, STDOUT_FILENO, &problem) == OK && cursor_address)
        return true;
    return fail(
        error, EXIT_HOST,
        "-display curses: the terminal '%s' (TERM) is unknown or cannot move its cursor; set "
        "TERM to what it is, for example xterm-256color",
        g_getenv("TERM") ? g_getenv("TERM") : "");
}

static void use_utf8(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", NULL);
    if (!locale || strcmp(nl_langinfo_l(CODESET, locale), "UTF-8"))
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale);
    if (locale)
        uselocale(locale);
}

static const char *text_or_nothing(const char *capability)
{
    return capability ? capability : "";
}

bool text_screen_open(Terminal *terminal, GError **error)
{
    use_utf8();
    if (!newterm(NULL, stdout, stdin))
        return fail(
            error, EXIT_HOST,
            "-display curses: the terminal cannot be used; set TERM to what it is, for example "
            "xterm-256color");
    /* Kept: it may be written by a thread that must not allocate. */
    terminal_at_end(terminal,
                    g_strconcat(text_or_nothing(exit_attribute_mode), text_or_nothing(keypad_local),
                                text_or_nothing(cursor_normal), text_or_nothing(exit_ca_mode), "\r",
                                NULL));
    raw();
    noecho();
    nonl();
    set_escdelay(ESCAPE_DELAY_MS);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    leaveok(stdscr, FALSE);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    return true;
}

void text_screen_close(Terminal *terminal)
{
    endwin();
    terminal_at_end(terminal, NULL);
}

void text_screen_size(int *cols, int *rows)
{
    struct winsize size = { 0 };
    if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col &&
        (size.ws_row != getmaxy(stdscr) || size.ws_col != getmaxx(stdscr)))
        resizeterm(size.ws_row, size.ws_col);
    *cols = getmaxx(stdscr);
    *rows = getmaxy(stdscr);
}

void text_screen_renew(void)
{
    clearok(curscr, TRUE);
}

void text_screen_clear(void)
{
    werase(stdscr);
}

/* Drawing. */

/* Of 256 colours: the cube of 6 x 6 x 6, or a grey. */
static int nearest(UiColor color)
{
    static const uint8_t levels[] = { 0, 95, 135, 175, 215, 255 };
    int parts[3] = { color >> 16 & 255, color >> 8 & 255, color & 255 }, cube = 0, far = 0;
    int mean = (parts[0] + parts[1] + parts[2]) / 3, grey = CLAMP((mean - 3) / 10, 0, 23),
        grey_far = 0;
    for (unsigned i = 0; i < 3; i++) {
        int best = 0;
        for (int j = 1; j < 6; j++)
            best = ABS(parts[i] - levels[j]) < ABS(parts[i] - levels[best]) ? j : best;
        cube = cube * 6 + best;
        far += (parts[i] - levels[best]) * (parts[i] - levels[best]);
        grey_far += (parts[i] - 8 - 10 * grey) * (parts[i] - 8 - 10 * grey);
    }
    return far <= grey_far ? CUBE + cube : GREYS + grey;
}

static int color_number(UiColor color)
{
    if (COLORS >= 256)
        return nearest(color);
    return (color >> 23 & 1) | (color >> 14 & 2) | (color >> 5 & 4);
}

/* -1: the terminal's own. */
static int pair_of(int ink, int paper)
{
    return COLORS >= 8 && (ink >= 0 || paper >= 0) ? alloc_pair(ink, paper) : 0;
}

static void put_cell(int col, int row, const wchar_t *text, attr_t attributes, int pair)
{
    cchar_t cell;
    if (setcchar(&cell, text, attributes, 0, &pair) == OK)
        mvadd_wch(row, col, &cell);
}

int text_screen_text(int col, int row, int end, unsigned style, const char *text)
{
    attr_t attributes = (style & UI_BOLD ? A_BOLD : 0) | (style & UI_UNDERLINE ? A_UNDERLINE : 0) |
                        (style & TEXT_REVERSE ? A_REVERSE : 0);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        int width = g_unichar_iswide(character) ? 2 : 1;
        if (col + width > end)
            break;
        put_cell(col, row,
                 (const wchar_t[]){ (wchar_t)(g_unichar_iscntrl(character) ? ' ' : character), 0 },
                 attributes, 0);
        col += width;
    }
    return col;
}

void text_screen_cells(int row, int cols, const TermCell *cells)
{
    for (int col = 0; col < cols; col++) {
        const TermCell *cell = &cells[col];
        wchar_t text[CCHARW_MAX + 1] = { cell->character ? (wchar_t)cell->character : ' ' };
        if (!cell->width || (cell->width == 2 && col + 1 >= cols))
            continue;
        for (unsigned i = 0; i + 1 < CCHARW_MAX; i++)
            text[i + 1] = (wchar_t)cell->marks[i];
        put_cell(col, row, text,
                 (cell->style & UI_BOLD ? A_BOLD : 0) |
                     (cell->style & UI_UNDERLINE ? A_UNDERLINE : 0) |
                     (cell->selected ? A_REVERSE : 0),
                 pair_of(cell->default_ink ? -1 : color_number(cell->ink),
                         cell->default_paper ? -1 : color_number(cell->paper)));
    }
}

void text_screen_pixels(int col, int row, UiColor above, UiColor below)
{
    put_cell(col, row, L"\u2580", 0, pair_of(color_number(above), color_number(below)));
}

void text_screen_show(int col, int row)
{
    curs_set(col >= 0);
    if (col >= 0)
        move(row, col);
    refresh();
}

/* Keys. */

/* What curses calls it. */
static bool known_key(wint_t code, unsigned *key, unsigned *modifiers)
{
    static const struct {
        int code;
        unsigned key, modifiers;
    } keys[] = {
        { KEY_UP, UI_KEY_UP, 0 },
        { KEY_DOWN, UI_KEY_DOWN, 0 },
        { KEY_LEFT, UI_KEY_LEFT, 0 },
        { KEY_RIGHT, UI_KEY_RIGHT, 0 },
        { KEY_SLEFT, UI_KEY_LEFT, UI_SHIFT },
        { KEY_SRIGHT, UI_KEY_RIGHT, UI_SHIFT },
        { KEY_SR, UI_KEY_UP, UI_SHIFT },
        { KEY_SF, UI_KEY_DOWN, UI_SHIFT },
        { KEY_PPAGE, UI_KEY_PAGE_UP, 0 },
        { KEY_NPAGE, UI_KEY_PAGE_DOWN, 0 },
        { KEY_SPREVIOUS, UI_KEY_PAGE_UP, UI_SHIFT },
        { KEY_SNEXT, UI_KEY_PAGE_DOWN, UI_SHIFT },
        { KEY_HOME, UI_KEY_HOME, 0 },
        { KEY_END, UI_KEY_END, 0 },
        { KEY_ENTER, UI_KEY_ENTER, 0 },
        { KEY_BACKSPACE, UI_KEY_BACKSPACE, 0 },
        { KEY_DC, UI_KEY_DELETE, 0 },
        { KEY_IC, UI_KEY_INSERT, 0 },
        { KEY_BTAB, UI_KEY_TAB, UI_SHIFT },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (keys[i].code != (int)code)
            continue;
        *key = keys[i].key;
        *modifiers = keys[i].modifiers;
        return true;
    }
    *key = UI_KEY_F1 + (code - KEY_F(1));
    *modifiers = 0;
    return code >= KEY_F(1) && code <= KEY_F(12);
}

static void character_key(wint_t code, unsigned *key, unsigned *modifiers)
{
    *modifiers = 0;
    switch (code) {
    case '\r':
    case '\n': *key = UI_KEY_ENTER; break;
    case '\t': *key = UI_KEY_TAB; break;
    case '\b':
    case 0x7f: *key = UI_KEY_BACKSPACE; break;
    case ESCAPE: *key = UI_KEY_ESCAPE; break;
    default:
        *modifiers = code < ' ' ? UI_CTRL : 0;
        *key = code >= ' ' ? code : code && code <= 26 ? code + 'a' - 1 : code + '@';
        break;
    }
}

bool text_screen_key(unsigned *key, unsigned *modifiers)
{
    wint_t code;
    int kind = get_wch(&code);
    if (kind == KEY_CODE_YES)
        return known_key(code, key, modifiers) || text_screen_key(key, modifiers);
    if (kind == ERR)
        return false;
    character_key(code, key, modifiers);
    if (code != ESCAPE)
        return true;
    /* Alt and a key is Escape and that key, at once. */
    kind = get_wch(&code);
    if (kind == ERR)
        return true;
    if (kind == KEY_CODE_YES)
        (void)known_key(code, key, modifiers);
    else
        character_key(code, key, modifiers);
    *modifiers |= UI_ALT;
    return true;
}
