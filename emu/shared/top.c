/* SPDX-License-Identifier: MIT */
/* top.c - drawing -top again and again; see top.h. What is drawn is in top_look.c. */
#include "emu/shared/top.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "emu/base/error.h"

enum { PERIOD_MS = 250 };

struct Top {
    Machine *machine;
    TopLook *look;
    bool by_hart;
    GThread *thread;
    GMutex lock;
    GCond changed;
    bool end;
    gint asked;     /* a message is on its way */
    unsigned lines; /* that were drawn last */
};

static unsigned count_lines(const GString *text)
{
    unsigned lines = 0;
    for (const char *at = text->str; *at; at++)
        lines += *at == '\n';
    return lines;
}

/* Over what was there: up, and each line cleared before it is written. */
static void draw(Top *top)
{
    struct winsize size = { 0 };
    g_autoptr(GString) text = g_string_new(NULL), out = g_string_new(NULL);
    bool known = !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col;
    top_look(top->look, known ? size.ws_col : 80, known ? size.ws_row - 1u : 24, text);
    if (top->lines)
        g_string_append_printf(out, "\033[%uA", top->lines);
    g_string_append(out, "\r\033[J");
    for (const char *at = text->str; *at; at++) {
        if (*at == '\n')
            g_string_append_c(out, '\r'); /* whatever mode the terminal is in */
        g_string_append_c(out, *at);
    }
    top->lines = count_lines(text);
    fwrite(out->str, 1, out->len, stderr);
    fflush(stderr);
}

static void on_message(void *opaque, void *data)
{
    Top *top = opaque;
    (void)data;
    draw(top);
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

Top *top_new(Machine *machine, bool by_hart, GError **error)
{
    if (!machine->timing) {
        fail(error, EXIT_CONFIG, "-top: there is no timed mode to show; add -timing PROFILE");
        return NULL;
    }
    if (!isatty(STDERR_FILENO)) {
        fail(error, EXIT_HOST,
             "-top: standard error is no terminal to draw on; leave -top out, and have "
             "-timing-report FILE write the same at the end");
        return NULL;
    }
    Top *top = g_new0(Top, 1);
    top->machine = machine;
    top->look = top_look_new(machine, by_hart);
    top->by_hart = by_hart;
    g_mutex_init(&top->lock);
    g_cond_init(&top->changed);
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
    top_look_free(top->look); /* what the last drawing shows is all of the run */
    top->look = top_look_new(top->machine, top->by_hart);
    draw(top);
    top_look_free(top->look);
    g_mutex_clear(&top->lock);
    g_cond_clear(&top->changed);
    g_free(top);
}
