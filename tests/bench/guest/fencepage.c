/* SPDX-License-Identifier: MIT */
/* fencepage.c - sfence.vma for one page of one address space, then one load in each of 64 pages. */
#include "sv39.h"

#define PAGES 64

static uint64_t fence(uint64_t rounds)
{
    uint64_t sum = 0, asid = 1;

    for (uint64_t round = 0; round < rounds; round++) {
        uint64_t va = WINDOW_BASE + (round & (PAGES - 1)) * PAGE_SIZE;

        __asm__ volatile("sfence.vma %0, %1" ::"r"(va), "r"(asid) : "memory");
        sum = checksum_add(sum, window_load_many(PAGES));
    }
    return sum;
}

uint64_t bench_main(void)
{
    window_start(PAGES);
    return bench_enter(MODE_S, (const void *)fence, ROUNDS(170000), bench_leave);
}
