/* SPDX-License-Identifier: MIT */
/* system.c - CSR instructions, fences, traps and their returns, waiting, and cache-block operations. */
#include "cpu/csr.h"
#include "cpu/exec/exec.h"

/* CSR instructions. */

typedef enum { CSR_SWAP, CSR_SET, CSR_CLEAR } CsrAction;

/* `writes` is false for csrrs and csrrc with x0 or 0; csrrw to x0 does not read, which nobody can tell apart here:
 * reads have no side effects. norm:Zicsr_rw */
static ExecResult access_csr(Hart *hart, const Insn *in, uint64_t operand, CsrAction action,
                             bool writes)
{
    unsigned number = (unsigned)in->imm & 0xfff;
    if (!csr_check(hart, number, writes))
        return hart_raise_illegal(hart);
    uint64_t old = csr_read(hart, number);
    if (writes) {
        uint64_t base = action == CSR_SWAP ? 0 : csr_read_for_modify(hart, number);
        csr_write(hart, number, action == CSR_CLEAR ? base & ~operand : base | operand);
    }
    hart->x[in->rd] = old;
    return EXEC_NEXT;
}

EXEC(csrrw)
{
    return access_csr(hart, in, hart->x[in->rs1], CSR_SWAP, true);
}

EXEC(csrrs)
{
    return access_csr(hart, in, hart->x[in->rs1], CSR_SET, in->rs1);
}

EXEC(csrrc)
{
    return access_csr(hart, in, hart->x[in->rs1], CSR_CLEAR, in->rs1);
}

EXEC(csrrwi)
{
    return access_csr(hart, in, in->rs1, CSR_SWAP, true);
}

EXEC(csrrsi)
{
    return access_csr(hart, in, in->rs1, CSR_SET, in->rs1);
}

EXEC(csrrci)
{
    return access_csr(hart, in, in->rs1, CSR_CLEAR, in->rs1);
}

/* Memory ordering: everything is in order already, and stores to code are seen at once. */

EXEC(fence)
{
    (void)hart, (void)in;
    return EXEC_NEXT;
}

EXEC(fence_i)
{
    (void)hart, (void)in;
    return EXEC_NEXT;
}

EXEC(pause)
{
    (void)in;
    hart->attention |= ATTENTION_YIELD;
    return EXEC_NEXT;
}

/* Traps and returns. */

EXEC(ecall)
{
    (void)in;
    return hart_raise(hart, CAUSE_ECALL_U + hart->mmu.priv, 0);
}

EXEC(ebreak)
{
    if (UNLIKELY(hart->semihost) && in->step == 2) {
        ExecResult result = hart->semihost(hart->semihost_opaque, hart);
        if (result != EXEC_TRAP)
            return result;
    }
    return hart_raise(hart, CAUSE_BREAKPOINT, hart->pc);
}

EXEC(mret)
{
    (void)in;
    if (hart->mmu.priv != PRIV_M)
        return hart_raise_illegal(hart);
    hart_trap_return(hart, PRIV_M);
    return EXEC_JUMP;
}

/* norm:mnret_mode */
EXEC(mnret)
{
    (void)in;
    if (hart->mmu.priv != PRIV_M)
        return hart_raise_illegal(hart);
    hart_rnmi_return(hart);
    return EXEC_JUMP;
}

EXEC(sret)
{
    (void)in;
    bool trapped = hart->mmu.priv == PRIV_S && hart->csr.mstatus & MSTATUS_TSR;
    if (hart->mmu.priv == PRIV_U || trapped)
        return hart_raise_illegal(hart);
    hart_trap_return(hart, PRIV_S);
    return EXEC_JUMP;
}

/* Waits for an interrupt, or until the reservation is lost. */
static void wait_until(Hart *hart, bool reservation_lost)
{
    hart->wakes_on_loss = reservation_lost;
    if (!hart_wakes(hart)) {
        hart->idle = true;
        hart->attention |= ATTENTION_YIELD;
    }
}

/* In U-mode WFI would not complete in bounded time by itself, so it is illegal where S-mode exists. */
EXEC(wfi)
{
    (void)in;
    unsigned priv = hart->mmu.priv;
    bool trapped = hart->csr.mstatus & MSTATUS_TW && priv != PRIV_M;
    if (trapped || (priv == PRIV_U && hart->isa->has[EXT_S]))
        return hart_raise_illegal(hart);
    TRACE(hart->trace, wfi, hart->id, hart->pc);
    wait_until(hart, false);
    return EXEC_NEXT;
}

/* Available in U-mode. With TW the time it may take is none: it traps when it would have to wait.
 * norm:Zawrs_wrs-nto_stall_exec, norm:Zawrs_priv_illegal_instr_excp */
EXEC(wrs_nto)
{
    (void)in;
    hart->wakes_on_loss = true;
    if (hart->csr.mstatus & MSTATUS_TW && hart->mmu.priv != PRIV_M && !hart_wakes(hart))
        return hart_raise_illegal(hart);
    TRACE(hart->trace, wfi, hart->id, hart->pc);
    wait_until(hart, true);
    return EXEC_NEXT;
}

