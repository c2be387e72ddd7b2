/* SPDX-License-Identifier: MIT */
/*
 * panel_cache.c - the shared cache: lines by colour and owner, sets and ways, and who drove out whose. A pair whose count grew
 * since the look before is lit, and stays marked; see panel_memory.h.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/ui/palette.h"
#include "emu/ui/panel_memory.h"

enum { LABEL_CHARS = 12, VALUE_W = 9 * UI_CELL_W, LEAST_VALUE_W = 6 * UI_CELL_W };
enum { ROW_H = UI_CELL_H + 2 };

static int chip_of(DrawList *list, int x, int y, const CacheGroup *group)
{
    return panel_owner_chip(list, x, y, group->number, ui_owner_letter(group->number));
}

/* A number in at most `room` characters: in thousands, millions, ... if it must. To be freed. */
static char *number_text(uint64_t value, unsigned room)
{
    static const char units[] = " kMGTPE";
    char *text = g_strdup_printf("%" PRIu64, value);
    for (unsigned unit = 1; strlen(text) > room && units[unit]; unit++) {
        g_free(text);
        value /= 1000;
        text = g_strdup_printf("%" PRIu64 "%c", value, units[unit]);
    }
    return text;
}

static UiColor ink_on(UiColor paper)
{
    unsigned light = (2 * (paper >> 16) + 5 * (paper >> 8 & 0xff) + (paper & 0xff)) / 8;
    return light > 110 ? UI_SHADE : UI_TEXT;
}

/* Tables of numbers: rows have a label or a group, columns are groups. */

typedef struct {
    DrawList *list;
    const CacheSight *sight;
    UiRect *left;
    int label_w, value_w;
    unsigned shown; /* columns */
} Matrix;

static Matrix begin_matrix(DrawList *list, const CacheSight *sight, UiRect *left, int label_w)
{
    int room = left->w - label_w;
    int value_w = CLAMP(room / MAX((int)sight->n, 1), LEAST_VALUE_W, VALUE_W);
    Matrix m = { list, sight, left, label_w, value_w, 0 };
    m.shown = MIN(sight->n, (unsigned)MAX(room / value_w, 0));
    return m;
}

static UiRect value_rect(const Matrix *m, UiRect row, unsigned column)
{
    return (UiRect){ row.x + m->label_w + (int)column * m->value_w, row.y, m->value_w - 2,
                     ROW_H - 2 };
}

/* Names of columns: chips, and what has room behind them. */
static bool draw_columns(const Matrix *m, const char *label)
{
    if (m->left->h < 2 * ROW_H)
        return false;
    UiRect row = rect_cut_top(m->left, ROW_H), at = row;
    at.w = m->label_w;
    at.h = UI_CELL_H;
    draw_fit(m->list, at, UI_DIM, 0, label);
    for (unsigned i = 0; i < m->shown; i++) {
        at = value_rect(m, row, i);
        int x = chip_of(m->list, at.x, at.y, &m->sight->groups[i]);
        draw_fit(m->list, (UiRect){ x, at.y, at.x + at.w - x, UI_CELL_H }, UI_DIM, 0,
                 m->sight->groups[i].name);
    }
    return true;
}

/* Says so if there are more. */
static void note_columns(const Matrix *m)
{
    g_autofree char *more = g_strdup_printf("%u columns have no room", m->sight->n - m->shown);
    if (m->shown < m->sight->n)
        panel_line(m->list, m->left, UI_WARN, 0, more);
}

static void draw_value(const Matrix *m, UiRect at, uint64_t value, UiColor paper, const char *mark)
{
    unsigned room = (unsigned)(at.w / UI_CELL_W - (*mark ? 1 : 0));
    g_autofree char *number = number_text(value, room);
    int width = draw_width(number) + draw_width(mark);
    draw_fill(m->list, at, paper);
    int x = draw_text(m->list, at.x + at.w - width - 2, at.y, UI_WARN == paper ? UI_SHADE : UI_BAD,
                      UI_BOLD, mark);
    draw_text(m->list, x, at.y, value ? ink_on(paper) : UI_DIM, 0, number);
}

/* Colours. */

static void draw_color(const Matrix *m, unsigned color)
{
    const CacheSight *sight = m->sight;
    UiRect row = rect_cut_top(m->left, ROW_H);
    draw_textf(m->list, row.x, row.y, UI_DIM, 0, "%7u", color);
    for (unsigned i = 0; i < m->shown; i++) {
        const CacheGroup *group = &sight->groups[i];
        uint64_t lines = sight->by_color[color * sight->n + i];
        bool may = !group->has_colors || color_set_has(&group->colors, color);
        UiRect at = value_rect(m, row, i);
        draw_value(m, at, lines, ui_heat(lines, sight->n_lines / sight->colors),
                   lines && !may ? "!" : "");
        if (group->has_colors && may)
            draw_frame(m->list, at, ui_owner_color(group->number));
    }
}

