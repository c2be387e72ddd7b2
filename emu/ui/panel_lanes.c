/* SPDX-License-Identifier: MIT */
/*
 * panel_lanes.c - lanes of harts; see panel_lanes.h. Of a lane the upper band is the mode, with its letter or name where that
 * fits, the lower one the partition, and signs above them are what happened.
 */
#include "emu/ui/panel_lanes.h"

#include <string.h>

enum {
    LABEL = 3 * UI_CELL_W, /* number of the hart */
    CELL = 2,              /* units that a part of the time is wide */
    BAND = UI_CELL_H,
    SAMPLE = 8,
    PARTS = 128, /* that can be clicked, of a lane */
    REGION_LANE = 1,
    REGION_LABEL = REGION_LANE + MACHINE_MAX_HARTS * PARTS
};

/* Heights of the parts of a lane. */
typedef struct {
    int signs, owners, gap;
} LaneSizes;
static const LaneSizes roomy = { 8, 8, 6 }, narrow = { 5, 3, 1 };

typedef struct {
    const LaneView *view;
    const Timeline *timeline;
    LaneSizes sizes;
    DrawList *list;
    UiRect lane; /* without its label */
    unsigned n, hart;
    TimelineCell *cells;
} Lane;

static int lane_height(LaneSizes sizes)
{
    return sizes.signs + BAND + sizes.owners + sizes.gap;
}

static int x_of(const Lane *it, unsigned cell)
{
    return it->lane.x + (int)((int64_t)it->lane.w * cell / it->n);
}

static UiRect band_of(const Lane *it, unsigned first, unsigned end, int y, int h)
{
    return (UiRect){ x_of(it, first), it->lane.y + y, x_of(it, end) - x_of(it, first), h };
}

/* The longest of these that fits, into the middle. */
static void draw_inside(DrawList *list, UiRect at, UiColor color, const char *const *texts)
{
    for (; *texts; texts++) {
        int width = draw_width(*texts);
        if (width + 4 > at.w)
            continue;
        draw_text(list, at.x + (at.w - width) / 2, at.y, color, 0, *texts);
        return;
    }
}

static void draw_mode(const Lane *it, unsigned first, unsigned end)
{
    const TimelineCell *cell = &it->cells[first];
    UiRect at = band_of(it, first, end, it->sizes.signs, BAND);
    const char *name = it->timeline->modes[cell->mode];
    UiColor color = ui_mode_color(name);
    if (cell->mixed) {
        draw_pattern(it->list, at, color, UI_SHADE, UI_CHECKER);
        return;
    }
    char letter[2] = { timeline_letter(it->timeline, cell->mode), 0 };
    g_autofree char *both = g_strdup_printf("%s %c", name, owner_letter(cell->owner));
    draw_fill(it->list, at, color);
    draw_inside(it->list, at, cell->mode == SPAN_IDLE ? UI_TEXT : UI_SHADE,
                (const char *const[]){ both, name, letter, NULL });
}

static bool same_mode(const TimelineCell *a, const TimelineCell *b)
{
    return a->mode == b->mode && a->mixed == b->mixed && (a->owner == b->owner || a->mixed);
}

static bool same_owner(const TimelineCell *a, const TimelineCell *b)
{
    return (a->mode == SPAN_MODES) == (b->mode == SPAN_MODES) && a->owner == b->owner;
}

/* Neighbours that look alike are drawn as one. */
static void draw_modes(const Lane *it)
{
    for (unsigned first = 0, end; first < it->n; first = end) {
        for (end = first + 1; end < it->n && same_mode(&it->cells[first], &it->cells[end]);)
            end++;
        if (it->cells[first].mode != SPAN_MODES)
            draw_mode(it, first, end);
    }
}

static void draw_owners(const Lane *it)
{
    for (unsigned first = 0, end; first < it->n; first = end) {
        for (end = first + 1; end < it->n && same_owner(&it->cells[first], &it->cells[end]);)
            end++;
        if (it->cells[first].mode != SPAN_MODES)
            ui_draw_owner(it->list,
                          band_of(it, first, end, it->sizes.signs + BAND, it->sizes.owners),
                          it->cells[first].owner);
    }
}

/* By SpotKind: how high, and whether it has a foot or a head, so that they differ in more than colour. */
static const struct {
    UiColor color;
    int height;
    bool head, foot;
    const char *name;
} signs[SPOTS] = {
    [SPOT_TRAP] = { UI_DIM, 3, false, false, "trap" },
    [SPOT_IRQ] = { UI_FOCUS, 6, false, true, "interrupt" },
    [SPOT_EXIT] = { UI_BAD, 8, true, false, "exit" },
    [SPOT_MARK] = { UI_GOOD, 8, true, true, "mark" },
    [SPOT_BREAK] = { UI_WARN, 8, false, true, "breakpoint" },
};
static const uint8_t sign_order[] = { SPOT_TRAP, SPOT_IRQ, SPOT_EXIT, SPOT_MARK, SPOT_BREAK };

static void draw_sign(DrawList *list, int x, int bottom, int most, SpotKind kind)
{
    int height = signs[kind].height * most / SAMPLE;
    draw_fill(list, (UiRect){ x, bottom - height, 2, height }, signs[kind].color);
    if (signs[kind].head)
        draw_fill(list, (UiRect){ x - 2, bottom - height, 6, 2 }, signs[kind].color);
    if (signs[kind].foot)
        draw_fill(list, (UiRect){ x - 2, bottom - 2, 6, 2 }, signs[kind].color);
}

static void draw_signs(const Lane *it)
{
    for (unsigned i = 0; i < it->n; i++)
        for (unsigned k = 0; it->cells[i].spots && k < sizeof sign_order; k++)
            if (it->cells[i].spots >> sign_order[k] & 1)
                draw_sign(it->list, x_of(it, i), it->lane.y + it->sizes.signs, it->sizes.signs,
                          (SpotKind)sign_order[k]);
}

