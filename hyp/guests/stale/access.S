/* SPDX-License-Identifier: MIT */
/* access.S - accesses that may trap; trap() in access.c goes on behind them, with the cause in a1. */
    .option norvc
    .text
    .globl access_load, access_store, access_fetch, access_user
access_load:                    /* a0: address; gives the value in a0, the cause in a1 */
    li      a1, 0
    ld      a0, 0(a0)
    ret
access_store:                   /* a0: address, a2: value */
    li      a1, 0
    sd      a2, 0(a0)
    ret
access_fetch:                   /* a0: where a `ret` should be; a fault ends at ra */
    li      a1, 0
    mv      t1, ra
    jalr    ra, 0(a0)
    mv      ra, t1
    ret
access_user:                    /* a0: address, a2: user_code as U-mode has it; any trap ends at ra */
    li      a1, 0
    csrw    sepc, a2
    li      t0, 0x100
    csrc    sstatus, t0
    sret

    .balign 4096
    .globl user_code
user_code:
    lwu     a0, 0(a0)
    ecall
    ret
    .balign 4096
