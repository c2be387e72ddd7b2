/* SPDX-License-Identifier: MIT */
/* test_terminal.c - sequences of ECMA-48 and xterm make known screens; keys make what xterm types; what is selected. */
#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "emu/ui/palette.h"
#include "emu/ui/terminal_tab.h"

typedef struct {
    Term *term;
    GString *typed, *copied;
    char *clipboard;
    unsigned bells;
} Rig;

static void on_type(void *opaque, const char *data, size_t size)
{
    g_string_append_len(((Rig *)opaque)->typed, data, (gssize)size);
}

static void on_copy(void *opaque, const char *text)
{
    g_string_assign(((Rig *)opaque)->copied, text);
}

static char *on_paste(void *opaque)
{
    return g_strdup(((Rig *)opaque)->clipboard);
}

static void on_bell(void *opaque)
{
    ((Rig *)opaque)->bells++;
}

static const TermHost host = {
    .type = on_type, .copy = on_copy, .paste = on_paste, .bell = on_bell
};

static void begin(Rig *r, unsigned cols, unsigned rows)
{
    *r = (Rig){ .typed = g_string_new(NULL), .copied = g_string_new(NULL) };
    r->term = term_new(cols, rows, &host, r);
}

static void end(Rig *r)
{
    term_free(r->term);
    g_string_free(r->typed, TRUE);
    g_string_free(r->copied, TRUE);
}

static void say(Rig *r, const char *text)
{
    term_write(r->term, (const uint8_t *)text, strlen(text));
}

static void expect_shown(Rig *r, const char *expected, const char *what)
{
    g_autofree char *text = term_text_shown(r->term);
    cr_expect_str_eq(text, expected, "%s: shows\n%sand not\n%s", what, text, expected);
}

static void expect_typed(Rig *r, const char *expected, const char *what)
{
    g_autofree char *got = g_strescape(r->typed->str, NULL);
    cr_expect_str_eq(r->typed->str, expected, "%s: typed \"%s\"", what, got);
    g_string_truncate(r->typed, 0);
}

