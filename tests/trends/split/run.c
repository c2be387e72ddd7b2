/* SPDX-License-Identifier: MIT */
/* run.c - a hart of a guest: what it keeps, and the few calls by which it comes back; see split.h. */
#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "split.h"

/* As tests/trends/loads/loads.h has it. */
enum { SBI_TRENDS = 0x08000000 };

unsigned n_ready;

static void set_up_hart(const Vm *vm)
{
    csr_write(hedeleg, BIT(CAUSE_ILLEGAL) | BIT(CAUSE_BREAKPOINT) | BIT(CAUSE_LOAD_MISALIGNED) |
                           BIT(CAUSE_STORE_MISALIGNED) | BIT(CAUSE_FETCH_PAGE) |
                           BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE));
    csr_write(hideleg, HVIP_SOFT | HVIP_TIMER | HVIP_EXTERNAL);
    csr_write(hcounteren, -1ul); /* the guest counts for itself */
    csr_write(hgatp, vm->hgatp);
    if (csr_read(hgatp) != vm->hgatp)
        panic("split: no Sv39x4 with VMIDs on hart %lu", hart_self()->id);
    hfence_gvma();
    hfence_vvma();
}

static SbiResult start_sibling(Vm *vm, uint64_t id, uint64_t pc, uint64_t argument)
{
    for (unsigned i = 0; i < vm->count; i++) {
        VmHart *hart = &vm->harts[i];
        if (hart->id != id)
            continue;
        hart->start_pc = pc;
        hart->start_argument = argument;
        __atomic_store_n(&hart->started, true, __ATOMIC_RELEASE);
        return (SbiResult){ SBI_OK, 0 };
    }
    return (SbiResult){ SBI_ERR_INVALID_PARAM, 0 };
}

/* The counters and the power switch are the firmware's; text goes to the serial port without us. */
static SbiResult call(VmHart *hart)
{
    const uint64_t *x = hart->vcpu.x;
    switch (x[17]) {
    case SBI_TRENDS:
        __atomic_add_fetch(&n_ready, 1, __ATOMIC_ACQ_REL);
        return (SbiResult){ SBI_OK, 0 };
    case SBI_HSM: return start_sibling(hart->vm, x[10], x[11], x[12]);
    case SBI_PMU:
    case SBI_SRST: return sbi_call5(x[17], x[16], x[10], x[11], x[12], x[13], x[14]);
    default: return (SbiResult){ SBI_ERR_NOT_SUPPORTED, 0 };
    }
}

void vm_hart_run(VmHart *hart)
{
    Vcpu *vcpu = &hart->vcpu;
    set_up_hart(hart->vm);
    while (!__atomic_load_n(&hart->started, __ATOMIC_ACQUIRE))
        pause();
    vcpu_reset(vcpu, hart->start_pc, hart->id, hart->start_argument);
    for (;;) {
        vcpu_run(vcpu);
        if (vcpu->scause != CAUSE_ECALL_VS)
            panic("split: hart %lu of %s: %s at pc 0x%lx, stval 0x%lx, guest-physical 0x%lx",
                  hart->id, hart->vm->name, cause_name(vcpu->scause), vcpu->pc, vcpu->stval,
                  vcpu_fault_gpa(vcpu));
        SbiResult result = call(hart);
        vcpu->x[10] = (uint64_t)result.error;
        vcpu->x[11] = result.value;
        vcpu->pc += 4;
    }
}
