/* SPDX-License-Identifier: MIT */
/*
 * pagefault.c - S-mode loads from a page that is not mapped; its own handler steps over the load.
 */
#include "bench.h"

#define CAUSE_LOAD_PAGE_FAULT 13
#define PAGES                 16

extern const char fault_loop[], fault_handler[];

__asm__(".text\n"
        ".balign 4\n"
        "fault_loop:\n" /* a0: loads to make; a2: the first of PAGES pages that are not mapped */
        "    mv a1, a0\n"
        "    li a0, 0\n"
        "    li a2, 0xc0000000\n"
        "1:  andi t1, a1, 15\n"
        "    slli t1, t1, 12\n"
        "    add t1, t1, a2\n"
        "    .option push\n"
        "    .option norvc\n"
        "    ld t2, 0(t1)\n"
        "    .option pop\n"
        "    addi a1, a1, -1\n"
        "    bnez a1, 1b\n"
        "    ret\n"
        ".balign 4\n"
        "fault_handler:\n"
        "    csrr t0, stval\n"
        "    add a0, a0, t0\n"
        "    csrr t0, scause\n"
        "    xor a0, a0, t0\n"
        "    csrr t0, sepc\n"
        "    addi t0, t0, 4\n"
        "    csrw sepc, t0\n"
        "    sret\n");

uint64_t bench_main(void)
{
    paging_start();
    CSR_WRITE(satp, paging_satp(1));
    __asm__ volatile("sfence.vma" ::: "memory");
    CSR_SET(medeleg, 1ull << CAUSE_LOAD_PAGE_FAULT);
    CSR_WRITE(stvec, (uintptr_t)fault_handler);
    return bench_enter(MODE_S, fault_loop, ROUNDS(3000000), bench_leave);
}
