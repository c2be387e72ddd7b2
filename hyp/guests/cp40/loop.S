/* SPDX-License-Identifier: MIT */
/*
 * loop.S - a program that is all over its memory: a0 pages, a1 times round (0: for ever), a2 times a little work on each.
 *
 * There is a piece of the loop in each page, which it writes itself: in the first round each piece copies itself into the next page
 * before it goes there. So all pages are alike, each was changed once, and every visit is marked (5, with the address), and so is
 * the end of every round (6, with its number). With a3 not 0, from the second round on the next page is any page, by a sequence that
 * a3 and the number of the machine begin; a round is as many visits as there are pages.
 */
    .section .text.start, "ax"
    .globl _start
_start:
    slli    s0, a0, 12          /* where the pages end */
    mv      s2, a1
    mv      s3, a2
    mv      s4, a3
    mv      s8, a0
    li      s1, 0               /* this page */
    li      s5, 1               /* first round */
    li      s7, 0               /* rounds */
    mv      s9, a0
    csrr    t0, mhartid
    li      t1, 0x9e3779b97f4a7c15
    mul     t0, t0, t1
    beqz    s4, piece
    mul     s4, s4, t1
    xor     s4, s4, t0
    j       piece

    .org 0x100
piece:
    slti    x0, s1, 5
    mv      t0, s3
1:  beqz    t0, 2f
    addi    t0, t0, -1
    j       1b
2:  lui     t1, 1
    add     t2, s1, t1
    bltu    t2, s0, 3f
    li      t2, 0               /* round the corner: page 0 */
    bnez    s5, 9f
    bnez    s4, 3f
9:  li      s5, 0
    addi    s7, s7, 1
    slti    x0, s7, 6
    beq     s7, s2, 8f
3:  beqz    s5, 5f
    add     t3, s1, 0x100       /* copies itself */
    add     t4, t2, 0x100
    li      t5, 0x100
4:  ld      t6, (t3)
    sd      t6, (t4)
    addi    t3, t3, 8
    addi    t4, t4, 8
    addi    t5, t5, -8
    bnez    t5, 4b
    fence.i
    j       7f
5:  beqz    s4, 7f
    addi    s9, s9, -1
    bgtz    s9, 6f
    mv      s9, s8
    addi    s7, s7, 1
    slti    x0, s7, 6
    beq     s7, s2, 8f
6:
    slli    t2, s4, 13          /* Marsaglia's xorshift */
    xor     s4, s4, t2
    srli    t2, s4, 7
    xor     s4, s4, t2
    slli    t2, s4, 17
    xor     s4, s4, t2
    srli    t2, s4, 11
    remu    t2, t2, s8
    slli    t2, t2, 12
7:  mv      s1, t2
    addi    t3, t2, 0x100
    jr      t3
8:  li      t0, 0x100000        /* it has halted */
    sw      zero, (t0)
    j       8b
    .org 0x200
