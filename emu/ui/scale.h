/* SPDX-License-Identifier: MIT */
/* scale.h - a picture in another size. */
#ifndef EMU_UI_SCALE_H
#define EMU_UI_SCALE_H

#include "emu/ui/paint.h"

typedef struct {
    int w, h;
    const uint32_t *pixels; /* `w` from line to line */
} Picture;

/* Where a picture of that size goes in `room`: in the middle, as many times as large as fits, or smaller. With `smooth` it
 * fills it, as far as its shape allows. */
UiRect scale_place(int w, int h, UiRect room, bool smooth);
/* Paints the picture into `at`, but nothing outside `clip`, which lies on the canvas. Pixels that are whole stay so; others
 * are mixed of four. */
void scale_paint(const Picture *picture, Canvas *canvas, UiRect at, UiRect clip);
/* The part of `at` that shows `part` of the picture, rounded up, with what its neighbours are mixed of. */
UiRect scale_part(int w, int h, UiRect at, UiRect part);

#endif
