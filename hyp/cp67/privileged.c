/* SPDX-License-Identifier: MIT */
/*
 * privileged.c - an illegal instruction: simulate, or reflect; see vm.h.
 *
 * "If the virtual machine is in supervisor state, CP simulates the instruction; if in problem state, the program interruption is
 * reflected." [CP-67 System Description GH20-0802] It works because each instruction that tells the modes apart traps in U-mode.
 */
#include <stddef.h>

#include "cp67/vm.h"

typedef struct {
    uint32_t code;
    unsigned funct3, rd, rs1, funct7, csr;
} System;

enum { SYSTEM = 0x73, CSRRW = 1, CSRRS = 2, IMMEDIATE = 4 };
enum { SRET = 0x10200073, WFI = 0x10500073, SFENCE_VMA = 0x09 };
enum { TIME = 0xc01 };

/* Its control registers, and which bits it may change. */
typedef struct {
    uint16_t number, offset;
    uint64_t mask;
} Csr;

/* clang-format off */
#define CSR(number, name, mask) { number, offsetof(Csrs, name), mask }
#define SOURCES (SIE_SOFT | SIE_TIMER | SIE_EXTERNAL)
#define STATUS  (SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_SUM | SSTATUS_MXR)
static const Csr csrs[] = {
    CSR(0x100, sstatus,    STATUS),
    CSR(0x104, sie,        SOURCES),
    CSR(0x105, stvec,      ~2ul),
    CSR(0x106, scounteren, COUNTEREN_CY | COUNTEREN_TM | COUNTEREN_IR),
    CSR(0x10a, senvcfg,    1),
    CSR(0x140, sscratch,   ~0ul),
    CSR(0x141, sepc,       ~1ul),
    CSR(0x142, scause,     ~0ul),
    CSR(0x143, stval,      ~0ul),
    CSR(0x144, sip,        SIE_SOFT),
    CSR(0x180, satp,       ~0ul),
};
/* clang-format on */
enum { CSRS = sizeof(csrs) / sizeof(csrs[0]) };

static System decode(uint32_t code)
{
    return (
        System){ code, code >> 12 & 7, code >> 7 & 31, code >> 15 & 31, code >> 25, code >> 20 };
}

/* stval may hold the instruction, or not: norm:stval_op_illegal_instr. False: the page it is on must come first. */
static bool read_instruction(Vm *vm, uint32_t *code)
{
    *code = (uint32_t)vm->user.tval;
    return *code || vm_fetch(vm, code);
}

static const Csr *find_csr(unsigned number)
{
    for (unsigned i = 0; i < CSRS; i++) {
        if (csrs[i].number == number)
            return &csrs[i];
    }
    return NULL;
}

static uint64_t *place_of(Vm *vm, const Csr *csr)
{
    return (uint64_t *)((char *)&vm->csr + csr->offset);
}

/* A new address space makes all of the shadow wrong; other rights, what they were given for. With one segment table origin
 * "every guest address-space switch invalidates all". [Wheeler] A mode that there is not leaves satp as it was:
 * norm:satp_mode_op_unsupported */
static void write_csr(Vm *vm, const Csr *csr, uint64_t value)
{
    uint64_t *place = place_of(vm, csr), old = *place;
    bool satp = place == &vm->csr.satp;
    if (satp && value >> ATP_MODE != 0 && value >> ATP_MODE != ATP_SV39)
        return;
    *place = (old & ~csr->mask) | (value & csr->mask);
    bool rights = place == &vm->csr.sstatus && (old ^ *place) & (SSTATUS_SUM | SSTATUS_MXR);
    if (satp || rights)
        shadow_flush(vm);
}

static bool access_csr(Vm *vm, const System *insn)
{
    const Csr *csr = find_csr(insn->csr);
    uint64_t operand = insn->funct3 & IMMEDIATE ? insn->rs1 : vm->user.x[insn->rs1], old;
    unsigned kind = insn->funct3 & 3;
    bool write = kind == CSRRW || insn->rs1;
    if (insn->csr == TIME && !write && (vm->supervisor || vm->csr.scounteren & COUNTEREN_TM))
        old = vm_time(vm);
    else if (vm->supervisor && csr)
        old = *place_of(vm, csr);
    else
        return false;
    if (csr && csr->offset == offsetof(Csrs, sip))
        old = vm_pending(vm);
    say_sim(vm->number, SIM_CSR, insn->csr, write);
    if (write)
        write_csr(vm, csr,
                  kind == CSRRW   ? operand
                  : kind == CSRRS ? old | operand
                                  : old & ~operand);
    if (insn->rd)
        vm->user.x[insn->rd] = old;
    return true;
}

/* norm:mstatus_xret_op */
static void return_from_trap(Vm *vm)
{
    uint64_t status = vm->csr.sstatus;
    vm->supervisor = status & SSTATUS_SPP;
    vm->user.pc = vm->csr.sepc - 4; /* 4 are added to it */
    vm->csr.sstatus = (status & ~(SSTATUS_SPP | SSTATUS_SIE)) | SSTATUS_SPIE |
                      (status & SSTATUS_SPIE ? SSTATUS_SIE : 0);
    say_sim(vm->number, SIM_SRET, 0, 0);
}

/* Until an interrupt is pending that sie lets through, whatever sstatus.SIE says. */
static void wait_for_interrupt(Vm *vm)
{
    say_sim(vm->number, SIM_WFI, 0, 0);
    if (!(vm_pending(vm) & vm->csr.sie))
        vm_stop(vm, WAITING);
}

/* Address spaces are not told apart; what is global neither. */
static void fence_vma(Vm *vm, const System *insn)
{
    say_sim(vm->number, SIM_SFENCE, 0, 0);
    if (insn->rs1)
        shadow_flush_page(vm, vm->user.x[insn->rs1]);
    else
        shadow_flush(vm);
}

/* True: it is done. */
static bool simulate(Vm *vm, const System *insn)
{
    if ((insn->code & 0x7f) != SYSTEM)
        return false;
    if (insn->funct3 & 3)
        return access_csr(vm, insn);
    if (!vm->supervisor)
        return false;
    if (insn->code == SRET)
        return_from_trap(vm);
    else if (insn->code == WFI)
        wait_for_interrupt(vm);
    else if (!insn->funct3 && !insn->rd && insn->funct7 == SFENCE_VMA)
        fence_vma(vm, insn);
    else
        return false;
    return true;
}

void on_illegal(Vm *vm)
{
    uint32_t code;
    if (!read_instruction(vm, &code))
        return;
    System insn = decode(code);
    if (simulate(vm, &insn)) {
        vm->counts.simulated++;
        vm->user.pc += 4;
    } else {
        reflect(vm, CAUSE_ILLEGAL, code);
    }
}
