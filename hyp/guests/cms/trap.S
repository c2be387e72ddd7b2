/* SPDX-License-Identifier: MIT */
/* trap.S - traps, and the way into a user's program and back. In U-mode sscratch holds the `User`, in S-mode 0. See cms.h. */
#include "lib/trap.inc"

#define USER_PC 256
#define USER_KERNEL_SP 264
#define SSTATUS_SPP 0x100
#define SSTATUS_SPIE 0x20

    .text
    .balign 4
    .globl trap_entry
trap_entry:
    csrrw   a0, sscratch, a0
    beqz    a0, from_system
    regs_store a0, 10
    csrrw   t0, sscratch, zero
    sd      t0, 8 * 10(a0)
    csrr    t0, sepc
    sd      t0, USER_PC(a0)
    ld      sp, USER_KERNEL_SP(a0)
    csrr    a0, scause
    regs_load_host sp
    ld      tp, 104(sp)
    addi    sp, sp, 112
    ret

/* uint64_t user_run(User *user): the way back is right above. */
    .globl user_run
user_run:
    addi    sp, sp, -112
    regs_store_host sp
    sd      tp, 104(sp)
    sd      sp, USER_KERNEL_SP(a0)
    csrw    sscratch, a0
    ld      t0, USER_PC(a0)
    csrw    sepc, t0
    li      t0, SSTATUS_SPP | SSTATUS_SPIE
    csrc    sstatus, t0
    regs_load a0, 10
    ld      a0, 8 * 10(a0)
    sret

from_system:
    csrrw   a0, sscratch, a0
    trap_call
