/* SPDX-License-Identifier: MIT */
/*
 * vcpu.h - a hart of a guest, by the hypervisor extension: run it until it traps.
 *
 * vcpu_run is an ordinary function to its caller: it enters the guest and returns when a trap comes
 * to HS-mode. So a hypervisor is a loop of vcpu_run and a look at why it returned.
 *
 * A Vcpu holds what the hypervisor itself needs of the hart between two runs. The guest's own CSRs
 * (vsatp and the like) stay in the hart, since nobody else uses them; one who lets several guests
 * take turns on a hart must keep these too.
 */
#ifndef HYP_LIB_VCPU_H
#define HYP_LIB_VCPU_H

/* Offsets in Vcpu, for the assembler; a register x\n lies at 8 * n. */
#define VCPU_PC      256
#define VCPU_SSTATUS 264
#define VCPU_HSTATUS 272
#define VCPU_SCAUSE  280
#define VCPU_STVAL   288
#define VCPU_HTVAL   296
#define VCPU_HTINST  304
#define VCPU_HOST_SP 312
#define VCPU_HOST_TP 320

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t x[32]; /* x[0] is 0 */
    uint64_t pc, sstatus, hstatus;
    uint64_t scause, stval, htval, htinst; /* of the last trap */
    uint64_t host_sp, host_tp;             /* ours, while the guest runs */
} Vcpu;

/* Enters the guest; returns at the next trap to HS-mode. Interrupts of HS-mode are off outside. */
void vcpu_run(Vcpu *vcpu);

/* A hart at `pc` in VS-mode, with a0 and a1 as the SBI hands them over; the guest's CSRs as after a
 * reset. The time of the guest is the machine's. */
void vcpu_reset(Vcpu *vcpu, uint64_t pc, uint64_t a0, uint64_t a1);

/* Gives the guest an exception, as hardware would have: its handler goes on. */
void vcpu_inject(Vcpu *vcpu, uint64_t cause, uint64_t tval);

/* Reads `size` bytes (2 or 4) of code where the guest sees them; false if it could not fetch them
 * either. */
bool vcpu_fetch(uint64_t gva, unsigned size, uint32_t *code);

/* The guest-physical address at which a guest-page fault happened. */
static inline uint64_t vcpu_fault_gpa(const Vcpu *vcpu)
{
    return vcpu->htval << 2 | (vcpu->stval & 3);
}
#endif

#endif
