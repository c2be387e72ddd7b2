/* SPDX-License-Identifier: MIT */
/*
 * trap.S - traps of a program that has no less privileged code: the registers go onto the stack that is in use, and
 * trap() of the program gets them. See trap.h.
 */
#include "lib/regs.inc"
#include "lib/trap.h"

    .text
    .balign 4
    .globl trap_entry
trap_entry:
    addi    sp, sp, -TRAP_SIZE
    regs_store sp, 2
    addi    t0, sp, TRAP_SIZE
    sd      t0, 8 * 2(sp)
    csrr    t0, sepc
    sd      t0, TRAP_PC(sp)
    csrr    t0, sstatus
    sd      t0, TRAP_STATUS(sp)
    mv      a0, sp
    csrr    a1, scause
    csrr    a2, stval
    call    trap
    ld      t0, TRAP_PC(sp)
    csrw    sepc, t0
    ld      t0, TRAP_STATUS(sp)
    csrw    sstatus, t0
    regs_load sp, 2
    ld      sp, 8 * 2(sp)
    sret
