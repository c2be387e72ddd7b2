/* SPDX-License-Identifier: MIT */
/*
 * panel_timeline.c - modes and partitions of harts over time: a lane each, with what happened in it above; a cursor says what
 * it stands on. While the machine is stopped one can go back in what is known.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/options/props.h"
#include "emu/sight/sights.h"
#include "emu/ui/panel.h"
#include "emu/ui/panel_lanes.h"
#include "emu/ui/panel_text.h"

enum { SHORTEST_NS = 64, EXITS = 1 << SPOT_EXIT };
#define LONGEST_NS UINT64_C(10000000000)

typedef struct {
    LaneView view;
    uint64_t span; /* ns that are shown; 0: as the sight has it */
    uint64_t back; /* ns from the end of what is shown to now */
} TimelinePanel;

static const Timeline *timeline_of(const Sights *sights)
{
    return sights ? sights->sights[SIGHT_TIMELINE] : NULL;
}

static uint64_t span_of(const TimelinePanel *p)
{
    return p->span ? p->span : TIMELINE_SPAN_NS;
}

static void wants(const void *state, SightWants *wants)
{
    const TimelinePanel *p = state;
    wants->span_ns = span_of(p) + p->back;
}

/* What is shown: it ends now, or so long ago. */
static void find_view(TimelinePanel *p, const Sights *sights, const Timeline *t)
{
    if (!sights->paused && !sights->over)
        p->back = 0;
    p->back = MIN(p->back, t->now);
    p->view.to = t->now - p->back;
    p->view.from = p->view.to - MIN(p->view.to, span_of(p));
    p->view.hart = MIN(p->view.hart, t->n_harts - 1);
}

/* Puts the cursor there, where it can be seen. */
static void go_to(TimelinePanel *p, const Timeline *t, uint64_t ns)
{
    p->view.has_cursor = true;
    p->view.cursor = ns;
    if (ns < p->view.from || ns >= p->view.to) {
        uint64_t end = MIN(ns + span_of(p) / 2, t->now);
        p->back = t->now - end;
    }
}

/* What is known of where the cursor stands, or of all of the chosen hart. */
static char *foot_text(const TimelinePanel *p, const Timeline *t)
{
    const TimelineHart *h = &t->harts[p->view.hart];
    const Span *span = p->view.has_cursor ? timeline_at(t, p->view.hart, p->view.cursor) : NULL;
    if (span) {
        g_autofree char *text = timeline_span_words(t, span);
        return g_strdup_printf("hart %u: %s", p->view.hart, text);
    }
    if (p->view.has_cursor) {
        g_autofree char *at = timeline_time(p->view.cursor);
        return g_strdup_printf("hart %u: of %s nothing is known", p->view.hart, at);
    }
    return g_strdup_printf("hart %u: %" PRIu64 " exits, %" PRIu64 " interrupts, %" PRIu64
                           " other traps",
                           p->view.hart, h->exits, h->irqs, h->traps);
}

static void draw(void *state, const Sights *sights, DrawList *list, UiRect area)
{
    TimelinePanel *p = state;
    const Timeline *t = timeline_of(sights);
    UiRect left = rect_inset(area, 2);
    if (!t || t->unknown) {
        panel_paragraph(list, &left, UI_DIM, 4, t ? t->unknown : "nothing yet");
        return;
    }
    find_view(p, sights, t);
    g_autofree char *foot = foot_text(p, t);
    unsigned lines = MIN(panel_paragraph_lines(left.w, foot), 3);
    UiRect at = { 0 };
    if (left.h >= (int)lines * UI_CELL_H + LANES_LEAST)
        at = rect_cut_bottom(&left, (int)lines * UI_CELL_H);
    if (t->why && t->from > p->view.from && left.h >= LANES_LEAST + 2 * UI_CELL_H) {
        g_autofree char *from = timeline_time(t->from);
        g_autofree char *why = g_strdup_printf("known from %s on: %s", from, t->why);
        panel_line(list, &left, UI_WARN, 0, why);
    }
    lanes_draw(&p->view, t, list, left);
    panel_paragraph(list, &at, p->view.has_cursor ? UI_TEXT : UI_DIM, 3, foot);
}

/* Keys. */

static void zoom(TimelinePanel *p, bool in)
{
    uint64_t span = in ? span_of(p) / 2 : span_of(p) * 2;
    p->span = CLAMP(span, SHORTEST_NS, LONGEST_NS);
}

