/* SPDX-License-Identifier: MIT */
/* display.c - what graphics devices show; see display.h. */
#include "emu/display/display.h"

#include <string.h>

#include "emu/base/error.h"

typedef struct {
    char *name;
    unsigned width, height;
    uint32_t *pixels;
    size_t room;
    /* Of `version`: it differs from `taken`, which somebody has, at most in this part. */
    uint64_t version, taken, pointer_version;
    unsigned x, y, right, bottom;
    HostCursor pointer;
    uint32_t picture[DISPLAY_POINTER * DISPLAY_POINTER];
    unsigned wanted_width, wanted_height;
    bool asks; /* the device does not know yet */
} Output;

/* A device: some outputs, side by side. */
typedef struct {
    Display *display;
    char *name;
    unsigned first, n;
    HostDisplay host;
    HostChar control;
} Screen;

struct Display {
    GMutex lock;        /* of the outputs, but for their number and names */
    GPtrArray *outputs; /* of Output */
    GPtrArray *screens; /* of Screen */
    Inbox *inbox;       /* NULL: not started */
};

static Output *output_at(const Display *display, unsigned output)
{
    return g_ptr_array_index(display->outputs, output);
}

/* The device's side. */

/* Pixels that change are those from (x, y) up to (right, bottom). */
static void add_changed(Output *o, unsigned x, unsigned y, unsigned right, unsigned bottom)
{
    if (o->x >= o->right) {
        o->x = x;
        o->y = y;
        o->right = right;
        o->bottom = bottom;
        return;
    }
    o->x = MIN(o->x, x);
    o->y = MIN(o->y, y);
    o->right = MAX(o->right, right);
    o->bottom = MAX(o->bottom, bottom);
}

/* False: the host has not so much memory. */
static bool make_room(uint32_t **pixels, size_t *room, unsigned width, unsigned height)
{
    size_t size = (size_t)width * height;
    if (size <= *room)
        return true;
    g_free(*pixels);
    *pixels = g_try_new(uint32_t, size);
    *room = *pixels ? size : 0;
    return *pixels;
}

/* An output for which there is no memory shows nothing. */
static void resize(Output *o, unsigned width, unsigned height)
{
    bool possible = make_room(&o->pixels, &o->room, width, height);
    o->width = possible ? width : 0;
    o->height = possible ? height : 0;
    o->x = o->y = 0;
    o->right = o->width;
    o->bottom = o->height;
    o->taken = UINT64_MAX; /* nobody has it */
}

static void copy_part(Output *o, const HostImage *image, unsigned x, unsigned y, unsigned right,
                      unsigned bottom)
{
    for (; y < bottom; y++) {
        const uint32_t *from = image->pixels + (size_t)y * image->stride;
        uint32_t *to = o->pixels + (size_t)y * o->width;
        for (unsigned i = x; i < right; i++)
            to[i] = from[i] & 0xffffff;
    }
}

static void show(void *host, unsigned output, const HostImage *image, unsigned x, unsigned y,
                 unsigned width, unsigned height)
{
    const Screen *screen = host;
    Display *display = screen->display;
    g_assert(output < screen->n && x <= image->width && width <= image->width - x &&
             y <= image->height && height <= image->height - y);
    Output *o = output_at(display, screen->first + output);
    g_mutex_lock(&display->lock);
    if (o->width != image->width || o->height != image->height) {
        resize(o, image->width, image->height);
        x = y = 0;
        width = o->width;
        height = o->height;
    }
    copy_part(o, image, x, y, x + width, y + height);
    add_changed(o, x, y, x + width, y + height);
    o->version++;
    g_mutex_unlock(&display->lock);
}

static void point(void *host, unsigned output, const HostCursor *cursor)
{
    const Screen *screen = host;
    Display *display = screen->display;
    g_assert(output < screen->n);
    Output *o = output_at(display, screen->first + output);
    g_mutex_lock(&display->lock);
    if (cursor->pixels)
        memcpy(o->picture, cursor->pixels, sizeof o->picture);
    o->pointer = *cursor;
    o->pointer.pixels = NULL;
    o->pointer_version++;
    g_mutex_unlock(&display->lock);
}

/* Sizes: what was not taken is offered again when the line is ready, as while the machine was in its past. */
static void offer_sizes(void *host)
{
    const Screen *screen = host;
    Display *display = screen->display;
    for (unsigned i = 0; i < screen->n; i++) {
        Output *o = output_at(display, screen->first + i);
        g_mutex_lock(&display->lock);
        bool asks = o->asks;
        uint32_t record[4] = { GUINT32_TO_LE(i), GUINT32_TO_LE(o->wanted_width),
                               GUINT32_TO_LE(o->wanted_height), 0 };
        g_mutex_unlock(&display->lock);
        if (!asks || !screen->control.receive ||
            screen->control.receive(screen->control.device, (const uint8_t *)record,
                                    sizeof record) != sizeof record)
            continue;
        g_mutex_lock(&display->lock);
        o->asks = o->wanted_width != GUINT32_FROM_LE(record[1]) ||
                  o->wanted_height != GUINT32_FROM_LE(record[2]);
        g_mutex_unlock(&display->lock);
    }
}

static void apply_sizes(void *opaque, void *data)
{
    const Display *display = opaque;
    (void)data;
    for (unsigned i = 0; i < display->screens->len; i++)
        offer_sizes(g_ptr_array_index(display->screens, i));
}

/* Life. */

static void free_output(void *data)
{
    Output *o = data;
    g_free(o->name);
    g_free(o->pixels);
    g_free(o);
}

static void free_screen(void *data)
{
    Screen *screen = data;
    g_free(screen->name);
    g_free(screen);
}

