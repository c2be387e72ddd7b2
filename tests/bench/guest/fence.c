/* SPDX-License-Identifier: MIT */
/* fence.c - sfence.vma for everything, then one load in each of 64 pages. */
#include "sv39.h"

#define PAGES 64

static uint64_t fence(uint64_t rounds)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < rounds; round++) {
        __asm__ volatile("sfence.vma" ::: "memory");
        sum = checksum_add(sum, window_load_many(PAGES));
    }
    return sum;
}

uint64_t bench_main(void)
{
    window_start(PAGES);
    return bench_enter(MODE_S, (const void *)fence, ROUNDS(170000), bench_leave);
}
