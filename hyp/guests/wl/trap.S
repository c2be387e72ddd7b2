/* SPDX-License-Identifier: MIT */
/*
 * trap.S - all traps of the workload, from S-mode and U-mode; and the user's programs.
 *
 * In U-mode sscratch holds the `User`, in S-mode 0. The null system call takes a path of its own with six privileged
 * instructions (two csrrw sscratch, csrr scause, csrr sepc, csrw sepc, sret): hypervisors that must simulate each of
 * them are judged by that, so leave it as it is.
 */
#include "lib/trap.inc"
#include "lib/user.inc"

#define CAUSE_ECALL_U 8

    .text
    .balign 4
    .globl trap_entry
trap_entry:
    csrrw   a0, sscratch, a0
    beqz    a0, from_kernel

    /* a0: the User, sscratch: the user's a0. */
    sd      t0, 8 * 5(a0)
    csrr    t0, scause
    addi    t0, t0, -CAUSE_ECALL_U
    bnez    t0, from_user
    bnez    a7, from_user
    csrr    t0, sepc
    addi    t0, t0, 4
    csrw    sepc, t0
    ld      t0, 8 * 5(a0)
    addi    a1, a1, 1           /* all that the null system call does */
    csrrw   a0, sscratch, a0
    sret

from_user:
    user_leave stored=5

/* uint64_t user_run(User *user): the way back is right above. */
    .globl user_run
user_run:
    user_begin
    li      t0, SSTATUS_SPP
    csrc    sstatus, t0
    li      t0, SSTATUS_SPIE
    csrs    sstatus, t0
    user_enter

from_kernel:
    csrrw   a0, sscratch, a0
    trap_call

/* Programs for U-mode. They end by a system call of number 1. */
    .section .user, "ax"
    .globl user_syscalls
user_syscalls:                  /* a0: null system calls to make; a1 counts those done */
    li      a1, 0
    li      a7, 0
1:  ecall
    addi    a0, a0, -1
    bnez    a0, 1b
    li      a7, 1
    ecall

    .globl user_traps
    .globl user_trap_places
user_traps:                     /* a0: rounds of one trap each, at the labels below; a1: where to fault */
    li      a7, 1
1:  li      t0, -1
    divu    t1, a0, zero        /* no trap here: all bits set */
    bne     t1, t0, 2f
    .option push
    .option norvc
trap_illegal:
    unimp
trap_break:
    ebreak
trap_load:
    ld      t1, 0(a1)
trap_store:
    sd      t1, 0(a1)
trap_csr:
    csrr    t1, sscratch        /* a register of S-mode's */
    .option pop
    addi    a0, a0, -1
    bnez    a0, 1b
2:  ecall                       /* a0 is zero unless a quotient was wrong */

    .section .rodata
    .balign 8
user_trap_places:
    .dword  trap_illegal, trap_break, trap_load, trap_store, trap_csr
