/* SPDX-License-Identifier: MIT */
/*
 * vc.c - the options that put lines into the window: -serial vc, -monitor vc, -chardev vc.
 *
 * Sizes are in characters, or in pixels of characters of 8 x 16.
 */
#include <string.h>

#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

enum { MOST_COLS = 500, MOST_ROWS = 200, CELL_WIDTH = 8, CELL_HEIGHT = 16 };

/* One direction: in characters, or in pixels of which a character has `cell`. */
static bool read_size(Props *props, const char *in_cells, const char *in_pixels, unsigned cell,
                      unsigned most, unsigned *size, GError **error)
{
    uint64_t cells = 0, pixels = 0;
    bool by_cells = props_has(props, in_cells), by_pixels = props_has(props, in_pixels);
    if (!props_number(props, in_cells, &cells, error) ||
        !props_number(props, in_pixels, &pixels, error))
        return false;
    *size = (unsigned)MIN(by_cells ? cells : pixels / cell, most + 1);
    return (!by_cells && !by_pixels) || (by_cells != by_pixels && *size && *size <= most) ||
           fail(error, EXIT_USAGE,
                "%s: a terminal has 1 to %u %s, said once; write %s=%u, or leave it out",
                props->option, most, in_cells, in_cells, most > 300 ? 80 : 24);
}

bool options_read_vc(Options *o, Props *props, CharSpec *spec, GError **error)
{
    (void)o;
    if (!read_size(props, "cols", "width", CELL_WIDTH, MOST_COLS, &spec->cols, error) ||
        !read_size(props, "rows", "height", CELL_HEIGHT, MOST_ROWS, &spec->rows, error))
        return false;
    return !spec->cols == !spec->rows ||
           fail(error, EXIT_USAGE,
                "%s: a terminal has columns and rows; write cols=80,rows=24, or leave both out",
                props->option);
}

char *options_vc_text(const char *text)
{
    static const char *const names[][2] = { { "width", "height" }, { "cols", "rows" } };
    if (!g_str_has_prefix(text, "vc"))
        return NULL;
    if (text[2] != ':')
        return text[2] ? NULL : g_strdup(text);
    g_auto(GStrv) sizes = g_strsplit(text + 3, "x", -1);
    if (g_strv_length(sizes) != 2)
        return NULL;
    g_autoptr(GString) out = g_string_new("vc");
    for (unsigned i = 0; i < 2; i++) {
        size_t length = strlen(sizes[i]);
        bool cells = length && sizes[i][length - 1] == 'C';
        sizes[i][length - cells] = 0;
        g_string_append_printf(out, ",%s=%s", names[cells][i], sizes[i]);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static bool check(const Options *o, const CharSpec *spec, GError **error)
{
    if (spec && spec->kind == CHAR_STDIO && o->window.on && o->window.in_terminal)
        return fail(
            error, EXIT_CONFIG,
            "the terminal is -display curses' and cannot be a line's, too; write vc in place "
            "of stdio");
    return !spec || spec->kind != CHAR_VC || o->has_window ||
           fail(
               error, EXIT_CONFIG,
               "a line in the window ('%s' is 'vc') needs one; add -display sdl, or -display curses in a terminal, or use stdio or pty",
               spec->id ? spec->id : spec->name);
}

bool options_check_vcs(Options *o, GError **error)
{
    unsigned monitors = 0;
    bool ok = check(o, o->serial_char, error);
    for (guint i = 0; ok && i < o->monitor_chars->len; i++) {
        CharSpec *spec = g_ptr_array_index(o->monitor_chars, i);
        if (spec != o->serial_char && spec->kind == CHAR_VC && !spec->id && monitors++)
            spec->name = options_own(o, g_strdup_printf("monitor%u", monitors));
        ok = check(o, spec, error);
    }
    for (guint i = 0; ok && i < o->chars->len; i++)
        ok = check(o, g_ptr_array_index(o->chars, i), error);
    return ok;
}
