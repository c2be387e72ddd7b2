/* SPDX-License-Identifier: MIT */
/* vscall.c - VS-mode calls HS-mode with ecall; the handler steps over the call and returns. */
#include "hyp.h"

extern const char guest_loop[], host_handler[];

__asm__(".text\n"
        ".balign 4\n"
        "guest_loop:\n" /* a0: calls to make */
        "    mv a1, a0\n"
        "    li a0, 0\n"
        "    li a7, 1\n"
        "1:  ecall\n"
        "    addi a1, a1, -1\n"
        "    bnez a1, 1b\n"
        "    li a7, 0\n"
        "    ecall\n"
        ".balign 4\n"
        "host_handler:\n"
        "    beqz a7, 1f\n"
        "    addi a0, a0, 7\n"
        "    csrr t0, sepc\n"
        "    addi t0, t0, 4\n"
        "    csrw sepc, t0\n"
        "    sret\n"
        "1:  ecall\n"); /* to bench_leave */

uint64_t bench_main(void)
{
    hyp_start(GSTAGE_SV39X4, host_handler);
    return hyp_run(guest_loop, ROUNDS(600000));
}
