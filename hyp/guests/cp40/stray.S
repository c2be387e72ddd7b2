/* SPDX-License-Identifier: MIT */
/* stray.S - a program with a mistake and no handler: an instruction that there is not. */
    .section .text.start, "ax"
    .globl _start
_start:
    .word   0
    j       _start
