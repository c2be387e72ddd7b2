/* SPDX-License-Identifier: MIT */
/*
 * tlbmiss.c - one load in each of 8192 pages of 4 KiB in turn: more pages than any first-level TLB
 * holds.
 */
#include "sv39.h"

#define PAGES 8192

static uint64_t stride(uint64_t rounds)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < rounds; round++) {
        sum = checksum_add(sum, window_load_many(PAGES));
    }
    return sum;
}

uint64_t bench_main(void)
{
    window_start(PAGES);
    return bench_enter(MODE_S, (const void *)stride, ROUNDS(1200), bench_leave);
}
