/* SPDX-License-Identifier: MIT */
/*
 * terminal_filter.c - what a line says, made harmless for libvterm.
 *
 * libvterm trusts what it reads: more than 16 parameters of a sequence are written behind its array, a repetition of nothing
 * never ends, a control character in UTF-8 moves the cursor out of the screen, and a string whose end is cut in two by its
 * reader is of size -1; places and margins of a large screen are kept in a small one. A guest may say anything, so libvterm gets whole sequences only, of bounded size and with bounded
 * parameters (as xterm bounds them), and text that is valid UTF-8, with at most five marks on a character. Strings that
 * only xterm would act on, the clipboard's among them, end here.
 */
#include <string.h>

#include "emu/ui/terminal_inside.h"

enum { NUL = 0, BEL = 7, CAN = 0x18, SUB = 0x1a, ESC = 0x1b, DEL = 0x7f };
enum { MOST_PARAMETERS = 16, MOST_PARAMETER = 9999, MOST_MARKS = 5 };

/* Goes to libvterm when it is full, and at the end. */
typedef struct {
    Term *term;
    size_t size;
    char data[2048];
} Out;

static void flush(Out *out)
{
    if (out->size)
        vterm_input_write(out->term->vterm, out->data, out->size);
    out->size = 0;
}

/* `size` is small; what is put together stays together. */
static void put(Out *out, const char *data, size_t size)
{
    if (out->size + size > sizeof out->data)
        flush(out);
    memcpy(out->data + out->size, data, size);
    out->size += size;
}

/* Text. */

static bool is_mark(gunichar character)
{
    return g_unichar_iszerowidth(character) || g_unichar_ismark(character) || character == 0x6de ||
           (character >= 0x1160 && character <= 0x11ff);
}

/* Marks that libvterm gives a width, by which a character would become wider than the screen. */
static bool is_wide_mark(gunichar character)
{
    return (character >= 0x302a && character <= 0x302f) || character == 0x3099 ||
           character == 0x309a;
}

static void put_character(Out *out, gunichar character)
{
    TermFilter *filter = &out->term->filter;
    char text[6];
    if ((character >= 0x80 && character < 0xa0) || is_wide_mark(character))
        return;
    filter->marks = is_mark(character) ? filter->marks + 1 : 0;
    if (filter->marks > MOST_MARKS)
        return;
    size_t size = (size_t)g_unichar_to_utf8(character, text);
    put(out, text, size);
    if (filter->marks)
        return;
    memcpy(filter->last, text, size);
    filter->last_size = (unsigned)size;
}

/* How many bytes a character has that begins like this; 0: none does. */
static unsigned length_of(uint8_t byte)
{
    return byte < 0x80   ? 1
           : byte < 0xc2 ? 0
           : byte < 0xe0 ? 2
           : byte < 0xf0 ? 3
           : byte < 0xf5 ? 4
                         : 0;
}

/* A byte that is not of ASCII, or one that should have been. */
static void take_part(Out *out, uint8_t byte)
{
    TermFilter *filter = &out->term->filter;
    bool goes_on = byte >= 0x80 && byte < 0xc0;
    if (filter->part_size && !goes_on) {
        filter->part_size = 0;
        put_character(out, 0xfffd);
    }
    if (byte < 0x80)
        return;
    filter->part[filter->part_size++] = (char)byte;
    unsigned length = length_of((uint8_t)filter->part[0]);
    if (filter->part_size < length)
        return;
    gunichar character =
        length ? g_utf8_get_char_validated(filter->part, (gssize)filter->part_size) : 0xfffd;
    filter->part_size = 0;
    put_character(out, character > 0x10ffff ? 0xfffd : character);
}

/* Takes text up to an escape; returns how much that was. */
static size_t take_text(Out *out, const uint8_t *data, size_t size)
{
    TermFilter *filter = &out->term->filter;
    size_t i = 0;
    for (; i < size && data[i] != ESC; i++) {
        uint8_t byte = data[i];
        if (byte >= 0x80 || filter->part_size)
            take_part(out, byte);
        if (byte >= 0x80 || byte == NUL || byte == DEL || byte == CAN || byte == SUB)
            continue;
        if (out->size == sizeof out->data)
            flush(out);
        out->data[out->size++] = (char)byte;
        if (byte < ' ')
            continue;
        filter->marks = 0;
        filter->last[0] = (char)byte;
        filter->last_size = 1;
    }
    return i;
}

/* Sequences. */

static void repeat(Out *out, unsigned count)
{
    const TermFilter *filter = &out->term->filter;
    for (unsigned i = 0; i < MIN(MAX(count, 1), out->term->cols) && filter->last_size; i++)
        put(out, filter->last, filter->last_size);
}

/* libvterm may save the cursor's place in a large screen, and go back to it in a small one. */

static void note_saved(Out *out)
{
    flush(out);
    vterm_state_get_cursorpos(out->term->state, &out->term->saved);
}

static void put_restoring(Out *out, const char *data, size_t size)
{
    const Term *term = out->term;
    int row = MIN(term->saved.row, (int)term->rows - 1),
        col = MIN(term->saved.col, (int)term->cols - 1);
    bool is_inside = row == term->saved.row && col == term->saved.col;
    g_autofree char *place = g_strdup_printf("%.*s\033[%d;%dH", (int)size, data, row + 1, col + 1);
    put(out, place, is_inside ? size : strlen(place));
}

/* Is one of the parameters, behind "?", the mode that saves the cursor, alone or with the screen? */
static bool saves_cursor(const char *parameters)
{
    g_auto(GStrv) words = g_strsplit_set(parameters, ";:", -1);
    return g_strv_contains((const char *const *)words, "1048") ||
           g_strv_contains((const char *const *)words, "1049");
}

