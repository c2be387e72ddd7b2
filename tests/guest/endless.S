/* SPDX-License-Identifier: MIT */
/*
 * endless.S - the trap vector points to nothing, so the first trap is followed by traps without end. No instruction
 * retires any more; the limit of instructions counts traps too and must end the run.
 *
 * args: -max-insns 1000000
 * exit: 125
 * console:
 * start: own
 */
    .section .text.start, "ax"
    .globl _start
_start:
    csrw    mtvec, zero
    ecall
    j       _start
