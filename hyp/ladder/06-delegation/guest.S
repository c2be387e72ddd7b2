/* SPDX-License-Identifier: MIT */
/* guest.S - a guest with a user program: 101 system calls and 10 page faults are for its kernel to handle. */
#include "calls.h"

#define ROOT      (GUEST_BASE + 0x10000) /* its tables, guest-physical */
#define USER_BASE 0x80000000             /* where its user program sees the code: this page, with U */
#define CODE_LEAF 0x4b                   /* A X R V: a page of 1 GiB is enough here */
#define USER_LEAF 0x5b                   /* the same and U */
#define SV39      (8 << 60)
#define SPP       0x100

    .text
    .option norvc
    .balign 4096
    .globl guest
guest:
    li      t0, ROOT
    li      t1, GUEST_BASE >> 12 << 10 | CODE_LEAF
    sd      t1, 8 * 1(t0)           /* the second GiB, where we are */
    li      t1, GUEST_BASE >> 12 << 10 | USER_LEAF
    sd      t1, 8 * 2(t0)           /* the third one, for the user */
    li      t0, SV39 | ROOT >> 12
    csrw    satp, t0
    sfence.vma
    lla     t0, on_trap
    csrw    stvec, t0
    li      t0, SPP
    csrc    sstatus, t0
    lla     t0, user
    li      t1, USER_BASE - GUEST_BASE
    add     t0, t0, t1
    csrw    sepc, t0
    li      s2, 0                   /* system calls that came */
    li      s3, 0                   /* faults that came */
    sret

/* Its kernel: counts, and goes on behind what trapped. */
    .balign 4
on_trap:
    csrr    t0, sepc
    addi    t0, t0, 4
    csrw    sepc, t0
    csrr    t0, scause
    addi    t0, t0, -8              /* environment call from U-mode */
    bnez    t0, 1f
    addi    s2, s2, 1
    bnez    a0, user_ends
    sret
1:  addi    t0, t0, 8 - 13          /* load page fault */
    bnez    t0, user_ends
    addi    s3, s3, 1
    sret

user_ends:
    add     a0, s2, s3
    li      a7, CALL_SAY
    ecall
    addi    a0, a0, -111
    li      a7, CALL_END
    ecall

user:
    li      a0, 0
    li      s0, 100
1:  ecall
    addi    s0, s0, -1
    bnez    s0, 1b
    li      s0, 10
2:  ld      t1, 0(zero)
    addi    s0, s0, -1
    bnez    s0, 2b
    li      a0, 1
    ecall
    .balign 4096
