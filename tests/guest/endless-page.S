/* SPDX-License-Identifier: MIT */
/*
 * endless-page.S - the trap vector of S-mode is in a page without a translation: page faults without end.
 *
 * args: -max-insns 1000000
 * exit: 125
 * console:
 * start: own
 */
    .section .text.start, "ax"
    .globl _start
_start:
    li      t0, -1
    csrw    pmpaddr0, t0
    csrw    medeleg, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    la      t0, supervisor
    csrw    mepc, t0
    li      t0, 0x800           /* MPP = S */
    csrs    mstatus, t0
    mret

supervisor:
    li      t0, 0x4000000000    /* half of what Sv39 can address, not sign-extended: no translation */
    csrw    stvec, t0
    la      t0, root
    srli    t0, t0, 12
    li      t1, 8 << 60         /* Sv39 */
    or      t0, t0, t1
    csrw    satp, t0            /* an empty table: the next fetch faults, and so does the vector */
    nop
    j       supervisor

    .bss
    .balign 4096
root:
    .space  4096
