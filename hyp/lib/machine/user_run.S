/* SPDX-License-Identifier: MIT */
/* user_run.S - to U-mode and back; see user.h. */
#include "lib/regs.inc"
#include "lib/user.h"

#define MPP  0x1800 /* mstatus */
#define MPIE 0x80

    .text
/* void user_run(User *user): mscratch holds the User while it runs. */
    .globl user_run
user_run:
    addi    sp, sp, -112
    regs_store_host sp
    sd      sp, USER_HOST_SP(a0)
    csrw    mscratch, a0
    la      t0, user_exit
    csrw    mtvec, t0
    ld      t0, USER_PC(a0)
    csrw    mepc, t0
    li      t0, MPP
    csrc    mstatus, t0
    li      t0, MPIE
    csrs    mstatus, t0
    regs_load a0, 10
    ld      a0, 8 * 10(a0)
    mret

    .balign 4
user_exit:
    csrrw   a0, mscratch, a0
    regs_store a0, 10
    csrr    t0, mscratch
    sd      t0, 8 * 10(a0)
    csrr    t0, mepc
    sd      t0, USER_PC(a0)
    csrr    t0, mcause
    sd      t0, USER_CAUSE(a0)
    csrr    t0, mtval
    sd      t0, USER_TVAL(a0)
    la      t0, machine_trap        /* a trap from here on is our own */
    csrw    mtvec, t0
    ld      sp, USER_HOST_SP(a0)
    regs_load_host sp
    addi    sp, sp, 112
    ret
