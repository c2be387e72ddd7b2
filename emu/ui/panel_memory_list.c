/* SPDX-License-Identifier: MIT */
/* panel_memory_list.c - owners, runs, and the chosen cell of physical memory in words; see panel_memory.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/ui/palette.h"
#include "emu/ui/panel_memory.h"

enum { CHIP_W = 2 * UI_CELL_W, CELL_LINES = 3, TOLD = 4 };

int panel_owner_chip(DrawList *list, int x, int y, unsigned number, char letter)
{
    const char text[] = { letter, 0 };
    UiRect at = { x, y + 1, CHIP_W, UI_CELL_H - 2 };
    if (letter == '=')
        draw_pattern(list, at, UI_WARN, UI_SHADE, UI_CHECKER);
    else if (letter == '-')
        draw_fill(list, at, UI_BACK);
    else
        ui_draw_owner(list, at, number);
    draw_text_on(list, x + UI_CELL_W / 2, y, letter == '-' ? UI_DIM : ui_owner_ink(number),
                 letter == '-'   ? UI_BACK
                 : letter == '=' ? UI_WARN
                                 : ui_owner_color(number),
                 UI_BOLD, text);
    return x + CHIP_W + UI_CELL_W;
}

/* The chosen cell. */

/* "linux, mapped (demo.bh:16)" */
static void append_run(const MemorySight *sight, const MemoryRun *run, GString *out)
{
    const MemoryOwner *owner = &sight->owners[run->owner];
    g_autofree char *who = memory_run_who(sight, run), *what = memory_run_what(sight, run);
    g_string_append_printf(out, "%s%s, %s", out->len ? "; " : "", who, what);
    if (owner->line && sight->file)
        g_string_append_printf(out, " (%s:%u)", sight->file, owner->line);
}

static void append_runs(const MemorySight *sight, uint64_t begin, uint64_t end, GString *out)
{
    unsigned told = 0;
    for (unsigned i = 0; i < sight->n_runs; i++) {
        const MemoryRun *run = &sight->runs[i];
        if (run->end <= begin || run->begin >= end)
            continue;
        if (++told > TOLD)
            break;
        append_run(sight, run, out);
    }
    if (told > TOLD)
        g_string_append(out, "; and others");
    if (!told && sight->more_runs)
        g_string_append(out, "too many runs to tell; Enter looks closer");
    else if (!told)
        g_string_append(out, "nobody's, and never written");
}

void panel_memory_cell(const MemoryPanel *panel, const MemorySight *sight, DrawList *list,
                       UiRect *left)
{
    uint64_t cell = MAX(panel->cell, sight->cell);
    uint64_t begin = sight->at + (panel_memory_chosen(panel, sight) - sight->at) / cell * cell;
    uint64_t end = MIN(begin + cell, sight->at + sight->size);
    g_autoptr(GString) where = g_string_new(NULL), what = g_string_new(NULL);
    g_autofree char *size = memory_size_text(end - begin);
    g_string_append_printf(where, "0x%" PRIx64 "..0x%" PRIx64 ", %s", begin, end - 1, size);
    if (sight->colors && cell / PAGE_SIZE < sight->colors)
        g_string_append_printf(where, ", colour %u",
                               (unsigned)(begin >> PAGE_SHIFT) & (sight->colors - 1));
    append_runs(sight, begin, end, what);
    panel_line(list, left, UI_FOCUS, UI_BOLD, where->str);
    panel_paragraph(list, left, UI_TEXT, CELL_LINES, what->str);
}

/* Owners. */

void panel_memory_owners(const MemorySight *sight, DrawList *list, UiRect *left)
{
    enum { CHIP = 3, LONGEST = 20 };
    glong name = 6;
    bool wide = left->w >= 64 * UI_CELL_W;
    for (unsigned i = 0; i < sight->n_owners; i++)
        name = MAX(name, MIN(g_utf8_strlen(sight->owners[i].name, -1), wide ? LONGEST : 12));
    g_autofree char *heading =
        g_strdup_printf("%*s%-*s %8s %8s %8s %6s%s", CHIP, "", (int)name, "who", "pages", "written",
                        "outside", "twice", wide ? "  line  may have" : "");
    if (left->h < 3 * UI_CELL_H)
        return;
    panel_line(list, left, UI_DIM, 0, heading);
    for (unsigned i = 0; i < sight->n_owners && left->h >= UI_CELL_H; i++) {
        const MemoryOwner *owner = &sight->owners[i];
        g_autofree char *colors = memory_owner_colors(sight, owner);
        g_autofree char *line = g_strdup_printf("%u", owner->line);
        g_autofree char *text = g_strdup_printf(
            "%-*.*s %8" PRIu64 " %8" PRIu64 " %8" PRIu64 " %6" PRIu64 "%s%4s%s%s", (int)name,
            (int)name, owner->name, owner->pages, owner->touched, owner->outside, owner->twice,
            wide ? "  " : "", wide ? line : "", wide ? "  " : "", wide ? colors : "");
        UiRect at = rect_cut_top(left, UI_CELL_H);
        bool wrong = owner->kind == MEMORY_GUEST && (owner->outside || owner->twice);
        int x = panel_owner_chip(list, at.x, at.y, panel_memory_number(owner),
                                 panel_memory_letter(owner));
        rect_cut_left(&at, x - at.x);
        draw_fit(list, at, wrong ? UI_BAD : UI_TEXT, 0, g_strchomp(text));
    }
}

