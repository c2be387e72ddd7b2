/* SPDX-License-Identifier: MIT */
/* vcpu_run.S - into the guest and back; see vcpu.h. */
#include "lib/regs.inc"
#include "lib/vcpu.h"

    .text
/* void vcpu_run(Vcpu *vcpu): sscratch holds the Vcpu while the guest runs. */
    .globl vcpu_run
vcpu_run:
    addi    sp, sp, -112
    regs_store_host sp
    sd      sp, VCPU_HOST_SP(a0)
    sd      tp, VCPU_HOST_TP(a0)
    csrw    sscratch, a0
    la      t0, vcpu_exit
    csrw    stvec, t0
    ld      t0, VCPU_PC(a0)
    csrw    sepc, t0
    ld      t0, VCPU_SSTATUS(a0)
    csrw    sstatus, t0
    ld      t0, VCPU_HSTATUS(a0)
    csrw    hstatus, t0
    regs_load a0, 10
    ld      a0, 8 * 10(a0)
    sret

    .balign 4
vcpu_exit:
    csrrw   a0, sscratch, a0
    regs_store a0, 10
    csrr    t0, sscratch
    sd      t0, 8 * 10(a0)
    csrr    t0, sepc
    sd      t0, VCPU_PC(a0)
    csrr    t0, sstatus
    sd      t0, VCPU_SSTATUS(a0)
    csrr    t0, hstatus
    sd      t0, VCPU_HSTATUS(a0)
    csrr    t0, scause
    sd      t0, VCPU_SCAUSE(a0)
    csrr    t0, stval
    sd      t0, VCPU_STVAL(a0)
    csrr    t0, htval
    sd      t0, VCPU_HTVAL(a0)
    csrr    t0, htinst
    sd      t0, VCPU_HTINST(a0)
    la      t0, trap_entry          /* a trap from here on is our own */
    csrw    stvec, t0
    ld      sp, VCPU_HOST_SP(a0)
    ld      tp, VCPU_HOST_TP(a0)
    regs_load_host sp
    addi    sp, sp, 112
    ret

/*
 * bool vcpu_fetch(uint64_t gva, unsigned size, uint32_t *code)
 * hlvx reads as the guest fetches; where it cannot, the trap ends at 2 below. sepc, sstatus and hstatus of the last
 * exit are in the Vcpu already.
 */
    .option arch, +h
    .globl vcpu_fetch
vcpu_fetch:
    la      t0, 2f
    csrrw   t0, stvec, t0
    li      t1, 4
    beq     a1, t1, 1f
    hlvx.hu t2, (a0)
    sw      t2, 0(a2)
    li      a0, 1
    csrw    stvec, t0
    ret
1:  hlvx.wu t2, (a0)
    sw      t2, 0(a2)
    li      a0, 1
    csrw    stvec, t0
    ret
    .balign 4
2:  csrw    stvec, t0
    li      a0, 0
    ret
