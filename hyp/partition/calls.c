/* SPDX-License-Identifier: MIT */
/* calls.c - the guest's SBI: a table of extensions; harts are in hsm.c, text is in console.c. RISC-V SBI Specification 3.0. */
#include <stddef.h>

#include "lib/csr.h"
#include "partition.h"

typedef SbiResult CallFn(VmHart *hart, uint64_t function, const uint64_t *a);

enum { SPEC_3_0 = 3 << 24, IMPLEMENTATION = 0xb4d }; /* none of those that are registered */

static const SbiResult ok = { SBI_OK, 0 };
static const SbiResult not_supported = { SBI_ERR_NOT_SUPPORTED, 0 };
static const SbiResult invalid_param = { SBI_ERR_INVALID_PARAM, 0 };

static CallFn call_base, call_time, call_ipi, call_rfence, call_reset, call_partition;

static const struct {
    uint64_t extension;
    CallFn *handle;
} calls[] = {
    { SBI_BASE, call_base },  { SBI_TIME, call_time },
    { SBI_IPI, call_ipi },    { SBI_RFENCE, call_rfence },
    { SBI_HSM, call_hsm },    { SBI_DBCN, call_console },
    { SBI_SRST, call_reset }, { SBI_PARTITION, call_partition },
};

static CallFn *find_call(uint64_t extension)
{
    for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (calls[i].extension == extension &&
            !(extension == SBI_SRST && config.profile == PROFILE_BAO))
            return calls[i].handle;
    return NULL;
}

/* What the machine is, the firmware knows; what the SBI is, we do. */
static SbiResult call_base(VmHart *hart, uint64_t function, const uint64_t *a)
{
    (void)hart;
    switch (function) {
    case SBI_SPEC_VERSION: return (SbiResult){ SBI_OK, SPEC_3_0 };
    case SBI_IMPL_ID: return (SbiResult){ SBI_OK, IMPLEMENTATION };
    case SBI_IMPL_VERSION: return (SbiResult){ SBI_OK, 1 };
    case SBI_PROBE: return (SbiResult){ SBI_OK, find_call(a[0]) != NULL };
    case SBI_VENDOR:
    case SBI_ARCHITECTURE:
    case SBI_MACHINE: return sbi_call(SBI_BASE, function, 0, 0, 0);
    default: return not_supported;
    }
}

static SbiResult call_time(VmHart *hart, uint64_t function, const uint64_t *a)
{
    if (function != SBI_SET_TIMER)
        return not_supported;
    timer_set(hart, a[0]);
    return ok;
}

static SbiResult call_ipi(VmHart *hart, uint64_t function, const uint64_t *a)
{
    Vm *vm = hart->vm;
    uint64_t host_mask;
    if (function != SBI_SEND_IPI)
        return not_supported;
    if (!vm_harts(vm, a[0], a[1], &host_mask))
        return invalid_param;
    for (unsigned i = 0; i < vm->n_harts; i++)
        if (host_mask >> vm->harts[i].id & 1)
            kick(&vm->harts[i], REQUEST_SOFT);
    return ok;
}

/* The guest's sfence.vma elsewhere is hfence.vvma from here, which the firmware has done on the machine's harts. Harts that
 * wait do it as well, and need not. */
static SbiResult call_rfence(VmHart *hart, uint64_t function, const uint64_t *a)
{
    static const uint64_t ours[] = { SBI_FENCE_I, SBI_HFENCE_VVMA, SBI_HFENCE_VVMA_ASID };
    uint64_t host_mask;
    if (function > SBI_SFENCE_VMA_ASID)
        return not_supported;
    if (!vm_harts(hart->vm, a[0], a[1], &host_mask))
        return invalid_param;
    if (function != SBI_FENCE_I && a[2] + a[3] < a[2] && a[3] != -1ul)
        return (SbiResult){ SBI_ERR_INVALID_ADDRESS, 0 };
    return host_mask ? sbi_call5(SBI_RFENCE, ours[function], host_mask, 0, a[2], a[3], a[4]) : ok;
}

/* Of the partition alone. Types and reasons are of 32 bits. */
static SbiResult call_reset(VmHart *hart, uint64_t function, const uint64_t *a)
{
    uint32_t type = (uint32_t)a[0], reason = (uint32_t)a[1];
    if (function != SBI_SYSTEM_RESET)
        return not_supported;
    if (type > SBI_WARM_REBOOT || reason > SBI_SYSTEM_FAILURE)
        return invalid_param;
    if (type != SBI_SHUTDOWN && config.profile != PROFILE_DOM0LESS)
        vm_restart(hart->vm, false);
    else
        vm_end(hart->vm, reason == SBI_SYSTEM_FAILURE ? VM_FAILED : VM_STOPPED, false);
    return ok;
}

static Vm *find_vm(uint64_t number)
{
    for (unsigned i = 0; i < n_vms; i++)
        if (vms[i].number == number)
            return &vms[i];
    return NULL;
}

/* What changes others is for the manager, the first partition, where a profile has one. */
static SbiResult call_partition(VmHart *hart, uint64_t function, const uint64_t *a)
{
    bool manages = function == PARTITION_RESTART || function == PARTITION_STOP ||
                   (function >= PARTITION_CREATE && function <= PARTITION_DESTROY);
    Vm *other = manages || function == PARTITION_STATUS ? find_vm(a[0]) : NULL;
    if (manages &&
        (hart->vm->index || config.profile == PROFILE_BAO || config.profile == PROFILE_DOM0LESS))
        return (SbiResult){ SBI_ERR_DENIED, 0 };
    if ((manages || function == PARTITION_STATUS) && !other)
        return invalid_param;
    if (function == PARTITION_RESTART && config.profile == PROFILE_JAILHOUSE && other->index)
        function = PARTITION_START;
    switch (function) {
    case PARTITION_STATUS: return (SbiResult){ SBI_OK, vm_state(other) };
    case PARTITION_RESTART: vm_restart(other, true); return ok;
    case PARTITION_STOP: vm_end(other, VM_STOPPED, true); return ok;
    case PARTITION_DOORBELL: return shared_ring(hart->vm, a[0]) ? ok : invalid_param;
    case PARTITION_EXITS: return (SbiResult){ SBI_OK, exit_count(hart->vm, a[0]) };
    case PARTITION_CREATE:
    case PARTITION_START:
    case PARTITION_DESTROY: return (SbiResult){ late_call(hart->vm, other, function), 0 };
    default: return not_supported;
    }
}

SbiResult call_handle(VmHart *hart)
{
    CallFn *handle = find_call(hart->vcpu.x[17]);
    return handle ? handle(hart, hart->vcpu.x[16], hart->vcpu.x + 10) : not_supported;
}
