/* SPDX-License-Identifier: MIT */
/* sdl_window.c - the window as SDL has it; see sdl_window.h. */
#include "emu/ui/sdl_window.h"

#include <SDL_ttf.h>

#include "emu/base/error.h"
#include "emu/ui/palette.h"
#include "emu/ui/sdl_x11.h"

enum { USUAL_W = 1280, USUAL_H = 800, MOST_PIXELS = 1 << 26 };

static const unsigned scales[] = { 100, 125, 150, 175, 200, 250, 300 };

/* As many pixels as there may be: who makes the window larger than any screen sees its upper part. */
static void resize_canvas(Screen *s, int w, int h)
{
    w = CLAMP(w, 1, WINDOW_MOST);
    h = CLAMP(h, 1, MIN(WINDOW_MOST, MOST_PIXELS / w));
    if (w != s->canvas.w || h != s->canvas.h)
        canvas_resize(&s->canvas, w, h);
    s->all = true;
}

static int to_units(const Screen *s, int pixels)
{
    return (int)((int64_t)pixels * 100 / s->scale);
}

void screen_size(const Screen *s, int *w, int *h)
{
    /* A unit that is seen in part counts: nothing stays black at the edge. */
    *w = to_units(s, s->canvas.w) + (s->canvas.w * 100 % (int)s->scale != 0);
    *h = to_units(s, s->canvas.h) + (s->canvas.h * 100 % (int)s->scale != 0);
}

void screen_locate(const Screen *s, int x, int y, UiMouse *mouse)
{
    int w = 0, h = 0;
    if (s->window)
        SDL_GetWindowSize(s->window, &w, &h);
    mouse->pixel_x = w > 0 ? (int)((int64_t)x * s->canvas.w / w) : x;
    mouse->pixel_y = h > 0 ? (int)((int64_t)y * s->canvas.h / h) : y;
    mouse->x = to_units(s, mouse->pixel_x);
    mouse->y = to_units(s, mouse->pixel_y);
}

void screen_damage_units(Screen *s, UiRect units)
{
    g_array_append_val(s->more, units);
}

void screen_damage(Screen *s, UiRect pixels)
{
    UiRect units = { to_units(s, pixels.x), to_units(s, pixels.y), 0, 0 };
    units.w = to_units(s, pixels.x + pixels.w) + 1 - units.x;
    units.h = to_units(s, pixels.y + pixels.h) + 1 - units.y;
    if (pixels.w && pixels.h)
        g_array_append_val(s->more, units);
}

/* As large as letters on this screen are elsewhere. */
static unsigned scale_of_screen(void)
{
    float dpi = 0;
    unsigned scale = 100;
    if (SDL_GetDisplayDPI(0, NULL, &dpi, NULL) || dpi < 72 || dpi > 600)
        return scale;
    for (size_t i = 0; i < G_N_ELEMENTS(scales); i++)
        if ((float)scales[i] <= dpi * 100 / 96 + 5)
            scale = scales[i];
    return scale;
}

static bool open_window(Screen *s, const WindowConfig *config, int w, int h, GError **error)
{
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI |
                   (config->full_screen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    g_autofree char *title =
        g_strdup_printf("Bulkhead%s%s", config->name ? " " : "", config->name ? config->name : "");
    s->window =
        SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, w, h, flags);
    if (!s->window)
        return fail(error, EXIT_HOST, "the window cannot be opened: %s; write -display none",
                    SDL_GetError());
    SDL_SetWindowMinimumSize(s->window, 64, 48);
    x11_watch(s->window, &s->lost);
    return true;
}

/* At most as large as the screen. */
static void fit_to_screen(int *w, int *h)
{
    SDL_Rect room;
    if (SDL_GetDisplayUsableBounds(0, &room) || room.w < 64 || room.h < 64)
        return;
    *w = MIN(*w, room.w);
    *h = MIN(*h, room.h - 32); /* for its title */
}

/* Without any SDL complains by itself, or helps itself to one that nobody sees, which has to be asked for. */
static const char *find_screen(void)
{
    bool asked = g_getenv("SDL_VIDEODRIVER");
    if (!asked && !g_getenv("DISPLAY") && !g_getenv("WAYLAND_DISPLAY"))
        return "neither DISPLAY nor WAYLAND_DISPLAY names one";
    if (SDL_InitSubSystem(SDL_INIT_VIDEO))
        return SDL_GetError();
    return asked || strcmp(SDL_GetCurrentVideoDriver(), "offscreen")
               ? NULL
               : "DISPLAY and WAYLAND_DISPLAY name none that answers";
}

static bool start_video(GError **error)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint("SDL_VIDEO_X11_WMCLASS", "bulkhead");
    const char *why = find_screen();
    return !why ||
           fail(error, EXIT_HOST,
                "there is no screen for the window: %s; start it in a graphical session, or write "
                "-display none",
                why);
}

