/* SPDX-License-Identifier: MIT */
/*
 * panel_csr.c - control and status registers of a hart: a list by group, and the fields of the chosen one. What changed since the
 * machine last went on has a star. Whoever types searches.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/sight/csr.h"
#include "emu/ui/palette.h"
#include "emu/ui/panel.h"
#include "emu/ui/panel_text.h"

enum { GAP = 4, LIST_WIDTH = 39 * UI_CELL_W, BESIDE = LIST_WIDTH + 34 * UI_CELL_W };
enum { CLICK_CHANGED = 1, CLICK_HART, CLICK_SEARCH, CLICK_ENTRY = 16 };
enum { KEY_CHANGED = '*', KEY_HART = '+', KEY_SAY = '=' };

typedef struct {
    unsigned hart;
    bool only_changed;
    char search[32];
    char chosen[20]; /* name; empty: the first that is listed */
    int scrolled;    /* fields that are above the area */
} CsrPanel;

static void wants(const void *state, SightWants *w)
{
    w->hart = ((const CsrPanel *)state)->hart;
}

static const CsrSight *sight_of(const Sights *sights)
{
    return sights ? sights->sights[SIGHT_CSR] : NULL;
}

/* What is listed: entries of the sight that are looked for. */
static GPtrArray *listed(const CsrPanel *panel, const CsrSight *sight)
{
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; i < sight->entries->len; i++) {
        CsrEntry *entry = &g_array_index(sight->entries, CsrEntry, i);
        if ((!panel->only_changed || entry->changed) && csr_entry_matches(entry, panel->search))
            g_ptr_array_add(list, entry);
    }
    return list;
}

static const CsrEntry *entry_at(const GPtrArray *list, guint i)
{
    return g_ptr_array_index(list, i);
}

/* Where the chosen one is; one that is not listed: the first. */
static guint find_chosen(const CsrPanel *panel, const GPtrArray *list)
{
    for (guint i = 0; i < list->len; i++)
        if (!strcmp(entry_at(list, i)->name, panel->chosen))
            return i;
    return 0;
}

static void choose(CsrPanel *panel, const GPtrArray *list, int at)
{
    panel->scrolled = 0;
    if (list->len)
        g_strlcpy(panel->chosen, entry_at(list, (guint)CLAMP(at, 0, (int)list->len - 1))->name,
                  sizeof panel->chosen);
}

/* Drawing. */

static void draw_bar(const CsrPanel *panel, const CsrSight *sight, UiRect *left, DrawList *list)
{
    UiRect bar = rect_cut_top(left, UI_CELL_H + GAP);
    g_autofree char *hart = g_strdup_printf("hart %u, %s", sight->hart, sight->mode);
    g_autofree char *search = panel->search[0] ? g_strdup_printf("search: %s_", panel->search)
                                               : g_strdup("type to search");
    panel_button(list, &bar, hart, false, CLICK_HART);
    panel_button(list, &bar, "* changed", panel->only_changed, CLICK_CHANGED);
    bar.h = UI_CELL_H;
    draw_fit(list, bar, panel->search[0] ? UI_TEXT : UI_DIM, panel->search[0] ? UI_BOLD : 0,
             search);
}

static void draw_entry(const CsrEntry *entry, guint number, bool chosen, UiRect at, DrawList *list)
{
    g_autofree char *line = g_strdup_printf("%c%-18s %016" PRIx64, entry->changed ? '*' : ' ',
                                            entry->name, entry->value);
    if (chosen)
        draw_fill(list, at, UI_RAISED);
    draw_fit(list, at, entry->changed ? UI_WARN : UI_TEXT, chosen || entry->changed ? UI_BOLD : 0,
             line);
    if (chosen)
        draw_frame(list, at, UI_FOCUS);
    draw_region(list, at, CLICK_ENTRY + number);
}

/* Lines of a list from `first` on that are seen: entries, and a heading above each group. */
static guint lines_to(const GPtrArray *list, guint first, guint last)
{
    guint lines = 0;
    for (guint i = first; i <= last; i++)
        lines += 1 + (i == first || entry_at(list, i)->group != entry_at(list, i - 1)->group);
    return lines;
}

