/* SPDX-License-Identifier: MIT */
/*
 * privileged.c - what the guest does about its page tables: hstatus.VTVM makes satp, sfence.vma and sinval.vma in
 * VS-mode virtual instructions. norm:hstatus_vtvm_op
 */
#include <stddef.h>

#include "lib/print.h"
#include "lib/supervisor.h"
#include "vtx1/vtx1.h"

/* From stval, which may be zero; false: a sibling's fence took the code away. norm:stval_op_illegal_instr */
static bool read_instruction(const Vcpu *vcpu, uint32_t *code)
{
    uint32_t high;
    *code = (uint32_t)vcpu->stval;
    if (*code)
        return true;
    if (!vcpu_fetch(vcpu->pc, 2, code) || !vcpu_fetch(vcpu->pc + 2, 2, &high))
        return false;
    *code |= high << 16;
    return true;
}

/* A mode that there is not leaves satp as it was: norm:satp_mode_op_unsupported */
static void write_satp(Shadow *shadow, uint64_t value)
{
    shadow->counts.spaces++;
    if (value >> ATP_MODE == 0)
        shadow_switch(shadow, 0);
    else if (value >> ATP_MODE == ATP_SV39)
        shadow_switch(shadow, value);
}

static void access_satp(GuestHart *hart, const System *insn)
{
    Shadow *shadow = shadow_of(hart);
    uint64_t *x = hart->vcpu.x, old = shadow->satp;
    if (system_writes(insn))
        write_satp(shadow, system_value(insn, x, old));
    else
        shadow->counts.reads++;
    if (insn->rd)
        x[insn->rd] = old;
}

/* Without an address all of them, without an address space all of these: the register's number decides, not what is in
 * it. */
static void fence_vma(GuestHart *hart, const System *insn)
{
    Shadow *shadow = shadow_of(hart);
    const uint64_t *x = hart->vcpu.x;
    Fence fence = { x[insn->rs1] & -PAGE_SIZE, insn->rs1 ? PAGE_SIZE : 0, insn->rs2,
                    x[insn->rs2] & SATP_ASIDS };
    shadow->counts.fences++;
    if (!insn->rs1 && !insn->rs2) {
        shadow_empty(shadow);
        return;
    }
    shadow_forget(hart, &fence);
    hfence_vvma();
}

void on_privileged(GuestHart *hart)
{
    uint32_t code;
    if (!read_instruction(&hart->vcpu, &code))
        return;
    System insn = system_decode(code);
    bool supervisor = hart->vcpu.sstatus & SSTATUS_SPP;
    bool fence = insn.funct3 == 0 && (insn.funct7 == SFENCE_VMA || insn.funct7 == SINVAL_VMA);
    bool satp = insn.funct3 & 3 && insn.csr == CSR_SATP;
    if ((insn.code & 0x7f) != OPCODE_SYSTEM || !supervisor || !(fence || satp)) {
        on_virtual_instruction(hart);
        return;
    }
    if (fence)
        fence_vma(hart, &insn);
    else
        access_satp(hart, &insn);
    hart->vcpu.pc += 4;
}
