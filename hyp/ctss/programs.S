/* SPDX-License-Identifier: MIT */
/*
 * programs.S - users' programs. They run at the first word of core, wherever the linker puts them here.
 *
 * A program begins with a0: the number of the job, a1: how many words it has, a2: how long it is to take, in ticks of the clock. In
 * tp is the origin of its own time: `time` - tp is what it was charged for this command, for computing and swapping.
 */
#include "calls.h"

    .macro program name
    .balign 4
    .globl program_\name
program_\name:
    .endm

    .macro end name
    .balign 4
    .globl program_\name\()_end
program_\name\()_end:
    .endm

    .macro call number
    li      a7, \number
    ecall
    .endm

    .macro type_text label          /* uses a0, s10 */
    la      s10, \label
8:  lbu     a0, 0(s10)
    beqz    a0, 9f
    call    CALL_WRITE
    addi    s10, s10, 1
    j       8b
9:
    .endm

    .section .rodata, "a"
    .option norvc

/*
 * Computes for as long as a2 says: draws random numbers, and goes through its words again and again, each 16th, and makes of it the
 * number of the job and of the round. Each must be as the round before left it, or swapping has lost something.
 */
    program work
    la      s0, program_work
    slli    a1, a1, 2
    add     a1, a1, s0
    slli    s1, a0, 24              /* what a word is to be next */
    li      t2, 0                   /* what it is */
    li      s2, 1
1:  addi    s1, s1, 1
    la      t0, program_work_end
2:  lw      t1, 0(t0)
    bne     t1, t2, 4f
    sw      s1, 0(t0)
    addi    t0, t0, 64
    .rept   8                       /* G. Marsaglia's xorshift64 */
    slli    t3, s2, 13
    xor     s2, s2, t3
    srli    t3, s2, 7
    xor     s2, s2, t3
    slli    t3, s2, 17
    xor     s2, s2, t3
    .endr
    rdtime  t3
    sub     t3, t3, tp
    bgeu    t3, a2, 5f
    bltu    t0, a1, 2b
    mv      t2, s1
    j       1b
4:  call    CALL_WRONG
5:  call    CALL_DEAD
    end work

/* Types a line again and again: it is stopped by the typewriter, not by itself. */
    program count
1:  type_text text_count
    j       1b
text_count: .asciz "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG\n"
    end count

/* Types what is typed, until a line begins with a full stop. */
    program echo
1:  li      s0, '.'
    call    CALL_READ
    beq     a0, s0, 3f
2:  mv      s1, a0
    call    CALL_WRITE
    li      s0, '\n'
    beq     s1, s0, 1b
    call    CALL_READ
    j       2b
3:  call    CALL_DEAD
    end echo

/* Programs of hostile users. */

/* Changes itself: makes an instruction that ends it properly of one that does not. It may: the words are its own. */
    program adapt
    la      t0, 1f
    lw      t1, 2f
    sw      t1, 0(t0)
    fence.i
1:  j       .
    call    CALL_DEAD
2:  nop
    end adapt

/* Jumps into the supervisor. */
    program jump
    li      t0, 0x80000000
    jr      t0
    end jump

/* Writes behind its last word, where others may lie. */
    program store
    la      t0, program_store
    slli    a1, a1, 2
    add     a1, a1, t0
    sw      a0, 0(a1)
    call    CALL_DEAD
    end store

/* Has the drum write field 1, where the programs are, from core: with a field that there is not for good measure. */
    program drum
    li      t0, 0x10010000
    li      t1, 0xffff0000
    sw      t1, 0(t0)
    sw      t1, 8(t0)
    call    CALL_DEAD
    end drum

/* Would have the processor stand still. */
    program halt
    wfi
    call    CALL_DEAD
    end halt

/* Calls the supervisor without end: types and reads, whatever comes of it. */
    program storm
    li      s0, 0
1:  andi    a7, s0, 1
    addi    a7, a7, CALL_WRITE      /* or CALL_READ */
    mv      a0, s0
    ecall
    addi    s0, s0, 1
    j       1b
    end storm

/* Calls what there is not. */
    program call
    call    0x1000
    call    CALL_DEAD
    end call

/* Fills the rest of its words with random numbers, other ones each time, and executes them. */
    program chaos
    rdtime  s2
    ori     s2, s2, 1
    la      t0, program_chaos_end
    slli    a1, a1, 2
    la      t1, program_chaos
    add     a1, a1, t1
1:  slli    t1, s2, 13
    xor     s2, s2, t1
    srli    t1, s2, 7
    xor     s2, s2, t1
    slli    t1, s2, 17
    xor     s2, s2, t1
    sw      s2, 0(t0)
    addi    t0, t0, 4
    bltu    t0, a1, 1b
    fence.i
    end chaos
