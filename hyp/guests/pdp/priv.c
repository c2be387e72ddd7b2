/* SPDX-License-Identifier: MIT */
/*
 * priv.c - hostile: instructions that are the system's. One for each argument; whoever comes out behind it counts.
 */
#include "pdp.h"

#define TRY(n, code) \
    case n: __asm__ volatile(code ::"r"(~0ul) : "t0", "t1", "memory"); break

void run(uint64_t argument)
{
    switch (argument) {
        TRY(0, "csrr t0, mstatus");
        TRY(1, "csrw mtvec, %0");
        TRY(2, "csrw pmpaddr0, %0");
        TRY(3, "csrw pmpcfg0, zero");
        TRY(4, "csrw satp, zero");
        TRY(5, "csrw mie, zero");
        TRY(6, "csrr t0, mhartid");
        TRY(7, "csrr t0, sstatus");
        TRY(8, "csrr t0, time");
        TRY(9, "csrr t0, cycle");
        TRY(10, "csrr t0, instret");
        TRY(11, "mret");
        TRY(12, "sret");
        TRY(13, "sfence.vma");
        TRY(14, "ecall");
        TRY(15, "ebreak");
        TRY(16, ".word 0");
        TRY(17, ".word 0xffffffff");
        TRY(18, "li t0, 0\n li t1, 0\n .insn r 0x53, 0, 1, t0, t0, t1"); /* fadd.s */
        TRY(19, "csrw mscratch, zero");
    default: break;
    }
    pdp_count++;
}
