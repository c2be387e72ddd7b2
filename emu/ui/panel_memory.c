/* SPDX-License-Identifier: MIT */
/*
 * panel_memory.c - memory, and the cache before it: whose each page is and of which colour, and whose lines the cache has. Two
 * halves, beside each other or one above the other; one alone where there is no room for both.
 */
#include "emu/ui/panel_memory.h"

#include <inttypes.h>
#include <string.h>

#include "emu/ui/palette.h"

enum { BESIDE_WIDTH = 800, ABOVE_HEIGHT = 700, GAP = 4, ZOOM = 8 };
#define LEAST_SIZE (64ull * PAGE_SIZE)

static const MemorySight *memory_of(const Sights *sights)
{
    return sights ? sights->sights[SIGHT_MEMORY] : NULL;
}

static void wants(const void *state, SightWants *w)
{
    const MemoryPanel *panel = state;
    w->memory_at = panel->at;
    w->memory_size = panel->size;
}

/* Drawing. */

static void draw_bar(const MemoryPanel *panel, DrawList *list, UiRect *left)
{
    static const char *const halves[] = { "memory and cache", "memory", "cache" };
    UiRect bar = rect_cut_top(left, UI_CELL_H + GAP);
    panel_button(list, &bar, "go", false, CLICK_GO);
    panel_button(list, &bar, "+", false, CLICK_IN);
    panel_button(list, &bar, "-", panel->size != 0, CLICK_OUT);
    panel_button(list, &bar, halves[panel->halves], false, CLICK_HALF);
}

static void draw_memory(MemoryPanel *panel, const Sights *sights, DrawList *list, UiRect area)
{
    const MemorySight *sight = memory_of(sights);
    if (sight)
        panel_memory_map(panel, sight, list, area);
    else
        panel_line(list, &area, UI_DIM, 0, "looking at all pages ...");
}

static void draw_cache(MemoryPanel *panel, const Sights *sights, DrawList *list, UiRect area)
{
    const CacheSight *sight = sights ? sights->sights[SIGHT_CACHE] : NULL;
    if (!sight)
        return;
    Evictions *evictions = &panel->evictions[sights->wants.in_parts];
    if (sight->is_there)
        panel_evictions_note(evictions, sight, sights->executed);
    panel_cache(panel, sight, evictions, list, area);
}

/* At the bottom, how to have one. */
static void draw_no_model(UiRect *left, DrawList *list)
{
    int lines = (int)panel_paragraph_lines(left->w, cache_no_model);
    UiRect at = rect_cut_bottom(left, lines * UI_CELL_H);
    panel_paragraph(list, &at, UI_DIM, (unsigned)lines, cache_no_model);
}

static void draw(void *state, const Sights *sights, DrawList *list, UiRect area)
{
    MemoryPanel *panel = state;
    UiRect left = rect_inset(area, GAP), cache = { 0 };
    bool beside = left.w >= BESIDE_WIDTH, above = left.h >= ABOVE_HEIGHT;
    const CacheSight *model = sights ? sights->sights[SIGHT_CACHE] : NULL;
    bool both = panel->halves == BOTH_HALVES && !(model && !model->is_there);
    draw_fill(list, area, UI_PANEL);
    draw_clip(list, area);
    if (panel->field.open)
        panel_field_draw(list, &left, "address", &panel->field);
    else
        draw_bar(panel, list, &left);
    if (both && beside)
        cache = rect_cut_right(&left, left.w * 9 / 20);
    else if (both && above)
        cache = rect_cut_bottom(&left, left.h / 2);
    else if (panel->halves == CACHE_HALF)
        cache = rect_cut_left(&left, left.w);
    else if (panel->halves == BOTH_HALVES && !both && left.h >= 20 * UI_CELL_H)
        draw_no_model(&left, list);
    if (cache.w && both)
        draw_line(list, cache.x, cache.y, beside ? cache.x : cache.x + cache.w - 1,
                  beside ? cache.y + cache.h - 1 : cache.y, UI_RULE);
    if (panel->halves != CACHE_HALF)
        draw_memory(panel, sights, list, left);
    if (cache.w)
        draw_cache(panel, sights, list, both ? rect_inset(cache, GAP) : cache);
    draw_unclip(list);
}

