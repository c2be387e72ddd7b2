/* SPDX-License-Identifier: MIT */
/*
 * frames.c - who has which page of the machine's memory: a bit a page, set if it is somebody's. Only used before the first
 * guest runs; nothing is ever given back.
 *
 *   RAM | firmware | our image, our pages (for tables and stacks) | pages of partitions ...  images of guests |
 *                   `bulkhead,memory`
 */
#include "lib/print.h"
#include "lib/string.h"
#include "partition.h"

static FdtRange ram, own;
static Colors own_colors;
static uint64_t *taken;
static uint64_t next_own;
static Vm *tables_of;
extern char image_end[];

static uint64_t *word_of(uint64_t page)
{
    return &taken[page / 64];
}

void frames_take(uint64_t base, uint64_t size)
{
    uint64_t end = base + size;
    if (base < ram.base)
        base = ram.base;
    if (end > ram.base + ram.size)
        end = ram.base + ram.size;
    for (uint64_t at = base & -PAGE_SIZE; at < end; at += PAGE_SIZE)
        *word_of((at - ram.base) / PAGE_SIZE) |= BIT((at - ram.base) / PAGE_SIZE % 64);
}

static bool is_free(uint64_t base, uint64_t size)
{
    for (uint64_t page = (base - ram.base) / PAGE_SIZE, end = page + size / PAGE_SIZE;
         page < end;) {
        if (page % 64 == 0 && end - page >= 64) {
            if (*word_of(page))
                return false;
            page += 64;
        } else if (*word_of(page) >> page % 64 & 1) {
            return false;
        } else {
            page++;
        }
    }
    return true;
}

static unsigned n_colors = 1;

/* Is every page of it of one of these colours? */
static bool is_colored(uint64_t base, uint64_t size, const Colors *colors)
{
    for (uint64_t at = base; !colors->any && at < base + size; at += PAGE_SIZE)
        if (!colors_have(colors, (unsigned)(at / PAGE_SIZE % n_colors)))
            return false;
    return true;
}

/* The first such piece at or after *next, which then is taken, and *next behind it; 0 if there is none below `end`. Of
 * the piece its first `colored` bytes are of these colours. */
static uint64_t get(uint64_t *next, uint64_t end, uint64_t size, uint64_t colored,
                    const Colors *colors)
{
    uint64_t at = (*next + size - 1) & -size;
    for (; at < end && end - at >= size; at += size) {
        if (!is_colored(at, colored, colors) || !is_free(at, size))
            continue;
        frames_take(at, size);
        *next = at + size;
        return at;
    }
    return 0;
}

uint64_t frames_get(Vm *vm, uint64_t size)
{
    uint64_t *next = &vm->next_frame[size >= GIGA_PAGE ? 2 : size >= MEGA_PAGE ? 1 : 0];
    if (!*next)
        *next = own.base + own.size;
    uint64_t at = get(next, ram.base + ram.size, size, size, &vm->colors);
    /* A root of Sv39x4 is four pages in one piece, of which addresses below 512 GiB need the first. */
    if (!at && size == 4 * PAGE_SIZE)
        at = get(next, ram.base + ram.size, size, PAGE_SIZE, &vm->colors);
    return at;
}

void *frames_own(uint64_t size)
{
    uint64_t at = get(&next_own, own.base + own.size, size, size, &own_colors);
    if (!at && size > PAGE_SIZE)
        panic(
            "partition: %lu pages of our own colours do not lie in one piece; give the hypervisor "
            "so many colours in a row, from a multiple of that on, or more memory",
            size / PAGE_SIZE);
    if (!at)
        panic("partition: %lu MiB are not enough for us; give the hypervisor more memory",
              own.size >> 20);
    return (void *)at;
}

void frames_for(Vm *vm)
{
    tables_of = vm;
}

/* Tables are of the colours of the guest, since a walk is an access of its own. paging.h */
void *page_alloc(size_t size)
{
    void *page = tables_of ? (void *)frames_get(tables_of, size) : frames_own(size);
    if (!page)
        panic("partition: %s: no memory of its colours is left for its tables", tables_of->name);
    return memset(page, 0, size);
}

static void find_ram(const Fdt *host)
{
    FdtNode node = NULL;
    while ((node = fdt_next(host, node))) {
        if (!strcmp(fdt_text(host, node, "device_type"), "memory") && fdt_reg(host, node, 0, &ram))
            return;
    }
    panic("partition: no memory in the device tree");
}

/* What the firmware keeps for itself. */
static void take_reserved(const Fdt *host)
{
    FdtRange reg;
    FdtNode all = fdt_find(host, "/reserved-memory");
    for (FdtNode node = all ? fdt_next(host, all) : NULL; node && fdt_parent(host, node) == all;
         node = fdt_next(host, node))
        if (fdt_reg(host, node, 0, &reg))
            frames_take(reg.base, reg.size);
}

void frames_find(const Fdt *host, const PartitionSetup *setup)
{
    find_ram(host);
    own = setup->memory;
    own_colors = setup->own;
    n_colors = setup->colors ? setup->colors : 1;
    taken = (uint64_t *)image_end;
    uint64_t bytes = (ram.size / PAGE_SIZE + 63) / 64 * 8;
    if ((uintptr_t)image_end - own.base + bytes > own.size)
        panic("partition: %lu KiB are not enough for us; give the hypervisor more memory",
              own.size >> 10);
    memset(taken, 0, bytes);
    next_own = (uintptr_t)image_end;
    frames_take(own.base, (uintptr_t)image_end + bytes - own.base);
    frames_take((uintptr_t)host->base, host->size);
    take_reserved(host);
}