/* What each may use, and what it used besides. */
static void draw_allowed(const CacheSight *sight, DrawList *list, UiRect *left)
{
    if (left->h < (int)(sight->n + 4) * UI_CELL_H)
        return;
    panel_line(list, left, UI_DIM, 0, "   who          violations    leaks  outside  may use");
    for (unsigned i = 0; i < sight->n; i++) {
        const CacheGroup *group = &sight->groups[i];
        g_autofree char *colors = cache_group_colors(sight, group);
        g_autofree char *text = g_strdup_printf(
            "%-*s %10" PRIu64 " %8" PRIu64 " %8" PRIu64 "  %s", LABEL_CHARS, group->name,
            group->n[COUNT_VIOLATIONS], group->n[COUNT_LEAKS], group->outside, colors);
        UiRect at = rect_cut_top(left, UI_CELL_H);
        rect_cut_left(&at, chip_of(list, at.x, at.y, group) - at.x);
        draw_fit(list, at, group->n[COUNT_VIOLATIONS] || group->outside ? UI_BAD : UI_TEXT, 0,
                 text);
    }
    rect_cut_top(left, 4);
}

static void draw_colors(const MemoryPanel *panel, const CacheSight *sight, DrawList *list,
                        UiRect *left)
{
    draw_allowed(sight, list, left);
    Matrix m = begin_matrix(list, sight, left, 8 * UI_CELL_W);
    if (!draw_columns(&m, "colour"))
        return;
    note_columns(&m);
    unsigned room = (unsigned)(left->h / ROW_H);
    unsigned first = MIN(panel->scrolled, sight->colors - MIN(room, sight->colors));
    for (unsigned color = first; color < sight->colors && left->h >= ROW_H; color++) {
        if (left->h < 2 * ROW_H && color + 1 < sight->colors) {
            g_autofree char *more = g_strdup_printf("%u more (page keys)", sight->colors - color);
            panel_line(list, left, UI_DIM, 0, more);
            return;
        }
        draw_color(&m, color);
    }
}

/* Sets and ways. */

typedef struct {
    UiRect at;
    int w, h; /* of a cell */
} Picture;

/* From left to right: the two that have the most, all others, and what is empty; each as wide as its share. */
static void draw_cell(const CacheSight *sight, unsigned row, unsigned column, const Picture *p,
                      DrawList *list)
{
    const CacheCell *cell = &sight->cells[row * sight->columns + column];
    const uint64_t all = MAX(sight->n_lines / (sight->rows * sight->columns), 1);
    UiRect left = { p->at.x + (int)column * p->w, p->at.y + (int)row * p->h, p->w, p->h };
    int most = (int)(cell->most * (uint64_t)p->w / all);
    int both = (int)((cell->most + cell->next) * (uint64_t)p->w / all);
    int lines = (int)(cell->lines * (uint64_t)p->w / all);
    if (!cell->lines)
        return;
    most = CLAMP(most, 1, p->w);
    UiRect first = rect_cut_left(&left, most), second = rect_cut_left(&left, both - most);
    UiRect rest = rect_cut_left(&left, lines - MAX(both, most));
    ui_draw_owner(list, first, sight->groups[cell->group].number);
    if (second.w)
        ui_draw_owner(list, second, sight->groups[cell->second].number);
    if (rest.w)
        draw_fill(list, rest, UI_DIM);
}

/* Beside the picture: where a region of the sets begins, and whose lines it has. */
static void draw_region_row(const Matrix *m, unsigned region, int y)
{
    const CacheSight *sight = m->sight;
    UiRect row = { m->left->x, y, m->left->w, ROW_H };
    draw_textf(m->list, row.x, row.y, UI_DIM, 0, "%6u", region * sight->sets / sight->n_regions);
    for (unsigned i = 0; i < m->shown; i++) {
        uint64_t lines = sight->regions[region * sight->n + i];
        draw_value(m, value_rect(m, row, i), lines,
                   ui_heat(lines, sight->n_lines / sight->n_regions), "");
    }
}

