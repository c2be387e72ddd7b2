/* SPDX-License-Identifier: MIT */
/*
 * privileged.c - what a machine may not do itself.
 *
 * It has the registers and instructions of M-mode that a small program without system needs; the real hart's are CP's. In its
 * supervisor state they are simulated [S17], in its problem state reflected.
 */
#include "cp40.h"

enum { MRET = 0x30200073, WFI = 0x10500073, SYSTEM = 0x73 };
enum {
    CSR_MSTATUS = 0x300,
    CSR_MISA,
    CSR_MIE = 0x304,
    CSR_MTVEC,
    CSR_MSCRATCH = 0x340,
    CSR_MEPC,
    CSR_MCAUSE,
    CSR_MTVAL,
    CSR_MIP,
    CSR_TIME = 0xc01,
    CSR_MHARTID = 0xf14
};
enum { INTERRUPTS = MIE_TIMER | MIE_EXTERNAL };

typedef struct {
    uint16_t number, offset; /* in ControlRegisters */
    uint64_t mask;
} Register;

static const Register registers[] = {
    { CSR_MSTATUS, offsetof(ControlRegisters, status), MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP },
    { CSR_MIE, offsetof(ControlRegisters, ie), INTERRUPTS },
    { CSR_MTVEC, offsetof(ControlRegisters, tvec), ~3ul },
    { CSR_MSCRATCH, offsetof(ControlRegisters, scratch), ~0ul },
    { CSR_MEPC, offsetof(ControlRegisters, epc), ~1ul },
    { CSR_MCAUSE, offsetof(ControlRegisters, cause), ~0ul },
    { CSR_MTVAL, offsetof(ControlRegisters, tval), ~0ul },
};

/* Control goes to the handler, in supervisor state; without one the machine is in a wait that nothing ends. */
static void enter(Vm *vm, uint64_t cause, uint64_t tval)
{
    uint64_t status = vm->csr.status;
    if (!vm->csr.tvec) {
        vm_stop(vm, "program check, and no handler");
        return;
    }
    vm->csr.status = (status & MSTATUS_MIE ? MSTATUS_MPIE : 0) | (vm->supervisor ? MSTATUS_MPP : 0);
    vm->csr.epc = vm->user.pc;
    vm->csr.cause = cause;
    vm->csr.tval = tval;
    vm->user.pc = vm->csr.tvec;
    vm->supervisor = true;
}

void reflect(Vm *vm, uint64_t cause, uint64_t tval)
{
    say_reflect(vm->number, cause);
    enter(vm, cause, tval);
}

uint64_t vm_pending(const Vm *vm)
{
    uint64_t pending =
        (machine_time() >= vm->timer ? MIE_TIMER : 0) | (vm->input_count ? MIE_EXTERNAL : 0);
    return pending & vm->csr.ie;
}

void vm_interrupt(Vm *vm)
{
    uint64_t pending = vm_pending(vm);
    if (!pending || (vm->supervisor && !(vm->csr.status & MSTATUS_MIE)))
        return;
    enter(vm, MCAUSE_IRQ | (pending & MIE_EXTERNAL ? IRQ_M_EXTERNAL : IRQ_M_TIMER), 0);
}

static bool read(const Vm *vm, unsigned number, uint64_t *value)
{
    for (size_t i = 0; i < sizeof(registers) / sizeof(*registers); i++) {
        if (registers[i].number != number)
            continue;
        *value = *(const uint64_t *)((const char *)&vm->csr + registers[i].offset);
        return true;
    }
    *value = number == CSR_MHARTID ? vm->number : number == CSR_TIME ? machine_time() : 0;
    if (number == CSR_MIP)
        *value =
            (machine_time() >= vm->timer ? MIE_TIMER : 0) | (vm->input_count ? MIE_EXTERNAL : 0);
    return number == CSR_MHARTID || number == CSR_TIME || number == CSR_MIP || number == CSR_MISA;
}

/* What is written to mip and misa is lost, as on the real machine. */
static bool write(Vm *vm, unsigned number, uint64_t value)
{
    for (size_t i = 0; i < sizeof(registers) / sizeof(*registers); i++)
        if (registers[i].number == number)
            *(uint64_t *)((char *)&vm->csr + registers[i].offset) = value & registers[i].mask;
    return number >> 10 != 3;
}

/* csrrw, csrrs, csrrc and their immediate forms. False: it is none, or there is no such register. */
static bool access_csr(Vm *vm, uint32_t insn)
{
    unsigned number = insn >> 20, how = insn >> 12 & 3, rs1 = insn >> 15 & 31, rd = insn >> 7 & 31;
    uint64_t operand = insn >> 14 & 1 ? rs1 : vm->user.x[rs1], old;
    bool writes = how == 1 || rs1;
    if ((insn & 0x7f) != SYSTEM || !how || !read(vm, number, &old))
        return false;
    uint64_t value = how == 1 ? operand : how == 2 ? old | operand : old & ~operand;
    if (writes && !write(vm, number, value))
        return false;
    if (rd)
        vm->user.x[rd] = old;
    say_sim(vm->number, SIM_CSR, number, writes);
    return true;
}

static void simulate_mret(Vm *vm)
{
    uint64_t status = vm->csr.status;
    vm->supervisor = (status & MSTATUS_MPP) == MSTATUS_MPP;
    vm->csr.status = MSTATUS_MPIE | (status & MSTATUS_MPIE ? MSTATUS_MIE : 0);
    vm->user.pc = vm->csr.epc;
    say_sim(vm->number, SIM_OTHER, 0, 0);
}

void privileged(Vm *vm, uint32_t insn)
{
    if (vm->supervisor && insn == MRET) {
        simulate_mret(vm);
    } else if (vm->supervisor && insn == WFI) {
        vm->user.pc += 4;
        vm->state = vm_pending(vm) ? READY : WAITING;
        say_sim(vm->number, SIM_WFI, 0, 0);
    } else if (vm->supervisor && access_csr(vm, insn)) {
        vm->user.pc += 4;
    } else {
        reflect(vm, CAUSE_ILLEGAL, insn);
        return;
    }
    vm->simulated++;
}
