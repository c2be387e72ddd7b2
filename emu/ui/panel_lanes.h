/* SPDX-License-Identifier: MIT */
/* panel_lanes.h - the lanes of the panel Timeline: a hart each. */
#ifndef EMU_UI_PANEL_LANES_H
#define EMU_UI_PANEL_LANES_H

#include "emu/sight/timeline.h"
#include "emu/ui/palette.h"

/* Room for one lane and its times. */
enum { LANES_LEAST = 3 * UI_CELL_H };

typedef struct {
    uint64_t from, to; /* ns: what is shown */
    unsigned hart;     /* chosen: it can be seen */
    bool has_cursor;
    uint64_t cursor; /* ns, on the chosen hart */
} LaneView;

/* The times at the ends of lanes, these, as many as there is room for, and what colours and signs mean. */
void lanes_draw(const LaneView *view, const Timeline *timeline, DrawList *list, UiRect area);
/* What a click on a region means. `ns` 0: the hart alone. False: nothing. */
bool lanes_hit(const LaneView *view, const Timeline *timeline, unsigned region, unsigned *hart,
               uint64_t *ns);

#endif
