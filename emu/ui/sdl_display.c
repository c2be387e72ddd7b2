/* SPDX-License-Identifier: MIT */
/* sdl_display.c - a tab that is what an output of a guest's graphics device shows; see sdl_views.h. */
#include "emu/display/input.h"
#include "emu/ui/palette.h"
#include "emu/ui/scale.h"
#include "emu/ui/sdl_views.h"

struct DisplayView {
    UiLink *link;
    Screen *screen;
    unsigned output;
    DisplayFrame frame;
    UiRect room;         /* units: where it was drawn last */
    UiRect at;           /* pixels: where the picture is */
    UiRect pointer;      /* pixels of the guest: where its pointer was */
    bool grabbed, moved; /* moved: to (x, y) of the guest's, which it does not know yet */
    int x, y;
    unsigned asked_w, asked_h;
};

static Machine *machine_of(const DisplayView *v)
{
    return v->link->subjects->machine;
}

DisplayView *display_view_new(UiLink *link, Screen *screen, unsigned output)
{
    DisplayView *v = g_new0(DisplayView, 1);
    v->link = link;
    v->screen = screen;
    v->output = output;
    return v;
}

static void free_view(void *view)
{
    DisplayView *v = view;
    display_frame_clear(&v->frame);
    g_free(v);
}

static char *title(void *view)
{
    const DisplayView *v = view;
    return g_strdup(display_name(v->link->subjects->display, v->output));
}

/* Painting. */

static UiRect pointer_at(const DisplayView *v)
{
    const HostCursor *p = &v->frame.pointer;
    if (!p->visible)
        return (UiRect){ 0 };
    return (UiRect){ p->x, p->y, DISPLAY_POINTER, DISPLAY_POINTER };
}

static uint32_t over(uint32_t below, uint32_t above)
{
    uint32_t out = 0, alpha = above >> 24;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        uint32_t a = below >> shift & 0xff, b = above >> shift & 0xff;
        out |= ((a * (255 - alpha) + b * alpha + 127) / 255) << shift;
    }
    return out;
}

/* Over the picture, each pixel where it would be in it. */
static void paint_pointer(const DisplayView *v, Canvas *canvas, UiRect clip)
{
    UiRect from = pointer_at(v), at = v->at;
    int w = (int)v->frame.width, h = (int)v->frame.height;
    if (!from.w)
        return;
    UiRect seen = rect_common(scale_part(w, h, at, from), clip);
    for (int y = seen.y; y < seen.y + seen.h; y++) {
        for (int x = seen.x; x < seen.x + seen.w; x++) {
            int64_t px = (int64_t)(x - at.x) * w / at.w - from.x;
            int64_t py = (int64_t)(y - at.y) * h / at.h - from.y;
            uint32_t *to = &canvas->pixels[(ptrdiff_t)y * canvas->w + x];
            if (px >= 0 && py >= 0 && px < DISPLAY_POINTER && py < DISPLAY_POINTER)
                *to = over(*to, v->frame.picture[py * DISPLAY_POINTER + px]);
        }
    }
}

void display_view_paint(DisplayView *v, Canvas *canvas, UiRect at, UiRect clip)
{
    Picture picture = { (int)v->frame.width, (int)v->frame.height, v->frame.pixels };
    v->at = scale_place(picture.w, picture.h, at, v->link->config->smooth);
    if (!v->at.w || !v->frame.pixels)
        return;
    scale_paint(&picture, canvas, v->at, clip);
    paint_pointer(v, canvas, rect_common(v->at, clip));
}

/* Asks the guest for a picture that fills the room that it has. */
static void ask_size(void *view)
{
    DisplayView *v = view;
    unsigned scale = v->screen->scale;
    unsigned w = (unsigned)v->room.w * scale / 100, h = (unsigned)v->room.h * scale / 100;
    if (!w || !h || (w == v->asked_w && h == v->asked_h))
        return;
    v->asked_w = w;
    v->asked_h = h;
    display_size_wanted(v->link->subjects->display, v->output, w, h);
}

static void draw(void *view, DrawList *list, UiRect area, bool focused)
{
    DisplayView *v = view;
    bool moved = v->room.w != area.w || v->room.h != area.h;
    (void)focused;
    v->room = area;
    draw_fill(list, area, UI_SHADE);
    if (v->frame.width)
        draw_image(list, area, v->output);
    else if (area.w > 30 * UI_CELL_W && area.h > UI_CELL_H)
        draw_fit(list, area, UI_DIM, 0, "  The guest shows nothing here yet.");
    if (moved && v->link->config->asks_size && v->link->subjects)
        ask_size(v);
}

