/* SPDX-License-Identifier: MIT */
/*
 * main.c - forgets every translation and touches some pages, over and over: what does a fence cost who keeps shadow
 * tables? See README.md.
 */
#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/paging.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

enum { POOL_PAGES = 16, MOST_PAGES = 512 };
#define WINDOW 0x1800000000ul

static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static char frame[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

void trap(TrapFrame *trap_frame, uint64_t cause, uint64_t tval)
{
    trap_die(trap_frame, cause, tval);
}

/* The kernel's memory at its own addresses, and `pages` pages of the window that all have the same frame. */
static void map_memory(uint64_t pages)
{
    page_pool(pool, pool + sizeof(pool));
    uint64_t *root = paging_root(SV39);
    paging_map(root, SV39, 0, 0, 2 * GIGA_PAGE, PTE_RW);
    paging_map(root, SV39, 2 * GIGA_PAGE, 2 * GIGA_PAGE, GIGA_PAGE, PTE_RWX);
    for (uint64_t i = 0; i < pages; i++)
        paging_map(root, SV39, WINDOW + i * PAGE_SIZE, (uintptr_t)frame, PAGE_SIZE, PTE_RW);
    csr_write(satp, ATP_SV39 << ATP_MODE | (uintptr_t)root >> 12);
}

void main(void *fdt)
{
    Fdt tree;
    if (!fdt_open(&tree, fdt))
        panic("touch: no device tree");
    power_find(&tree);
    console_find(&tree);
    uint64_t pages = bootarg_number(&tree, "pages", 64);
    uint64_t fences = bootarg_number(&tree, "fences", 100), seen = 0;
    if (pages > MOST_PAGES)
        panic("touch: pages= is at most %d", MOST_PAGES);
    map_memory(pages);
    mark(MARK_BEGIN, 'T');
    for (uint64_t i = 0; i < fences; i++) {
        sfence_vma();
        for (uint64_t page = 0; page < pages; page++)
            seen += ++*(volatile uint64_t *)(WINDOW + page * PAGE_SIZE) > 0;
    }
    mark(MARK_END, 'T');
    print("touch: %lu fences, %lu pages after each\n%s\n", fences, pages,
          seen == fences * pages ? "TOUCH-OK" : "TOUCH-FAIL");
    power_off(seen == fences * pages);
}