static void draw_sets(const CacheSight *sight, DrawList *list, UiRect *left)
{
    if (!sight->rows) {
        panel_paragraph(list, left, UI_DIM, 3,
                        "too large a cache for a picture of its sets while the machine runs; llc "
                        "prints their regions");
        return;
    }
    g_autofree char *title =
        g_strdup_printf("%u ways across, %u sets down", sight->profile.llc.ways, sight->sets);
    panel_line(list, left, UI_DIM, 0, title);
    UiRect numbers = *left;
    int room = left->w * 2 / 5, w = MAX(room / (int)sight->columns, 3);
    Picture p = { .at = *left, .w = w, .h = 1 };
    bool beside = left->w >= 60 * UI_CELL_W;
    p.at.y += ROW_H;
    p.w = beside ? w : MAX(left->w / (int)sight->columns, 1);
    p.h = CLAMP((left->h - ROW_H) / (int)sight->rows, 0, 12);
    if (!p.h)
        return;
    draw_fill(list, (UiRect){ p.at.x, p.at.y, p.w * (int)sight->columns, p.h * (int)sight->rows },
              UI_BACK);
    for (unsigned row = 0; row < sight->rows; row++)
        for (unsigned column = 0; column < sight->columns; column++)
            draw_cell(sight, row, column, &p, list);
    int region_h = p.h * (int)sight->rows / (int)sight->n_regions;
    rect_cut_top(left, ROW_H + p.h * (int)sight->rows);
    if (!beside || region_h < ROW_H)
        return;
    rect_cut_left(&numbers, p.w * (int)sight->columns + UI_CELL_W);
    Matrix m = begin_matrix(list, sight, &numbers, 7 * UI_CELL_W);
    draw_columns(&m, "set");
    for (unsigned region = 0; region < sight->n_regions; region++)
        draw_region_row(&m, region, p.at.y + (int)region * region_h);
}

/* Who drove out whose. */

void panel_evictions_note(Evictions *e, const CacheSight *sight, uint64_t executed)
{
    unsigned n = sight->n <= EVICTION_GROUPS ? sight->n : 0;
    bool anew = !e->seen || e->n != n || executed < e->executed;
    if (!anew && e->executed == executed)
        return;
    if (anew)
        memset(e, 0, sizeof *e);
    for (unsigned i = 0; i < n * n; i++) {
        uint64_t count = sight->evictions[i];
        e->now[i] = anew || count < e->before[i] ? 0 : count - e->before[i];
        e->ever[i] = e->ever[i] || (e->now[i] && i / n != i % n);
        e->before[i] = count;
    }
    e->seen = true;
    e->executed = executed;
    e->n = n;
}

static uint64_t most_of_others(const uint64_t *matrix, unsigned n)
{
    uint64_t most = 0;
    for (unsigned i = 0; i < n * n; i++)
        most = i / n == i % n ? most : MAX(most, matrix[i]);
    return most;
}

static void draw_victim(const Matrix *m, const uint64_t *matrix, const Evictions *e,
                        unsigned victim)
{
    const unsigned n = m->sight->n;
    UiRect row = rect_cut_top(m->left, ROW_H);
    uint64_t most = most_of_others(matrix, n), sum = 0;
    int x = chip_of(m->list, row.x, row.y, &m->sight->groups[victim]);
    draw_fit(m->list, (UiRect){ x, row.y, row.x + m->label_w - x, UI_CELL_H }, UI_TEXT, 0,
             m->sight->groups[victim].name);
    for (unsigned by = 0; by < n; by++) {
        unsigned i = victim * n + by;
        bool lit = e && e->n == n && e->now[i] && by != victim, ever = e && e->n == n && e->ever[i];
        UiRect at = value_rect(m, row, by);
        sum += by == victim ? 0 : matrix[i];
        if (by >= m->shown)
            continue;
        draw_value(m, at, matrix[i],
                   lit            ? UI_WARN
                   : by == victim ? UI_RAISED
                                  : ui_heat(matrix[i], most),
                   ever ? "*" : "");
        if (lit || ever)
            draw_frame(m->list, at, UI_BAD);
    }
    UiRect at = value_rect(m, row, m->shown);
    if (m->shown == n && at.x + at.w <= row.x + row.w)
        draw_value(m, at, sum, UI_PANEL, "");
}

static void draw_matrix(const CacheSight *sight, const uint64_t *matrix, const Evictions *e,
                        const char *title, DrawList *list, UiRect *left)
{
    panel_paragraph(list, left, UI_DIM, 2, title);
    UiRect area = *left;
    /* One more column: by all others. */
    Matrix m = begin_matrix(list, sight, left, (LABEL_CHARS + 4) * UI_CELL_W);
    m.value_w = CLAMP((area.w - m.label_w) / (int)(sight->n + 1), LEAST_VALUE_W, VALUE_W + 16);
    m.shown = MIN(sight->n, (unsigned)MAX((area.w - m.label_w) / m.value_w, 0));
    UiRect head = *left;
    if (!draw_columns(&m, "whose"))
        return;
    UiRect others = value_rect(&m, head, m.shown);
    others.h = UI_CELL_H;
    if (m.shown == sight->n && others.x + others.w <= area.x + area.w)
        draw_fit(list, others, UI_DIM, 0, "others");
    note_columns(&m);
    for (unsigned victim = 0; victim < sight->n && left->h >= ROW_H; victim++)
        draw_victim(&m, matrix, e, victim);
}

