/* SPDX-License-Identifier: MIT */
/*
 * layout.h - how the window is divided: a bar above all, partitions at the left, displays and consoles in the middle,
 * inspectors at the right, the timeline and the monitor below. Areas that there is no room for are left out; the middle
 * comes first.
 */
#ifndef EMU_UI_LAYOUT_H
#define EMU_UI_LAYOUT_H

#include "emu/display/window.h"
#include "emu/ui/draw.h"

typedef enum {
    AREA_LEFT = WINDOW_LEFT,
    AREA_RIGHT = WINDOW_RIGHT,
    AREA_TIMELINE = WINDOW_TIMELINE,
    AREA_MONITOR = WINDOW_MONITOR,
    AREA_MIDDLE = WINDOW_AREAS,
    AREA_BAR,
    AREAS,
    AREA_NONE = AREAS
} UiArea;

enum { LAYOUT_BAR = 24, LAYOUT_HEAD = 20, LAYOUT_GAP = 4 };

typedef struct {
    int sizes[WINDOW_AREAS]; /* in units: widths of left and right, heights of the others */
    bool hidden[AREAS];
    bool absent[AREAS]; /* there is nothing to be shown there */
    UiArea zoomed;      /* has all the room; AREA_NONE: none */
} UiLayout;

void layout_begin(UiLayout *layout, const WindowConfig *config);
/* Where areas are in a window of that size; those that are not seen have no size. */
void layout_place(const UiLayout *layout, int width, int height, UiRect at[AREAS]);
/* The area whose size changes when somebody drags from there; AREA_NONE: none. */
UiArea layout_edge(const UiRect at[AREAS], int x, int y);
/* Makes the area larger, or smaller if `by` is negative. */
void layout_grow(UiLayout *layout, UiArea area, int by);
/* The area with that name; AREA_NONE: there is none. */
UiArea layout_find(const char *name);

#endif
