/* SPDX-License-Identifier: MIT */
/* exits.c - why a guest stopped running, and what to do about it: a table of causes; see partition.h. */
#include <stddef.h>

#include "lib/csr.h"
#include "lib/print.h"
#include "partition.h"

typedef struct {
    const char *name; /* the manual's */
    void (*handle)(VmHart *hart);
} Exit;

void exit_soft(VmHart *hart)
{
    csr_clear(sip, SIE_SOFT);
    uint32_t requests = __atomic_exchange_n(&hart->requests, 0, __ATOMIC_ACQ_REL);
    if (requests & REQUEST_SOFT)
        csr_set(hvip, HVIP_SOFT);
    if (requests & REQUEST_IRQ && hart->vm->irq->look)
        hart->vm->irq->look(hart);
}

static void on_external(VmHart *hart)
{
    if (hart->vm->irq->external)
        hart->vm->irq->external(hart);
    else
        csr_clear(sie, SIE_EXTERNAL);
}

static void on_ecall(VmHart *hart)
{
    SbiResult result = call_handle(hart);
    hart->vcpu.x[10] = (uint64_t)result.error;
    hart->vcpu.x[11] = result.value;
    hart->vcpu.pc += 4;
}

/* A load or store of what is not mapped: emulated, not mapped yet, or none of the guest's. */
static void on_guest_page(VmHart *hart)
{
    Access access;
    uint64_t gpa = vcpu_fault_gpa(&hart->vcpu), value = 0;
    if (vm_touch(hart->vm, gpa) || vm_has(hart->vm, gpa, 1))
        return; /* where it is mapped by now, another hart was faster */
    bool known = hart->vcpu.scause != CAUSE_FETCH_GUEST_PAGE && access_decode(&hart->vcpu, &access);
    if (known && access.write)
        value = hart->vcpu.x[access.reg];
    if (!known || !mmio_handle(hart, gpa, &access, &value))
        vm_fault(hart, "an address that is not its own");
    else
        access_finish(&hart->vcpu, &access, value);
}

/* It has no hypervisor extension, and not all counters: what needs them is illegal there. */
static void on_virtual_instruction(VmHart *hart)
{
    const IrqWay *irq = hart->vm->irq;
    if (!irq->returns || !irq->returns(hart))
        vcpu_inject(&hart->vcpu, CAUSE_ILLEGAL, hart->vcpu.stval);
}

static const Exit exceptions[CAUSE_COUNT] = {
    [CAUSE_ECALL_VS] = { "environment call from VS-mode", on_ecall },
    [CAUSE_FETCH_GUEST_PAGE] = { "instruction guest-page fault", on_guest_page },
    [CAUSE_LOAD_GUEST_PAGE] = { "load guest-page fault", on_guest_page },
    [CAUSE_VIRTUAL_INSTRUCTION] = { "virtual instruction", on_virtual_instruction },
    [CAUSE_STORE_GUEST_PAGE] = { "store guest-page fault", on_guest_page },
};

static const Exit interrupts[CAUSE_COUNT] = {
    [IRQ_SOFT] = { "supervisor software interrupt", exit_soft },
    [IRQ_TIMER] = { "supervisor timer interrupt", timer_due },
    [IRQ_EXTERNAL] = { "supervisor external interrupt", on_external },
    [IRQ_OVERFLOW] = { "counter overflow interrupt", budget_spent },
};

/* Its row, or one that is empty. */
static const Exit *find_exit(uint64_t scause)
{
    static const Exit none = { "?", NULL };
    uint64_t code = scause & ~SCAUSE_IRQ;
    const Exit *exit = scause & SCAUSE_IRQ ? &interrupts[code] : &exceptions[code];
    return code < CAUSE_COUNT && exit->name ? exit : &none;
}

const char *exit_name(uint64_t scause)
{
    return find_exit(scause)->name;
}

void exit_handle(VmHart *hart)
{
    uint64_t scause = hart->vcpu.scause, code = scause & ~SCAUSE_IRQ;
    const Exit *exit = find_exit(scause);
    if (code < CAUSE_COUNT)
        hart->exits[scause >> 63][code]++;
    if (exit->handle) {
        exit->handle(hart);
    } else {
        print("partition: %s: scause 0x%lx\n", hart->vm->name, scause); /* which has no name */
        vm_fault(hart, "an exit that nobody expects");
    }
}

uint64_t exit_count(const Vm *vm, uint64_t scause)
{
    uint64_t code = scause & ~SCAUSE_IRQ, sum = 0;
    for (unsigned i = 0; code < CAUSE_COUNT && i < vm->n_harts; i++)
        sum += vm->harts[i].exits[scause >> 63][code];
    return sum;
}
