/* SPDX-License-Identifier: MIT */
/* fault.c - a partition ends alone, and may start again; see partition.h. */
#include "lib/power.h"
#include "lib/print.h"
#include "partition.h"

static void kick_all(Vm *vm)
{
    for (unsigned i = 0; i < vm->n_harts; i++)
        kick(&vm->harts[i], REQUEST_LOOK);
}

VmState vm_state(const Vm *vm)
{
    return __atomic_load_n(&vm->restart, __ATOMIC_ACQUIRE)
               ? VM_RUNNING
               : (VmState)__atomic_load_n(&vm->state, __ATOMIC_ACQUIRE);
}

/* When nothing runs any more, the machine is switched off. */
static void end_of_all(void)
{
    bool well = true;
    for (unsigned i = 0; i < n_vms; i++) {
        VmState state = vm_state(&vms[i]);
        if (state == VM_RUNNING)
            return;
        well = well && state == VM_STOPPED;
    }
    power_off(well);
}

/* Returns whether it ran. */
static bool end(Vm *vm, VmState state, bool restart)
{
    console_flush(vm);
    lock(&vm->lock);
    bool ran = vm->state == VM_RUNNING;
    if (ran)
        __atomic_store_n(&vm->state, state, __ATOMIC_RELEASE);
    __atomic_store_n(&vm->restart, restart, __ATOMIC_RELEASE);
    unlock(&vm->lock);
    kick_all(vm);
    return ran;
}

static void print_exits(const Vm *vm)
{
    uint64_t throttled = 0;
    for (unsigned i = 0; i < vm->n_harts; i++)
        throttled += vm->harts[i].throttled;
    if (throttled && !config.quiet)
        print("partition: %s: throttled %lu times\n", vm->name, throttled);
    for (unsigned i = 0; !config.quiet && i < 2 * CAUSE_COUNT; i++) {
        uint64_t scause = i % CAUSE_COUNT | (i < CAUSE_COUNT ? 0 : 1ul << 63),
                 n = exit_count(vm, scause);
        if (n)
            print("partition: %s: %8lu %s\n", vm->name, n, exit_name(scause));
    }
}

void vm_end(Vm *vm, VmState state)
{
    if (end(vm, state, false)) {
        print("partition: %s: %s\n", vm->name, state == VM_FAILED ? "failed" : "stopped");
        print_exits(vm);
    }
    end_of_all();
}

void vm_stop(Vm *vm, const char *why)
{
    print("partition: %s: stopped: %s\n", vm->name, why);
    vm_end(vm, VM_FAILED);
}

void vm_fault(VmHart *hart, const char *why)
{
    const Vcpu *vcpu = &hart->vcpu;
    print("partition: %s: hart %u: %s: %s at pc 0x%lx, stval 0x%lx, guest-physical 0x%lx\n",
          hart->vm->name, hart->number, why, exit_name(vcpu->scause), vcpu->pc, vcpu->stval,
          vcpu_fault_gpa(vcpu));
    vm_stop(hart->vm, why);
}

void vm_restart(Vm *vm)
{
    print("partition: %s: restarts\n", vm->name);
    end(vm, VM_STOPPED, true);
}

/* Meanwhile nobody holds the lock, or a neighbour that rings would wait. */
void vm_settle(Vm *vm)
{
    lock(&vm->lock);
    bool ours = vm->restart && !vm->running && !vm->loading;
    vm->loading = vm->loading || ours;
    for (unsigned i = 0; ours && i < vm->n_harts; i++)
        vm->harts[i].state = SBI_HART_STOPPED;
    unlock(&vm->lock);
    if (!ours)
        return;
    vm_clear(vm);
    vm_load(vm);
    lock(&vm->lock);
    if (vm->restart) /* not stopped meanwhile */
        __atomic_store_n(&vm->state, VM_RUNNING, __ATOMIC_RELEASE);
    __atomic_store_n(&vm->restart, false, __ATOMIC_RELEASE);
    vm->loading = false;
    unlock(&vm->lock);
    kick(&vm->harts[0], REQUEST_LOOK);
}
