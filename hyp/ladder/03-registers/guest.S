/* SPDX-License-Identifier: MIT */
/* guest.S - a guest that uses every register there is, and looks whether an exit leaves them alone. */
#include "calls.h"

/* All but zero and the two that calls use, a0 and a7. */
    .macro  each_register do
    .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \do     x\n, 1000 + \n
    .endr
    .endm

    .macro  check register, value
    addi    \register, \register, -(\value)
    bnez    \register, bad
    .endm

    .text
    .option norvc                   /* each instruction has four bytes */
    .globl guest
guest:
    each_register li
    li      a0, 1
    li      a7, CALL_SAY
    ecall
    each_register check
    csrr    t0, hstatus             /* of HS-mode: virtual instruction */
    csrr    t0, sstatus             /* its own, which is vsstatus: no exit */
    ebreak
    li      a0, 2
    ecall
    li      a0, 0
    j       end
bad:
    li      a0, 1
end:
    li      a7, CALL_END
    ecall
