/* SPDX-License-Identifier: MIT */
/*
 * panel_harts.c - partitions and harts: a line each, with the figures that the monitor's harts prints; beside a hart a bar of who
 * had it of late.
 */
#include <string.h>

#include "emu/sight/sights.h"
#include "emu/ui/palette.h"
#include "emu/ui/panel.h"
#include "emu/ui/panel_table.h"
#include "emu/ui/panel_text.h"

enum {
    CLICK_HART = 1,
    CLICK_PART = 100,
    LEAST_BAR = 64,
    GAP = 6,
    SWATCH = 10,
    MARGIN = SWATCH + 4
};
enum { INDENT = 2 * UI_CELL_W, REST_LINES = 4 };

typedef struct {
    unsigned hart; /* chosen */
} HartsPanel;

static const HartsSight *sight_of(const Sights *sights)
{
    return sights ? sights->sights[SIGHT_HARTS] : NULL;
}

/* Which columns stay longest where there is little room, and which may be cut short. */
static const uint8_t part_keep[PART_CELLS] = {
    [PART_LETTER] = 12, [PART_WHO] = 11,  [PART_STATE] = 7, [PART_TIME] = 10,
    [PART_EXITS_S] = 9, [PART_HARTS] = 8, [PART_IDLE] = 6,  [PART_INSNS] = 4,
    [PART_SHARE] = 5,   [PART_EXITS] = 3, [PART_VMID] = 2
};
static const uint8_t hart_keep[HART_CELLS] = {
    [HART_ID] = 12,    [HART_MODE] = 11, [HART_WHO] = 10, [HART_BUSY] = 9, [HART_EXITS_S] = 8,
    [HART_SYMBOL] = 7, [HART_PC] = 6,    [HART_IDLE] = 5, [HART_INSNS] = 4
};

static PanelTable *parts_table(const HartsSight *s, int width)
{
    PanelTable *table = panel_table_new();
    for (PartCell c = 0; c < PART_CELLS; c++)
        panel_table_column(table, harts_part_columns[c].title, harts_part_columns[c].left,
                           c == PART_WHO || c == PART_STATE, part_keep[c]);
    for (guint i = 0; i < s->parts->len; i++)
        for (PartCell c = 0; c < PART_CELLS; c++)
            panel_table_cell(table, harts_part_text(s, harts_part(s, i), c));
    panel_table_fit(table, width);
    return table;
}

static PanelTable *harts_table(const HartsSight *s, int width)
{
    PanelTable *table = panel_table_new();
    for (HartCell c = 0; c < HART_CELLS; c++)
        panel_table_column(table, harts_hart_columns[c].title, harts_hart_columns[c].left,
                           c == HART_WHO || c == HART_SYMBOL, hart_keep[c]);
    for (unsigned i = 0; i < s->n_harts; i++)
        for (HartCell c = 0; c < HART_CELLS; c++)
            panel_table_cell(table, harts_hart_text(s, &s->harts[i], c));
    panel_table_fit(table, width);
    return table;
}

static void draw_swatch(DrawList *list, UiRect row, unsigned owner)
{
    ui_draw_owner(list, (UiRect){ row.x, row.y + 3, SWATCH, row.h - 6 }, owner);
}

/* What has no column of its own, under its line. */
static void draw_rest(const PanelTable *table, unsigned row, DrawList *list, UiRect *left)
{
    g_autofree char *text = panel_table_rest(table, row);
    UiRect at = *left;
    rect_cut_left(&at, INDENT);
    panel_paragraph(list, &at, UI_DIM, REST_LINES, text);
    rect_cut_top(left, at.y - left->y);
}

static unsigned rest_lines(const PanelTable *table, int width)
{
    unsigned lines = 0;
    for (guint row = 0; row < table->cells->len / table->n; row++) {
        g_autofree char *text = panel_table_rest(table, row);
        lines += MIN(panel_paragraph_lines(width - INDENT, text), REST_LINES);
    }
    return lines;
}

