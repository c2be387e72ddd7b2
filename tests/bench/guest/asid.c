/* SPDX-License-Identifier: MIT */
/*
 * asid.c - satp goes from one of eight address spaces to the next, then one load in each of 32
 * pages; no fence.
 */
#include "sv39.h"

#define PAGES 32

static uint64_t switch_spaces(uint64_t rounds)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < rounds; round++) {
        CSR_WRITE(satp, paging_satp(1 + (round & 7)));
        sum = checksum_add(sum, window_load_many(PAGES));
    }
    return sum;
}

uint64_t bench_main(void)
{
    window_start(PAGES);
    return bench_enter(MODE_S, (const void *)switch_spaces, ROUNDS(300000), bench_leave);
}
