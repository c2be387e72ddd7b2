/* SPDX-License-Identifier: MIT */
/* guest.S - what both guests do: read and write a word of every line. */
        .globl  guest_code
        .balign 64
guest_code:
        ld      t0, 0(a0)               # base
        ld      t1, 8(a0)               # size
        ld      t2, 16(a0)              # rounds
        add     t1, t0, t1
round:
        mv      t3, t0
line:
        ld      t4, 0(t3)
        addi    t4, t4, 1
        sd      t4, 0(t3)
        addi    t3, t3, 64
        bltu    t3, t1, line
        addi    t2, t2, -1
        bnez    t2, round
        ecall
        j       guest_code
