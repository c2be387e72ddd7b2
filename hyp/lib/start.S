/* SPDX-License-Identifier: MIT */
/*
 * start.S - where a program begins: the first hart from the firmware, the others by hart_start.
 *
 * Harts come in S-mode (HS-mode, where there is one) with translation and interrupts off: a0 holds
 * the number of the hart, a1 the device tree's address, or what hart_start was given. tp points to
 * the hart's `Hart` from then on; hart.h has the layout.
 */
#include "lib/hart.h"

    .section .text.start, "ax"
    .globl _start
_start:
    csrw    sie, zero
    csrw    sscratch, zero
    la      t0, bss_start
    la      t1, bss_end
1:  sd      zero, 0(t0)
    addi    t0, t0, 8
    bltu    t0, t1, 1b
    la      tp, harts
    sd      a0, HART_ID(tp)
    la      t0, trap_entry
    csrw    stvec, t0
    la      sp, hart_stacks + HART_STACK
    mv      a0, a1
    call    main
    j       hart_stop

    .globl hart_entry
hart_entry:
    csrw    sie, zero
    csrw    sscratch, zero
    mv      tp, a1
    la      t0, trap_entry
    csrw    stvec, t0
    ld      sp, HART_SP(tp)
    ld      a0, HART_ARGUMENT(tp)
    ld      t0, HART_FUNCTION(tp)
    jalr    t0
    j       hart_stop