/* Copies parameters; those beyond what libvterm has room for are left out. Returns the first one. */
static unsigned copy_parameters(const char **from, GString *to)
{
    unsigned first = 0, value = 0, n = 1;
    const char *c = *from;
    for (; g_ascii_isdigit(*c) || *c == ';' || *c == ':'; c++) {
        bool is_digit = g_ascii_isdigit(*c);
        n += !is_digit;
        if (n > MOST_PARAMETERS)
            continue;
        value = is_digit ? MIN(value * 10 + (unsigned)(*c - '0'), MOST_PARAMETER) : 0;
        first = n == 1 ? value : first;
        if (!is_digit)
            g_string_append_c(to, *c);
        else if (!g_ascii_isdigit(c[1]))
            g_string_append_printf(to, "%u", value);
    }
    *from = c;
    return first;
}

/* "[" parameters, intermediates, and `end`. */
static void end_csi(Out *out, char end)
{
    const char *c = out->term->filter.sequence;
    g_autoptr(GString) text = g_string_new("\033[");
    size_t leaders = strspn(c, "<=>?");
    g_string_append_len(text, c, (gssize)MIN(leaders, 2));
    c += leaders;
    unsigned first = copy_parameters(&c, text);
    size_t between = strspn(c, " !\"#$%&'()*+,-./");
    if (c[between])
        return; /* it is none */
    bool saves = leaders && text->str[2] == '?' && saves_cursor(text->str + 3);
    g_string_append_len(text, c, (gssize)MIN(between, 2));
    g_string_append_c(text, end);
    if (saves && end == 'h')
        note_saved(out);
    if (end == 'b' && !leaders && !between)
        repeat(out, first);
    else if (saves && end == 'l')
        put_restoring(out, text->str, text->len);
    else
        put(out, text->str, text->len);
}

/* Titles. libvterm would answer questions for settings, too (DECRQSS), by printing what it was asked for as a format. */
static void end_string(Out *out)
{
    const TermFilter *filter = &out->term->filter;
    const char *c = filter->sequence;
    if (filter->kind != ']' || *c < '0' || *c > '2' || c[1] != ';')
        return;
    g_autofree char *text = g_strdup_printf("\033]%s\033\\", c);
    put(out, text, strlen(text));
}

static void begin(TermFilter *filter, TermFilterState state, char kind)
{
    filter->state = state;
    filter->kind = kind;
    filter->size = 0;
    filter->too_long = false;
    filter->sequence[0] = 0;
}

static void collect(TermFilter *filter, char byte)
{
    filter->too_long |= filter->size == FILTER_MOST - 1;
    if (filter->too_long)
        return;
    filter->sequence[filter->size++] = byte;
    filter->sequence[filter->size] = 0;
}

static void after_escape(Out *out, char byte)
{
    TermFilter *filter = &out->term->filter;
    if (byte == '[') {
        begin(filter, FILTER_CSI, byte); /* whatever stood between: so does libvterm 0.1.4 */
    } else if (strchr("]PX^_", byte)) {
        begin(filter, FILTER_STRING, byte);
    } else if (byte >= ' ' && byte <= '/') {
        collect(filter, byte);
    } else {
        g_autofree char *text = g_strdup_printf("\033%.3s%c", filter->sequence, byte);
        filter->state = FILTER_TEXT;
        if (byte == '7' && !filter->size)
            note_saved(out);
        if (byte == '8' && !filter->size)
            put_restoring(out, text, strlen(text));
        else if (byte >= '0' && byte < DEL)
            put(out, text, strlen(text));
    }
}

static void in_csi(Out *out, char byte)
{
    TermFilter *filter = &out->term->filter;
    if (byte >= ' ' && byte < '@') {
        collect(filter, byte);
        return;
    }
    filter->state = FILTER_TEXT;
    if (byte >= '@' && byte < DEL && !filter->too_long)
        end_csi(out, byte);
}

static void in_string(Out *out, char byte)
{
    TermFilter *filter = &out->term->filter;
    if (byte != BEL) {
        if ((uint8_t)byte >= ' ')
            collect(filter, byte);
        return;
    }
    filter->state = FILTER_TEXT;
    if (!filter->too_long)
        end_string(out);
}

/* A byte that is not text. */
static void take_byte(Out *out, uint8_t byte)
{
    TermFilter *filter = &out->term->filter;
    bool in_text = filter->state == FILTER_TEXT;
    if (filter->state == FILTER_STRING_ESC && byte == '\\') {
        in_string(out, BEL);
    } else if (byte == ESC) {
        if (in_text)
            take_part(out, byte);
        if (filter->state == FILTER_STRING || filter->state == FILTER_STRING_ESC)
            filter->state = FILTER_STRING_ESC;
        else
            begin(filter, FILTER_ESC, 0);
    } else if (byte == CAN || byte == SUB) {
        filter->state = FILTER_TEXT;
    } else if (byte == NUL || byte == DEL) {
        return;
    } else if (filter->state == FILTER_STRING) {
        in_string(out, (char)byte);
    } else if (byte < ' ') {
        put(out, (const char *)&byte, 1);
    } else if (filter->state == FILTER_CSI) {
        in_csi(out, (char)byte);
    } else {
        if (filter->state == FILTER_STRING_ESC)
            begin(filter, FILTER_ESC, 0);
        after_escape(out, (char)byte);
    }
}

void term_filter(Term *term, const uint8_t *data, size_t size)
{
    Out out = { .term = term };
    for (size_t i = 0; i < size;) {
        if (term->filter.state == FILTER_TEXT)
            i += take_text(&out, data + i, size - i);
        if (i < size)
            take_byte(&out, data[i++]);
    }
    flush(&out);
}