/* Moving about. */

static void zoom(MemoryPanel *panel, const MemorySight *sight, bool in)
{
    if (!sight)
        return;
    uint64_t chosen = panel_memory_chosen(panel, sight), ram = sight->ram_size;
    uint64_t now = panel->size ? panel->size : ram;
    uint64_t size = in ? MAX(now / ZOOM, MIN(LEAST_SIZE, ram)) : now > ram / ZOOM ? 0 : now * ZOOM;
    size &= ~(uint64_t)PAGE_OFFSET;
    panel->chosen = chosen;
    panel->size = size;
    panel->at = 0;
    if (!size)
        return;
    uint64_t offset = chosen - sight->ram;
    offset = MIN(offset / (size / 2) * (size / 2), ram - size);
    panel->at = sight->ram + (offset & ~(uint64_t)PAGE_OFFSET);
}

/* By so many cells; at the ends of a part of memory it goes on with what is before or behind. */
static void move_by(MemoryPanel *panel, const MemorySight *sight, int64_t cells)
{
    if (!sight || !panel->cell)
        return;
    int64_t at = (int64_t)((panel_memory_chosen(panel, sight) - sight->ram) / panel->cell) + cells;
    int64_t last = (int64_t)((sight->ram_size - 1) / panel->cell);
    panel->chosen = sight->ram + (uint64_t)CLAMP(at, 0, last) * panel->cell;
    uint64_t offset = panel->chosen - sight->ram;
    if (panel->size && panel->chosen - panel->at >= panel->size)
        panel->at =
            sight->ram + MIN(offset / panel->size * panel->size, sight->ram_size - panel->size);
}

/* The next run with something wrong, behind the chosen cell, or from the beginning on. */
static void next_wrong(MemoryPanel *panel, const MemorySight *sight)
{
    const MemoryRun *first = NULL, *next = NULL;
    if (!sight)
        return;
    uint64_t chosen = panel_memory_chosen(panel, sight), cell = MAX(panel->cell, sight->cell);
    for (unsigned i = 0; i < sight->n_runs; i++) {
        const MemoryRun *run = &sight->runs[i];
        if (!(run->flags & MEMORY_WRONG))
            continue;
        first = first ? first : run;
        next = next || run->begin < chosen + cell ? next : run;
    }
    next = next ? next : first;
    if (next)
        panel->chosen = next->begin;
}

static void go_to(MemoryPanel *panel, const char *text)
{
    char *end;
    uint64_t at = g_ascii_strtoull(text, &end, 0);
    if (end == text)
        return;
    panel->chosen = at;
    if (panel->size)
        panel->at = at & ~(panel->size - 1);
}

static void scroll(MemoryPanel *panel, int by)
{
    enum { MOST = 1024 };
    panel->scrolled = (unsigned)CLAMP((int)panel->scrolled + by, 0, MOST);
}

static void append_command(const MemoryPanel *panel, const MemorySight *sight, GString *commands)
{
    if (panel->halves == CACHE_HALF)
        g_string_append(commands, panel->view == 0 ? "colors\n" : "llc\n");
    else if (sight && panel->size)
        g_string_append_printf(commands, "memory 0x%" PRIx64 " 0x%" PRIx64 "\n", sight->at,
                               sight->size);
    else
        g_string_append(commands, "memory\n");
}

static bool move(MemoryPanel *panel, const MemorySight *sight, unsigned key)
{
    switch (key) {
    case UI_KEY_LEFT: move_by(panel, sight, -1); break;
    case UI_KEY_RIGHT: move_by(panel, sight, 1); break;
    case UI_KEY_UP: move_by(panel, sight, -(int64_t)panel->columns); break;
    case UI_KEY_DOWN: move_by(panel, sight, panel->columns); break;
    case UI_KEY_HOME: move_by(panel, sight, INT32_MIN); break;
    case UI_KEY_END: move_by(panel, sight, INT32_MAX); break;
    case UI_KEY_PAGE_UP: scroll(panel, -8); break;
    case UI_KEY_PAGE_DOWN: scroll(panel, 8); break;
    default: return false;
    }
    return true;
}

