/* SPDX-License-Identifier: MIT */
/*
 * terminal.c - fuzzing: what a line says to a terminal, and what people do there meanwhile. Nothing is assumed of libvterm,
 * which is fuzzed with it: its screen may have halves of wide characters.
 */
#include <string.h>

#include "emu/ui/terminal.h"
#include "tests/lib/fuzz.h"

typedef struct {
    Term *term;
    char *copied;
    size_t typed;
} Case;

static void on_type(void *opaque, const char *data, size_t size)
{
    Case *it = opaque;
    if (!data || !size)
        fuzz_fail("nothing is typed");
    it->typed += size;
}

static void on_copy(void *opaque, const char *text)
{
    Case *it = opaque;
    if (!g_utf8_validate(text, -1, NULL))
        fuzz_fail("what is copied is no UTF-8");
    g_free(it->copied);
    it->copied = g_strdup(text);
}

static char *on_paste(void *opaque)
{
    return g_strdup(((Case *)opaque)->copied);
}

static const TermHost host = { .type = on_type, .copy = on_copy, .paste = on_paste };

/* Up to a zero; now and then in two pieces. */
static void say(Case *it, Bytes *in)
{
    const uint8_t *end = memchr(in->at, 0, bytes_left(in));
    size_t size = end ? (size_t)(end - in->at) : bytes_left(in);
    size_t first = size & 1 ? size / 3 : size;
    term_write(it->term, in->at, first);
    term_write(it->term, in->at + first, size - first);
    in->at += size + (end != NULL);
}

static void press(Case *it, Bytes *in)
{
    unsigned kind = take_below(in, 3), modifiers = take_below(in, 8);
    unsigned key = kind == 0   ? UI_KEY_UP + take_below(in, 20)
                   : kind == 1 ? TERM_KEY_F1 + take_below(in, 14)
                               : (unsigned)take(in, 3);
    (void)term_key(it->term, key, modifiers);
}

static void point(Case *it, Bytes *in)
{
    unsigned what = take_below(in, 8), modifiers = take_below(in, 8);
    int col = (int)take_below(in, 200) - 20, row = (int)take_below(in, 80) - 20;
    if (what < 4)
        term_mouse_button(it->term, col, row, what, take(in, 1) & 1, take_below(in, 5), modifiers);
    else if (what < 6)
        term_mouse_move(it->term, col, row, modifiers);
    else
        term_mouse_wheel(it->term, col, row, (int)take_below(in, 9) - 4, modifiers);
}

static void look(Case *it, Bytes *in)
{
    DrawList *list = draw_list_new();
    TermCell cells[TERM_MOST_COLS];
    unsigned cols, rows, col, row;
    term_draw(it->term, list, (UiRect){ 0, 0, (int)take_below(in, 600), (int)take_below(in, 300) },
              take(in, 1) & 1);
    for (guint i = 0; i < list->ops->len; i++)
        if (g_array_index(list->ops, DrawOp, i).text > list->texts->len)
            fuzz_fail("a text is outside");
    draw_list_free(list);
    term_size(it->term, &cols, &rows);
    if (term_cursor(it->term, &col, &row) && (col >= cols || row >= rows))
        fuzz_fail("the cursor is outside: %u, %u of %u, %u", col, row, cols, rows);
    for (unsigned i = 0; i < rows; i++) {
        term_row(it->term, i, cells);
        for (unsigned j = 0; j < cols; j++)
            if (cells[j].character && !g_unichar_validate(cells[j].character))
                fuzz_fail("no character: %x", cells[j].character);
    }
}

static void check_texts(Case *it)
{
    unsigned cols, rows, lines = 0;
    term_size(it->term, &cols, &rows);
    g_autofree char *shown = term_text_shown(it->term), *selected = term_selection(it->term);
    for (const char *c = shown; *c; c++)
        lines += *c == '\n';
    if (lines != rows)
        fuzz_fail("%u lines of %u", lines, rows);
    if (!g_utf8_validate(shown, -1, NULL) || (selected && !g_utf8_validate(selected, -1, NULL)))
        fuzz_fail("no UTF-8");
    if (!selected != !term_has_selection(it->term))
        fuzz_fail("selected or not?");
    if (!g_utf8_validate(term_title(it->term), -1, NULL))
        fuzz_fail("the title is no UTF-8");
}

static void act(Case *it, Bytes *in)
{
    char text[20];
    switch (take_below(in, 10)) {
    case 1: look(it, in); break;
    case 2: press(it, in); break;
    case 3: point(it, in); break;
    case 4: check_texts(it); break;
    case 5: term_scroll(it->term, (int)take_below(in, 60) - 20); break;
    case 6: term_key(it->term, " fcv"[take_below(in, 4)], TERM_CTRL | TERM_SHIFT); break;
    case 7: {
        unsigned cols = take_below(in, 120), rows = take_below(in, 50);
        term_resize(it->term, cols, rows);
        break;
    }
    case 8:
        for (size_t i = 0; i < sizeof text - 1; i++)
            text[i] = (char)take(in, 1);
        text[sizeof text - 1] = 0;
        term_paste(it->term, text);
        break;
    case 9: term_focus(it->term, take(in, 1) & 1); break;
    default: say(it, in); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes in = { data, data + size };
    Case it = { 0 };
    it.term = term_new(20 + (unsigned)size % 30, 5 + (unsigned)size % 7, &host, &it);
    while (bytes_left(&in))
        act(&it, &in);
    check_texts(&it);
    term_free(it.term);
    g_free(it.copied);
    return 0;
}
