/* SPDX-License-Identifier: MIT */
/* late.S - the call by which a running system becomes a guest; see late.c. */
#include "late.h"
#include "lib/hart.h"

    .text
    .globl late_enter
late_enter:
    la      t0, late_caller
    sd      ra, 0(t0)
    sd      sp, 8(t0)
    sd      gp, 16(t0)
    sd      tp, 24(t0)
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sd      s\n, 32 + 8 * \n(t0)
    .endr
    la      tp, harts
    la      sp, hart_stacks + HART_STACK
    j       late_enable

/* void late_leap(uint64_t id, uint64_t tree, uint64_t entry): to the root, which has the machine for itself. */
    .globl late_leap
late_leap:
    csrw    sie, zero
    csrw    sscratch, zero
    csrw    stvec, zero
    fence.i
    jr      a2
