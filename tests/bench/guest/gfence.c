/* SPDX-License-Identifier: MIT */
/*
 * gfence.c - the guest calls, the hypervisor fences all of the guest's VMID by hfence.gvma, then
 * the guest does one load in each of 64 pages.
 */
#include "hyp.h"

#define PAGES 64

extern const char host_handler[];
__asm__(".text\n"
        ".balign 4\n"
        ".option push\n"
        ".option arch, +h\n"
        "host_handler:\n"
        "    beqz a7, 1f\n"
        "    li t0, 1\n"
        "    hfence.gvma zero, t0\n"
        "    csrr t0, sepc\n"
        "    addi t0, t0, 4\n"
        "    csrw sepc, t0\n"
        "    sret\n"
        "1:  ecall\n"
        ".option pop\n");

static uint64_t fence(uint64_t rounds)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < rounds; round++) {
        hyp_call(1, 0);
        sum = checksum_add(sum, window_load_many(PAGES));
    }
    hyp_call(0, sum);
    return sum;
}

uint64_t bench_main(void)
{
    window_map(PAGES);
    hyp_start(GSTAGE_SV39X4, host_handler);
    CSR_WRITE(vsatp, paging_satp(1));
    return hyp_run((const void *)fence, ROUNDS(60000));
}
