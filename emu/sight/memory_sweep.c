/* SPDX-License-Identifier: MIT */
/* memory_sweep.c - runs, cells and sums of all pages; see memory_scan.h. */
#include <string.h>

#include "emu/sight/memory_scan.h"

enum { HOST = 1, MOST_RUNS = 8 * MEMORY_RUNS };

/* Pages that follow each other and are alike. */
typedef struct {
    uint64_t first, n, touched;
    PageUse use;
} Piece;

/* Runs. */

static void close_run(MemoryScan *scan, OpenRun *open)
{
    if (scan->runs->len < MOST_RUNS)
        g_array_append_val(scan->runs, open->run);
    else
        scan->sight->more_runs++;
}

static OpenRun *open_run(MemoryScan *scan, const Piece *piece)
{
    OpenRun *open = NULL, *oldest = &scan->open[0];
    for (unsigned i = 0; i < scan->n_open && !open; i++) {
        oldest = scan->open[i].next < oldest->next ? &scan->open[i] : oldest;
        open = scan->open[i].use == piece->use ? &scan->open[i] : NULL;
    }
    if (open && piece->first - open->next <= scan->sight->gap)
        return open;
    if (open)
        close_run(scan, open);
    else if (scan->n_open < SCAN_OPEN)
        open = &scan->open[scan->n_open++];
    else
        close_run(scan, open = oldest);
    *open = (OpenRun){ .use = piece->use,
                       .run = { .begin = scan->sight->ram + piece->first * PAGE_SIZE,
                                .owner = use_owner(piece->use),
                                .other = use_other(piece->use),
                                .image = use_image(piece->use),
                                .flags = use_flags(piece->use) } };
    return open;
}

static unsigned color_of(const MemorySight *sight, uint64_t page)
{
    return (unsigned)((sight->ram >> PAGE_SHIFT) + page) & (sight->colors - 1);
}

static void add_to_run(MemoryScan *scan, const Piece *piece)
{
    const MemorySight *sight = scan->sight;
    OpenRun *open = open_run(scan, piece);
    open->next = piece->first + piece->n;
    open->run.end = sight->ram + open->next * PAGE_SIZE;
    open->run.pages += piece->n;
    open->run.touched += piece->touched;
    for (uint64_t i = 0; i < MIN(piece->n, sight->colors); i++)
        color_set_add(&open->run.colors, color_of(sight, piece->first + i));
}

/* Cells. */

static void add_to_cell(MemoryCell *cell, PageUse use, uint32_t n)
{
    unsigned owner = use_owner(use), i = 0;
    cell->flags |= use_flags(use);
    while (i < cell->n && cell->parts[i].owner != owner)
        i++;
    if (i == MEMORY_PARTS) {
        cell->more = true;
        return;
    }
    if (i == cell->n) {
        cell->parts[i].owner = (uint8_t)owner;
        cell->n++;
    }
    cell->parts[i].pages += n;
    cell->parts[i].has = cell->parts[i].has || !(use_flags(use) & MEMORY_DECLARED);
}

static void add_to_cells(MemorySight *sight, const Piece *piece)
{
    const unsigned shift = (unsigned)__builtin_ctzll(sight->cell) - PAGE_SHIFT;
    uint64_t from = (sight->at - sight->ram) >> PAGE_SHIFT, n;
    for (uint64_t at = piece->first, end = at + piece->n; at < end; at += n) {
        uint64_t cell = (at - from) >> shift;
        n = MIN(from + ((cell + 1) << shift), end) - at;
        add_to_cell(&sight->cells[cell], piece->use, (uint32_t)n);
    }
}

/* Sums. */

static void add_sums(MemorySight *sight, const Piece *piece)
{
    const uint8_t flags = use_flags(piece->use);
    MemoryOwner *owner = &sight->owners[use_owner(piece->use)];
    bool is_guest = owner->kind == MEMORY_GUEST;
    owner->pages += piece->n;
    owner->touched += piece->touched;
    owner->outside += flags & MEMORY_OUTSIDE ? piece->n : 0;
    owner->twice += flags & MEMORY_TWICE ? piece->n : 0;
    sight->outside += is_guest && flags & MEMORY_OUTSIDE ? piece->n : 0;
    sight->twice += flags & MEMORY_TWICE ? piece->n : 0;
    sight->firmware += flags & MEMORY_FIRMWARE ? piece->n : 0;
}

/* Pages of RAM that are wanted. */
static uint64_t wanted_from(const MemorySight *sight)
{
    return (sight->at - sight->ram) >> PAGE_SHIFT;
}

