/* SPDX-License-Identifier: MIT */
/* panel.c - see panel.h. Sequences are ECMA-48's and the VT100's, which every terminal has. */
#include "emu/console/panel.h"

#include <string.h>
#include <sys/ioctl.h>

#include <glib.h>

#include "emu/base/bits.h"

enum {
    ROWS_ABOVE = 6, /* less than that is no console */
    MOST_PUT_OFF = 8,
};

/* Where the line is within a sequence for the terminal, or a character of several bytes. */
typedef enum { IN_TEXT, AFTER_ESC, IN_CSI, IN_STRING, IN_STRING_AFTER_ESC, IN_CHARACTER } Place;

struct Panel {
    Output *output;
    Terminal *terminal;
    int fd;
    Place place;
    unsigned bytes_left;            /* of a character */
    unsigned put_off;               /* drawings */
    unsigned rows, columns, height; /* as drawn last; height 0: the region is all of it */
    bool hidden, entered;
};

/* What makes all of the terminal scroll again, and leads below what is there. */
static const char leave[] = "\033[?6l\033[r\033[999;1H\r\n";

Panel *panel_new(Output *output, int fd, Terminal *terminal)
{
    Panel *panel = g_new0(Panel, 1);
    panel->output = output;
    panel->fd = fd;
    panel->terminal = terminal;
    return panel;
}

void panel_free(Panel *panel)
{
    g_free(panel);
}

static void put(Panel *panel, const GString *text)
{
    output_write(panel->output, (const uint8_t *)text->str, text->len);
}

static Place after_first(Panel *panel, uint8_t byte)
{
    if (byte == '\033')
        return AFTER_ESC;
    panel->bytes_left = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0;
    return panel->bytes_left ? IN_CHARACTER : IN_TEXT;
}

static Place after_esc(uint8_t byte)
{
    if (byte == '[')
        return IN_CSI;
    if (strchr("]P_^X", byte))
        return IN_STRING;
    return byte >= 0x20 && byte < 0x30 ? AFTER_ESC : IN_TEXT;
}

static Place next_place(Panel *panel, uint8_t byte)
{
    switch (panel->place) {
    case AFTER_ESC: return after_esc(byte);
    case IN_CSI: return byte >= 0x40 && byte < 0x7f ? IN_TEXT : IN_CSI;
    case IN_STRING:
        return byte == '\a' ? IN_TEXT : byte == '\033' ? IN_STRING_AFTER_ESC : IN_STRING;
    case IN_STRING_AFTER_ESC: return byte == '\\' ? IN_TEXT : IN_STRING;
    case IN_CHARACTER:
        if (byte >= 0x80 && byte < 0xc0)
            return --panel->bytes_left ? IN_CHARACTER : IN_TEXT;
        return after_first(panel, byte);
    default: return after_first(panel, byte);
    }
}

void panel_write(Panel *panel, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        panel->place = next_place(panel, data[i]);
    output_write(panel->output, data, size);
}

static bool terminal_size(const Panel *panel, unsigned *columns, unsigned *rows)
{
    struct winsize size = { 0 };
    bool known = !ioctl(panel->fd, TIOCGWINSZ, &size) && size.ws_row && size.ws_col;
    *columns = known ? size.ws_col : 80;
    *rows = known ? size.ws_row : 24;
    return known;
}

void panel_room(const Panel *panel, unsigned *columns, unsigned *rows)
{
    (void)terminal_size(panel, columns, rows);
    *rows = *rows > ROWS_ABOVE ? *rows - ROWS_ABOVE : 0;
}

/* What was on the terminal scrolls away, where it can be found again. */
static void enter(Panel *panel, unsigned rows, GString *out)
{
    for (unsigned i = 0; i < rows; i++)
        g_string_append_c(out, '\n');
    terminal_at_end(panel->terminal, leave);
    panel->entered = true;
}

/* Rows from 1 to rows - height scroll from now on. The cursor stays with the text that it was in, which moves up to make
 * room for the panel; at first it goes to the first row. */
static void set_region(Panel *panel, unsigned rows, unsigned height, GString *out)
{
    bool first = !panel->entered;
    unsigned grown = height > panel->height ? height - panel->height : 0;
    if (first)
        enter(panel, rows, out);
    else
        g_string_append(out, "\0337\033[?6l\033[r\033[999;1H");
    for (unsigned i = 0; i < grown && !first; i++)
        g_string_append_c(out, '\n');
    if (!first)
        g_string_append(out, "\0338");
    if (!first && grown)
        g_string_append_printf(out, "\033[%uA", grown);
    g_string_append_printf(out, "%s\033[?6l\033[1;%ur\033[?6h%s", first ? "" : "\0337",
                           rows - height, first ? "" : "\0338");
    panel->rows = rows;
    panel->height = height;
}

/* What the panel no longer has goes back to the line, empty. */
static void clear_rows(const Panel *panel, unsigned height, GString *out)
{
    if (panel->rows && height < panel->height)
        g_string_append_printf(out, "\0337\033[?6l\033[0m\033[%u;1H\033[J\0338",
                               panel->rows - panel->height + 1);
}

static void append_rows(const char *text, unsigned first, unsigned last, GString *out)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint n = g_strv_length(lines);
    for (unsigned row = first; row <= last; row++)
        g_string_append_printf(out, "\033[%u;1H\033[%sm%s\033[K\033[0m", row,
                               row == first ? "0;7" : "0",
                               row - first < n ? lines[row - first] : "");
}

static unsigned count_lines(const char *text)
{
    unsigned lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

void panel_show(Panel *panel, const char *text)
{
    unsigned columns, rows, height = panel->hidden ? 0 : count_lines(text);
    if (panel->place != IN_TEXT && panel->put_off++ < MOST_PUT_OFF)
        return;
    panel->put_off = 0;
    (void)terminal_size(panel, &columns, &rows);
    if (rows < height + ROWS_ABOVE)
        height = 0;
    g_autoptr(GString) out = g_string_new(NULL);
    if (rows != panel->rows || columns != panel->columns || height != panel->height) {
        clear_rows(panel, height, out);
        set_region(panel, rows, height, out);
    }
    panel->columns = columns;
    g_string_append(out, "\0337\033[0m\033[?6l");
    if (height)
        append_rows(text, rows - height + 1, rows, out);
    g_string_append(out, "\0338");
    put(panel, out);
}

void panel_switch(Panel *panel)
{
    panel->hidden = !panel->hidden;
    panel_show(panel, "");
}

void panel_leave(Panel *panel)
{
    if (!panel->entered)
        return;
    output_write(panel->output, (const uint8_t *)leave, strlen(leave));
    output_flush(panel->output);
    terminal_at_end(panel->terminal, NULL);
    panel->entered = false;
    panel->rows = panel->height = 0;
}
