/* SPDX-License-Identifier: MIT */
/* hsm.c - the guest starts and stops its harts. They are the machine's, and never leave us: a stopped one waits in
 * hart_live. RISC-V SBI Specification 3.0, "Hart State Management Extension". */
#include "lib/csr.h"
#include "partition.h"

#define RETENTIVE     0u
#define NON_RETENTIVE 0x80000000u

static SbiResult result(long error)
{
    return (SbiResult){ error, 0 };
}

static SbiResult start(Vm *vm, uint64_t number, uint64_t pc, uint64_t argument)
{
    if (number >= vm->n_harts)
        return result(SBI_ERR_INVALID_PARAM);
    if (pc % 2 || !vm_has(vm, pc, 2))
        return result(SBI_ERR_INVALID_ADDRESS);
    VmHart *hart = &vm->harts[number];
    lock(&vm->lock);
    bool stopped = hart->state == SBI_HART_STOPPED;
    if (stopped) {
        hart->start_pc = pc;
        hart->start_argument = argument;
        hart->state = SBI_HART_START_PENDING;
    }
    unlock(&vm->lock);
    if (!stopped)
        return result(SBI_ERR_ALREADY_AVAILABLE);
    kick(hart, REQUEST_LOOK);
    return result(SBI_OK);
}

/* Until an interrupt comes, for the guest or for us; the guest looks again. There are only the default types, and of these
 * only the one that keeps everything. */
static SbiResult suspend(uint32_t type)
{
    if (type == RETENTIVE)
        wfi();
    return result(type == RETENTIVE       ? SBI_OK
                  : type == NON_RETENTIVE ? SBI_ERR_NOT_SUPPORTED
                                          : SBI_ERR_INVALID_PARAM);
}

SbiResult call_hsm(VmHart *hart, uint64_t function, const uint64_t *a)
{
    Vm *vm = hart->vm;
    switch (function) {
    case SBI_HART_START: return start(vm, a[0], a[1], a[2]);
    case SBI_HART_STOP:
        lock(&vm->lock);
        __atomic_store_n(&hart->state, SBI_HART_STOPPED, __ATOMIC_RELEASE);
        unlock(&vm->lock);
        return result(SBI_OK);
    case SBI_HART_STATUS:
        if (a[0] >= vm->n_harts)
            return result(SBI_ERR_INVALID_PARAM);
        return (SbiResult){ SBI_OK, __atomic_load_n(&vm->harts[a[0]].state, __ATOMIC_ACQUIRE) };
    case SBI_HART_SUSPEND: return suspend((uint32_t)a[0]);
    default: return result(SBI_ERR_NOT_SUPPORTED);
    }
}