/* The cursor, if it can be seen, stays in the middle. */
static void zoom_about(TimelinePanel *p, const Sights *sights, const Timeline *t, bool in)
{
    zoom(p, in);
    if (p->view.has_cursor && sights->paused) {
        uint64_t end = MIN(p->view.cursor + span_of(p) / 2, t->now);
        p->back = t->now - end;
    }
}

static void go_to_exit(TimelinePanel *p, const Timeline *t, bool forward)
{
    uint64_t from = p->view.has_cursor ? p->view.cursor : forward ? p->view.from : p->view.to;
    const Spot *spot = timeline_spot(t, p->view.hart, from, EXITS, forward);
    if (spot)
        go_to(p, t, spot->ns);
    else if (!forward)
        p->back = MIN(p->back + span_of(p) / 2, t->now);
}

static void go_to_span(TimelinePanel *p, const Timeline *t, bool forward)
{
    const Span *span =
        timeline_at(t, p->view.hart, p->view.has_cursor ? p->view.cursor : p->view.to - 1);
    if (!span)
        go_to(p, t, p->view.to ? p->view.to - 1 : 0);
    else if (forward && span->to < t->now)
        go_to(p, t, span->to);
    else if (!forward && span->from > t->from)
        go_to(p, t, span->from - 1);
}

static void choose(TimelinePanel *p, unsigned hart, GString *commands)
{
    p->view.hart = hart;
    g_string_append_printf(commands, "cpu %u\n", hart);
}

static bool key(void *state, const Sights *sights, unsigned key, GString *commands)
{
    TimelinePanel *p = state;
    const Timeline *t = timeline_of(sights);
    if (!t || t->unknown)
        return false;
    find_view(p, sights, t);
    switch (key) {
    case '+':
    case '=': zoom_about(p, sights, t, true); break;
    case '-': zoom_about(p, sights, t, false); break;
    case UI_KEY_LEFT: p->back = MIN(p->back + span_of(p) / 8, t->now); break;
    case UI_KEY_RIGHT: p->back -= MIN(p->back, span_of(p) / 8); break;
    case UI_KEY_UP: choose(p, p->view.hart ? p->view.hart - 1 : 0, commands); break;
    case UI_KEY_DOWN: choose(p, MIN(p->view.hart + 1, t->n_harts - 1), commands); break;
    case 'n': go_to_exit(p, t, true); break;
    case 'p': go_to_exit(p, t, false); break;
    case '.': go_to_span(p, t, true); break;
    case ',': go_to_span(p, t, false); break;
    case UI_KEY_HOME:
        p->back = 0;
        p->view.has_cursor = false;
        break;
    default: return false;
    }
    return true;
}

static bool set(void *state, const char *name, const char *value)
{
    TimelinePanel *p = state;
    guint64 number;
    if (!strcmp(name, "span") && parse_time(value, 0, &number) && number / 1000 >= SHORTEST_NS &&
        number / 1000 <= LONGEST_NS) {
        p->span = number / 1000;
        return true;
    }
    if (!strcmp(name, "at") && parse_time(value, 0, &number)) {
        p->view.has_cursor = true;
        p->view.cursor = number / 1000;
        return true;
    }
    if (strcmp(name, "hart") || !g_ascii_string_to_unsigned(value, 10, 0, 31, &number, NULL))
        return false;
    p->view.hart = (unsigned)number;
    return true;
}

static void click(void *state, const Sights *sights, unsigned number, GString *commands)
{
    TimelinePanel *p = state;
    const Timeline *t = timeline_of(sights);
    unsigned hart;
    uint64_t ns;
    if (!t || t->unknown || !lanes_hit(&p->view, t, number, &hart, &ns))
        return;
    if (hart != p->view.hart)
        choose(p, hart, commands);
    if (ns)
        go_to(p, t, ns);
}

const UiPanelType ui_panel_timeline = {
    .id = "timeline",
    .title = "Timeline",
    .command = "timeline",
    .keys = "+ - zoom; n p next, previous exit; . , next, previous stretch; Left, Right earlier, "
            "later when stopped; Up, Down hart; Home now",
    .sights = 1 << SIGHT_TIMELINE,
    .state_size = sizeof(TimelinePanel),
    .wants = wants,
    .draw = draw,
    .key = key,
    .set = set,
    .click = click,
};
