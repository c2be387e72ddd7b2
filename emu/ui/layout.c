/* SPDX-License-Identifier: MIT */
/* layout.c - how the window is divided; see layout.h. */
#include "emu/ui/layout.h"

#include <string.h>

enum { LEAST = 60, LEAST_MIDDLE_W = 200, LEAST_MIDDLE_H = 100 };

static const int usual[WINDOW_AREAS] = {
    [AREA_LEFT] = 232, [AREA_RIGHT] = 420, [AREA_TIMELINE] = 172, [AREA_MONITOR] = 116
};

void layout_begin(UiLayout *layout, const WindowConfig *config)
{
    *layout = (UiLayout){ .zoomed = AREA_NONE };
    for (unsigned i = 0; i < WINDOW_AREAS; i++) {
        layout->hidden[i] = config->areas[i] == 0;
        layout->sizes[i] = config->areas[i] > 0 ? config->areas[i] : usual[i];
    }
    if (config->zoom)
        layout->zoomed = layout_find(config->zoom);
}

UiArea layout_find(const char *name)
{
    unsigned area = 0;
    while (area < WINDOW_AREAS && strcmp(window_area_names[area], name))
        area++;
    return area < WINDOW_AREAS || !strcmp(name, "middle") ? (UiArea)area : AREA_NONE;
}

/* What the area gets of `room`, of which `rest` is to be left for the middle. */
static int share(const UiLayout *layout, UiArea area, int room, int rest)
{
    int size = MIN(layout->sizes[area], room - rest - LAYOUT_GAP);
    bool seen = !layout->hidden[area] && !layout->absent[area];
    return seen && size >= LEAST ? size : 0;
}

static UiRect cut(const UiLayout *layout, UiArea area, UiRect *rest)
{
    bool is_wide = area == AREA_TIMELINE || area == AREA_MONITOR;
    int size =
        share(layout, area, is_wide ? rest->h : rest->w, is_wide ? LEAST_MIDDLE_H : LEAST_MIDDLE_W);
    if (!size)
        return (UiRect){ 0 };
    UiRect at = is_wide             ? rect_cut_bottom(rest, size)
                : area == AREA_LEFT ? rect_cut_left(rest, size)
                                    : rect_cut_right(rest, size);
    if (is_wide)
        rect_cut_bottom(rest, LAYOUT_GAP);
    else if (area == AREA_LEFT)
        rect_cut_left(rest, LAYOUT_GAP);
    else
        rect_cut_right(rest, LAYOUT_GAP);
    return at;
}

void layout_place(const UiLayout *layout, int width, int height, UiRect at[AREAS])
{
    /* The last of these is the first to go. */
    static const UiArea order[] = { AREA_MONITOR, AREA_TIMELINE, AREA_LEFT, AREA_RIGHT };
    UiRect rest = { 0, 0, MAX(width, 0), MAX(height, 0) };
    memset(at, 0, AREAS * sizeof *at);
    at[AREA_BAR] = rect_cut_top(&rest, LAYOUT_BAR);
    if (layout->zoomed != AREA_NONE) {
        at[layout->zoomed] = rest;
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
        at[order[i]] = cut(layout, order[i], &rest);
    at[AREA_MIDDLE] = rest;
}

UiArea layout_edge(const UiRect at[AREAS], int x, int y)
{
    for (UiArea area = 0; area < AREA_MIDDLE; area++) {
        UiRect edge = at[area];
        if (!edge.w || !edge.h)
            continue;
        if (area == AREA_LEFT)
            edge = (UiRect){ edge.x + edge.w, edge.y, LAYOUT_GAP, edge.h };
        else if (area == AREA_RIGHT)
            edge = (UiRect){ edge.x - LAYOUT_GAP, edge.y, LAYOUT_GAP, edge.h };
        else
            edge = (UiRect){ edge.x, edge.y - LAYOUT_GAP, edge.w, LAYOUT_GAP };
        if (rect_has(edge, x, y))
            return area;
    }
    return AREA_NONE;
}

void layout_grow(UiLayout *layout, UiArea area, int by)
{
    if (area < AREA_MIDDLE)
        layout->sizes[area] = CLAMP(layout->sizes[area] + by, LEAST, WINDOW_MOST);
}
