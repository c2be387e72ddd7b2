/* SPDX-License-Identifier: MIT */
/* start.S - where a virtual machine begins, in its supervisor state: a0 to a2 are what the operator gave it. */
    .section .text.start, "ax"
    .globl _start
_start:
    li      sp, 0x40000
    call    run
    li      t0, 0x100000
    sw      zero, (t0)      /* the finisher: it has halted */
1:  wfi
    j       1b
