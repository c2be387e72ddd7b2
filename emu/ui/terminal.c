/* SPDX-License-Identifier: MIT */
/*
 * terminal.c - a terminal's life, and what the line says; see terminal.h.
 *
 * Of libvterm's callbacks only those are used that 0.1.4 (Debian 12) and 0.3.3 (Debian 13) both have.
 */
#include <string.h>

#include "emu/ui/palette.h"
#include "emu/ui/terminal_inside.h"

enum { MOST_TITLE = 80 };

static int on_damage(VTermRect rect, void *opaque)
{
    (void)rect;
    ((Term *)opaque)->changed = true;
    return 1;
}

static int on_move_cursor(VTermPos to, VTermPos from, int visible, void *opaque)
{
    Term *term = opaque;
    (void)from;
    (void)visible;
    term->cursor = to;
    term->changed = true;
    return 1;
}

#if VTERM_VERSION_MAJOR > 0 || VTERM_VERSION_MINOR > 1
/* In pieces. True: that was the last one. */
static bool add_title(GString *title, const VTermValue *value)
{
    if (value->string.initial)
        g_string_truncate(title, 0);
    g_string_append_len(title, value->string.str, (gssize)value->string.len);
    return value->string.final;
}
#else
static bool add_title(GString *title, const VTermValue *value)
{
    g_string_assign(title, value->string);
    return true;
}
#endif

static void set_title(Term *term, const VTermValue *value)
{
    if (!add_title(term->new_title, value))
        return;
    g_autofree char *valid = g_utf8_make_valid(term->new_title->str, -1);
    g_string_truncate(term->title, 0);
    for (const char *c = valid; *c && g_utf8_strlen(term->title->str, -1) < MOST_TITLE;
         c = g_utf8_next_char(c))
        if (g_unichar_isprint(g_utf8_get_char(c)))
            g_string_append_unichar(term->title, g_utf8_get_char(c));
}

static int on_property(VTermProp property, VTermValue *value, void *opaque)
{
    Term *term = opaque;
    switch (property) {
    case VTERM_PROP_CURSORVISIBLE: term->cursor_shown = value->boolean; break;
    case VTERM_PROP_ALTSCREEN:
        term->alternate = value->boolean;
        term->above = 0;
        break;
    case VTERM_PROP_TITLE: set_title(term, value); break;
    case VTERM_PROP_MOUSE: term->mouse = value->number; break;
    default: break;
    }
    term->changed = true;
    return 1;
}

static int on_bell(void *opaque)
{
    const Term *term = opaque;
    if (term->host->bell)
        term->host->bell(term->opaque);
    return 1;
}

static int on_push(int cols, const VTermScreenCell *cells, void *opaque)
{
    Term *term = opaque;
    term_push(term, term_line_new(term, (unsigned)cols, cells));
    return 1;
}

static int on_pop(int cols, VTermScreenCell *cells, void *opaque)
{
    Term *term = opaque;
    TermLine *line = term_pop(term);
    if (!line)
        return 0;
    term_line_restore(term, line, (unsigned)cols, cells);
    term_line_free(line);
    return 1;
}

static const VTermScreenCallbacks screen_callbacks = {
    .damage = on_damage,
    .movecursor = on_move_cursor,
    .settermprop = on_property,
    .bell = on_bell,
    .sb_pushline = on_push,
    .sb_popline = on_pop,
};

static void on_output(const char *data, size_t size, void *opaque)
{
    term_type(opaque, data, size);
}

static VTermColor color_of(UiColor color)
{
    VTermColor out;
    vterm_color_rgb(&out, (uint8_t)(color >> 16), (uint8_t)(color >> 8), (uint8_t)color);
    return out;
}

/* All but the two blacks can be read on the window's background. */
static void set_colors(Term *term)
{
    static const UiColor colors[16] = {
        0x30383f, 0xf26d61, 0x3fbf6f, 0xe0b030, 0x5ea2f0, 0xd081d8, 0x38b8c8, 0xc8d0d6,
        0x7d8a96, 0xff8f80, 0x70e090, 0xffd860, 0x8cc0ff, 0xeaa6f2, 0x70dce8, 0xffffff,
    };
    VTermColor ink = color_of(UI_TEXT), paper = color_of(UI_BACK);
    vterm_state_set_default_colors(term->state, &ink, &paper);
    for (int i = 0; i < 16; i++) {
        VTermColor color = color_of(colors[i]);
        vterm_state_set_palette_color(term->state, i, &color);
    }
    vterm_state_set_bold_highbright(term->state, 1);
}