/* The short timeout is the turn of the others. norm:Zawrs_wrs-sto_stall_duration */
EXEC(wrs_sto)
{
    (void)in;
    if (hart->mmu.reservation != RESERVATION_NONE)
        hart->attention |= ATTENTION_YIELD;
    return EXEC_NEXT;
}

/* Address translation fences. */

static bool may_fence(const Hart *hart)
{
    return hart->mmu.priv == PRIV_M ||
           (hart->mmu.priv == PRIV_S && !(hart->csr.mstatus & MSTATUS_TVM));
}

EXEC(sfence_vma)
{
    if (!may_fence(hart))
        return hart_raise_illegal(hart);
    hart->counters.happened[EVENT_tlb_fences]++;
    mmu_sfence_vma(&hart->mmu, !in->rs1, (Gva){ hart->x[in->rs1] }, !in->rs2,
                   (uint16_t)hart->x[in->rs2]);
    return EXEC_NEXT;
}

/* norm:Svinval_sinval_vma_invalidates_same_as_sfence_vma */
EXEC(sinval_vma)
{
    return exec_sfence_vma(hart, in);
}

EXEC(sfence_w_inval)
{
    (void)in;
    return hart->mmu.priv == PRIV_U ? hart_raise_illegal(hart) : EXEC_NEXT;
}

EXEC(sfence_inval_ir)
{
    return exec_sfence_w_inval(hart, in);
}

/* Cache blocks of 64 bytes. There is no cache to manage, only permissions to check. */

/* Do menvcfg and, in U-mode, senvcfg enable the operation? `field` may be several bits: zero is off. */
static bool cbo_enabled(const Hart *hart, uint64_t field)
{
    unsigned priv = hart->mmu.priv;
    if (priv != PRIV_M && !(hart->csr.menvcfg & field))
        return false;
    return priv != PRIV_U || !hart->isa->has[EXT_S] || hart->csr.senvcfg & field;
}

/* "Cache Operations" of the debug specification: all of them are stores of any size, anywhere in the block. */
static bool trigger_stops_block(Hart *hart, uint64_t address)
{
    return trigger_stops(hart, address & ~63ull, 64, ACCESS_WRITE);
}

/* The fault that is set, as one of a store to where rs1 points. norm:pm_csr_hw_apply */
static ExecResult fault_block(Hart *hart, uint64_t address)
{
    hart->mmu.fault.gva = mmu_unmask(&hart->mmu, (Gva){ address });
    return hart_raise_fault(hart);
}

/* The block must be accessible for reading or writing, which where nothing can be written and not read means reading, and
 * be somewhere; faults are those of a store. The dirty bit is left alone. norm:cbm_access, norm:cbm_unperm_fault,
 * norm:cbm_unperm_translate */
static ExecResult manage_block(Hart *hart, const Insn *in, uint64_t field)
{
    Spa spa;
    uint64_t address = hart->x[in->rs1];
    if (!cbo_enabled(hart, field))
        return hart_raise_illegal(hart);
    if (trigger_stops_block(hart, address))
        return hart_raise_fault(hart);
    if (!mmu_translate(&hart->mmu, (Gva){ address & ~63ull }, 64, ACCESS_READ, &spa)) {
        hart->mmu.fault.cause +=
            CAUSE_STORE_PAGE - CAUSE_LOAD_PAGE; /* the same for all three kinds */
        return fault_block(hart, address);
    }
    hart->mmu.fault.cause = CAUSE_STORE_ACCESS;
    return bus_is_ram(hart->mmu.bus, spa, 64) || bus_find(hart->mmu.bus, spa)
               ? EXEC_NEXT
               : fault_block(hart, address);
}

EXEC(cbo_inval)
{
    return manage_block(hart, in, ENVCFG_CBIE);
}

EXEC(cbo_clean)
{
    return manage_block(hart, in, ENVCFG_CBCFE);
}

EXEC(cbo_flush)
{
    return manage_block(hart, in, ENVCFG_CBCFE);
}

/* All of the block or nothing is written, and only to memory: a device has no blocks. */
EXEC(cbo_zero)
{
    Spa spa;
    uint64_t address = hart->x[in->rs1], block = address & ~63ull;
    if (!cbo_enabled(hart, ENVCFG_CBZE))
        return hart_raise_illegal(hart);
    if (trigger_stops_block(hart, block))
        return hart_raise_fault(hart);
    if (!mmu_translate(&hart->mmu, (Gva){ block }, 64, ACCESS_WRITE, &spa))
        return fault_block(hart, address);
    hart->mmu.fault.cause = CAUSE_STORE_ACCESS;
    if (!bus_is_ram(hart->mmu.bus, spa, 64))
        return fault_block(hart, address);
    for (unsigned i = 0; i < 64; i += 8) {
        bool stored = mmu_store(&hart->mmu, (Gva){ block + i }, 8, 0);
        g_assert(stored);
        report_access(hart, block + i, 8, ACCESSED_WRITE, 0);
    }
    return EXEC_NEXT;
}
