/* SPDX-License-Identifier: MIT */
/* memory.c - the first stage of a load: pages of two sizes; see loads.h. */
#include "loads.h"

#include "lib/csr.h"
#include "lib/paging.h"

enum { POOL_PAGES = 16 };
#define SERIAL_PORT 0x10000000ul

static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

void memory_map(void)
{
    page_pool(pool, pool + sizeof(pool));
    uint64_t *root = paging_root(SV39);
    paging_map(root, SV39, LOADS_BASE, LOADS_BASE, LOADS_END - LOADS_BASE, PTE_RWX);
    for (uint64_t at = PROCESS; at < PROCESS + PROCESS_SIZE; at += PAGE_SIZE)
        paging_map(root, SV39, at, at, PAGE_SIZE, PTE_RW);
    paging_map(root, SV39, SERIAL_PORT, SERIAL_PORT, PAGE_SIZE, PTE_RW);
    paging_map(root, SV39, FINISHER, FINISHER, PAGE_SIZE, PTE_RW);
    csr_write(satp, ATP_SV39 << ATP_MODE | (uintptr_t)root >> 12);
    sfence_vma();
}

void memory_sweep(void)
{
    for (uint64_t at = OTHERS; at < OTHERS + OTHERS_SIZE; at += sizeof(uint64_t))
        *(volatile uint64_t *)at = at;
}