Term *term_new(unsigned cols, unsigned rows, const TermHost *host, void *opaque)
{
    Term *term = g_new0(Term, 1);
    *term = (Term){ .host = host, .opaque = opaque, .cursor_shown = true, .changed = true };
    term->cols = CLAMP(cols, TERM_LEAST_COLS, TERM_MOST_COLS);
    term->rows = CLAMP(rows, 1, TERM_MOST_ROWS);
    term->title = g_string_new(NULL);
    term->new_title = g_string_new(NULL);
    term->wanted = g_string_new(NULL);
    term->vterm = vterm_new((int)term->rows, (int)term->cols);
    vterm_set_utf8(term->vterm, 1);
    vterm_output_set_callback(term->vterm, on_output, term);
    term->state = vterm_obtain_state(term->vterm);
    term->screen = vterm_obtain_screen(term->vterm);
    vterm_screen_set_callbacks(term->screen, &screen_callbacks, term);
    vterm_screen_set_damage_merge(term->screen, VTERM_DAMAGE_SCREEN);
    vterm_screen_enable_altscreen(term->screen, 1);
    set_colors(term);
    vterm_screen_reset(term->screen, 1);
    return term;
}

void term_free(Term *term)
{
    if (!term)
        return;
    TermLine *line;
    while ((line = term_pop(term)))
        term_line_free(line);
    vterm_free(term->vterm);
    g_free(term->ring);
    g_string_free(term->title, TRUE);
    g_string_free(term->new_title, TRUE);
    g_string_free(term->wanted, TRUE);
    g_free(term);
}

void term_write(Term *term, const uint8_t *data, size_t size)
{
    if (!size)
        return;
    term_filter(term, data, size);
    vterm_screen_flush_damage(term->screen);
    term_select_check(term);
}

/* libvterm would keep margins that are no longer on the screen. */
static void reset_margins(Term *term)
{
    VTermPos at;
    vterm_state_get_cursorpos(term->state, &at);
    g_autofree char *text =
        g_strdup_printf("\033[?69h\033[s\033[?69l\033[r\033[%d;%dH", at.row + 1, at.col + 1);
    vterm_input_write(term->vterm, text, strlen(text));
}

/* Nor does it see to it that the cursor stays on the screen. */
static void mend_cursor(Term *term)
{
    VTermPos at;
    vterm_state_get_cursorpos(term->state, &at);
    g_autofree char *text =
        g_strdup_printf("\033[%d;%dH", CLAMP(at.row, 0, (int)term->rows - 1) + 1,
                        CLAMP(at.col, 0, (int)term->cols - 1) + 1);
    vterm_input_write(term->vterm, text, strlen(text));
}

void term_resize(Term *term, unsigned cols, unsigned rows)
{
    cols = CLAMP(cols, TERM_LEAST_COLS, TERM_MOST_COLS);
    rows = CLAMP(rows, 1, TERM_MOST_ROWS);
    if (cols == term->cols && rows == term->rows)
        return;
    reset_margins(term);
    term->cols = cols;
    term->rows = rows;
    term->changed = true;
    vterm_set_size(term->vterm, (int)rows, (int)cols);
    mend_cursor(term);
    vterm_screen_flush_damage(term->screen);
    term->looked_up_to = INT64_MIN; /* lines that scrolled away may be cut off, too */
    term_select_check(term);
    if (term->host->resized)
        term->host->resized(term->opaque, cols, rows);
}

void term_size(const Term *term, unsigned *cols, unsigned *rows)
{
    *cols = term->cols;
    *rows = term->rows;
}

const char *term_title(const Term *term)
{
    return term->title->str;
}

bool term_changed(Term *term)
{
    bool changed = term->changed;
    term->changed = false;
    return changed;
}

void term_focus(Term *term, bool has)
{
    if (!has && term->dragging) {
        term->dragging = false;
        term->changed = true;
    }
}

void term_scroll(Term *term, int lines)
{
    int64_t most = (term->alternate ? 0 : (int64_t)term->ring_size) + term_is_busy(term);
    term->above = (unsigned)CLAMP((int64_t)term->above + lines, 0, most);
    term->changed = true;
}
