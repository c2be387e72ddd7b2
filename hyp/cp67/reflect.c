/* SPDX-License-Identifier: MIT */
/*
 * reflect.c - traps that the virtual machine gets from CP as it would from a real machine; see vm.h. "Only interrupts that the
 * user program would expect from a real machine are reflected." [VM/370 SPG]
 */
#include "cp67/vm.h"

/* norm:mstatus_xpie_xie_xpp_trap_op */
void reflect(Vm *vm, uint64_t cause, uint64_t tval)
{
    Csrs *csr = &vm->csr;
    bool irq = cause & SCAUSE_IRQ;
    uint64_t pushed = csr->sstatus & ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE);
    pushed |= vm->supervisor ? SSTATUS_SPP : 0;
    pushed |= csr->sstatus & SSTATUS_SIE ? SSTATUS_SPIE : 0;
    csr->sstatus = pushed;
    csr->sepc = vm->user.pc;
    csr->scause = cause;
    csr->stval = tval;
    vm->user.pc = (csr->stvec & ~3ul) + (irq && csr->stvec & 1 ? 4 * (cause & ~SCAUSE_IRQ) : 0);
    vm->supervisor = true;
    vm->counts.reflected++;
    say_reflect(vm->number, cause);
}

uint64_t vm_pending(const Vm *vm)
{
    return vm->csr.sip | (!vm->timer_off && vm_time(vm) >= vm->timer_at ? SIE_TIMER : 0) |
           (vm->attention ? SIE_EXTERNAL : 0);
}

/* The most urgent first: external, software, timer. norm:s_interrupt_priority */
void reflect_interrupt(Vm *vm)
{
    static const uint8_t order[] = { IRQ_EXTERNAL, IRQ_SOFT, IRQ_TIMER };
    uint64_t due = vm_pending(vm) & vm->csr.sie;
    if (!due || (vm->supervisor && !(vm->csr.sstatus & SSTATUS_SIE)))
        return;
    for (unsigned i = 0; i < sizeof(order); i++) {
        if (due & BIT(order[i])) {
            reflect(vm, SCAUSE_IRQ | order[i], 0);
            return;
        }
    }
}
