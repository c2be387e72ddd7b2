/* SPDX-License-Identifier: MIT */
/* guest.S - a guest with page tables of its own, of three levels: its data is not where its memory is. */
#include "calls.h"

#define ROOT      (GUEST_BASE + 0x10000) /* its tables, guest-physical */
#define MIDDLE    (GUEST_BASE + 0x11000)
#define LAST      (GUEST_BASE + 0x12000)
#define DATA      (GUEST_BASE + 0x13000)
#define DATA_VA   (GUEST_BASE + 0x155000) /* where it wants its data */
#define POINTER   0x01                    /* V */
#define CODE_PAGE 0x4b                    /* A X R V */
#define DATA_PAGE 0xc7                    /* D A W R V */
#define SV39      (8 << 60)

/* Entry `index` of `table`, both constants. */
    .macro  entry table, index, address, flags
    li      t0, \table
    li      t1, (\address) >> 12 << 10 | \flags
    li      t2, 8 * \index
    add     t0, t0, t2
    sd      t1, 0(t0)
    .endm

    .text
    .option norvc
    .balign 4096
    .globl guest
guest:
    entry   ROOT, 1, MIDDLE, POINTER
    entry   MIDDLE, 0, LAST, POINTER
    entry   LAST, 0, GUEST_BASE, CODE_PAGE
    entry   LAST, 0x155, DATA, DATA_PAGE
    li      t0, SV39 | ROOT >> 12
    csrw    satp, t0                /* which is vsatp: no exit */
    sfence.vma                      /* of this guest's addresses only: no exit */
    li      s0, DATA_VA
    li      t0, 42
    sd      t0, 0(s0)               /* DATA has no page yet */
    li      a7, CALL_FORGET         /* its hypervisor takes all its pages away, and keeps what is in them */
    ecall
    ld      a0, 0(s0)
    li      a7, CALL_SAY
    ecall
    addi    a0, a0, -42
    li      a7, CALL_END
    ecall
    .balign 4096
