/* SPDX-License-Identifier: MIT */
/*
 * panel_drum.c - the drums, unrolled: every field a line as long as a revolution, what is transferred, and where the heads are;
 * of a paging drum its two tracks with nine slots, and who waits for which.
 */
#include <inttypes.h>

#include "emu/sight/drum.h"
#include "emu/ui/palette.h"
#include "emu/ui/panel.h"
#include "emu/ui/panel_text.h"

enum { GAP = 4, NUMBER_W = 5 * UI_CELL_W, NOTE_W = 40 * UI_CELL_W, LEAST_BAR = 60, BAR_H = 10 };
enum {
    ROW_H = UI_CELL_H,
    TRACK_H = 2 * UI_CELL_H,
    TRACKS = 2,
    MARK_H = 6,
    SHORT_NOTE = 12 * UI_CELL_W
};

typedef struct {
    unsigned scrolled; /* fields that are above the area */
    bool all;          /* fields that were never used, too */
} DrumPanel;

static const DrumSight *sight_of(const Sights *sights)
{
    return sights ? sights->sights[SIGHT_DRUM] : NULL;
}

/* Lines of text. */

static void draw_heading(DrawList *list, UiRect *left, char *kind, char *place, char *work,
                         bool works)
{
    panel_paragraph(list, left, UI_TEXT, 2, kind);
    panel_paragraph(list, left, UI_DIM, 2, place);
    panel_paragraph(list, left, works ? UI_WARN : UI_DIM, 2, work);
    g_free(kind);
    g_free(place);
    g_free(work);
}

/* Where the heads are: a line down the bars, and a mark above. */
static void draw_heads(DrawList *list, int x, int top, int bottom)
{
    for (int i = 0; i < 4; i++)
        draw_line(list, x - 3 + i, top + i, x + 3 - i, top + i, UI_FOCUS);
    draw_line(list, x, top, x, bottom, UI_FOCUS);
}

/* The swapping drum. */

static bool is_written(const DrumLook *look, unsigned field)
{
    return look->phase != DRUM_IDLE && look->write_field == field;
}

static bool is_read(const DrumLook *look, unsigned field)
{
    return look->phase != DRUM_IDLE && look->read_field == field;
}

static bool is_shown(const DrumPanel *panel, const DrumLook *look, unsigned field)
{
    const DrumField *it = &look->fields[field - 1];
    return panel->all || it->writes || it->reads || is_written(look, field) || is_read(look, field);
}

/* A stretch of words, which may go on at the beginning. */
static void draw_words(const DrumLook *look, UiRect bar, unsigned first, unsigned count,
                       UiPattern pattern, UiColor color, DrawList *list)
{
    const unsigned words = look->config.words, before_end = MIN(count, words - first);
    const struct {
        unsigned first, count;
    } parts[] = { { first, before_end }, { 0, count - before_end } };
    for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++) {
        int x0 = (int)((uint64_t)parts[i].first * (unsigned)bar.w / words);
        int x1 = (int)((uint64_t)(parts[i].first + parts[i].count) * (unsigned)bar.w / words);
        UiRect at = { bar.x + x0, bar.y, x1 - x0, bar.h };
        if (at.w > 0)
            draw_pattern(list, at, color, UI_SHADE, pattern);
    }
}

/* What there is to say of a field: what happens now, or who wrote it last. */
static char *note_of(const DrumLook *look, unsigned field)
{
    const DrumField *it = &look->fields[field - 1];
    if (is_written(look, field))
        return g_strdup_printf("<- core 0x%" PRIx64 "%s", look->core,
                               is_read(look, field) ? ", and back" : "");
    if (is_read(look, field))
        return g_strdup_printf("-> core 0x%" PRIx64, look->core);
    if (!it->writes)
        return g_strdup(it->reads ? "never written" : "never used");
    g_autofree char *when = drum_time_text(it->written_at);
    return g_strdup_printf("from 0x%" PRIx64 " at %s", it->written_core, when);
}

static void draw_field(const DrumLook *look, unsigned field, UiRect row, int bar_w, DrawList *list)
{
    bool works = is_written(look, field) || is_read(look, field);
    const DrumField *it = &look->fields[field - 1];
    g_autofree char *note = note_of(look, field);
    UiRect number = rect_cut_left(&row, NUMBER_W), bar = rect_cut_left(&row, bar_w);
    draw_textf(list, number.x, number.y, works ? UI_WARN : UI_DIM, works ? UI_BOLD : 0, "%c%3u",
               works ? '*' : ' ', field);
    bar.y += (ROW_H - BAR_H) / 2;
    bar.h = BAR_H;
    draw_fill(list, bar, it->writes ? UI_RULE : UI_RAISED);
    if (works && look->phase == DRUM_TRANSFERS)
        draw_words(look, bar, look->first, look->passed,
                   is_written(look, field) ? UI_RISING : UI_FALLING,
                   is_written(look, field) ? UI_WARN : UI_GOOD, list);
    rect_cut_left(&row, UI_CELL_W);
    if (row.w >= SHORT_NOTE)
        draw_fit(list, row, works ? UI_WARN : it->writes ? UI_TEXT : UI_DIM, 0, note);
}

/* How wide bars are, so that notes have room; without notes where there is little. */
static int bar_width(int width)
{
    int room = width - NUMBER_W;
    return room - NOTE_W >= 2 * LEAST_BAR ? room - NOTE_W : room >= NOTE_W ? room / 2 : room;
}

static unsigned first_shown(const DrumPanel *panel, const DrumLook *look, unsigned room,
                            unsigned *n)
{
    *n = 0;
    for (unsigned field = 1; field <= look->config.fields; field++)
        *n += is_shown(panel, look, field);
    return MIN(panel->scrolled, *n - MIN(room, *n));
}

static void draw_fields(const DrumPanel *panel, const DrumLook *look, UiRect *left, DrawList *list)
{
    unsigned n, room = (unsigned)MAX((left->h - MARK_H) / ROW_H - 1, 0), drawn = 0, number = 0;
    unsigned first = first_shown(panel, look, room, &n);
    int bar_w = bar_width(left->w), top = left->y;
    int x = left->x + NUMBER_W + (int)((uint64_t)look->word * (unsigned)bar_w / look->config.words);
    if (!n || !room)
        return;
    rect_cut_top(left, MARK_H);
    for (unsigned field = 1; field <= look->config.fields && drawn < room; field++) {
        if (!is_shown(panel, look, field) || number++ < first)
            continue;
        draw_field(look, field, rect_cut_top(left, ROW_H), bar_w, list);
        drawn++;
    }
    draw_heads(list, x, top, left->y - 1);
    if (look->phase != DRUM_IDLE && look->count) { /* where the transfer begins */
        int at = left->x + NUMBER_W +
                 (int)((uint64_t)look->first * (unsigned)bar_w / look->config.words);
        draw_line(list, at, top + MARK_H, at, left->y - 1, UI_WARN);
    }
    if (drawn < n) {
        g_autofree char *more = g_strdup_printf("%u more fields (page keys)", n - drawn);
        panel_line(list, left, UI_DIM, 0, more);
    }
}

static void draw_drum(const DrumPanel *panel, const DrumSight *sight, UiRect *left, DrawList *list)
{
    const DrumLook *look = &sight->drum;
    draw_heading(list, left, drum_kind_text(look), drum_place_text(look), drum_work_text(sight),
                 look->phase != DRUM_IDLE);
    draw_fields(panel, look, left, list);
    if (left->h > 3 * ROW_H)
        rect_cut_top(left, ROW_H / 2);
}

/* The paging drum. */

/* The part of slot `slot` that lies on that track; false: nothing does. In ninths of two revolutions a slot begins at 2k. */
static bool slot_on_track(const PagingLook *look, unsigned slot, unsigned track, UiRect row,
                          UiRect *at)
{
    uint64_t begin = 2 * slot * look->revolution / PAGING_DRUM_SLOTS;
    uint64_t end = MIN(begin + look->transfer, 2 * look->revolution);
    uint64_t from = track * look->revolution, to = from + look->revolution;
    begin = MAX(begin, from);
    end = MIN(end, to);
    if (begin >= end)
        return false;
    int x0 = (int)((begin - from) * (unsigned)row.w / look->revolution);
    int x1 = (int)((end - from) * (unsigned)row.w / look->revolution);
    *at = (UiRect){ row.x + x0, row.y, MAX(x1 - x0 - 1, 1), row.h };
    return true;
}

static unsigned current_slot(const PagingLook *look)
{
    for (unsigned i = 0; i < look->n; i++)
        if (look->requests[i].current)
            return look->requests[i].slot;
    return PAGING_DRUM_SLOTS;
}

static void draw_slot(const PagingLook *look, unsigned slot, UiRect at, bool whole, DrawList *list)
{
    bool current = slot == current_slot(look);
    unsigned n = look->waiting[slot];
    g_autofree char *text = g_strdup_printf("%u: %u", slot, n);
    draw_fill(list, at, n ? UI_RULE : UI_RAISED);
    if (current && look->phase == PAGING_DRUM_TRANSFERS)
        draw_pattern(list, at, UI_GOOD, UI_SHADE, UI_FALLING);
    if (current)
        draw_frame(list, at, UI_WARN);
    UiRect inside = { at.x + 2, at.y + (at.h - UI_CELL_H) / 2, at.w - 4, UI_CELL_H };
    if (!whole || inside.w < draw_width(text))
        return;
    if (current && look->phase == PAGING_DRUM_TRANSFERS)
        draw_fill(list, (UiRect){ inside.x, inside.y, draw_width(text), UI_CELL_H }, UI_PANEL);
    draw_text(list, inside.x, inside.y,
              current ? UI_WARN
              : n     ? UI_TEXT
                      : UI_DIM,
              current ? UI_BOLD : 0, text);
}

static void draw_tracks(const PagingLook *look, UiRect *left, DrawList *list)
{
    UiRect rows = *left, at;
    if (left->h < MARK_H + TRACKS * TRACK_H || left->w < NUMBER_W + LEAST_BAR)
        return;
    rect_cut_top(left, MARK_H + TRACKS * TRACK_H);
    rows.h = MARK_H + TRACKS * TRACK_H;
    rect_cut_left(&rows, NUMBER_W);
    int x = rows.x + (int)(look->angle * (unsigned)rows.w / look->revolution), top = rows.y;
    rect_cut_top(&rows, MARK_H);
    for (unsigned track = 0; track < TRACKS; track++) {
        UiRect row = rect_cut_top(&rows, TRACK_H);
        row.h -= GAP;
        draw_textf(list, row.x - NUMBER_W, row.y + (row.h - UI_CELL_H) / 2, UI_DIM, 0, "%4u",
                   track);
        for (unsigned slot = 0; slot < PAGING_DRUM_SLOTS; slot++)
            if (slot_on_track(look, slot, track, row, &at))
                draw_slot(look, slot, at, slot != PAGING_DRUM_SLOTS / 2 || track == 0, list);
    }
    draw_heads(list, x, top, rows.y - 1);
}

static void draw_requests(const DrumSight *sight, UiRect *left, DrawList *list)
{
    const PagingLook *look = &sight->paging;
    for (unsigned i = 0; i < look->n; i++) {
        const PagingLookRequest *it = &look->requests[i];
        g_autofree char *waits = drum_time_text(sight->now - MIN(it->came, sight->now));
        g_autofree char *text = g_strdup_printf(
            "%c page %u, slot %u, %s core 0x%" PRIx64 ", for %s", it->current ? '*' : ' ', it->page,
            it->slot, it->write ? "from" : "into", it->core, waits);
        g_autofree char *more = g_strdup_printf("%u more", look->n - i);
        bool last = left->h < 2 * UI_CELL_H && i + 1 < look->n;
        if (!panel_line(list, left, it->current && !last ? UI_WARN : UI_DIM, 0,
                        last ? more : text) ||
            last)
            return;
    }
}

static void draw_paging(const DrumSight *sight, UiRect *left, DrawList *list)
{
    const PagingLook *look = &sight->paging;
    draw_heading(list, left, paging_kind_text(look), paging_place_text(look),
                 paging_work_text(sight), look->n != 0);
    draw_tracks(look, left, list);
    draw_requests(sight, left, list);
}

/* The panel. */

static void draw(void *state, const Sights *sights, DrawList *list, UiRect area)
{
    DrumPanel *panel = state;
    const DrumSight *sight = sight_of(sights);
    draw_fill(list, area, UI_PANEL);
    UiRect left = rect_inset(area, GAP);
    if (!sight)
        return;
    if (!sight->has_drum && !sight->has_paging) {
        panel_paragraph(list, &left, UI_DIM, 4,
                        "This machine has no drum; start it with -device drum or -device "
                        "paging-drum.");
        return;
    }
    UiRect paging = left;
    if (sight->has_drum && sight->has_paging)
        paging = rect_cut_bottom(&left, left.h / 2);
    if (sight->has_drum)
        draw_drum(panel, sight, &left, list);
    if (sight->has_paging)
        draw_paging(sight, &paging, list);
}

static bool key(void *state, const Sights *sights, unsigned pressed, GString *commands)
{
    DrumPanel *panel = state;
    const DrumSight *sight = sight_of(sights);
    const unsigned fields = sight ? sight->drum.config.fields : 0;
    switch (pressed) {
    case UI_KEY_DOWN: panel->scrolled = MIN(panel->scrolled + 1, fields); break;
    case UI_KEY_UP: panel->scrolled -= MIN(panel->scrolled, 1); break;
    case UI_KEY_PAGE_DOWN: panel->scrolled = MIN(panel->scrolled + 8, fields); break;
    case UI_KEY_PAGE_UP: panel->scrolled -= MIN(panel->scrolled, 8); break;
    case UI_KEY_HOME: panel->scrolled = 0; break;
    case 'a': panel->all = !panel->all; break;
    case 'm': g_string_append(commands, "drum\n"); break;
    default: return false;
    }
    return true;
}

const UiPanelType ui_panel_drum = {
    .id = "drum",
    .title = "Drum",
    .command = "drum",
    .keys = "a: also fields that were never used   arrows, PgUp PgDn: fields   m: in the monitor",
    .sights = 1u << SIGHT_DRUM,
    .state_size = sizeof(DrumPanel),
    .draw = draw,
    .key = key,
};
