/* SPDX-License-Identifier: MIT */
/*
 * vasid.c - a guest's kernel goes from one of eight address spaces to the next by satp, which is
 * vsatp there, then one load in each of 32 pages; no fence.
 */
#include "hyp.h"

#define PAGES 32

extern const char host_handler[];
__asm__(".text\n"
        ".balign 4\n"
        "host_handler:\n"
        "    ecall\n");

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
    window_map(PAGES);
    hyp_start(GSTAGE_SV39X4, host_handler);
    CSR_WRITE(vsatp, paging_satp(1));
    return hyp_run((const void *)switch_spaces, ROUNDS(75000));
}
