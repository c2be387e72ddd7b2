/* SPDX-License-Identifier: MIT */
/*
 * fast.c - shorter ways for what a system call of the virtual machine's is made of; with cp.fast=on.
 *
 * In January 1968 a job stream that took 322 s on the bare machine took 856 s under CP-67, 534 s of it in CP; after its most used
 * paths had been rewritten CP took 113 s. [Wheeler, S41] Nothing is done here that privileged.c does not do: only less is saved and asked.
 */
#include <stddef.h>

#include "cp67/cp.h"

_Static_assert(offsetof(Vm, user) == 0, "a User is the beginning of its Vm");
_Static_assert(offsetof(Supervisor, stval) == offsetof(Supervisor, sscratch) + 24,
               "sscratch, sepc, scause, stval in this order");

enum { CSR_SSCRATCH = 0x140, CSRRW = 1, CSRRS = 2 };

static bool is_seen(unsigned reg)
{
    return USER_FAST >> reg & 1;
}

/* Reads and swaps of the four registers that belong to a trap. */
static bool fast_csr(Vm *vm, uint32_t code)
{
    System insn = system_decode(code);
    unsigned which = insn.csr - CSR_SSCRATCH;
    bool write = insn.funct3 == CSRRW;
    if ((code & 0x7f) != OPCODE_SYSTEM || which > 3 || !is_seen(insn.rd) || !is_seen(insn.rs1) ||
        !(write || (insn.funct3 == CSRRS && !insn.rs1)))
        return false;
    uint64_t *csr = &vm->csr.sscratch + which, old = *csr;
    if (write) /* norm:sepc_op_mask_ialign32 */
        *csr = vm->user.x[insn.rs1] & (csr == &vm->csr.sepc ? ~1ul : ~0ul);
    if (insn.rd)
        vm->user.x[insn.rd] = old;
    vm->user.pc += 4;
    vm->counts.simulated++;
    say_sim(vm->number, SIM_CSR, insn.csr, write);
    return true;
}

/* What may let an interrupt in is not for here. */
static bool fast_return(Vm *vm)
{
    if (vm->csr.sie && vm_pending(vm) & vm->csr.sie)
        return false;
    vm->user.pc = supervisor_return(&vm->csr);
    vm->counts.simulated++;
    say_sim(vm->number, SIM_SRET, 0, 0);
    shadow_enter(vm);
    return true;
}

bool fast(User *user)
{
    Vm *vm = (Vm *)user;
    bool done = false;
    if (user->cause == CAUSE_ILLEGAL && vm->csr.supervisor) {
        done = user->tval == INSN_SRET ? fast_return(vm) : fast_csr(vm, (uint32_t)user->tval);
    } else if (user->cause == CAUSE_ECALL_U && !vm->csr.supervisor) {
        reflect(vm, CAUSE_ECALL_U, 0);
        shadow_enter(vm);
        done = true;
    }
    vm->counts.exits += done;
    return done;
}