bool screen_open(Screen *s, const WindowConfig *config, GError **error)
{
    int units_w = config->width ? (int)config->width : USUAL_W;
    int units_h = config->height ? (int)config->height : USUAL_H;
    *s = (Screen){ .rects = g_array_new(FALSE, FALSE, sizeof(UiRect)),
                   .more = g_array_new(FALSE, FALSE, sizeof(UiRect)) };
    for (unsigned i = 0; i < AREAS; i++)
        s->areas[i] = damage_new();
    if (!config->hidden && !start_video(error))
        return false;
    s->scale = s->first_scale = config->scale    ? config->scale
                                : config->hidden ? 100
                                                 : scale_of_screen();
    s->font = font_new(s->scale, error);
    if (!s->font)
        return false;
    int w = units_w * (int)s->scale / 100, h = units_h * (int)s->scale / 100;
    if (config->hidden) {
        resize_canvas(s, w, h);
        return true;
    }
    if (!config->width)
        fit_to_screen(&w, &h);
    if (!open_window(s, config, w, h, error))
        return false;
    screen_resized(s);
    return true;
}

void screen_close(Screen *s)
{
    if (s->window && !s->lost)
        SDL_DestroyWindow(s->window);
    font_free(s->font);
    canvas_free(&s->canvas);
    for (unsigned i = 0; i < AREAS; i++)
        damage_free(&s->areas[i]);
    g_array_free(s->rects, TRUE);
    g_array_free(s->more, TRUE);
    if (TTF_WasInit())
        TTF_Quit();
    if (!s->lost)
        SDL_Quit(); /* what it keeps for this thread, too */
}

void screen_resized(Screen *s)
{
    int w = s->canvas.w, h = s->canvas.h;
    if (s->window)
        SDL_GetWindowSizeInPixels(s->window, &w, &h);
    resize_canvas(s, w, h);
}

bool screen_rescale(Screen *s, int steps)
{
    size_t i = 0;
    while (i + 1 < G_N_ELEMENTS(scales) && scales[i] < s->scale)
        i++;
    if ((steps < 0 && i == 0) || (steps > 0 && i + 1 == G_N_ELEMENTS(scales)))
        return false;
    unsigned scale = steps ? scales[steps < 0 ? i - 1 : i + 1] : s->first_scale;
    Font *font = scale == s->scale ? NULL : font_new(scale, NULL);
    if (!font)
        return false;
    font_free(s->font);
    s->font = font;
    s->scale = scale;
    s->all = true;
    return true;
}

/* Showing. */

static const uint8_t *glyph(void *opaque, gunichar character, bool bold)
{
    return font_glyph(((Screen *)opaque)->font, character, bold);
}

static void image(void *opaque, unsigned number, Canvas *canvas, UiRect at, UiRect clip)
{
    const Screen *s = opaque;
    if (s->image)
        s->image(s->image_opaque, number, canvas, at, clip);
}

static void find_changes(Screen *s, const Ui *ui)
{
    UiRect whole = { 0, 0, ui->width, ui->height };
    g_array_set_size(s->rects, 0);
    for (unsigned area = 0; area < AREAS; area++)
        damage_find(&s->areas[area], ui->lists[area], ui->at[area], s->rects);
    g_array_append_vals(s->rects, s->more->data, s->more->len);
    g_array_set_size(s->more, 0);
    if (s->all || ui->help_shown || s->help_was_shown) {
        g_array_set_size(s->rects, 0);
        g_array_append_val(s->rects, whole);
    }
    s->all = false;
    s->help_was_shown = ui->help_shown;
}

static uint64_t paint(Screen *s, const Ui *ui)
{
    Painter painter = { &s->canvas, s->scale, glyph, image, s };
    uint64_t pixels = 0;
    for (guint i = 0; i < s->rects->len; i++) {
        UiRect rect = g_array_index(s->rects, UiRect, i), seen = paint_pixels(&painter, rect);
        pixels += (uint64_t)seen.w * (uint64_t)seen.h;
        if (rect.w == ui->width && rect.h == ui->height) {
            for (int k = 0; k < s->canvas.w * s->canvas.h; k++)
                s->canvas.pixels[k] = UI_BACK; /* also between areas */
        }
        for (unsigned area = 0; area < AREAS; area++)
            paint_list(&painter, ui->lists[area], rect);
        paint_list(&painter, ui->help, rect);
    }
    return pixels;
}

static void bring_to_window(Screen *s)
{
    SDL_Surface *to = SDL_GetWindowSurface(s->window);
    SDL_Surface *from = SDL_CreateRGBSurfaceWithFormatFrom(
        s->canvas.pixels, s->canvas.w, s->canvas.h, 32, s->canvas.w * 4, SDL_PIXELFORMAT_RGB888);
    g_autofree SDL_Rect *rects = g_new(SDL_Rect, s->rects->len + 1);
    Painter painter = { .canvas = &s->canvas, .scale = s->scale };
    int n = 0;
    for (guint i = 0; to && from && i < s->rects->len; i++) {
        UiRect r = paint_pixels(&painter, g_array_index(s->rects, UiRect, i));
        r = rect_common(r, (UiRect){ 0, 0, to->w, to->h });
        SDL_Rect rect = { r.x, r.y, r.w, r.h }, target = rect;
        if (r.w && r.h && !SDL_BlitSurface(from, &rect, to, &target))
            rects[n++] = (SDL_Rect){ r.x, r.y, r.w, r.h };
    }
    SDL_FreeSurface(from);
    if (n && SDL_UpdateWindowSurfaceRects(s->window, rects, n))
        s->all = true; /* it has changed meanwhile */
}

uint64_t screen_show(Screen *s, Ui *ui)
{
    ui_draw(ui);
    find_changes(s, ui);
    uint64_t pixels = paint(s, ui);
    if (s->rects->len && s->window)
        bring_to_window(s);
    return pixels;
}
