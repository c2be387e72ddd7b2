/* SPDX-License-Identifier: MIT */
/*
 * panel_memory_map.c - physical memory as a grid: a cell is some pages, filled with its owners' colours and patterns in the
 * proportion of their pages, with the letter of an owner where its stretch begins. A frame alone: declared, and not there
 * yet. A strip below: the colour class, of cells that are smaller than all colours together. `!`: something is wrong.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/ui/palette.h"
#include "emu/ui/panel_memory.h"

enum {
    CELL_W = 12,
    MOST_CELL_W = 40,
    CELL_H = 18,
    ADDRESS_W = 11 * UI_CELL_W,
    STRIP = 3,
    LEAST_PART = 2
};

unsigned panel_memory_number(const MemoryOwner *owner)
{
    return owner->kind == MEMORY_GUEST ? owner->number : 0;
}

char panel_memory_letter(const MemoryOwner *owner)
{
    switch (owner->kind) {
    case MEMORY_UNUSED: return '-';
    case MEMORY_SHARED: return '=';
    default: return ui_owner_letter(panel_memory_number(owner));
    }
}

/* Several cells of the sight as one. */
static MemoryCell merge(const MemorySight *sight, unsigned first, unsigned n)
{
    MemoryCell sum = { 0 };
    for (unsigned i = first; i < MIN(first + n, sight->n_cells); i++) {
        const MemoryCell *cell = &sight->cells[i];
        sum.flags |= cell->flags;
        sum.more = sum.more || cell->more;
        for (unsigned part = 0; part < cell->n; part++) {
            unsigned at = 0;
            while (at < sum.n && sum.parts[at].owner != cell->parts[part].owner)
                at++;
            if (at == MEMORY_PARTS) {
                sum.more = true;
                continue;
            }
            sum.n = (uint8_t)MAX(sum.n, at + 1);
            sum.parts[at].owner = cell->parts[part].owner;
            sum.parts[at].pages += cell->parts[part].pages;
            sum.parts[at].has = sum.parts[at].has || cell->parts[part].has;
        }
    }
    return sum;
}

typedef struct {
    const MemorySight *sight;
    UiRect at;                      /* of the cells */
    unsigned columns, rows, merged; /* cells of the sight in one */
    int width;
    uint64_t cell;
    uint64_t chosen;
} Grid;

static UiRect cell_rect(const Grid *grid, unsigned row, unsigned column)
{
    return (UiRect){ grid->at.x + (int)column * grid->width, grid->at.y + (int)row * CELL_H,
                     grid->width - 1, CELL_H - 1 };
}

static void fill_owner(DrawList *list, UiRect at, const MemoryOwner *owner, bool has)
{
    UiColor color = ui_owner_color(panel_memory_number(owner));
    if (!has)
        draw_frame(list, at, color);
    else if (owner->kind == MEMORY_SHARED)
        draw_pattern(list, at, UI_WARN, UI_SHADE, UI_CHECKER);
    else
        ui_draw_owner(list, at, panel_memory_number(owner));
}

/* Owners from left to right, each as wide as its share of the cell, and never nothing. */
static void fill_cell(const Grid *grid, const MemoryCell *cell, UiRect at, DrawList *list)
{
    uint64_t pages = grid->cell / PAGE_SIZE, sum = 0;
    int x = at.x, end = at.x + at.w;
    for (unsigned i = 0; i < cell->n && x < end; i++) {
        sum += cell->parts[i].pages;
        int to = at.x + (int)(sum * (unsigned)at.w / pages);
        to = MIN(MAX(to, x + LEAST_PART), end);
        fill_owner(list, (UiRect){ x, at.y, to - x, at.h },
                   &grid->sight->owners[cell->parts[i].owner], cell->parts[i].has);
        x = to;
    }
}

static void draw_strip(const Grid *grid, uint64_t address, UiRect at, DrawList *list)
{
    unsigned colors = grid->sight->colors;
    if (colors < 2 || grid->cell / PAGE_SIZE >= colors)
        return;
    unsigned color = (unsigned)(address >> PAGE_SHIFT) & (colors - 1);
    draw_fill(list, rect_cut_bottom(&at, STRIP), UI_BACK);
    at.y += at.h;
    at.h = STRIP;
    rect_cut_top(&at, 1);
    draw_fill(list, at, ui_heat(color + 1, colors));
}

/* Does it begin a stretch of one owner? `before`: the cell on its left. */
static bool begins(const MemoryCell *cell, const MemoryCell *before)
{
    return cell->n == 1 &&
           !(before && before->n == 1 && before->parts[0].owner == cell->parts[0].owner);
}