static void draw_entries(const GPtrArray *list, guint chosen, UiRect left, DrawList *out)
{
    guint room = (guint)MAX(left.h / UI_CELL_H, 1), first = 0;
    while (first < chosen && lines_to(list, first, chosen) + room / 4 > room)
        first++;
    for (guint i = first; i < list->len && left.h >= UI_CELL_H; i++) {
        const CsrEntry *entry = entry_at(list, i);
        bool begins = i == first || entry->group != entry_at(list, i - 1)->group;
        if (begins && left.h >= 2 * UI_CELL_H)
            panel_line(out, &left, UI_DIM, UI_UNDERLINE, csr_groups[entry->group].title);
        draw_entry(entry, i, i == chosen, rect_cut_top(&left, UI_CELL_H), out);
    }
    if (!list->len)
        panel_line(out, &left, UI_DIM, 0, "none is like that");
}

static void draw_part(const CsrPart *part, UiRect *left, DrawList *list)
{
    g_autofree char *place = part->high == part->low
                                 ? g_strdup_printf("%u", part->high)
                                 : g_strdup_printf("%u:%u", part->high, part->low);
    g_autofree char *line = g_strdup_printf(
        "%c%5s %-8s %-7s %s%s%s", part->changed ? '*' : ' ', place, part->name, part->text,
        part->says, part->means ? ": " : "", part->means ? part->means : "");
    bool is_zero = !strcmp(part->text, "0") || !strcmp(part->text, "0x0");
    panel_line(list, left,
               part->changed ? UI_WARN
               : is_zero     ? UI_DIM
                             : UI_TEXT,
               part->changed ? UI_BOLD : 0, line);
}

static void draw_chosen(const CsrPanel *panel, const CsrEntry *entry, UiRect left, DrawList *list)
{
    g_autoptr(GPtrArray) parts = csr_entry_parts(entry);
    g_autofree char *title =
        entry->select
            ? g_strdup_printf("%s: 0x%x behind 0x%03x", entry->name, entry->select, entry->number)
            : g_strdup_printf("%s (0x%03x)", entry->name, entry->number);
    g_autofree char *value = g_strdup_printf("0x%016" PRIx64, entry->value);
    g_autofree char *before = g_strdup_printf("was 0x%016" PRIx64, entry->before);
    panel_line(list, &left, UI_TEXT, UI_BOLD, title);
    panel_line(list, &left, UI_TEXT, 0, value);
    if (entry->changed)
        panel_line(list, &left, UI_WARN, 0, before);
    panel_paragraph(list, &left, UI_DIM, 2, csr_entry_title(entry));
    int room = left.h / UI_CELL_H;
    int first = CLAMP(panel->scrolled, 0, MAX((int)parts->len - room, 0));
    for (guint i = (guint)first; i < parts->len; i++)
        draw_part(g_ptr_array_index(parts, i), &left, list);
}

static void draw(void *state, const Sights *sights, DrawList *list, UiRect area)
{
    const CsrPanel *panel = state;
    const CsrSight *sight = sight_of(sights);
    draw_fill(list, area, UI_PANEL);
    UiRect left = rect_inset(area, GAP);
    if (!sight)
        return;
    draw_bar(panel, sight, &left, list);
    g_autoptr(GPtrArray) entries = listed(panel, sight);
    guint chosen = find_chosen(panel, entries);
    UiRect fields;
    if (left.w >= BESIDE) {
        fields = left;
        left = rect_cut_left(&fields, LIST_WIDTH);
        rect_cut_left(&fields, UI_CELL_W);
    } else {
        fields = rect_cut_bottom(&left, left.h / 2);
        rect_cut_bottom(&left, GAP);
    }
    draw_entries(entries, chosen, left, list);
    if (entries->len)
        draw_chosen(panel, entry_at(entries, chosen), fields, list);
}

/* Keys. */

/* The first of the group after or before. */
static void move_group(CsrPanel *panel, const GPtrArray *list, int by)
{
    int at = (int)find_chosen(panel, list), n = (int)list->len;
    CsrGroup group = n ? entry_at(list, (guint)at)->group : 0;
    while (at >= 0 && at < n && entry_at(list, (guint)at)->group == group)
        at += by;
    if (at < 0 || at >= n)
        return;
    group = entry_at(list, (guint)at)->group;
    while (by < 0 && at > 0 && entry_at(list, (guint)at - 1)->group == group)
        at--;
    choose(panel, list, at);
}

