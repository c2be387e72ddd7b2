/* SPDX-License-Identifier: MIT */
/*
 * user_run_fast.S - user_run for programs that answer most traps by a short function; see user.h. Only registers that a function may
 * change are kept for it; the others lie where the user has them, unless the run ends.
 */
#include "lib/regs.inc"
#include "lib/user.h"

    .macro  changed what
    .irp    n, 1, 2, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
    \what   x\n, 8 * \n(a0)
    .endr
    .endm

    .macro  vector to
    la      t0, \to
    csrw    mtvec, t0
    .endm

    .text
/* void user_run_fast(User *user, UserFastFn *fast): fast stands behind what regs_store_host stores. */
    .globl user_run_fast
user_run_fast:
    addi    sp, sp, -112
    regs_store_host sp
    sd      a1, 104(sp)
    sd      sp, USER_HOST_SP(a0)
    csrw    mscratch, a0
    li      t0, 0x1800              /* mstatus.MPP; interrupts of U-mode are on, whatever MPIE says */
    csrc    mstatus, t0
    .irp    n, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    ld      x\n, 8 * \n(a0)
    .endr
go_on:
    vector  fast_exit
    ld      t0, USER_PC(a0)
    csrw    mepc, t0
    changed ld
    ld      a0, 8 * 10(a0)
    mret

    .balign 4
fast_exit:
    csrrw   a0, mscratch, a0
    changed sd
    csrr    t0, mscratch
    sd      t0, 8 * 10(a0)
    csrw    mscratch, a0
    csrr    t0, mepc
    sd      t0, USER_PC(a0)
    csrr    t0, mcause
    sd      t0, USER_CAUSE(a0)
    csrr    t0, mtval
    sd      t0, USER_TVAL(a0)
    vector  machine_trap
    ld      sp, USER_HOST_SP(a0)
    ld      t0, 104(sp)
    jalr    t0
    mv      t1, a0
    csrr    a0, mscratch
    bnez    t1, go_on
    .irp    n, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    sd      x\n, 8 * \n(a0)
    .endr
    regs_load_host sp
    addi    sp, sp, 112
    ret