/* At most `rows` lines, the last of them what there is no room for. */
static void draw_parts(const HartsSight *s, const PanelTable *table, DrawList *list, UiRect *area,
                       guint rows, bool detailed)
{
    UiRect left = *area;
    rect_cut_left(&left, MARGIN);
    guint shown = s->parts->len <= rows ? s->parts->len : rows - 1;
    panel_table_head(list, &left, table, UI_DIM);
    for (guint i = 0; i < shown; i++) {
        UiRect row = { area->x, left.y, area->w, UI_CELL_H };
        draw_swatch(list, row, harts_part(s, i)->who.number);
        panel_table_row(list, &left, table, i, UI_TEXT);
        if (detailed)
            draw_rest(table, i, list, &left);
        draw_region(list, row, CLICK_PART + i);
    }
    rect_cut_top(area, left.y - area->y);
    if (shown < s->parts->len) {
        g_autofree char *more = g_strdup_printf("and %u more", s->parts->len - shown);
        panel_line(list, area, UI_DIM, 0, more);
    }
}

/* Who had the hart of late, as parts of a bar; the rest it waited. */
static void draw_bar(const HartsSight *s, unsigned hart, DrawList *list, UiRect at)
{
    const HartsLate *late = &s->harts[hart].late;
    uint64_t whole = late->busy + late->idle, before = 0;
    draw_fill(list, at, UI_RAISED);
    for (guint i = 0; whole && i < s->uses->len; i++) {
        const HartsUse *use = harts_use(s, i);
        if (use->hart != hart || !use->late.busy)
            continue;
        int x = (int)((double)before / (double)whole * at.w);
        before += use->late.busy;
        int end = (int)((double)before / (double)whole * at.w);
        if (end > x)
            ui_draw_owner(list, (UiRect){ at.x + x, at.y, end - x, at.h }, use->owner);
    }
}

static void draw_hart(const HartsPanel *p, const HartsSight *s, const PanelTable *table,
                      unsigned hart, DrawList *list, UiRect *left, bool detailed)
{
    UiRect row = { left->x, left->y, left->w, UI_CELL_H }, bar = row;
    bool chosen = p->hart == hart;
    if (chosen)
        draw_fill(list, row, UI_RAISED);
    UiRect mode = panel_table_at(table, row, HART_MODE);
    panel_table_row(list, left, table, hart, chosen ? UI_FOCUS : UI_TEXT);
    rect_cut_left(&bar, table->used * UI_CELL_W + GAP);
    if (detailed && bar.w < LEAST_BAR)
        bar = rect_cut_top(left, UI_CELL_H);
    if (bar.w >= LEAST_BAR)
        draw_bar(s, hart, list, (UiRect){ bar.x, bar.y + 3, bar.w, bar.h - 6 });
    if (mode.w && !s->harts[hart].idle)
        draw_fill(list, (UiRect){ mode.x, mode.y + mode.h - 2, mode.w, 2 },
                  ui_mode_color(s->harts[hart].mode));
    if (detailed)
        draw_rest(table, hart, list, left);
    draw_region(list, (UiRect){ row.x, row.y, row.w, left->y - row.y }, CLICK_HART + hart);
}

/* As many as there is room for, the chosen one among them. */
static void draw_harts(const HartsPanel *p, const HartsSight *s, const PanelTable *table,
                       DrawList *list, UiRect *area, bool detailed)
{
    if (!panel_table_head(list, area, table, UI_DIM) || area->h < UI_CELL_H)
        return;
    unsigned room = (unsigned)(area->h / UI_CELL_H), first = 0;
    bool all = s->n_harts <= room;
    unsigned shown = all ? s->n_harts : MAX(room - 1, 1);
    if (!all && p->hart >= shown)
        first = MIN(p->hart - shown + 1, s->n_harts - shown);
    for (unsigned i = first; i < first + shown; i++)
        draw_hart(p, s, table, i, list, area, detailed);
    if (!all) {
        g_autofree char *more =
            g_strdup_printf("harts %u to %u of %u", first, first + shown - 1, s->n_harts);
        panel_line(list, area, UI_DIM, 0, more);
    }
}