Display *display_new(void)
{
    Display *display = g_new0(Display, 1);
    g_mutex_init(&display->lock);
    display->outputs = g_ptr_array_new_with_free_func(free_output);
    display->screens = g_ptr_array_new_with_free_func(free_screen);
    return display;
}

void display_free(Display *display)
{
    if (!display)
        return;
    g_ptr_array_free(display->outputs, TRUE);
    g_ptr_array_free(display->screens, TRUE);
    g_mutex_clear(&display->lock);
    g_free(display);
}

HostDisplay *display_add(Display *display, const char *device, unsigned n_outputs,
                         HostChar **control)
{
    Screen *screen = g_new0(Screen, 1);
    g_assert(display->outputs->len + n_outputs <= DISPLAY_MOST_OUTPUTS);
    *screen = (Screen){ .display = display,
                        .name = g_strdup(device),
                        .first = display->outputs->len,
                        .n = n_outputs,
                        .host = { .show = show, .point = point, .host = screen },
                        .control = { .ready = offer_sizes, .host = screen } };
    for (unsigned i = 0; i < n_outputs; i++) {
        Output *o = g_new0(Output, 1);
        o->name = n_outputs > 1 ? g_strdup_printf("%s.%u", device, i) : g_strdup(device);
        g_ptr_array_add(display->outputs, o);
    }
    g_ptr_array_add(display->screens, screen);
    *control = &screen->control;
    return &screen->host;
}

void display_start(Display *display, Inbox *inbox)
{
    g_mutex_lock(&display->lock);
    display->inbox = inbox;
    g_mutex_unlock(&display->lock);
    inbox_post(inbox, apply_sizes, display, NULL);
}

/* Those who look. */

unsigned display_outputs(const Display *display)
{
    return display->outputs->len;
}

const char *display_name(const Display *display, unsigned output)
{
    return output_at(display, output)->name;
}

int display_find(const Display *display, const char *device, unsigned head)
{
    for (unsigned i = 0; i < display->screens->len; i++) {
        const Screen *screen = g_ptr_array_index(display->screens, i);
        if (!device || !strcmp(device, screen->name))
            return head < screen->n ? (int)(screen->first + head) : -1;
    }
    return -1;
}

void display_frame_clear(DisplayFrame *frame)
{
    g_free(frame->pixels);
    *frame = (DisplayFrame){ 0 };
}

static void take_pixels(Output *o, DisplayFrame *frame)
{
    if (frame->version != o->taken) { /* what changed since then, nobody knows */
        o->x = o->y = 0;
        o->right = o->width;
        o->bottom = o->height;
    }
    if (frame->width != o->width || frame->height != o->height) {
        bool possible = make_room(&frame->pixels, &frame->room, o->width, o->height);
        frame->resized = true;
        frame->width = possible ? o->width : 0;
        frame->height = possible ? o->height : 0;
    }
    if (frame->width != o->width || frame->height != o->height)
        return; /* no memory: it has nothing, and tries again */
    for (unsigned y = o->y; y < o->bottom; y++) {
        size_t at = (size_t)y * o->width + o->x;
        memcpy(frame->pixels + at, o->pixels + at, (o->right - o->x) * sizeof *frame->pixels);
    }
    frame->x = o->x;
    frame->y = o->y;
    frame->changed_width = o->right - o->x;
    frame->changed_height = o->bottom - o->y;
    frame->version = o->taken = o->version;
    o->x = o->y = o->right = o->bottom = 0;
}

static void take_pointer(const Output *o, DisplayFrame *frame)
{
    memcpy(frame->picture, o->picture, sizeof frame->picture);
    frame->pointer = o->pointer;
    frame->pointer.pixels = frame->picture;
    frame->pointer_version = o->pointer_version;
    frame->pointer_changed = true;
}

bool display_take(Display *display, unsigned output, DisplayFrame *frame)
{
    Output *o = output_at(display, output);
    frame->changed_width = frame->changed_height = 0;
    frame->resized = frame->pointer_changed = false;
    g_mutex_lock(&display->lock);
    bool changed = frame->version != o->version;
    if (changed)
        take_pixels(o, frame);
    if (frame->pointer_version != o->pointer_version)
        take_pointer(o, frame);
    g_mutex_unlock(&display->lock);
    return changed || frame->pointer_changed;
}

bool display_peek(Display *display, unsigned output, DisplayFrame *frame)
{
    const Output *o = output_at(display, output);
    g_mutex_lock(&display->lock);
    frame->width = o->width;
    frame->height = o->height;
    frame->pointer = o->pointer;
    g_mutex_unlock(&display->lock);
    return frame->width && frame->height;
}

void display_size_wanted(Display *display, unsigned output, unsigned width, unsigned height)
{
    Output *o = output_at(display, output);
    g_mutex_lock(&display->lock);
    bool is_new = o->wanted_width != width || o->wanted_height != height;
    o->wanted_width = width;
    o->wanted_height = height;
    o->asks |= is_new;
    Inbox *inbox = display->inbox;
    g_mutex_unlock(&display->lock);
    if (is_new && inbox)
        inbox_post(inbox, apply_sizes, display, NULL);
}

bool display_write(Display *display, unsigned output, const char *path, PictureFormat format,
                   GError **error)
{
    const Output *o = output_at(display, output);
    g_mutex_lock(&display->lock);
    unsigned width = o->width, height = o->height;
    g_autofree uint32_t *pixels = g_memdup2(o->pixels, (size_t)width * height * sizeof *pixels);
    g_mutex_unlock(&display->lock);
    if (!pixels)
        return fail(error, EXIT_FILE,
                    "'%s' shows nothing; let the guest's driver come up, and try again",
                    display_name(display, output));
    return picture_write(path, format, &(HostImage){ width, height, width, pixels }, error);
}
