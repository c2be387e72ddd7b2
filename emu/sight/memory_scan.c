/* SPDX-License-Identifier: MIT */
/* memory_scan.c - a look at all of memory, in steps of bounded work; see memory_scan.h. */
#include "emu/sight/memory_scan.h"

/* What is wanted of RAM, in whole pages; all of it if that is none. */
static void set_range(MemorySight *sight, const SightWants *wants)
{
    uint64_t from = wants->memory_at & ~(uint64_t)PAGE_OFFSET, size = wants->memory_size;
    uint64_t offset = from - sight->ram;
    sight->at = sight->ram;
    sight->size = sight->ram_size;
    if (!size || offset >= sight->ram_size)
        return;
    size = MIN(size, sight->ram_size); /* what is added to it must not overflow */
    size = MIN(size + (wants->memory_at - from), sight->ram_size - offset);
    sight->at = from;
    sight->size = (size + PAGE_OFFSET) & ~(uint64_t)PAGE_OFFSET;
}

static void set_cells(MemorySight *sight)
{
    sight->cell = PAGE_SIZE;
    while ((sight->size - 1) / sight->cell >= MEMORY_CELLS)
        sight->cell *= 2;
    sight->n_cells = (unsigned)((sight->size - 1) / sight->cell + 1);
    sight->cells = g_new0(MemoryCell, sight->n_cells);
}

MemoryScan *memory_scan_new(Machine *m, const SightWants *wants)
{
    MemoryScan *scan = g_new0(MemoryScan, 1);
    MemorySight *sight = scan->sight = g_new0(MemorySight, 1);
    scan->machine = m;
    sight->references = 1;
    sight->ram = m->bus.ram_base.v;
    sight->ram_size = m->bus.ram_size;
    sight->colors = m->config.timed.on ? timing_colors(&m->config.timed.model.profile) : 0;
    set_range(sight, wants);
    set_cells(sight);
    bool exact = wants->memory_size && sight->size / PAGE_SIZE <= MEMORY_EXACT;
    sight->gap = exact ? 0 : MAX(sight->colors, 16);
    scan->runs = g_array_new(FALSE, FALSE, sizeof(MemoryRun));
    memory_map_init(&scan->map, sight->ram_size / PAGE_SIZE);
    memory_scan_basis(scan);
    memory_scan_find(scan);
    return scan;
}

bool memory_scan_step(MemoryScan *scan, int64_t work)
{
    work = memory_scan_spaces(scan, work);
    if (scan->space == scan->n_spaces)
        memory_scan_sweep(scan, work);
    return scan->page == scan->map.n_pages;
}

MemorySight *memory_scan_end(MemoryScan *scan)
{
    MemorySight *sight = scan->sight;
    memory_sweep_end(scan);
    for (unsigned i = 0; i < scan->n_spaces; i++)
        g_array_free(scan->spaces[i].shares, TRUE);
    g_array_free(scan->runs, TRUE);
    memory_map_clear(&scan->map);
    g_free(scan);
    return sight;
}

/* In parts. */

/* What one look does: 0.05 to 0.2 ms in the mean, as measured with 256 MiB to 2 GiB of RAM. */
enum { WORK = 3 << 14 };

struct MemoryLook {
    MemoryScan *scan; /* under way; NULL: none */
    SightWants wants; /* that it is for */
    MemorySight *last;
};

void memory_look_free(struct MemoryLook *look)
{
    if (!look)
        return;
    if (look->scan)
        memory_sight_free(memory_scan_end(look->scan));
    memory_sight_free(look->last);
    g_free(look);
}

static bool same_range(const SightWants *a, const SightWants *b)
{
    return a->memory_at == b->memory_at && a->memory_size == b->memory_size;
}

/* NULL: the first one is not whole yet. */
static MemorySight *look_on(Machine *m, const SightWants *wants)
{
    struct MemoryLook *look = m->memory_look;
    if (!look)
        look = m->memory_look = g_new0(struct MemoryLook, 1);
    if (look->scan && !same_range(wants, &look->wants))
        memory_sight_free(memory_scan_end(g_steal_pointer(&look->scan)));
    if (!look->scan)
        look->scan = memory_scan_new(m, wants);
    look->wants = *wants;
    if (memory_scan_step(look->scan, WORK)) {
        memory_sight_free(look->last);
        look->last = memory_scan_end(g_steal_pointer(&look->scan));
    }
    if (look->last)
        g_atomic_int_inc(&look->last->references);
    return look->last;
}

MemorySight *memory_sight_new(Machine *m, const SightWants *wants)
{
    MemoryScan *scan = memory_scan_new(m, wants);
    while (!memory_scan_step(scan, WORK))
        continue;
    return memory_scan_end(scan);
}

void memory_sight_free(void *opaque)
{
    MemorySight *sight = opaque;
    if (!sight || !g_atomic_int_dec_and_test(&sight->references))
        return;
    g_free(sight->cells);
    g_free(sight->runs);
    g_strfreev(sight->images);
    g_free(sight->file);
    g_free(sight);
}

void *memory_sight_make(Machine *m, const SightWants *wants)
{
    return wants->in_parts ? look_on(m, wants) : memory_sight_new(m, wants);
}
