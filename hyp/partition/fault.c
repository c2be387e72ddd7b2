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

VmState vm_state(Vm *vm)
{
    lock(&vm->lock);
    VmState state = vm->restart ? VM_RUNNING : vm->state;
    unlock(&vm->lock);
    return state;
}

static unsigned ending; /* harts between end and end_of_all */

/* When nothing runs any more, and all is said, the machine is switched off. The manager is asked first: when it has ended,
 * so has what it could ask for. */
static void end_of_all(void)
{
    bool well = true;
    if (__atomic_sub_fetch(&ending, 1, __ATOMIC_ACQ_REL))
        return;
    for (unsigned i = 0; i < n_vms; i++) {
        VmState state = vm_state(&vms[i]);
        if (state == VM_RUNNING)
            return;
        well = well && state == VM_STOPPED;
    }
    power_off(well);
}

/* Returns whether it ran. If not, another hart of it was first, and what that one wanted stays; but the manager's word is
 * the last. Others are told before anything is printed, which takes long. */
static bool end(Vm *vm, VmState state, bool restart, bool by_manager)
{
    ConsoleLine line;
    __atomic_add_fetch(&ending, 1, __ATOMIC_ACQ_REL);
    lock(&vm->lock);
    bool ran = vm->state == VM_RUNNING;
    if (ran)
        __atomic_store_n(&vm->state, state, __ATOMIC_RELEASE);
    if (ran || (by_manager && !vm->refused))
        vm->restart = restart;
    console_take(vm, &line);
    unlock(&vm->lock);
    kick_all(vm);
    console_print(vm, &line);
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

static void say_end(const Vm *vm, VmState state)
{
    print("partition: %s: %s\n", vm->name, state == VM_FAILED ? "failed" : "stopped");
    print_exits(vm);
}

void vm_end(Vm *vm, VmState state, bool by_manager)
{
    if (end(vm, state, false, by_manager))
        say_end(vm, state);
    end_of_all();
}

void vm_fault(VmHart *hart, const char *why)
{
    const Vm *vm = hart->vm;
    const Vcpu *vcpu = &hart->vcpu;
    if (end(hart->vm, VM_FAILED, false, false)) {
        print("partition: %s: hart %u: %s: %s at pc 0x%lx, stval 0x%lx, guest-physical 0x%lx\n",
              vm->name, hart->number, why, exit_name(vcpu->scause), vcpu->pc, vcpu->stval,
              vcpu_fault_gpa(vcpu));
        print("partition: %s: stopped: %s\n", vm->name, why);
        say_end(vm, VM_FAILED);
    }
    end_of_all();
}

void vm_restart(Vm *vm, bool by_manager)
{
    if (end(vm, VM_STOPPED, true, by_manager) || (by_manager && !vm->refused))
        print("partition: %s: restarts\n", vm->name);
    end_of_all();
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
    vm_quiet(vm);
    vm_clear(vm);
    vm_load(vm);
    lock(&vm->lock);
    if (vm->restart) /* not stopped meanwhile */
        __atomic_store_n(&vm->state, VM_RUNNING, __ATOMIC_RELEASE);
    vm->restart = false;
    vm->loading = false;
    unlock(&vm->lock);
    kick(&vm->harts[0], REQUEST_LOOK);
}