static void draw_tables(const HartsPanel *p, const HartsSight *s, DrawList *list, UiRect left,
                        unsigned foot)
{
    PanelTable *parts = parts_table(s, left.w - MARGIN), *harts = harts_table(s, left.w);
    unsigned room = (unsigned)(left.h / UI_CELL_H), rows = s->parts->len + s->n_harts + 3;
    unsigned of_parts = room > s->n_harts + 2 ? room - s->n_harts - 2 : 0;
    unsigned of_harts = rest_lines(harts, left.w) + s->n_harts;
    bool detailed = rows + of_harts + foot <= room;
    bool all = rows + of_harts + rest_lines(parts, left.w - MARGIN) + foot <= room;
    g_autofree char *late = harts_late_text(s), *counted = harts_counted_text(s);
    if (room >= MIN(rows, 8) + foot) {
        UiRect at = rect_cut_bottom(&left, (int)foot * UI_CELL_H);
        panel_paragraph(list, &at, s->unknown ? UI_WARN : UI_DIM, foot, late);
        panel_paragraph(list, &at, UI_DIM, foot, counted);
    }
    draw_parts(s, parts, list, &left,
               detailed ? s->parts->len : CLAMP(of_parts, 2, MAX(room / 2, 3) - 1), all);
    rect_cut_top(&left, UI_CELL_H / 2);
    draw_harts(p, s, harts, list, &left, detailed);
    panel_table_free(parts);
    panel_table_free(harts);
}

static void draw(void *state, const Sights *sights, DrawList *list, UiRect area)
{
    HartsPanel *p = state;
    const HartsSight *s = sight_of(sights);
    UiRect left = rect_inset(area, GAP);
    if (!s) {
        panel_line(list, &left, UI_DIM, 0, "nothing yet");
        return;
    }
    p->hart = MIN(p->hart, s->n_harts - 1);
    g_autofree char *late = harts_late_text(s), *counted = harts_counted_text(s);
    draw_tables(p, s, list, left,
                panel_paragraph_lines(left.w, late) + panel_paragraph_lines(left.w, counted));
}

static void choose(HartsPanel *p, unsigned hart, GString *commands)
{
    p->hart = hart;
    g_string_append_printf(commands, "cpu %u\n", hart);
}

static bool key(void *state, const Sights *sights, unsigned key, GString *commands)
{
    HartsPanel *p = state;
    const HartsSight *s = sight_of(sights);
    unsigned n = s ? s->n_harts : 0;
    if (key == UI_KEY_UP && n)
        choose(p, p->hart ? p->hart - 1 : 0, commands);
    else if (key == UI_KEY_DOWN && n)
        choose(p, MIN(p->hart + 1, n - 1), commands);
    else
        return false;
    return true;
}

static void click(void *state, const Sights *sights, unsigned number, GString *commands)
{
    HartsPanel *p = state;
    const HartsSight *s = sight_of(sights);
    if (!s)
        return;
    if (number >= CLICK_PART && number - CLICK_PART < s->parts->len) {
        const HartsPart *part = harts_part(s, number - CLICK_PART);
        uint32_t harts = part->on ? part->on : part->who.harts;
        if (harts)
            choose(p, (unsigned)__builtin_ctz(harts), commands);
    } else if (number >= CLICK_HART && number - CLICK_HART < s->n_harts) {
        choose(p, number - CLICK_HART, commands);
    }
}

const UiPanelType ui_panel_harts = {
    .id = "harts",
    .title = "Harts",
    .command = "harts",
    .keys = "Up, Down: choose a hart, which the monitor's commands are about then",
    .sights = 1 << SIGHT_HARTS,
    .state_size = sizeof(HartsPanel),
    .draw = draw,
    .key = key,
    .click = click,
};
