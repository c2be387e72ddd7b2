/* SPDX-License-Identifier: MIT */
/*
 * guard.S - a user whom nobody may disturb: all of his memory and of his registers has a pattern of his own, and he looks whether
 * it is there, over and over. Word 1 counts how often it was; if it is not, he halts. a0 makes one pattern unlike another.
 */
    .section .text.start, "ax"
    .globl _start
_start:
    j       begin
count:
    .word   0
begin:
    la      s0, end                 /* memory behind the program, up to the end of the field */
    li      s1, 0x80104000
    slli    s2, a0, 24              /* word at A is A + s2 */
    mv      t0, s0
1:  add     t1, t0, s2
    sw      t1, 0(t0)
    addi    t0, t0, 4
    bltu    t0, s1, 1b
    /* Every other register is s2 + its number. */
    .irp    n, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    addi    x\n, s2, \n
    .endr
again:
    mv      t0, s0
2:  lw      t1, 0(t0)
    add     t2, t0, s2
    sext.w  t2, t2
    bne     t1, t2, bad
    addi    t0, t0, 256             /* a word of each 64: a round is short */
    bltu    t0, s1, 2b
    .irp    n, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    addi    t2, s2, \n
    bne     x\n, t2, bad
    .endr
    la      t1, count
    lw      t2, 0(t1)
    addi    t2, t2, 1
    sw      t2, 0(t1)
    addi    s0, s0, 4               /* other words next time */
    la      t1, end + 256
    bne     s0, t1, again
    la      s0, end
    j       again
bad:
    wfi
    j       bad
    .balign 4
end:
