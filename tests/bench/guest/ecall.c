/* SPDX-License-Identifier: MIT */
/*
 * ecall.c - U-mode calls M-mode with ecall, translation off; the handler steps over the call and
 * returns.
 */
#include "bench.h"

extern const char user_loop[], machine_handler[];

__asm__(".text\n"
        ".balign 4\n"
        "user_loop:\n" /* a0: calls to make */
        "    mv a1, a0\n"
        "    li a0, 0\n"
        "    li a7, 1\n"
        "1:  ecall\n"
        "    addi a1, a1, -1\n"
        "    bnez a1, 1b\n"
        "    li a7, 0\n"
        "    ecall\n"
        ".balign 4\n"
        "machine_handler:\n"
        "    beqz a7, bench_leave\n"
        "    addi a0, a0, 3\n"
        "    csrr t0, mepc\n"
        "    addi t0, t0, 4\n"
        "    csrw mepc, t0\n"
        "    mret\n");

uint64_t bench_main(void)
{
    return bench_enter(MODE_U, user_loop, ROUNDS(6000000), machine_handler);
}
