/* SPDX-License-Identifier: MIT */
/* guest.S - a guest of three instructions. It touches no register but a0. */
    .text
    .globl guest
guest:
    addi    a0, a0, 1
    ecall
    j       guest
