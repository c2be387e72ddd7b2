/* SPDX-License-Identifier: MIT */
/* start.S - word 0 begins, word 1 counts; see pdp.h. sp and a0 are set. */
    .section .text.start, "ax"
    .globl _start, pdp_count
_start:
    j       1f
pdp_count:
    .word   0
1:  call    run
2:  wfi
    j       2b
