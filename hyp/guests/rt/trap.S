/* SPDX-License-Identifier: MIT */
/* trap.S - an interrupt's handler reads the counters before anything else: cycle goes to x[0] of the frame, time to
 * sscratch. */
#include "lib/trap.inc"

    .text
    .balign 4
    .globl trap_entry
trap_entry:
    csrw    sscratch, t0
    csrr    t0, cycle
    sd      t0, -TRAP_SIZE(sp)
    csrr    t0, time
    csrrw   t0, sscratch, t0
    trap_call