static bool move(CsrPanel *panel, const CsrSight *sight, unsigned key)
{
    g_autoptr(GPtrArray) list = listed(panel, sight);
    int at = (int)find_chosen(panel, list);
    switch (key) {
    case UI_KEY_UP: choose(panel, list, at - 1); break;
    case UI_KEY_DOWN: choose(panel, list, at + 1); break;
    case UI_KEY_HOME: choose(panel, list, 0); break;
    case UI_KEY_END: choose(panel, list, (int)list->len - 1); break;
    case UI_KEY_LEFT: move_group(panel, list, -1); break;
    case UI_KEY_RIGHT: move_group(panel, list, 1); break;
    case UI_KEY_PAGE_DOWN: panel->scrolled = MIN(panel->scrolled + 4, 60); break;
    case UI_KEY_PAGE_UP: panel->scrolled = MAX(panel->scrolled - 4, 0); break;
    default: return false;
    }
    return true;
}

static bool search(CsrPanel *panel, unsigned key)
{
    size_t length = strlen(panel->search);
    if (key == UI_KEY_BACKSPACE && length)
        panel->search[length - 1] = 0;
    else if ((key == UI_KEY_ESCAPE || key == UI_KEY_DELETE) && length)
        panel->search[0] = 0;
    else if (key > ' ' && key < 0x7f && length + 1 < sizeof panel->search)
        panel->search[length] = (char)key, panel->search[length + 1] = 0;
    else
        return key < UI_KEY_UP;
    return true;
}

static void next_hart(CsrPanel *panel, const Sights *sights)
{
    panel->hart = sights && sights->n_harts ? (panel->hart + 1) % sights->n_harts : 0;
}

/* The line of the monitor that says what is shown. */
static void append_command(const CsrPanel *panel, const CsrSight *sight, GString *commands)
{
    g_autoptr(GPtrArray) list = listed(panel, sight);
    if (!list->len)
        return;
    const CsrEntry *entry = entry_at(list, find_chosen(panel, list));
    g_string_append_printf(commands, "cpu %u\ncsr %s\n", sight->hart,
                           entry->select ? csr_groups[entry->group].name : entry->name);
}

static bool on_key(void *state, const Sights *sights, unsigned key, GString *commands)
{
    CsrPanel *panel = state;
    const CsrSight *sight = sight_of(sights);
    switch (key) {
    case KEY_CHANGED: panel->only_changed = !panel->only_changed; return true;
    case KEY_HART: next_hart(panel, sights); return true;
    case KEY_SAY:
        if (sight)
            append_command(panel, sight, commands);
        return true;
    default: return (sight && move(panel, sight, key)) || search(panel, key);
    }
}

static void click(void *state, const Sights *sights, unsigned number, GString *commands)
{
    CsrPanel *panel = state;
    const CsrSight *sight = sight_of(sights);
    (void)commands;
    if (number == CLICK_CHANGED)
        panel->only_changed = !panel->only_changed;
    if (number == CLICK_HART)
        next_hart(panel, sights);
    if (number < CLICK_ENTRY || !sight)
        return;
    g_autoptr(GPtrArray) list = listed(panel, sight);
    choose(panel, list, (int)number - CLICK_ENTRY);
}

static bool set(void *state, const char *name, const char *value)
{
    CsrPanel *panel = state;
    guint64 hart;
    if (!strcmp(name, "csr") && *value && strlen(value) < sizeof panel->chosen) {
        g_strlcpy(panel->chosen, value, sizeof panel->chosen);
        return true;
    }
    if (!strcmp(name, "search") && strlen(value) < sizeof panel->search) {
        g_strlcpy(panel->search, value, sizeof panel->search);
        return true;
    }
    if (strcmp(name, "hart") ||
        !g_ascii_string_to_unsigned(value, 10, 0, MACHINE_MAX_HARTS - 1, &hart, NULL))
        return false;
    panel->hart = (unsigned)hart;
    return true;
}

const UiPanelType ui_panel_csr = {
    .id = "csr",
    .title = "CSRs",
    .command = "csr",
    .keys = "typing: search   arrows: register, group   *: what changed   +: next hart   "
            "PgUp PgDn: fields   Esc: all   =: in the monitor",
    .sights = 1u << SIGHT_CSR,
    .state_size = sizeof(CsrPanel),
    .wants = wants,
    .draw = draw,
    .key = on_key,
    .set = set,
    .click = click,
};