static void draw_mark(const Grid *grid, const MemoryCell *cell, const MemoryCell *before, UiRect at,
                      DrawList *list)
{
    const MemoryOwner *owner = &grid->sight->owners[cell->n ? cell->parts[0].owner : 0];
    const unsigned number = panel_memory_number(owner);
    const char letter[] = { panel_memory_letter(owner), 0 };
    int x = at.x + (at.w - UI_CELL_W) / 2;
    if (cell->flags & MEMORY_WRONG)
        draw_text_on(list, x, at.y, UI_BAD, UI_SHADE, UI_BOLD, "!");
    else if (begins(cell, before) && !cell->parts[0].has)
        draw_text(list, x, at.y, UI_TEXT, 0, letter);
    else if (begins(cell, before))
        draw_text_on(list, x, at.y, owner->kind == MEMORY_SHARED ? UI_SHADE : ui_owner_ink(number),
                     owner->kind == MEMORY_SHARED ? UI_WARN : ui_owner_color(number), UI_BOLD,
                     letter);
}

static void draw_cell(const Grid *grid, unsigned row, unsigned column, DrawList *list)
{
    unsigned index = row * grid->columns + column;
    uint64_t address = grid->sight->at + index * grid->cell;
    if (address - grid->sight->at >= grid->sight->size)
        return;
    UiRect at = cell_rect(grid, row, column);
    MemoryCell cell = merge(grid->sight, index * grid->merged, grid->merged), before = { 0 };
    if (column)
        before = merge(grid->sight, (index - 1) * grid->merged, grid->merged);
    draw_fill(list, at, UI_BACK);
    fill_cell(grid, &cell, at, list);
    draw_strip(grid, address, at, list);
    draw_mark(grid, &cell, column ? &before : NULL, at, list);
    if (grid->chosen - address < grid->cell) {
        draw_frame(list, at, UI_TEXT);
        draw_frame(list, rect_inset(at, 1), UI_FOCUS);
    }
    draw_region(list, at, CLICK_CELL + index);
}

/* As many cells in a row as are a power of two, so that addresses are round. */
static Grid make_grid(const MemorySight *sight, UiRect at)
{
    Grid grid = { .sight = sight, .at = at, .columns = 1, .merged = 1 };
    while (grid.columns * 2 * CELL_W <= (unsigned)at.w && grid.columns < 64)
        grid.columns *= 2;
    unsigned rows = (unsigned)MAX(at.h / CELL_H, 1);
    while ((sight->n_cells - 1) / grid.merged >= grid.columns * rows)
        grid.merged *= 2;
    /* Single pages stand below those of the same colour. */
    while (grid.merged * sight->cell == PAGE_SIZE && grid.columns > MAX(sight->colors, 16) &&
           sight->n_cells <= grid.columns / 2 * rows)
        grid.columns /= 2;
    grid.rows = (sight->n_cells - 1) / grid.merged / grid.columns + 1;
    grid.cell = sight->cell * grid.merged;
    grid.width = MIN(at.w / (int)grid.columns, MOST_CELL_W);
    return grid;
}

uint64_t panel_memory_chosen(const MemoryPanel *panel, const MemorySight *sight)
{
    return panel->chosen - sight->at < sight->size ? panel->chosen : sight->at;
}

void panel_memory_grid(MemoryPanel *panel, const MemorySight *sight, DrawList *list, UiRect *left,
                       int most)
{
    UiRect area = *left, label;
    area.h = MIN(area.h, most);
    bool labels = area.w >= ADDRESS_W + 16 * CELL_W;
    UiRect names = labels ? rect_cut_left(&area, ADDRESS_W) : (UiRect){ 0 };
    if (area.h < CELL_H || area.w < 2 * CELL_W)
        return;
    Grid grid = make_grid(sight, area);
    grid.chosen = panel_memory_chosen(panel, sight);
    panel->columns = grid.columns;
    panel->page = grid.columns * grid.rows;
    panel->cell = grid.cell;
    for (unsigned row = 0; row < grid.rows; row++) {
        g_autofree char *address =
            g_strdup_printf("0x%" PRIx64, sight->at + row * grid.columns * grid.cell);
        label = (UiRect){ names.x, cell_rect(&grid, row, 0).y, names.w, UI_CELL_H };
        if (labels)
            draw_fit(list, label, UI_DIM, 0, address);
        for (unsigned column = 0; column < grid.columns; column++)
            draw_cell(&grid, row, column, list);
    }
    rect_cut_top(left, (int)grid.rows * CELL_H + 2);
}
