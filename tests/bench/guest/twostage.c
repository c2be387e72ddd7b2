/* SPDX-License-Identifier: MIT */
/*
 * twostage.c - one load in each of 8192 pages of 4 KiB in turn in VS-mode, with two stages of
 * translation, each with pages of 4 KiB: Sv39 over Sv39x4, or with STAGES=48 Sv48 over Sv48x4.
 */
#include "hyp.h"

#ifndef STAGES
#define STAGES 39
#endif

static uint64_t root48[512] __attribute__((aligned(4096)));

static uint64_t stride(uint64_t rounds)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < rounds; round++) {
        sum = checksum_add(sum, window_load_many(POOL_PAGES));
    }
    return sum;
}

/* The value for vsatp; Sv48 puts one more level above Sv39's tables. */
static uint64_t guest_tables(void)
{
    uint64_t sv39 = paging_satp(1);

    if (STAGES == 39) {
        return sv39;
    }
    root48[0] = (sv39 & 0xfffffffffffull) << 10 | PTE_V;
    return 9ull << 60 | 1ull << 44 | (uintptr_t)root48 >> 12;
}

extern const char host_handler[];
__asm__(".text\n"
        ".balign 4\n"
        "host_handler:\n"
        "    ecall\n");

uint64_t bench_main(void)
{
    window_map(POOL_PAGES);
    hyp_start(STAGES == 39 ? GSTAGE_SV39X4 : GSTAGE_SV48X4, host_handler);
    CSR_WRITE(vsatp, guest_tables());
    return hyp_run((const void *)stride, ROUNDS(300));
}
