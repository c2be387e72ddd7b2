/* SPDX-License-Identifier: MIT */
/*
 * paint.h - pixels out of drawings, without any library: the same everywhere. A scale in percent makes pixels of units.
 */
#ifndef EMU_UI_PAINT_H
#define EMU_UI_PAINT_H

#include "emu/ui/draw.h"

/* Pixels 0x00RRGGBB, line after line. */
typedef struct {
    int w, h;
    uint32_t *pixels;
} Canvas;

/* A character as it is in its cell: how much of each pixel it covers, 0 to 255, line after line of the cell's width. */
typedef const uint8_t *GlyphFn(void *opaque, gunichar character, bool bold);
/* Paints the picture `number` into `at`, pixels, but nothing outside `clip`. */
typedef void ImageFn(void *opaque, unsigned number, Canvas *canvas, UiRect at, UiRect clip);

typedef struct {
    Canvas *canvas;
    unsigned scale; /* percent */
    GlyphFn *glyph;
    ImageFn *image;
    void *opaque;
} Painter;

/* Makes room for that many pixels; they are black. */
void canvas_resize(Canvas *canvas, int w, int h);
void canvas_free(Canvas *canvas);
/* What of `rect`, units, is seen on the canvas, in pixels. */
UiRect paint_pixels(const Painter *painter, UiRect rect);
/* Paints the list, but nothing outside `clip`, which is in units. */
void paint_list(const Painter *painter, const DrawList *list, UiRect clip);

/* What has to be painted again. */
typedef struct {
    UiRect area;
    GArray *bands; /* of uint64_t: hashes of strips UI_CELL_H high */
} Damage;

Damage damage_new(void);
void damage_free(Damage *damage);
/* Appends to `rects` (of UiRect, units) where `list`, which is all there is in `area`, looks other than the last time. */
void damage_find(Damage *damage, const DrawList *list, UiRect area, GArray *rects);

#endif
