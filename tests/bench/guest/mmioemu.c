/* SPDX-License-Identifier: MIT */
/*
 * mmioemu.c - VS-mode loads from a guest-physical address that is not mapped; the hypervisor makes
 * up the value from htval and htinst, as if a device were there, and steps over the load.
 */
#include "hyp.h"

extern const char guest_loop[], host_handler[];

__asm__(".text\n"
        ".balign 4\n"
        "guest_loop:\n" /* a0: loads to make */
        "    mv a1, a0\n"
        "    li a0, 0\n"
        "    li a2, 0x10000000\n"
        "1:  andi t4, a1, 15\n"
        "    slli t4, t4, 3\n"
        "    add t4, t4, a2\n"
        "    .option push\n"
        "    .option norvc\n"
        "    ld a3, 0(t4)\n"
        "    .option pop\n"
        "    add a0, a0, a3\n"
        "    addi a1, a1, -1\n"
        "    bnez a1, 1b\n"
        "    ecall\n"
        ".balign 4\n"
        "host_handler:\n"
        "    csrr t0, scause\n"
        "    li t1, 21\n" /* load guest-page fault */
        "    bne t0, t1, 1f\n"
        "    csrr t0, htval\n"
        "    slli t0, t0, 2\n"
        "    csrr t1, stval\n"
        "    andi t1, t1, 3\n"
        "    or t0, t0, t1\n"
        "    csrr t1, htinst\n"
        "    xor a3, t0, t1\n"
        "    andi t1, t1, 2\n" /* set unless the load was compressed */
        "    addi t1, t1, 2\n"
        "    csrr t0, sepc\n"
        "    add t0, t0, t1\n"
        "    csrw sepc, t0\n"
        "    sret\n"
        "1:  ecall\n");

uint64_t bench_main(void)
{
    hyp_start(GSTAGE_SV39X4, host_handler);
    return hyp_run(guest_loop, ROUNDS(500000));
}