/* What was driven out since the look before, in words. */
static void draw_news(const CacheSight *sight, const Evictions *e, DrawList *list, UiRect *left)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (unsigned i = 0; e->n == sight->n && i < e->n * e->n; i++)
        if (e->now[i] && i / e->n != i % e->n)
            g_string_append_printf(text, "%s%s took %" PRIu64 " of %s",
                                   text->len ? ", " : "now: ", sight->groups[i % e->n].name,
                                   e->now[i], sight->groups[i / e->n].name);
    panel_paragraph(list, left, UI_WARN, 3, text->str);
}

/* The half. */

static void draw_views(const MemoryPanel *panel, DrawList *list, UiRect *left)
{
    static const char *const names[CACHE_VIEWS] = { "colours", "sets", "driven out", "lost" };
    UiRect bar = rect_cut_top(left, UI_CELL_H + 4);
    for (unsigned i = 0; i < CACHE_VIEWS; i++)
        panel_button(list, &bar, names[i], panel->view == i, CLICK_VIEW + i);
}

/* As many columns as there is room for: a number is there as a whole or not at all. */
static void draw_groups(const CacheSight *sight, DrawList *list, UiRect *left)
{
    static const struct {
        CountId id;
        int width;
        const char *name;
    } columns[] = {
        { COUNT_LLC_HITS, 10, "hits" },      { COUNT_LLC_MISSES, 10, "misses" },
        { COUNT_WRITE_BACKS, 9, "written" }, { COUNT_INCLUSION_VICTIMS, 8, "L1 lost" },
        { COUNT_UPGRADES, 9, "upgrades" },   { COUNT_SNOOPS, 7, "snoops" },
    };
    enum { FIXED = 3 + LABEL_CHARS + 16 };
    int room = left->w / UI_CELL_W - FIXED;
    unsigned shown = 0;
    g_autoptr(GString) head = g_string_new("   who            lines  of all");
    if (left->h < (int)(sight->n + 6) * UI_CELL_H)
        return;
    for (; shown < G_N_ELEMENTS(columns) && columns[shown].width <= room; shown++) {
        room -= columns[shown].width;
        g_string_append_printf(head, "%*s", columns[shown].width, columns[shown].name);
    }
    panel_line(list, left, UI_DIM, 0, head->str);
    for (unsigned i = 0; i < sight->n; i++) {
        const CacheGroup *group = &sight->groups[i];
        g_autoptr(GString) text = g_string_new(NULL);
        UiRect at = rect_cut_top(left, UI_CELL_H);
        double share = (double)group->lines / (double)MAX(sight->n_lines, 1) * 100;
        g_string_append_printf(text, "%-*.*s %7" PRIu64 "  %5.1f%%", LABEL_CHARS, LABEL_CHARS,
                               group->name, group->lines, share);
        for (unsigned c = 0; c < shown; c++)
            g_string_append_printf(text, "%*" PRIu64, columns[c].width, group->n[columns[c].id]);
        rect_cut_left(&at, chip_of(list, at.x, at.y, group) - at.x);
        draw_fit(list, at, UI_TEXT, 0, text->str);
    }
    rect_cut_top(left, 4);
}

static void draw_view(const MemoryPanel *panel, const CacheSight *sight, const Evictions *e,
                      DrawList *list, UiRect *left)
{
    switch (panel->view) {
    case 0: draw_colors(panel, sight, list, left); break;
    case 1: draw_sets(sight, list, left); break;
    case 2:
        draw_matrix(sight, sight->evictions, e, "Lines driven out: whose (rows), by whom", list,
                    left);
        draw_news(sight, e, list, left);
        break;
    default:
        draw_matrix(sight, sight->lost, NULL,
                    "Misses because a line was driven out: whose (rows), by whom", list, left);
    }
}

void panel_cache(MemoryPanel *panel, const CacheSight *sight, const Evictions *e, DrawList *list,
                 UiRect left)
{
    const TimingProfile *p = &sight->profile;
    if (!sight->is_there) {
        panel_line(list, &left, UI_TEXT, UI_BOLD, "Shared cache");
        panel_paragraph(list, &left, UI_DIM, 5, cache_no_model);
        return;
    }
    g_autofree char *head = g_strdup_printf(
        "%s: %" PRIu64 " bytes, %u ways, %u sets, lines of %u, %u colours, %s, hash %s", p->name,
        p->llc.size, p->llc.ways, sight->sets, p->line, sight->colors,
        replacement_names[p->llc_replacement], cache_hash_names[p->llc_hash]);
    panel_paragraph(list, &left, UI_TEXT, 2, head);
    if (!sight->on)
        panel_line(list, &left, UI_WARN, 0, "it does not count now; in the monitor: timing on");
    draw_groups(sight, list, &left);
    draw_views(panel, list, &left);
    draw_view(panel, sight, e, list, &left);
}
