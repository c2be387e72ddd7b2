/* SPDX-License-Identifier: MIT */
/* input_post.c - what other threads say that people do; see input.h. */
#include "emu/display/input.h"

typedef struct {
    unsigned what;
    int x, y;
    unsigned width, height;
    bool down;
} Posted;

static void post(Machine *m, void (*apply)(void *machine, void *posted), Posted posted)
{
    inbox_post(&m->inbox, apply, m, g_memdup2(&posted, sizeof posted));
}

static void apply_key(void *m, void *data)
{
    g_autofree Posted *posted = data;
    input_key(m, posted->what, posted->down);
}

void input_post_key(Machine *m, unsigned code, bool down)
{
    post(m, apply_key, (Posted){ .what = code, .down = down });
}

static void apply_pointer_to(void *m, void *data)
{
    g_autofree Posted *to = data;
    input_pointer_to(m, to->what, to->x, to->y, to->width, to->height);
}

void input_post_pointer_to(Machine *m, unsigned output, int x, int y, unsigned width,
                           unsigned height)
{
    post(m, apply_pointer_to, (Posted){ output, x, y, width, height, false });
}

static void apply_pointer_by(void *m, void *data)
{
    g_autofree Posted *posted = data;
    input_pointer_by(m, posted->x, posted->y);
}

void input_post_pointer_by(Machine *m, int dx, int dy)
{
    post(m, apply_pointer_by, (Posted){ .x = dx, .y = dy });
}

static void apply_button(void *m, void *data)
{
    g_autofree Posted *posted = data;
    input_button(m, (InputButton)posted->what, posted->down);
}

void input_post_button(Machine *m, InputButton button, bool down)
{
    post(m, apply_button, (Posted){ .what = button, .down = down });
}

static void apply_wheel(void *m, void *data)
{
    g_autofree Posted *posted = data;
    input_wheel(m, posted->x);
}

void input_post_wheel(Machine *m, int steps)
{
    post(m, apply_wheel, (Posted){ .x = steps });
}

static void apply_release_all(void *m, void *data)
{
    g_free(data);
    input_release_all(m);
}

void input_post_release_all(Machine *m)
{
    post(m, apply_release_all, (Posted){ 0 });
}
