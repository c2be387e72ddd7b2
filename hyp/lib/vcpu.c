/* SPDX-License-Identifier: MIT */
/* vcpu.c - see vcpu.h. */
#include "lib/vcpu.h"

#include <stddef.h>

#include "lib/csr.h"

_Static_assert(offsetof(Vcpu, pc) == VCPU_PC && offsetof(Vcpu, sstatus) == VCPU_SSTATUS &&
                   offsetof(Vcpu, hstatus) == VCPU_HSTATUS &&
                   offsetof(Vcpu, scause) == VCPU_SCAUSE && offsetof(Vcpu, stval) == VCPU_STVAL &&
                   offsetof(Vcpu, htval) == VCPU_HTVAL && offsetof(Vcpu, htinst) == VCPU_HTINST &&
                   offsetof(Vcpu, host_sp) == VCPU_HOST_SP &&
                   offsetof(Vcpu, host_tp) == VCPU_HOST_TP,
               "vcpu_run.S knows another layout");

void vcpu_reset(Vcpu *vcpu, uint64_t pc, uint64_t a0, uint64_t a1)
{
    *vcpu = (Vcpu){
        .pc = pc,
        .sstatus = (csr_read(sstatus) & ~SSTATUS_SIE) | SSTATUS_SPP | SSTATUS_FS,
        .hstatus = HSTATUS_SPV | HSTATUS_SPVP,
    };
    vcpu->x[10] = a0;
    vcpu->x[11] = a1;
    csr_write(vsstatus, 0);
    csr_write(vsie, 0);
    csr_write(vstvec, 0);
    csr_write(vsscratch, 0);
    csr_write(vsepc, 0);
    csr_write(vscause, 0);
    csr_write(vstval, 0);
    csr_write(vsatp, 0);
    csr_write(hvip, 0);
    csr_write(htimedelta, 0);
}

/* As a trap into VS-mode does it. norm:H_trap_vs_csrwrites */
void vcpu_inject(Vcpu *vcpu, uint64_t cause, uint64_t tval)
{
    uint64_t status = csr_read(vsstatus);
    uint64_t pushed = status & ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE);

    if (vcpu->sstatus & SSTATUS_SPP)
        pushed |= SSTATUS_SPP;
    if (status & SSTATUS_SIE)
        pushed |= SSTATUS_SPIE;
    csr_write(vsstatus, pushed);
    csr_write(vsepc, vcpu->pc);
    csr_write(vscause, cause);
    csr_write(vstval, tval);
    vcpu->pc = csr_read(vstvec) & ~3ul;
    vcpu->sstatus |= SSTATUS_SPP;
}
