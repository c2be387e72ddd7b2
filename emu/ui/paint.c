/* SPDX-License-Identifier: MIT */
/* paint.c - pixels out of drawings; see paint.h. */
#include "emu/ui/paint.h"

#include <stdlib.h>
#include <string.h>

enum { PATTERN = 8 }; /* units after which a pattern begins again */

void canvas_resize(Canvas *canvas, int w, int h)
{
    g_free(canvas->pixels);
    *canvas = (Canvas){ w, h, g_new0(uint32_t, (gsize)w * (gsize)h) };
}

void canvas_free(Canvas *canvas)
{
    g_free(canvas->pixels);
    *canvas = (Canvas){ 0 };
}

static int pixel(const Painter *p, int unit)
{
    int64_t scaled = (int64_t)unit * p->scale;
    return (int)(scaled >= 0 ? scaled / 100 : -((-scaled + 99) / 100));
}

static UiRect pixels_of(const Painter *p, UiRect r)
{
    int x = pixel(p, r.x), y = pixel(p, r.y);
    return (UiRect){ x, y, pixel(p, r.x + r.w) - x, pixel(p, r.y + r.h) - y };
}

UiRect paint_pixels(const Painter *p, UiRect rect)
{
    return rect_common(pixels_of(p, rect), (UiRect){ 0, 0, p->canvas->w, p->canvas->h });
}

static uint32_t *line_at(const Canvas *c, int y)
{
    return c->pixels + (ptrdiff_t)y * c->w;
}

/* `at` lies on the canvas. */
static void fill(const Canvas *c, UiRect at, UiColor color)
{
    for (int y = at.y; y < at.y + at.h; y++) {
        uint32_t *line = line_at(c, y);
        for (int x = at.x; x < at.x + at.w; x++)
            line[x] = color;
    }
}

/* Does the pattern have ink there? Units. */
static bool has_ink(UiPattern pattern, int x, int y)
{
    switch (pattern) {
    case UI_DOTS: return x % 4 == 1 && y % 4 == 1;
    case UI_RISING: return (x + y) % PATTERN == 0;
    case UI_FALLING: return (x - y + PATTERN) % PATTERN == 0;
    case UI_HORIZONTAL: return y % 4 == 1;
    case UI_VERTICAL: return x % 4 == 1;
    case UI_GRID: return x % PATTERN == 2 || y % PATTERN == 2;
    case UI_CHECKER: return ((x / 4) ^ (y / 4)) & 1;
    default: return false;
    }
}

/* Ink over `seen`, the part that is seen of `at`. Patterns begin in the corner of what they fill. */
static void paint_pattern(const Painter *p, const DrawOp *op, UiRect at, UiRect seen)
{
    bool ink[PATTERN][PATTERN];
    for (int y = 0; y < PATTERN; y++)
        for (int x = 0; x < PATTERN; x++)
            ink[y][x] = has_ink(op->pattern, x, y);
    for (int y = seen.y; y < seen.y + seen.h; y++) {
        uint32_t *line = line_at(p->canvas, y);
        const bool *row = ink[(unsigned)(y - at.y) * 100 / p->scale % PATTERN];
        for (int x = seen.x; x < seen.x + seen.w; x++)
            if (row[(unsigned)(x - at.x) * 100 / p->scale % PATTERN])
                line[x] = op->ink;
    }
}

static void paint_fill(const Painter *p, const DrawOp *op, UiRect clip)
{
    UiRect at = pixels_of(p, op->at), seen = rect_common(at, clip);
    fill(p->canvas, seen, op->paper);
    if (op->pattern != UI_SOLID)
        paint_pattern(p, op, at, seen);
}

/* How many pixels a line is wide. */
static int thickness(const Painter *p)
{
    return MAX((int)p->scale / 100, 1);
}

static void paint_frame(const Painter *p, const DrawOp *op, UiRect clip)
{
    UiRect inside = pixels_of(p, op->at);
    int t = thickness(p);
    const UiRect sides[] = { rect_cut_top(&inside, t), rect_cut_bottom(&inside, t),
                             rect_cut_left(&inside, t), rect_cut_right(&inside, t) };
    for (size_t i = 0; i < G_N_ELEMENTS(sides); i++)
        fill(p->canvas, rect_common(sides[i], clip), op->ink);
}

