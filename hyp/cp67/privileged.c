/* SPDX-License-Identifier: MIT */
/*
 * privileged.c - simulate, or reflect; see vm.h.
 *
 * The virtual PSW decides: in supervisor state CP simulates the instruction, in problem state it reflects the interruption. [GH20-0802;
 * S17] It works because each instruction that tells the modes apart traps in U-mode.
 */
#include <stddef.h>

#include "cp67/cp.h"

/* Only what "the user program would expect from a real machine" is reflected. [VM/370 SPG] */
void reflect(Vm *vm, uint64_t cause, uint64_t tval)
{
    vm->user.pc = supervisor_trap(&vm->csr, vm->user.pc, cause, tval);
    vm->counts.reflected++;
    say_reflect(vm->number, cause);
}

uint64_t vm_pending(const Vm *vm)
{
    return vm->csr.sip | (!vm->timer_off && vm_time(vm) >= vm->timer_at ? SIE_TIMER : 0);
}

void reflect_interrupt(Vm *vm)
{
    uint64_t cause = supervisor_interrupt(&vm->csr, vm_pending(vm));
    if (cause)
        reflect(vm, cause, 0);
}

/* A new address space makes all of the shadow wrong; other rights, what they were given for. With one segment table
 * origin each switch of the guest's invalidates all. [Wheeler, S40] A mode that there is not leaves satp as it was:
 * norm:satp_mode_op_unsupported */
static void write_csr(Vm *vm, uint64_t *csr, uint64_t value)
{
    uint64_t changed = *csr ^ value;
    bool satp = csr == &vm->csr.satp;
    if (satp && value >> ATP_MODE != 0 && value >> ATP_MODE != ATP_SV39)
        return;
    *csr = value;
    if (satp || (csr == &vm->csr.sstatus && changed & (SSTATUS_SUM | SSTATUS_MXR)))
        shadow_flush(vm);
}

static bool access_csr(Vm *vm, const System *insn)
{
    bool write = system_writes(insn), supervisor = vm->csr.supervisor;
    uint64_t mask, *csr = supervisor ? supervisor_csr(&vm->csr, insn->csr, &mask) : NULL, old;
    if (csr)
        old = csr == &vm->csr.sip ? vm_pending(vm) : *csr;
    else if (insn->csr == CSR_TIME && !write && (supervisor || vm->csr.scounteren & COUNTEREN_TM))
        old = vm_time(vm);
    else
        return false;
    say_sim(vm->number, SIM_CSR, insn->csr, write);
    if (write)
        write_csr(vm, csr, (*csr & ~mask) | (system_value(insn, vm->user.x, old) & mask));
    if (insn->rd)
        vm->user.x[insn->rd] = old;
    vm->user.pc += 4;
    return true;
}

/* Until an interrupt is pending that sie lets through, whatever sstatus.SIE says. */
static void wait_for_interrupt(Vm *vm)
{
    vm->user.pc += 4;
    say_sim(vm->number, SIM_WFI, 0, 0);
    if (!(vm_pending(vm) & vm->csr.sie) && !vm->spoken_to)
        vm_stop(vm, WAITING);
    vm->spoken_to = false;
}

/* Address spaces are not told apart; what is global neither. */
static void fence_vma(Vm *vm, const System *insn)
{
    vm->user.pc += 4;
    say_sim(vm->number, SIM_SFENCE, 0, 0);
    if (insn->rs1)
        shadow_flush_page(vm, vm->user.x[insn->rs1]);
    else
        shadow_flush(vm);
}

static bool simulate(Vm *vm, const System *insn)
{
    if ((insn->code & 0x7f) != OPCODE_SYSTEM)
        return false;
    if (insn->funct3 & 3)
        return access_csr(vm, insn);
    if (!vm->csr.supervisor)
        return false;
    if (insn->code == INSN_SRET) {
        vm->user.pc = supervisor_return(&vm->csr);
        say_sim(vm->number, SIM_SRET, 0, 0);
    } else if (insn->code == INSN_WFI) {
        wait_for_interrupt(vm);
    } else if (!insn->funct3 && !insn->rd && insn->funct7 == SFENCE_VMA) {
        fence_vma(vm, insn);
    } else {
        return false;
    }
    return true;
}

/* mtval may hold the instruction, or not. */
void on_illegal(Vm *vm)
{
    uint32_t code = (uint32_t)vm->user.tval;
    if (!code && !vm_fetch(vm, &code))
        return; /* the page it is on must come first */
    System insn = system_decode(code);
    if (simulate(vm, &insn))
        vm->counts.simulated++;
    else
        reflect(vm, CAUSE_ILLEGAL, code);
}
