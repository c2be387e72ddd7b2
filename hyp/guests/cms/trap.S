/* SPDX-License-Identifier: MIT */
/* trap.S - traps, and the way into a user's program and back. In U-mode sscratch holds the `User`, in S-mode 0. See cms.h. */
#include "lib/trap.inc"
#include "lib/user.inc"

    .text
    .balign 4
    .globl trap_entry
trap_entry:
    csrrw   a0, sscratch, a0
    beqz    a0, from_system
    user_leave

/* uint64_t user_run(User *user): the way back is right above. */
    .globl user_run
user_run:
    user_begin
    li      t0, SSTATUS_SPP | SSTATUS_SPIE
    csrc    sstatus, t0
    user_enter

from_system:
    csrrw   a0, sscratch, a0
    trap_call
