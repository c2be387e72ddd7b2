/* SPDX-License-Identifier: MIT */
/* top.c - drawing -top again and again; see top.h. What is drawn is in top_look.c. */
#define _GNU_SOURCE /* fopencookie */
#include "emu/shared/top.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/shared/top_guests.h"

enum { PERIOD_MS = 250 };

typedef struct {
    unsigned lines; /* of a drawing, the cursor is below it */
    bool in_line;   /* the cursor is behind what somebody wrote */
} Screen;

struct Top {
    Machine *machine;
    TopLook *look;     /* of what is timed; NULL: nothing ever is */
    TopGuests *guests; /* of what is not */
    bool by_hart;
    GThread *thread;
    GMutex lock;
    GCond changed;
    bool end;
    gint asked; /* a message is on its way */
    Screen *screen;
    Panel *panel; /* instead of `screen` */
};

static unsigned count_lines(const GString *text)
{
    unsigned lines = 0;
    for (const char *at = text->str; *at; at++)
        lines += *at == '\n';
    return lines;
}

static void put(const char *data, size_t size)
{
    while (size) {
        ssize_t done = write(STDERR_FILENO, data, size);
        if (done < 0 && errno != EINTR)
            return;
        data += MAX(done, 0);
        size -= (size_t)MAX(done, 0);
    }
}

static void erase(Screen *screen)
{
    g_autofree char *up = g_strdup_printf("\033[%uA\r\033[J", screen->lines);
    if (screen->lines)
        put(up, strlen(up));
    screen->lines = 0;
}

/* Whatever is written to standard error stays: it takes the drawing's place, which comes back below. */
static ssize_t write_above(void *cookie, const char *data, size_t size)
{
    Screen *screen = cookie;
    erase(screen);
    put(data, size);
    screen->in_line = size && data[size - 1] != '\n';
    return (ssize_t)size;
}

/* The stream, and what it hangs on, live as long as the program. */
static Screen *take_standard_error(void)
{
    Screen *screen = g_new0(Screen, 1);
    FILE *file = fopencookie(screen, "w", (cookie_io_functions_t){ .write = write_above });
    g_assert(file);
    setvbuf(file, NULL, _IONBF, 0);
    stderr = file;
    return screen;
}

/* The whole run, or what happened since the last look. */
static void look(Top *top, bool all, unsigned columns, unsigned rows, GString *out)
{
    const Machine *m = top->machine;
    bool timed = m->timed || (all && m->clock.spans->len > 1); /* it is, or was */
    if (!timed) {
        g_autoptr(GString) text = g_string_new(NULL);
        top_guests_look(top->guests, all, text);
        top_fit(text, columns, rows, out);
        return;
    }
    if (all) {
        top_look_free(top->look);
        top->look = top_look_new(m, top->by_hart);
    }
    top_look(top->look, columns, rows, out);
}

static void show_in_panel(Top *top, bool all)
{
    g_autoptr(GString) text = g_string_new(NULL);
    unsigned columns, rows;
    panel_room(top->panel, &columns, &rows);
    if (rows >= 3)
        look(top, all, columns, rows, text);
    panel_show(top->panel, text->str);
}

/* Over what was there, in place of it. */
static void draw(Top *top, bool last)
{
    struct winsize size = { 0 };
    g_autoptr(GString) text = g_string_new(NULL), out = g_string_new(NULL);
    bool known = !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col;
    unsigned rows = known ? MAX(size.ws_row, 4u) : 25;
    look(top, last, known ? size.ws_col : 80, rows - 2, text);
    g_string_append(text, last ? "" : "Ctrl-C ends the run\n");
    flockfile(stderr);
    g_string_append(out, top->screen->in_line ? "\r\n" : "");
    erase(top->screen);
    for (const char *at = text->str; *at; at++) {
        if (*at == '\n')
            g_string_append_c(out, '\r'); /* whatever mode the terminal is in */
        g_string_append_c(out, *at);
    }
    put(out->str, out->len);
    top->screen->in_line = false;
    top->screen->lines = last ? 0 : count_lines(text);
    funlockfile(stderr);
}

static void on_message(void *opaque, void *data)
{
    Top *top = opaque;
    (void)data;
    if (top->panel)
        show_in_panel(top, false);
    else
        draw(top, false);
    g_atomic_int_set(&top->asked, 0);
}

static gpointer ask_again_and_again(gpointer opaque)
{
    Top *top = opaque;
    g_mutex_lock(&top->lock);
    while (!top->end) {
        gint64 then = g_get_monotonic_time() + PERIOD_MS * G_TIME_SPAN_MILLISECOND;
        while (!top->end && g_cond_wait_until(&top->changed, &top->lock, then))
            continue;
        if (!top->end && g_atomic_int_compare_and_exchange(&top->asked, 0, 1))
            inbox_post(&top->machine->inbox, on_message, top, NULL);
    }
    g_mutex_unlock(&top->lock);
    return NULL;
}

/* On standard error. */
static bool can_draw(GError **error)
{
    const char *kind = g_getenv("TERM");
    if (!isatty(STDERR_FILENO))
        return fail(error, EXIT_HOST,
                    "-top: standard error is no terminal to draw on; leave -top out, and have "
                    "-timing-report FILE or -verdict FILE write the same at the end");
    if (!kind || !strcmp(kind, "dumb"))
        return fail(error, EXIT_HOST,
                    "-top: a terminal of the kind '%s' has no cursor to move; say in TERM what it "
                    "is, for example xterm, or leave -top out",
                    kind ? kind : "");
    return true;
}

Top *top_new(Machine *machine, bool by_hart, Panel *panel, GError **error)
{
    if (!panel && !can_draw(error))
        return NULL;
    Top *top = g_new0(Top, 1);
    top->machine = machine;
    top->look = machine->timing ? top_look_new(machine, by_hart) : NULL;
    top->guests = top_guests_new(machine);
    top->by_hart = by_hart;
    top->panel = panel;
    top->screen = panel ? NULL : take_standard_error();
    g_mutex_init(&top->lock);
    g_cond_init(&top->changed);
    if (panel)
        show_in_panel(top, false); /* before anything is said */
    top->thread = g_thread_new("top", ask_again_and_again, top);
    return top;
}

void top_free(Top *top)
{
    if (!top)
        return;
    g_mutex_lock(&top->lock);
    top->end = true;
    g_cond_signal(&top->changed);
    g_mutex_unlock(&top->lock);
    g_thread_join(top->thread);
    while (g_atomic_int_get(&top->asked) && inbox_apply_one(&top->machine->inbox))
        continue;
    if (top->panel) {
        show_in_panel(top, true);
        panel_leave(top->panel);
    } else {
        draw(top, true);
    }
    top_look_free(top->look);
    top_guests_free(top->guests);
    g_mutex_clear(&top->lock);
    g_cond_clear(&top->changed);
    g_free(top);
}
