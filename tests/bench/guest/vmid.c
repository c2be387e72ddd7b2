/* SPDX-License-Identifier: MIT */
/*
 * vmid.c - the guest calls, the hypervisor goes from one of eight guest numbers to the next by
 * hgatp, then one load in each of 32 pages; no fence.
 */
#include "hyp.h"

#define PAGES 32

uint64_t vmid_values[8];

extern const char host_handler[];
__asm__(".text\n"
        ".balign 4\n"
        "host_handler:\n"
        "    beqz a7, 1f\n"
        "    csrr t0, sscratch\n"
        "    addi t0, t0, 1\n"
        "    csrw sscratch, t0\n"
        "    andi t0, t0, 7\n"
        "    slli t0, t0, 3\n"
        "    la t1, vmid_values\n"
        "    add t0, t0, t1\n"
        "    ld t0, 0(t0)\n"
        "    csrw hgatp, t0\n"
        "    csrr t0, sepc\n"
        "    addi t0, t0, 4\n"
        "    csrw sepc, t0\n"
        "    sret\n"
        "1:  ecall\n");

static uint64_t switch_guests(uint64_t rounds)
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
    for (unsigned i = 0; i < 8; i++) {
        vmid_values[i] = gstage_hgatp(GSTAGE_SV39X4, 1 + i);
    }
    CSR_WRITE(vsatp, paging_satp(1));
    return hyp_run((const void *)switch_guests, ROUNDS(60000));
}
