/* SPDX-License-Identifier: MIT */
/* guest.S - a guest that touches memory which nobody has given it yet. It lies elsewhere than it thinks:
 * addresses of code are relative to pc. */
#include "calls.h"

    .text
    .option norvc
    .balign 4096
    .globl guest
guest:
    li      s1, GUEST_BASE + 0x10000
    li      s2, GUEST_BASE + 0x21000
    ld      a0, 8(s1)               /* the first touch of a page: a load */
    li      t0, 42
    sw      t0, 4(s2)               /* of another one: a store */
    sd      t0, 8(s1)               /* not the first */
    lw      t1, 4(s2)
    ld      t2, 8(s1)
    sub     t1, t1, t0
    sub     t2, t2, t0
    or      t1, t1, t2              /* 0 if both pages kept what was stored */
    mv      a0, t0
    li      a7, CALL_SAY
    ecall
    mv      a0, t1
    li      a7, CALL_END
    ecall
    .balign 4096
