/* SPDX-License-Identifier: MIT */
/*
 * demandmap.c - VS-mode loads from pages its hypervisor has not mapped; the hypervisor maps the one
 * page of 4 KiB, fences its guest-physical address and tries the load again. Once all are there it
 * takes them all away.
 */
#include "hyp.h"

extern const char host_handler[];
uint64_t *const demandmap_pool = gstage_pool;

__asm__(".text\n"
        ".balign 4\n"
        ".option push\n"
        ".option arch, +h\n"
        "host_handler:\n"
        "    csrr t0, scause\n"
        "    li t1, 21\n" /* load guest-page fault */
        "    bne t0, t1, 2f\n"
        "    csrr t0, htval\n" /* address / 4 */
        "    srli t1, t0, 10\n"
        "    slli t2, t1, 10\n"
        "    ori t2, t2, 0xdf\n" /* PTE_GUEST */
        "    li t3, 0x88000\n"
        "    sub t1, t1, t3\n"
        "    slli t1, t1, 3\n"
        "    ld t3, demandmap_pool\n"
        "    add t1, t1, t3\n"
        "    sd t2, 0(t1)\n"
        "    hfence.gvma t0\n"
        "    sret\n"
        "2:  beqz a7, 4f\n"
        "    ld t0, demandmap_pool\n"
        "    li t1, 0x10000\n"
        "    add t1, t1, t0\n"
        "3:  sd zero, 0(t0)\n"
        "    sd zero, 8(t0)\n"
        "    sd zero, 16(t0)\n"
        "    sd zero, 24(t0)\n"
        "    addi t0, t0, 32\n"
        "    bltu t0, t1, 3b\n"
        "    hfence.gvma\n"
        "    csrr t0, sepc\n"
        "    addi t0, t0, 4\n"
        "    csrw sepc, t0\n"
        "    sret\n"
        "4:  ecall\n"
        ".option pop\n");

static uint64_t touch(uint64_t rounds)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < rounds; round++) {
        hyp_call(1, 0);
        for (uint64_t i = 0; i < POOL_PAGES; i++) {
            uint64_t word;

            __asm__ volatile("ld %0, 0(%1)"
                             : "=r"(word)
                             : "r"(POOL_BASE + i * PAGE_SIZE)
                             : "t0", "t1", "t2", "t3");
            sum += word;
        }
    }
    hyp_call(0, sum);
    return sum;
}

uint64_t bench_main(void)
{
    for (uint64_t i = 0; i < POOL_PAGES; i++) {
        *(volatile uint64_t *)(POOL_BASE + i * PAGE_SIZE) = i * i;
    }
    hyp_start(GSTAGE_SV39X4, host_handler);
    return hyp_run((const void *)touch, ROUNDS(40));
}