static bool do_key(MemoryPanel *panel, const Sights *sights, unsigned key, GString *commands)
{
    const MemorySight *sight = memory_of(sights);
    switch (key) {
    case 'g': panel_field_open(&panel->field, ""); break;
    case '+':
    case UI_KEY_ENTER: zoom(panel, sight, true); break;
    case '-':
    case UI_KEY_BACKSPACE: zoom(panel, sight, false); break;
    case '!': next_wrong(panel, sight); break;
    case 'c': panel->halves = (panel->halves + 1) % 3; break;
    case 'v': panel->view = (panel->view + 1) % CACHE_VIEWS; break;
    case 'z': memset(panel->evictions, 0, sizeof panel->evictions); break;
    case 'm': append_command(panel, sight, commands); break;
    default: return move(panel, sight, key);
    }
    return true;
}

static bool on_key(void *state, const Sights *sights, unsigned key, GString *commands)
{
    MemoryPanel *panel = state;
    if (!panel->field.open)
        return do_key(panel, sights, key, commands);
    if (panel_field_key(&panel->field, key) == FIELD_DONE)
        go_to(panel, panel->field.text);
    return true;
}

static void click(void *state, const Sights *sights, unsigned number, GString *commands)
{
    MemoryPanel *panel = state;
    const MemorySight *sight = memory_of(sights);
    if (number == CLICK_GO)
        do_key(panel, sights, 'g', commands);
    else if (number == CLICK_IN || number == CLICK_OUT)
        zoom(panel, sight, number == CLICK_IN);
    else if (number == CLICK_HALF)
        do_key(panel, sights, 'c', commands);
    else if (number >= CLICK_VIEW && number < CLICK_VIEW + CACHE_VIEWS)
        panel->view = number - CLICK_VIEW;
    else if (number >= CLICK_CELL && sight)
        panel->chosen = sight->at + (number - CLICK_CELL) * MAX(panel->cell, sight->cell);
}

/* at=ADDRESS, size=BYTES, choose=ADDRESS, half=memory|cache|both, view=colors|sets|evictions|lost */
static bool set_word(const char *value, const char *const *words, unsigned n, unsigned *chosen)
{
    for (unsigned i = 0; i < n; i++)
        if (!strcmp(value, words[i])) {
            *chosen = i;
            return true;
        }
    return false;
}

static bool set_number(const char *value, uint64_t *number)
{
    char *end;
    *number = g_ascii_strtoull(value, &end, 0);
    return end != value && !*end;
}

static bool set(void *state, const char *name, const char *value)
{
    static const char *const halves[] = { "both", "memory", "cache" };
    static const char *const views[] = { "colors", "sets", "evictions", "lost" };
    MemoryPanel *panel = state;
    unsigned half;
    if (!strcmp(name, "at"))
        return set_number(value, &panel->at);
    if (!strcmp(name, "size"))
        return set_number(value, &panel->size);
    if (!strcmp(name, "choose"))
        return set_number(value, &panel->chosen);
    if (!strcmp(name, "view"))
        return set_word(value, views, CACHE_VIEWS, &panel->view);
    if (strcmp(name, "half") || !set_word(value, halves, G_N_ELEMENTS(halves), &half))
        return false;
    panel->halves = (Halves)half;
    return true;
}

const UiPanelType ui_panel_memory = {
    .id = "memory",
    .title = "Memory",
    .command = "memory",
    .keys =
        "arrows: choose   + -: closer, farther   g: address   !: next that is wrong   c: memory, "
        "cache or both   v: view of the cache   PgUp PgDn: lists   z: forget marks   m: in the "
        "monitor",
    .sights = 1u << SIGHT_MEMORY | 1u << SIGHT_CACHE,
    .state_size = sizeof(MemoryPanel),
    .wants = wants,
    .draw = draw,
    .key = on_key,
    .set = set,
    .click = click,
};
