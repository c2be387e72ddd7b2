/* SPDX-License-Identifier: MIT */
/* world.S - from M-mode to the hypervisor, and a guest's traps; see world.h. */
#define trap vs_trap
#include "lib/trap.inc"

    .text
/* void enter_hypervisor(char *stack): HS-mode begins in world(). */
    .globl enter_hypervisor
enter_hypervisor:
    mv      sp, a0
    la      t0, trap_entry
    csrw    stvec, t0
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x6800          /* MPP: S; floating point is there */
    csrs    mstatus, t0
    la      t0, world
    csrw    mepc, t0
    mret

    .section .guest.text, "ax"
    .balign 4
    .globl vs_trap_entry
vs_trap_entry:
    trap_call

/* A function of the guest that returns ends the run with what it returns. */
    .globl guest_returned
guest_returned:
    li      a7, 0x100
    ecall