/* Screens of 8 columns and 4 rows. */
Test(terminal, screens)
{
    static const struct {
        const char *what, *said, *shown;
    } cases[] = {
        { "lines", "ab\r\ncd", "ab\ncd\n\n\n" },
        { "wraps", "abcdefghij", "abcdefgh\nij\n\n\n" },
        { "CUP", "\033[2;3Hx\033[4;8Hy", "\n  x\n\n       y\n" },
        { "CUU CUD CUF CUB", "\033[3;3Ha\033[1A\033[1Cb\033[2B\033[3Dc", "\n    b\n  a\n  c\n" },
        { "ED above", "a\r\nb\r\nc\033[2;1H\033[1J", "\n\nc\n\n" },
        { "ED all", "a\r\nb\033[2Jc", "\n c\n\n\n" },
        { "EL", "abcdef\033[3D\033[K", "abc\n\n\n\n" },
        { "ICH DCH", "abcdef\033[1;3H\033[2@\033[1;1H\033[1P", "b  cdef\n\n\n\n" },
        { "IL DL", "a\r\nb\r\nc\r\nd\033[2;1H\033[1L", "a\n\nb\nc\n" },
        { "DL", "a\r\nb\r\nc\r\nd\033[2;1H\033[2M", "a\nd\n\n\n" },
        { "DECSTBM", "a\r\nb\r\nc\r\nd\033[2;3r\033[3;1H\nx", "a\nc\nx\nd\n" },
        { "RI", "a\r\nb\033[1;1H\033Mz", "z\na\nb\n\n" },
        { "scrolls", "a\r\nb\r\nc\r\nd\r\ne", "b\nc\nd\ne\n" },
        { "DECSC DECRC", "a\0337\033[4;4Hb\0338c", "ac\n\n\n   b\n" },
        { "tabs", "a\tb", "a      b\n\n\n\n" },
        { "alternate", "old\033[?1049hnew\033[?1049l!", "old!\n\n\n\n" },
        { "in the alternate", "old\033[?1049h\033[Hnew", "new\n\n\n\n" },
        { "UTF-8", "\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac\n\n\n\n" },
        { "wide",
          "a\xe4\xb8\xad"
          "b",
          "a\xe4\xb8\xad"
          "b\n\n\n\n" },
        { "wide at the edge", "1234567\xe4\xb8\xad", "1234567\n\xe4\xb8\xad\n\n\n" },
        { "combining", "e\xcc\x81x", "e\xcc\x81x\n\n\n\n" },
        { "DEC graphics", "\033(0qx\033(Bq", "\xe2\x94\x80\xe2\x94\x82q\n\n\n\n" },
        { "unknown", "a\033[?9999h\033]999;x\ab\033P1$r\033\\c", "abc\n\n\n\n" },
        { "SGR", "\033[31mred\033[0m", "red\n\n\n\n" },
        { "REP", "\0337x\033[3b.", "xxxx.\n\n\n\n" },
        { "REP of nothing", "\033[5bx", "x\n\n\n\n" },
        { "REP of a mark", "e\xcc\x81\033[b",
          "e\xcc\x81"
          "e\n\n\n\n" },
        { "too many parameters", "\033[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1Hx",
          "x\n\n\n\n" },
        { "large parameters", "\033[99999999999999999999;99999999999999999999Hx",
          "\n\n\n       x\n" },
        { "C1 in UTF-8",
          "a\xc2\x9b"
          "5b\xc2\x85",
          "a5b\n\n\n\n" },
        { "not UTF-8",
          "a\xff"
          "b\xe2\x82"
          "c\xed\xa0\x80",
          "a\xef\xbf\xbd"
          "b\xef\xbf\xbd"
          "c\xef\xbf\xbd"
          "\n\n\n\n" },
        { "cancelled", "\033[3\030a\033]2;x\032b", "ab\n\n\n\n" },
        { "controls within", "a\033[\r2Cb", "a b\n\n\n\n" },
        { "strings", "\033]52;c;eA==\a\033Pq#0\033\\\033_x\033\\\033^y\033\\\033Xz\033\\a",
          "a\n\n\n\n" },
        { "string without an end", "\033]0;x\033[2Cy", "  y\n\n\n\n" },
        { "BS", "abc\b\bX", "aXc\n\n\n\n" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Rig whole, pieces;
        begin(&whole, 8, 4);
        begin(&pieces, 8, 4);
        say(&whole, cases[i].said);
        /* A byte at a time it is the same. */
        for (const char *c = cases[i].said; *c; c++)
            term_write(pieces.term, (const uint8_t *)c, 1);
        expect_shown(&whole, cases[i].shown, cases[i].what);
        expect_shown(&pieces, cases[i].shown, cases[i].what);
        end(&whole);
        end(&pieces);
    }
}

Test(terminal, attributes)
{
    static const struct {
        const char *said;
        UiColor ink, paper;
        unsigned style;
    } cases[] = {
        { "x", UI_TEXT, UI_BACK, 0 },
        { "\033[1mx", UI_TEXT, UI_BACK, UI_BOLD },
        { "\033[4mx", UI_TEXT, UI_BACK, UI_UNDERLINE },
        { "\033[7mx", UI_BACK, UI_TEXT, 0 },
        { "\033[38;2;1;2;3;48;2;250;251;252mx", 0x010203, 0xfafbfc, 0 },
        { "\033[38;5;196mx", 0xff0000, UI_BACK, 0 },
        { "\033[1;4;7m\033[0mx", UI_TEXT, UI_BACK, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Rig r;
        TermCell cells[TERM_MOST_COLS];
        begin(&r, 8, 2);
        say(&r, cases[i].said);
        /* Also where it scrolled to. */
        for (unsigned j = 0; j < 2; j++) {
            term_row(r.term, 0, cells);
            cr_expect_eq(cells[0].character, 'x', "case %zu", i);
            cr_expect_eq(cells[0].ink, cases[i].ink, "case %zu: #%06x", i, cells[0].ink);
            cr_expect_eq(cells[0].paper, cases[i].paper, "case %zu: #%06x", i, cells[0].paper);
            cr_expect_eq(cells[0].style, cases[i].style, "case %zu", i);
            say(&r, "\033[0m\r\n\r\n");
            term_scroll(r.term, 1);
        }
        end(&r);
    }
}

Test(terminal, lines_that_scrolled_away)
{
    Rig r;
    g_autoptr(GString) all = g_string_new(NULL);
    begin(&r, 20, 4);
    for (unsigned i = 0; i < TERM_SCROLLBACK + 100; i++) {
        g_autofree char *line = g_strdup_printf("line %u\r\n", i);
        say(&r, line);
    }
    expect_shown(&r, "line 10097\nline 10098\nline 10099\n\n", "the end");
    cr_expect(term_key(r.term, UI_KEY_PAGE_UP, TERM_SHIFT));
    expect_shown(&r, "line 10094\nline 10095\nline 10096\nline 10097\n", "a page up");
    say(&r, "more\r\n");
    expect_shown(&r, "line 10094\nline 10095\nline 10096\nline 10097\n", "stays where it is");
    term_scroll(r.term, TERM_SCROLLBACK * 2);
    expect_shown(&r, "line 98\nline 99\nline 100\nline 101\n", "the first that is kept");
    term_text(r.term, "x");
    expect_shown(&r, "line 10098\nline 10099\nmore\n\n", "typing goes to the end");
    say(&r, "\033[?1049h");
    term_scroll(r.term, 5);
    expect_shown(&r, "\n\n\n\n", "a program with the whole screen has nothing above it");
    end(&r);
}

/* Wide characters, each cut in two: the right halves that are left are nothing, on the screen and where it scrolled to. */
Test(terminal, halves_of_wide_characters)
{
    TermCell cells[TERM_MOST_COLS];
    for (unsigned at = 1; at <= 4; at++) {
        Rig r;
        begin(&r, 80, 2);
        for (unsigned i = 0; i < 40; i++)
            say(&r, "\xe6\x97\xa5");
        for (unsigned col = at; col <= 40; col += at) {
            g_autofree char *cut = g_strdup_printf("\033[1;%uH\033[P", col);
            say(&r, cut);
        }
        g_autofree char *shown = term_text_shown(r.term);
        say(&r, "\r\n\r\n");
        term_scroll(r.term, 1);
        expect_shown(&r, shown, "what scrolled away is what it was");
        term_row(r.term, 0, cells);
        for (unsigned col = 0; col < 80; col++)
            cr_expect(cells[col].width || (col && cells[col - 1].width == 2), "column %u", col);
        end(&r);
    }
}

Test(terminal, another_size)
{
    Rig r;
    unsigned cols, rows;
    begin(&r, 10, 4);
    say(&r, "one\r\ntwo\r\n\033[31mthree\033[0m\r\nfour\xe4\xb8\xad");
    term_resize(r.term, 10, 2);
    expect_shown(&r, "three\nfour\xe4\xb8\xad\n", "lower: what was above scrolled away");
    term_resize(r.term, 10, 4);
    expect_shown(&r, "one\ntwo\nthree\nfour\xe4\xb8\xad\n", "higher: it comes back");
    TermCell cells[TERM_MOST_COLS];
    term_row(r.term, 2, cells);
    cr_expect_neq(cells[0].ink, UI_TEXT, "with its colours");
    term_resize(r.term, 0, 100000);
    term_size(r.term, &cols, &rows);
    cr_expect(cols == TERM_LEAST_COLS && rows == TERM_MOST_ROWS);
    term_fit(r.term, (UiRect){ 0, 0, 80 * UI_CELL_W + 6, 24 * UI_CELL_H + 3 });
    term_size(r.term, &cols, &rows);
    cr_expect(cols == 80 && rows == 24);
    /* As `resize` of xterm asks on a line that has no way to say it: the cursor goes as far as it can and is asked for. */
    say(&r, "\0337\033[r\033[9999;9999H\033[6n\0338");
    expect_typed(&r, "\033[24;80R", "CPR");
    end(&r);
}

Test(terminal, keys)
{
    static const struct {
        const char *said;
        unsigned key, modifiers;
        const char *typed;
    } cases[] = {
        { "", UI_KEY_UP, 0, "\033[A" },
        { "\033[?1h", UI_KEY_UP, 0, "\033OA" },
        { "", UI_KEY_LEFT, TERM_CTRL, "\033[1;5D" },
        { "", UI_KEY_HOME, 0, "\033[H" },
        { "", UI_KEY_PAGE_UP, 0, "\033[5~" },
        { "", UI_KEY_DELETE, 0, "\033[3~" },
        { "", UI_KEY_INSERT, 0, "\033[2~" },
        { "", UI_KEY_ENTER, 0, "\r" },
        { "", UI_KEY_ENTER, TERM_SHIFT, "\r" },
        { "", UI_KEY_BACKSPACE, 0, "\177" },
        { "", UI_KEY_ESCAPE, 0, "\033" },
        { "", UI_KEY_TAB, 0, "\t" },
        { "", UI_KEY_TAB, TERM_SHIFT, "\033[Z" },
        { "", TERM_KEY_F1, 0, "\033OP" },
        { "", TERM_KEY_F1 + 4, 0, "\033[15~" },
        { "", TERM_KEY_F1 + 11, 0, "\033[24~" },
        { "", 'c', TERM_CTRL, "\003" },
        { "", 'i', TERM_CTRL, "\t" },
        { "", '[', TERM_CTRL, "\033" },
        { "", '_', TERM_CTRL, "\037" },
        { "", '?', TERM_CTRL, "\177" },
        { "", 'x', TERM_ALT, "\033x" },
        { "", 'x', TERM_ALT | TERM_CTRL, "\033\030" },
        { "", 0xe4, TERM_ALT, "\033\xc3\xa4" },
        { "", 'x', 0, "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Rig r;
        begin(&r, 8, 4);
        say(&r, cases[i].said);
        bool used = term_key(r.term, cases[i].key, cases[i].modifiers);
        cr_expect_eq(used, *cases[i].typed != 0, "case %zu", i);
        g_autofree char *what = g_strdup_printf("case %zu", i);
        expect_typed(&r, cases[i].typed, what);
        end(&r);
    }
    Rig r;
    begin(&r, 8, 4);
    cr_expect(term_key(r.term, '@', TERM_CTRL));
    cr_expect(r.typed->len == 1 && !r.typed->str[0], "Ctrl-@ is a zero");
    cr_expect_not(term_key(r.term, TERM_KEY_F1 + 12, 0));
    end(&r);
}

Test(terminal, pasting)
{
    Rig r;
    begin(&r, 8, 4);
    r.clipboard = (char *)"one\ntwo\r\nthree\tx\033[201~\a\xc3\xa4";
    cr_expect(term_key(r.term, 'V', TERM_CTRL | TERM_SHIFT));
    expect_typed(&r, "one\rtwo\rthree\tx[201~\xc3\xa4", "as typed");
    say(&r, "\033[?2004h");
    cr_expect(term_key(r.term, UI_KEY_INSERT, TERM_SHIFT));
    expect_typed(&r, "\033[200~one\rtwo\rthree\tx[201~\xc3\xa4\033[201~", "in brackets");
    g_autofree char *much = g_malloc((1 << 20) + 1);
    for (size_t i = 0; i < 1 << 20; i++)
        much[i] = (char)(i % 80 == 79 ? '\r' : 'a' + i % 23);
    much[1 << 20] = 0;
    say(&r, "\033[?2004l");
    term_paste(r.term, much);
    cr_expect_eq(r.typed->len, 1 << 20);
    cr_expect_str_eq(r.typed->str, much);
    end(&r);
}

static void drag(Rig *r, int col, int row, unsigned clicks, int to_col, int to_row)
{
    term_mouse_button(r->term, col, row, 1, true, clicks, 0);
    term_mouse_move(r->term, to_col, to_row, 0);
    term_mouse_button(r->term, to_col, to_row, 1, false, clicks, 0);
}

static void expect_selected(Rig *r, const char *expected, const char *what)
{
    g_autofree char *text = term_selection(r->term);
    if (!expected)
        cr_expect_null(text, "%s: \"%s\"", what, text);
    else
        cr_expect_str_eq(text ? text : "(nothing)", expected, "%s", what);
}

Test(terminal, selecting_with_the_mouse)
{
    Rig r;
    begin(&r, 12, 4);
    say(&r, "one two\r\nx /a/b.c y\r\n\xe4\xb8\xad e\xcc\x81!\r\nabcdefghijkl");
    drag(&r, 4, 0, 1, 1, 1);
    expect_selected(&r, "two\nx ", "over lines");
    drag(&r, 1, 1, 1, 4, 0);
    expect_selected(&r, "two\nx ", "backwards");
    drag(&r, 3, 1, 2, 3, 1);
    expect_selected(&r, "/a/b.c", "a word");
    drag(&r, 3, 1, 3, 3, 1);
    expect_selected(&r, "x /a/b.c y", "a line");
    drag(&r, 0, 2, 1, 3, 2);
    expect_selected(&r, "\xe4\xb8\xad e\xcc\x81", "wide and combined characters");
    cr_expect(term_key(r.term, 'c', TERM_CTRL | TERM_SHIFT));
    cr_expect_str_eq(r.copied->str, "\xe4\xb8\xad e\xcc\x81");
    say(&r, "mnop");
    expect_selected(&r, "\xe4\xb8\xad e\xcc\x81", "it goes with its line");
    drag(&r, 0, 2, 1, 3, 3);
    expect_selected(&r, "abcdefghijklmnop", "what was wrapped is one line");
    say(&r, "\033[3;1HX");
    expect_selected(&r, NULL, "what it was is gone");
    drag(&r, 2, 2, 1, 2, 2);
    expect_selected(&r, NULL, "a click alone");
    cr_expect_str_eq(r.typed->str, "");
    end(&r);
}

/* Lines that scrolled away stay what they are: they are not compared again and again. */
Test(terminal, selecting_what_scrolled_away)
{
    Rig r;
    begin(&r, 80, 4);
    for (unsigned i = 0; i < TERM_SCROLLBACK + 4; i++)
        say(&r, "all that the terminal keeps, and in each line some text of it\r\n");
    term_scroll(r.term, TERM_SCROLLBACK);
    term_mouse_button(r.term, 0, 1, 1, true, 1, 0);
    term_scroll(r.term, 4 - TERM_SCROLLBACK);
    term_mouse_move(r.term, 79, 3, 0);
    term_mouse_button(r.term, 79, 3, 1, false, 1, 0);
    clock_t start = clock();
    for (unsigned i = 0; i < 10; i++)
        g_free(term_selection(r.term));
    clock_t ten_copies = clock() - start;
    start = clock();
    for (unsigned i = 0; i < 500; i++)
        say(&r, "x\b");
    cr_expect_lt(clock() - start, ten_copies, "500 times something is said");
    cr_expect(term_has_selection(r.term));
    say(&r, "\r\n");
    cr_expect(term_has_selection(r.term), "the first line goes, which is not selected");
    say(&r, "\r\n");
    expect_selected(&r, NULL, "the first that is selected goes");
    say(&r, "\033[2J\033[Hone\r\ntwo");
    term_scroll(r.term, -TERM_SCROLLBACK);
    drag(&r, 0, 0, 1, 2, 0);
    expect_selected(&r, "one", "on the screen");
    say(&r, "\033[Hbut\033[4;1H\n\n\n");
    expect_selected(&r, NULL, "changed, and scrolled away at once");
    end(&r);
}

Test(terminal, selecting_with_keys)
{
    Rig r;
    begin(&r, 60, 4);
    say(&r, "one\r\ntwo\r\nthree\r\nfour");
    cr_expect(term_key(r.term, ' ', TERM_CTRL | TERM_SHIFT));
    cr_expect(term_is_busy(r.term));
    term_key(r.term, UI_KEY_UP, 0);
    term_key(r.term, UI_KEY_HOME, 0);
    term_text(r.term, " ");
    term_key(r.term, UI_KEY_RIGHT, 0);
    term_key(r.term, UI_KEY_RIGHT, 0);
    expect_selected(&r, "thr", "from where the space bar was pressed");
    term_key(r.term, UI_KEY_UP, 0);
    term_key(r.term, UI_KEY_END, TERM_SHIFT);
    expect_selected(&r, "\nt", "to the end of the line above");
    term_key(r.term, UI_KEY_ENTER, 0);
    cr_expect_not(term_is_busy(r.term));
    cr_expect_str_eq(r.typed->str, "", "nothing is typed to the guest");
    say(&r, "\033[2J\033[Hfirst");
    unsigned col, row;
    cr_expect(term_key(r.term, ' ', TERM_CTRL | TERM_SHIFT));
    cr_expect(term_cursor(r.term, &col, &row) && col == 5 && row == 0, "in the first row, too");
    term_key(r.term, UI_KEY_ESCAPE, 0);
    expect_shown(&r, "first\n\n\n\n", "as before");
    end(&r);
}

Test(terminal, searching)
{
    Rig r;
    begin(&r, 60, 4);
    for (unsigned i = 0; i < 100; i++) {
        g_autofree char *line = g_strdup_printf("line %u%s\r\n", i, i % 10 ? "" : " \xc3\x84pfel");
        say(&r, line);
    }
    cr_expect(term_key(r.term, 'f', TERM_CTRL | TERM_SHIFT));
    term_text(r.term, "\xc3\xa4PF");
    expect_selected(&r, "\xc3\x84pf", "small and capital letters are the same");
    g_autofree char *first = term_text_shown(r.term);
    cr_expect(strstr(first, "line 90 "), "%s", first);
    term_key(r.term, UI_KEY_ENTER, 0);
    term_key(r.term, UI_KEY_UP, 0);
    term_key(r.term, UI_KEY_DOWN, 0);
    g_autofree char *third = term_text_shown(r.term);
    cr_expect(strstr(third, "line 80 "), "%s", third);
    term_key(r.term, UI_KEY_ESCAPE, 0);
    cr_expect_not(term_is_busy(r.term));
    cr_expect_str_eq(r.typed->str, "");
    end(&r);
}

Test(terminal, the_guest_is_told_of_the_mouse)
{
    Rig r;
    begin(&r, 20, 4);
    say(&r, "text\033[?1000h\033[?1006h");
    drag(&r, 1, 0, 1, 2, 0);
    expect_typed(&r, "\033[<0;2;1M\033[<0;3;1m", "SGR 1006");
    expect_selected(&r, NULL, "nothing is selected then");
    term_mouse_wheel(r.term, 0, 0, 1, 0);
    expect_typed(&r, "\033[<64;1;1M", "wheel");
    term_mouse_button(r.term, 0, 0, 1, true, 1, TERM_SHIFT);
    term_mouse_move(r.term, 3, 0, TERM_SHIFT);
    term_mouse_button(r.term, 3, 0, 1, false, 1, TERM_SHIFT);
    expect_typed(&r, "", "with Shift it is not");
    expect_selected(&r, "text", "and selects");
    say(&r, "\033[?1000l\033[?1049h");
    term_mouse_wheel(r.term, 0, 0, -1, 0);
    expect_typed(&r, "\033[B\033[B\033[B", "the wheel is keys for who has the whole screen");
    end(&r);
}

Test(terminal, title_and_bell)
{
    Rig r;
    begin(&r, 20, 4);
    say(&r, "\033]0;a \xc3\xa4 title\a\a");
    cr_expect_str_eq(term_title(r.term), "a \xc3\xa4 title");
    cr_expect_eq(r.bells, 1);
    end(&r);
}

static void expect_drawn(Rig *r, UiRect area, bool focused, const char *expected)
{
    DrawList *list = draw_list_new();
    g_autoptr(GString) dump = g_string_new(NULL), problems = g_string_new(NULL);
    term_draw(r->term, list, area, focused);
    draw_dump(list, dump);
    cr_expect(strstr(dump->str, expected), "\"%s\" is not in\n%s", expected, dump->str);
    cr_expect_eq(draw_check(list, problems), 0, "%s", problems->str);
    draw_list_free(list);
}

Test(terminal, drawings)
{
    Rig r;
    UiRect area = { 100, 50, 40 * UI_CELL_W + 6, 4 * UI_CELL_H };
    begin(&r, 40, 4);
    say(&r, "plain \033[7minverse\033[0m \033[1mbold\033[0m\r\n\xe4\xb8\xad"
            "e\xcc\x81");
    expect_drawn(&r, area, true, "text 100,50 40x16 #e6ebf0 \"plain\"\n");
    expect_drawn(&r, area, true,
                 "fill 148,50 56x16 #e6ebf0/0\ntext 148,50 56x16 #101418 \"inverse\"\n");
    expect_drawn(&r, area, true, "text 212,50 32x16 #e6ebf0 \"bold\"\n");
    expect_drawn(&r, area, true, "text 100,66 8x16 #e6ebf0 \"\xe4\xb8\xad\"\n");
    expect_drawn(&r, area, true, "text 116,66 8x16 #e6ebf0 \"\xc3\xa9\"\n");
    expect_drawn(&r, area, true, "fill 124,66 8x16 #e6ebf0/0\n");
    expect_drawn(&r, area, false, "frame 124,66 8x16");
    term_key(r.term, 'f', TERM_CTRL | TERM_SHIFT);
    expect_drawn(&r, area, true, "\"Find: _");
    end(&r);
}

typedef struct {
    Vc *vc;
    const GString *text;
    gint done;
} WrittenText;

static gpointer write_text(gpointer opaque)
{
    WrittenText *all = opaque;
    vc_write(all->vc, (const uint8_t *)all->text->str, all->text->len);
    g_atomic_int_set(&all->done, 1);
    return NULL;
}

Test(terminal, with_a_line)
{
    uint8_t typed[100];
    unsigned cols, rows;
    Vc *vc = vc_new("serial0", false, 0, 0), *fixed = vc_new("c0", false, 100, 30);
    static const TermTabHost nothing;
    TermTab *tab = term_tab_new(vc, &nothing), *small = term_tab_new(fixed, &nothing);
    g_autoptr(GString) much = g_string_new("\033]2;root@guest\a");
    for (unsigned i = 0; i < 100000; i++)
        g_string_append(much, "x\r\n");
    WrittenText all = { .vc = vc, .text = much };
    GThread *writer = g_thread_new("writer", write_text, &all);
    while (!g_atomic_int_get(&all.done))
        (void)term_tab_poll(tab);
    g_thread_join(writer);
    while (term_tab_poll(tab))
        continue;
    cr_expect_eq(vc_dropped(vc), 0);
    g_autofree char *title = term_tab_title(tab);
    cr_expect_str_eq(title, "serial0: root@guest");
    term_text(term_tab_terminal(tab), "hi");
    cr_expect_eq(vc_take(vc, typed, sizeof typed), 2);
    term_tab_fit(tab, (UiRect){ 0, 0, 1000, 500 });
    term_tab_fit(small, (UiRect){ 0, 0, 1000, 500 });
    cr_expect(vc_take_size(vc, &cols, &rows) && cols == 124 && rows == 31);
    cr_expect(vc_take_size(fixed, &cols, &rows) && cols == 100 && rows == 30);
    term_tab_free(tab);
    term_tab_free(small);
    vc_free(vc);
    vc_free(fixed);
}
