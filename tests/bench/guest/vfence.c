/* SPDX-License-Identifier: MIT */
/*
 * vfence.c - in VS-mode: sfence.vma for everything, one load in each of 64 pages, sfence.vma for
 * one page, the loads again.
 */
#include "hyp.h"

#define PAGES 64

extern const char host_handler[];
__asm__(".text\n"
        ".balign 4\n"
        "host_handler:\n"
        "    ecall\n");

static uint64_t fence(uint64_t rounds)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < rounds; round++) {
        __asm__ volatile("sfence.vma" ::: "memory");
        sum = checksum_add(sum, window_load_many(PAGES));
        __asm__ volatile("sfence.vma %0" ::"r"(WINDOW_BASE + (round & 63) * PAGE_SIZE) : "memory");
        sum = checksum_add(sum, window_load_many(PAGES));
    }
    return sum;
}

uint64_t bench_main(void)
{
    window_map(PAGES);
    hyp_start(GSTAGE_SV39X4, host_handler);
    CSR_WRITE(vsatp, paging_satp(1));
    return hyp_run((const void *)fence, ROUNDS(20000));
}