static void draw_cursor(const Lane *it)
{
    const LaneView *v = it->view;
    if (!v->has_cursor || v->hart != it->hart || v->cursor < v->from || v->cursor >= v->to)
        return;
    double part = (double)(v->cursor - v->from) / (double)(v->to - v->from);
    draw_frame(it->list,
               (UiRect){ it->lane.x + (int)(part * it->lane.w) - 2, it->lane.y, 5,
                         lane_height(it->sizes) - it->sizes.gap },
               UI_TEXT);
}

static void draw_regions(const Lane *it)
{
    for (unsigned i = 0; i < PARTS; i++) {
        int x = (int)i * it->lane.w / PARTS, end = ((int)i + 1) * it->lane.w / PARTS;
        draw_region(it->list, (UiRect){ it->lane.x + x, it->lane.y, end - x, it->lane.h },
                    REGION_LANE + it->hart * PARTS + i);
    }
}

static void draw_lane(const LaneView *view, const Timeline *t, unsigned hart, LaneSizes sizes,
                      DrawList *list, UiRect area)
{
    UiRect label = rect_cut_left(&area, LABEL);
    UiRect text = { label.x, label.y + sizes.signs, label.w, BAND };
    g_autofree char *number = g_strdup_printf("%u", hart);
    if (area.w < CELL || view->to <= view->from)
        return;
    unsigned n = (unsigned)MIN((uint64_t)(area.w / CELL), view->to - view->from);
    Lane it = { view, t, sizes, list,
                area, n, hart,  timeline_cells(t, hart, view->from, view->to, n) };
    draw_fit(list, text, hart == view->hart ? UI_FOCUS : UI_TEXT, hart == view->hart ? UI_BOLD : 0,
             number);
    draw_region(list, label, REGION_LABEL + hart);
    draw_modes(&it);
    draw_owners(&it);
    draw_signs(&it);
    draw_cursor(&it);
    draw_regions(&it);
    g_free(it.cells);
}

/* Words behind samples of what they mean, as far as there is room. */
typedef struct {
    DrawList *list;
    UiRect left;
} Legend;

static bool legend_word(Legend *it, int sample, const char *word)
{
    int width = sample + 4 + draw_width(word) + 10;
    if (it->left.w < width)
        return false;
    draw_text(it->list, it->left.x + sample + 4, it->left.y, UI_DIM, 0, word);
    rect_cut_left(&it->left, width);
    return true;
}

static void draw_legend(const Timeline *t, DrawList *list, UiRect area)
{
    Legend it = { list, area };
    for (guint i = 0; i < t->owners->len; i++) {
        const SightOwner *owner = &g_array_index(t->owners, SightOwner, i);
        g_autofree char *word = g_strdup_printf("%c %s", owner->letter, owner->name);
        UiRect sample = { it.left.x, it.left.y + 4, 16, SAMPLE };
        if (!legend_word(&it, sample.w, word))
            return;
        ui_draw_owner(list, sample, owner->number);
    }
    for (unsigned i = sizeof sign_order; i-- > 0;) {
        SpotKind kind = (SpotKind)sign_order[i];
        int x = it.left.x + 2, bottom = it.left.y + 12;
        if (!legend_word(&it, 6, signs[kind].name))
            return;
        draw_sign(list, x, bottom, SAMPLE, kind);
    }
}

/* The times at both ends of lanes, and in the middle how long that is. */
static void draw_times(const LaneView *view, DrawList *list, UiRect at)
{
    g_autofree char *from = timeline_time(view->from), *to = timeline_time(view->to);
    g_autofree char *span = timeline_time(view->to - view->from);
    UiRect left = rect_cut_left(&at, draw_width(from) + UI_CELL_W);
    UiRect right = rect_cut_right(&at, draw_width(to));
    if (right.w < draw_width(to))
        return;
    draw_fit(list, left, UI_TEXT, 0, from);
    draw_fit(list, right, UI_TEXT, 0, to);
    if (at.w >= draw_width(span) + UI_CELL_W)
        draw_text(list, at.x + (at.w - draw_width(span)) / 2, at.y, UI_DIM, 0, span);
}

void lanes_draw(const LaneView *view, const Timeline *t, DrawList *list, UiRect area)
{
    UiRect times = rect_cut_top(&area, UI_CELL_H);
    LaneSizes sizes = area.h >= (int)t->n_harts * lane_height(roomy) ? roomy : narrow;
    int height = lane_height(sizes), all = (int)t->n_harts * height;
    rect_cut_left(&times, LABEL);
    draw_times(view, list, times);
    if (area.h >= MIN(all, 4 * height) + UI_CELL_H)
        draw_legend(t, list, rect_cut_bottom(&area, UI_CELL_H));
    unsigned shown = MIN((unsigned)(area.h / height), t->n_harts), first = 0;
    if (shown && view->hart >= shown)
        first = view->hart - shown + 1;
    for (unsigned i = first; i < first + shown; i++)
        draw_lane(view, t, i, sizes, list, rect_cut_top(&area, height));
}

bool lanes_hit(const LaneView *view, const Timeline *t, unsigned region, unsigned *hart,
               uint64_t *ns)
{
    *ns = 0;
    *hart = region - REGION_LABEL;
    if (region >= REGION_LABEL)
        return *hart < t->n_harts;
    *hart = (region - REGION_LANE) / PARTS;
    if (region < REGION_LANE || *hart >= t->n_harts)
        return false;
    uint64_t part = (region - REGION_LANE) % PARTS;
    *ns = view->from + (view->to - view->from) * (2 * part + 1) / (2 * PARTS);
    return true;
}