/* Runs. */

/* Of `wide` lines all that the monitor prints. */
static char *run_text(const MemorySight *sight, const MemoryRun *run, bool wide)
{
    g_autofree char *who = memory_run_who(sight, run), *what = memory_run_what(sight, run);
    g_autofree char *colors = memory_run_colors(sight, run);
    if (!wide)
        return g_strdup_printf("%9" PRIx64 " %9" PRIx64 " %7" PRIu64 " %s, %s", run->begin,
                               run->end - 1, run->pages, who, what);
    return g_strdup_printf("0x%-9" PRIx64 " 0x%-9" PRIx64 " %8" PRIu64 " %8" PRIu64 " %-*s %s, %s",
                           run->begin, run->end - 1, run->pages, run->touched,
                           sight->colors ? 7 : 0, colors, who, what);
}

void panel_memory_runs(const MemoryPanel *panel, const MemorySight *sight, DrawList *list,
                       UiRect *left)
{
    const bool wide = left->w >= 68 * UI_CELL_W;
    g_autofree char *heading =
        wide ? g_strdup_printf("   %-11s %-11s %8s %8s %-*s %s", "from", "to", "pages", "written",
                               sight->colors ? 7 : 0, sight->colors ? "colours" : "", "who, what")
             : g_strdup_printf("   %9s %9s %7s %s", "from", "to", "pages", "who, what");
    unsigned room = (unsigned)MAX(left->h / UI_CELL_H - 1, 0);
    unsigned first = MIN(panel->scrolled, sight->n_runs - MIN(room, sight->n_runs));
    if (!room || !sight->n_runs)
        return;
    panel_line(list, left, UI_DIM, 0, heading);
    for (unsigned i = first; i < sight->n_runs && left->h >= UI_CELL_H; i++) {
        const MemoryRun *run = &sight->runs[i];
        const MemoryOwner *owner = &sight->owners[run->owner];
        UiRect at = rect_cut_top(left, UI_CELL_H);
        bool is_last = left->h < UI_CELL_H && (i + 1 < sight->n_runs || sight->more_runs);
        g_autofree char *text = is_last ? g_strdup_printf("%" PRIu64 " more (page keys)",
                                                          sight->n_runs - i + sight->more_runs)
                                        : run_text(sight, run, wide);
        if (!is_last)
            panel_owner_chip(list, at.x, at.y, panel_memory_number(owner),
                             panel_memory_letter(owner));
        rect_cut_left(&at, CHIP_W + UI_CELL_W);
        draw_fit(list, at, run->flags & MEMORY_WRONG ? UI_BAD : UI_TEXT, 0, text);
    }
}

/* All of the half. */

/* The grid gets what is left when everything else has its lines, but between a third and two thirds. */
static int grid_height(const MemorySight *sight, UiRect left)
{
    int lines = 1 + CELL_LINES + 1 + (int)sight->n_owners + 1 + (int)sight->n_runs;
    return CLAMP(left.h - lines * UI_CELL_H - 8, left.h / 3, left.h * 2 / 3);
}

void panel_memory_map(MemoryPanel *panel, const MemorySight *sight, DrawList *list, UiRect left)
{
    g_autofree char *heading = memory_heading(sight), *wrong = memory_wrong(sight);
    panel_line(list, &left, UI_TEXT, UI_BOLD, heading);
    if (wrong)
        panel_line(list, &left, UI_BAD, UI_BOLD, wrong);
    panel_memory_grid(panel, sight, list, &left, grid_height(sight, left));
    panel_memory_cell(panel, sight, list, &left);
    rect_cut_top(&left, 4);
    panel_memory_owners(sight, list, &left);
    rect_cut_top(&left, 4);
    panel_memory_runs(panel, sight, list, &left);
}
