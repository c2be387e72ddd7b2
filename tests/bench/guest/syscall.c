/* SPDX-License-Identifier: MIT */
/* syscall.c - U-mode calls S-mode with ecall under Sv39, as a program calls its kernel. */
#include "bench.h"

#define CAUSE_ECALL_U 8
#define SSTATUS_SPP   (1ull << 8)

extern const char user_loop[], kernel_enter[], kernel_handler[];

__asm__(".text\n"
        ".balign 4\n"
        "user_loop:\n" /* a1: calls to make */
        "    li a0, 0\n"
        "    li a7, 1\n"
        "1:  ecall\n"
        "    addi a1, a1, -1\n"
        "    bnez a1, 1b\n"
        "    li a7, 0\n"
        "    ecall\n"
        ".balign 4\n"
        "kernel_enter:\n" /* a0: calls to make; sepc, stvec and sstatus are set */
        "    mv a1, a0\n"
        "    sret\n"
        ".balign 4\n"
        "kernel_handler:\n"
        "    beqz a7, 1f\n"
        "    addi a0, a0, 5\n"
        "    csrr t0, sepc\n"
        "    addi t0, t0, 4\n"
        "    csrw sepc, t0\n"
        "    sret\n"
        "1:  ecall\n"); /* not delegated: to bench_leave */

uint64_t bench_main(void)
{
    paging_start();
    CSR_WRITE(satp, paging_satp(1));
    __asm__ volatile("sfence.vma" ::: "memory");
    CSR_SET(medeleg, 1ull << CAUSE_ECALL_U);
    CSR_WRITE(stvec, (uintptr_t)kernel_handler);
    CSR_WRITE(sepc, (uintptr_t)user_loop - RAM_BASE + USER_BASE);
    __asm__ volatile("csrc sstatus, %0" ::"r"(SSTATUS_SPP));
    return bench_enter(MODE_S, kernel_enter, ROUNDS(6000000), bench_leave);
}