/* Bresenham's, in units, each a square of pixels. */
static void paint_line(const Painter *p, const DrawOp *op, UiRect clip)
{
    int x = op->at.x, y = op->at.y, end_x = x + op->at.w, end_y = y + op->at.h;
    int dx = abs(end_x - x), dy = -abs(end_y - y);
    int step_x = x < end_x ? 1 : -1, step_y = y < end_y ? 1 : -1, error = dx + dy;
    for (;;) {
        UiRect dot = pixels_of(p, (UiRect){ x, y, 1, 1 });
        fill(p->canvas, rect_common(dot, clip), op->ink);
        if (x == end_x && y == end_y)
            return;
        int twice = 2 * error;
        x += twice >= dy && x != end_x ? step_x : 0;
        error += twice >= dy ? dy : 0;
        y += twice <= dx && y != end_y ? step_y : 0;
        error += twice <= dx ? dx : 0;
    }
}

static uint32_t blend(uint32_t below, uint32_t above, unsigned coverage)
{
    uint32_t out = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        unsigned a = below >> shift & 0xff, b = above >> shift & 0xff;
        out |= ((a * (255 - coverage) + b * coverage + 127) / 255) << shift;
    }
    return out;
}

static void paint_glyph(const Painter *p, const uint8_t *glyph, UiRect cell, UiRect clip,
                        UiColor ink)
{
    UiRect seen = rect_common(cell, clip);
    for (int y = seen.y; y < seen.y + seen.h; y++) {
        const uint8_t *from = glyph + (ptrdiff_t)(y - cell.y) * cell.w - cell.x;
        uint32_t *line = line_at(p->canvas, y);
        for (int x = seen.x; x < seen.x + seen.w; x++) {
            if (from[x] == 255)
                line[x] = ink;
            else if (from[x])
                line[x] = blend(line[x], ink, from[x]);
        }
    }
}

static void paint_text(const Painter *p, const DrawList *list, const DrawOp *op, UiRect clip)
{
    UiRect cell = { pixel(p, op->at.x), pixel(p, op->at.y), pixel(p, UI_CELL_W),
                    pixel(p, UI_CELL_H) };
    int begin = cell.x;
    bool bold = op->style & UI_BOLD;
    if (op->style & UI_OPAQUE)
        fill(p->canvas, rect_common(pixels_of(p, op->at), clip), op->paper);
    for (const char *c = list->texts->str + op->text; *c;
         c = g_utf8_next_char(c), cell.x += cell.w) {
        gunichar character = g_utf8_get_char(c);
        if (character == ' ' || cell.x >= clip.x + clip.w || cell.x + cell.w <= clip.x)
            continue;
        const uint8_t *glyph = p->glyph(p->opaque, character, bold);
        if (glyph)
            paint_glyph(p, glyph, cell, clip, op->ink);
    }
    UiRect under = { begin, cell.y + cell.h - 2 * thickness(p), cell.x - begin, thickness(p) };
    if (op->style & UI_UNDERLINE)
        fill(p->canvas, rect_common(under, clip), op->ink);
}

void paint_list(const Painter *p, const DrawList *list, UiRect clip)
{
    for (guint i = 0; i < list->ops->len; i++) {
        const DrawOp *op = &g_array_index(list->ops, DrawOp, i);
        UiRect seen = paint_pixels(p, rect_common(op->clip, clip));
        if (!seen.w || !seen.h)
            continue;
        switch (op->kind) {
        case DRAW_FILL: paint_fill(p, op, seen); break;
        case DRAW_FRAME: paint_frame(p, op, seen); break;
        case DRAW_LINE: paint_line(p, op, seen); break;
        case DRAW_TEXT: paint_text(p, list, op, seen); break;
        case DRAW_IMAGE:
            if (p->image)
                p->image(p->opaque, op->number, p->canvas, pixels_of(p, op->at), seen);
            break;
        case DRAW_REGION: break;
        }
    }
}