static uint64_t wanted_end(const MemorySight *sight)
{
    return wanted_from(sight) + (sight->size >> PAGE_SHIFT);
}

/* Is it wanted as a whole, or not at all? */
static bool is_in_one(const MemorySight *sight, uint64_t first, uint64_t n)
{
    uint64_t from = wanted_from(sight), end = wanted_end(sight);
    return first >= end || first + n <= from || (first >= from && first + n <= end);
}

/* A piece that is. */
static void add_piece(MemoryScan *scan, Piece piece)
{
    MemorySight *sight = scan->sight;
    if (!piece.n)
        return;
    add_sums(sight, &piece);
    if (!use_owner(piece.use) || piece.first - wanted_from(sight) >= sight->size >> PAGE_SHIFT)
        return;
    /* The host's lines of other colours are counted; only what a guest gets is somebody's mistake. */
    if (sight->owners[use_owner(piece.use)].kind == MEMORY_HOST)
        piece.use &= ~page_use(0, 0, 0, MEMORY_OUTSIDE);
    add_to_run(scan, &piece);
    add_to_cells(sight, &piece);
}

/* Does it depend on a page's colour what is said of it? */
static bool has_colors(const MemorySight *sight, PageUse use)
{
    return sight->colors && sight->owners[use_owner(use)].has_colors;
}

/* What is said of one page, whose owner may be nobody. */
static PageUse use_of(const MemorySight *sight, uint64_t page, PageUse use, bool touched)
{
    if (!use && touched)
        use = page_use(HOST, 0, 0, 0);
    if (has_colors(sight, use) &&
        !color_set_has(&sight->owners[use_owner(use)].colors, color_of(sight, page)))
        use |= page_use(0, 0, 0, MEMORY_OUTSIDE);
    return use;
}

static void sweep_pages(MemoryScan *scan, const MapChunk *chunk, uint64_t first, uint64_t n)
{
    const MemorySight *sight = scan->sight;
    const uint8_t *flags = &scan->machine->bus.page_flags[first];
    uint64_t from = wanted_from(sight), end = wanted_end(sight);
    Piece piece = { 0 };
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t page = first + i;
        bool touched = flags[i] & PAGE_TOUCHED;
        PageUse use = use_of(sight, page, chunk->pages ? chunk->pages[i] : chunk->all, touched);
        if (piece.n && use == piece.use && page != from && page != end) {
            piece.n++;
            piece.touched += touched;
            continue;
        }
        add_piece(scan, piece);
        piece = (Piece){ page, 1, touched, use };
    }
    add_piece(scan, piece);
}

/* The chunk that begins at scan->page. Returns the work. */
static unsigned sweep_chunk(MemoryScan *scan)
{
    enum { OF_PAGE = 4, OF_CHUNK = 64 };
    MapChunk *chunk = &scan->map.chunks[scan->page / CHUNK_PAGES];
    const uint8_t *flags = &scan->machine->bus.page_flags[scan->page];
    uint64_t first = scan->page, n = MIN(CHUNK_PAGES, scan->map.n_pages - first), touched = 0;
    for (uint64_t i = 0; i < n; i++)
        touched += flags[i] & PAGE_TOUCHED;
    PageUse use = chunk->all ? chunk->all : touched ? page_use(HOST, 0, 0, 0) : 0;
    bool alike =
        !chunk->pages && (chunk->all || !touched || touched == n) && !has_colors(scan->sight, use);
    scan->page += n;
    if (alike && is_in_one(scan->sight, first, n)) {
        add_piece(scan, (Piece){ first, n, touched, use });
        return OF_CHUNK;
    }
    sweep_pages(scan, chunk, first, n);
    g_clear_pointer(&chunk->pages, g_free); /* not all of them at the end */
    return OF_PAGE * CHUNK_PAGES;
}

int64_t memory_scan_sweep(MemoryScan *scan, int64_t work)
{
    while (scan->page < scan->map.n_pages && work > 0)
        work -= sweep_chunk(scan);
    return work;
}

static int by_address(const void *a, const void *b)
{
    const MemoryRun *x = a, *y = b;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

void memory_sweep_end(MemoryScan *scan)
{
    MemorySight *sight = scan->sight;
    for (unsigned i = 0; i < scan->n_open; i++)
        close_run(scan, &scan->open[i]);
    g_array_sort(scan->runs, by_address);
    sight->n_runs = MIN(scan->runs->len, MEMORY_RUNS);
    sight->more_runs += scan->runs->len - sight->n_runs;
    sight->runs = g_memdup2(scan->runs->data, sight->n_runs * sizeof(MemoryRun));
}