/* What is new. */

static void damage_pixels(const DisplayView *v, UiRect part)
{
    if (!v->at.w || !part.w || !part.h)
        return;
    UiRect at = scale_part((int)v->frame.width, (int)v->frame.height, v->at, part);
    screen_damage(v->screen, at);
}

static void flush_motion(DisplayView *v)
{
    if (v->moved)
        input_post_pointer_to(machine_of(v), v->output, v->x, v->y, v->frame.width,
                              v->frame.height);
    v->moved = false;
}

static bool poll(void *view, bool shown)
{
    DisplayView *v = view;
    flush_motion(v);
    if (!display_take(v->link->subjects->display, v->output, &v->frame))
        return false;
    const DisplayFrame *f = &v->frame;
    if (shown && f->resized) {
        screen_damage_units(v->screen, v->room);
    } else if (shown) {
        damage_pixels(
            v, (UiRect){ (int)f->x, (int)f->y, (int)f->changed_width, (int)f->changed_height });
        if (f->pointer_changed) {
            damage_pixels(v, v->pointer);
            damage_pixels(v, pointer_at(v));
        }
    }
    v->pointer = pointer_at(v);
    return shown;
}

/* What people do. */

static bool scan(void *view, unsigned code, bool down)
{
    const DisplayView *v = view;
    input_post_key(machine_of(v), code, down);
    return true;
}

static void leave(void *view)
{
    const DisplayView *v = view;
    input_post_release_all(machine_of(v));
}

static void grab(void *view, bool on)
{
    DisplayView *v = view;
    bool relative = on && !g_atomic_int_get(&v->link->is_absolute);
    v->grabbed = on;
    SDL_SetRelativeMouseMode(relative ? SDL_TRUE : SDL_FALSE);
    input_post_release_all(machine_of(v));
    window_ask_pointer(v->link);
}

static void move_to(DisplayView *v, const UiMouse *mouse)
{
    int w = (int)v->frame.width, h = (int)v->frame.height;
    if (!g_atomic_int_get(&v->link->is_absolute)) {
        if (v->grabbed && (mouse->dx || mouse->dy))
            input_post_pointer_by(machine_of(v), mouse->dx, mouse->dy);
        return;
    }
    if (!v->at.w)
        return;
    int64_t x = (int64_t)(mouse->pixel_x - v->at.x) * w / v->at.w;
    int64_t y = (int64_t)(mouse->pixel_y - v->at.y) * h / v->at.h;
    v->x = (int)CLAMP(x, 0, w - 1);
    v->y = (int)CLAMP(y, 0, h - 1);
    v->moved = true;
    v->screen->hide_pointer =
        v->frame.pointer.visible && rect_has(v->at, mouse->pixel_x, mouse->pixel_y);
}

static void press(const DisplayView *v, const UiMouse *mouse)
{
    static const InputButton buttons[] = { INPUT_LEFT, INPUT_LEFT, INPUT_MIDDLE, INPUT_RIGHT };
    if (mouse->button && mouse->button < G_N_ELEMENTS(buttons))
        input_post_button(machine_of(v), buttons[mouse->button], mouse->down);
    if (mouse->wheel)
        input_post_wheel(machine_of(v), mouse->wheel);
}

/* Without a tablet the guest's pointer is somewhere else than the window's: a click gives the mouse to the guest. */
static bool mouse(void *view, const UiMouse *mouse, UiRect area)
{
    DisplayView *v = view;
    (void)area;
    if (!g_atomic_int_get(&v->link->has_pointer))
        return true;
    bool takes =
        mouse->button && mouse->down && !v->grabbed && !g_atomic_int_get(&v->link->is_absolute);
    if (takes) {
        v->screen->wants_grab = true;
        return true;
    }
    move_to(v, mouse);
    if (mouse->button || mouse->wheel) {
        flush_motion(v);
        press(v, mouse);
    }
    return true;
}

const UiViewType display_view = { .draw = draw,
                                  .poll = poll,
                                  .scan = scan,
                                  .mouse = mouse,
                                  .leave = leave,
                                  .grab = grab,
                                  .ask_size = ask_size,
                                  .title = title,
                                  .free = free_view,
                                  .is_display = true };
