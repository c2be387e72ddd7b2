/* SPDX-License-Identifier: MIT */
/* system.c - CSR instructions, fences, traps and their returns, waiting, and cache-block operations. */
#include "cpu/csr.h"
#include "cpu/exec/exec.h"
#include "emu/base/mutant.h"
#include "emu/base/said.h"
#include "mmu/timed.h"

/* CSR instructions. */

static ExecResult refuse_access(Hart *hart, CsrAccess access)
{
    return access == CSR_VIRTUAL ? hart_raise_virtual(hart) : hart_raise_illegal(hart);
}

typedef enum { CSR_SWAP, CSR_SET, CSR_CLEAR } CsrAction;

/* `writes` is false for csrrs and csrrc with x0 or 0; csrrw to x0 does not read, which nobody can tell apart here:
 * reads have no side effects. norm:Zicsr_rw */
static inline __attribute__((always_inline)) ExecResult
access_csr(Hart *hart, const Insn *in, uint64_t operand, CsrAction action, bool writes)
{
    unsigned number = (unsigned)in->imm & 0xfff;
    CsrAccess access = csr_check(hart, number, writes);
    if (UNLIKELY(access != CSR_ALLOWED))
        return refuse_access(hart, access);
    if (UNLIKELY(hart_is_guest(hart)))
        number = csr_effective(hart, number);
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

/* norm:henvcfg_fiom_order: nothing to add. */
EXEC(fence)
{
    (void)hart, (void)in;
    return EXEC_NEXT;
}

EXEC(fence_i)
{
    (void)in;
    if (UNLIKELY(hart->mmu.timing != NULL)) {
        timed_fence_i(&hart->mmu);
        hart->mmu.refetch = true;
    }
    return EXEC_NEXT;
}

EXEC(pause)
{
    (void)in;
    hart->attention |= ATTENTION_YIELD;
    return EXEC_NEXT;
}

/* A hint that the manual leaves to whoever wants it: programs say by it where they are. */
EXEC(mark)
{
    TRACE(hart->trace, mark, hart->id, hart->pc, in->imm & 0xfffu, hart->x[in->rs1]);
    said_emit(hart->trace, hart->id, in->imm & 0xfffu, hart->x[in->rs1]);
    if (UNLIKELY(hart->marked != NULL))
        hart->marked(hart->marked_opaque, hart, in->imm & 0xfffu, hart->x[in->rs1]);
    return EXEC_NEXT;
}

/* Traps and returns. */

/* norm:H_cause_ecall */
EXEC(ecall)
{
    (void)in;
    static const uint8_t causes[MODES] = { [PRIV_U] = CAUSE_ECALL_U,
                                           [PRIV_S] = CAUSE_ECALL_S,
                                           [PRIV_M] = CAUSE_ECALL_M,
                                           [MODE_VU] = CAUSE_ECALL_U,
                                           [MODE_VS] = CAUSE_ECALL_VS };
    return hart_raise(hart, causes[hart_mode(hart)], 0);
}

EXEC(ebreak)
{
    if (UNLIKELY(hart->semihost) && in->step == 2) {
        ExecResult result = hart->semihost(hart->semihost_opaque, hart);
        if (result != EXEC_TRAP)
            return result;
    }
    return hart_raise_at(hart, CAUSE_BREAKPOINT, hart->pc);
}

EXEC(mret)
{
    (void)in;
    if (hart->mmu.priv != PRIV_M)
        return hart_raise_illegal(hart);
    hart_machine_return(hart);
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

/* norm:mstatus_tsr_op, norm:mstatus_modes, norm:hstatus_vtsr_op, norm:H_virtinst_vs_sret_vtsr1,
 * norm:H_virtinst_vu_sret_sfence */
static bool sret_is_trapped(const Hart *hart)
{
    if (hart_is_guest(hart))
        return (hart->csr.hstatus & HSTATUS_VTSR && !BROKEN(vtsr)) ||
               (hart->csr.mstatus & MSTATUS_TSR && BROKEN(tsr_in_guest));
    return hart->mmu.priv == PRIV_S && hart->csr.mstatus & MSTATUS_TSR;
}

EXEC(sret)
{
    (void)in;
    if (hart->mmu.priv == PRIV_U || sret_is_trapped(hart))
        return hart_refuse(hart);
    hart_supervisor_return(hart);
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

/* Whoever may not wait for an unbounded time waits for none. In U-mode WFI is not for that, so it is illegal where
 * S-mode exists. norm:mstatus_tw_op, norm:hstatus_vtw_op, norm:vtw_virtinstr, norm:H_virtinst_vu_wfi_tw0,
 * norm:H_virtinst_wfi_vtw1_tw0 */
EXEC(wfi)
{
    (void)in;
    unsigned priv = hart->mmu.priv;
    bool passes = hart->isa->waits_first && hart_wakes(hart);
    bool limited = hart_is_guest(hart) && hart->csr.hstatus & HSTATUS_VTW && !BROKEN(vtw);
    if (hart->csr.mstatus & MSTATUS_TW && priv != PRIV_M && !passes)
        return BROKEN(tw_virtual) ? hart_refuse(hart) : hart_raise_illegal(hart);
    if ((priv == PRIV_U && hart->isa->has[EXT_S]) || (limited && !passes))
        return hart_refuse(hart);
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
    bool waits = hart->mmu.priv != PRIV_M && !hart_wakes(hart);
    if (waits && hart->csr.mstatus & MSTATUS_TW)
        return hart_raise_illegal(hart);
    if (waits && hart_is_guest(hart) && hart->csr.hstatus & HSTATUS_VTW)
        return hart_raise_virtual(hart); /* norm:Zawrs_virtual_instr_excp */
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

/* norm:mstatus_tvm_hs, norm:H_virtinst_vs_sfence_sinval_satp_vtvm1 */
static bool may_fence(const Hart *hart)
{
    if (hart_is_guest(hart))
        return hart->mmu.priv == PRIV_S &&
               (!(hart->csr.hstatus & HSTATUS_VTVM) || BROKEN(vtvm_fence));
    return hart->mmu.priv == PRIV_M ||
           (hart->mmu.priv == PRIV_S && !(hart->csr.mstatus & MSTATUS_TVM));
}

EXEC(sfence_vma)
{
    if (!may_fence(hart))
        return hart_refuse(hart);
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
    bool refused = hart->mmu.priv == PRIV_U || (BROKEN(vtvm_inval) && !may_fence(hart));
    return refused ? hart_refuse(hart) : EXEC_NEXT;
}

EXEC(sfence_inval_ir)
{
    return exec_sfence_w_inval(hart, in);
}

/* Hypervisor instructions. */

/* May the present mode fence for guests? norm:hfence-vvma_hfence-gvma_exceptions, norm:H_virtinst_vu_vs_hinst */
static bool may_fence_guests(const Hart *hart)
{
    return !hart_is_guest(hart) && hart->mmu.priv != PRIV_U;
}

/* TVM has no effect: norm:hfence-vvma_tvm. norm:hfence-vvma_mode; of an ASID that is too large only the low bits count:
 * norm:hfence-vvma_asid */
EXEC(hfence_vvma)
{
    if (!may_fence_guests(hart) || (BROKEN(tvm_vvma) && !may_fence(hart)))
        return hart_refuse(hart);
    hart->counters.happened[EVENT_tlb_fences]++;
    mmu_hfence_vvma(&hart->mmu, !in->rs1, (Gva){ hart->x[in->rs1] }, !in->rs2,
                    (uint16_t)hart->x[in->rs2]);
    return EXEC_NEXT;
}

/* rs1 holds the guest physical address shifted right by two. norm:hfence-gvma_op */
EXEC(hfence_gvma)
{
    bool tvm = hart->mmu.priv == PRIV_S && hart->csr.mstatus & MSTATUS_TVM;
    if (!may_fence_guests(hart) || (tvm && !BROKEN(tvm_gvma)))
        return hart_refuse(hart);
    hart->counters.happened[EVENT_tlb_fences]++;
    mmu_hfence_gvma(&hart->mmu, !in->rs1, (Gpa){ hart->x[in->rs1] << (BROKEN(gvma_shift) ? 0 : 2) },
                    !in->rs2, (uint16_t)(hart->x[in->rs2] & MASK(13, 0)));
    return EXEC_NEXT;
}

EXEC(hinval_vvma)
{
    return exec_hfence_vvma(hart, in);
}

EXEC(hinval_gvma)
{
    return exec_hfence_gvma(hart, in);
}

/* norm:hlsv_mode, norm:hlsv_illegalinst, norm:hlsv_virtinst, norm:hstatus_hu_op */
static bool may_access_guest(const Hart *hart)
{
    if (hart_is_guest(hart))
        return false;
    return hart->mmu.priv != PRIV_U || hart->csr.hstatus & HSTATUS_HU || BROKEN(hlv_hu);
}

/* The effective privilege. norm:hlsv_priv, norm:mstatus_mprv_hlsv */
static unsigned guest_privilege(const Hart *hart)
{
    if (BROKEN(hlv_mprv) && hart->csr.mstatus & MSTATUS_MPRV)
        return bits(hart->csr.mstatus, 12, 11) ? PRIV_S : PRIV_U;
    if (BROKEN(hlv_spp))
        return bits(hart->csr.mstatus, 8, 8);
    return hart->csr.hstatus & HSTATUS_SPVP ? PRIV_S : PRIV_U;
}

/* watch_stops of an access as the guest with `priv`: meanwhile its registers decide. */
static bool watch_stops_guest(Hart *hart, unsigned priv, uint8_t pmlen, uint64_t address,
                              unsigned size, Accessed how)
{
    Mmu *mmu = &hart->mmu;
    bool v = mmu->data_v;
    uint8_t own_priv = mmu->data_priv, own_pmlen = mmu->pmlen;
    mmu->data_v = true;
    mmu->data_priv = (uint8_t)priv;
    mmu->pmlen = pmlen;
    bool stops = watch_stops(hart, address, size, how);
    mmu->data_v = v;
    mmu->data_priv = own_priv;
    mmu->pmlen = own_pmlen;
    return stops;
}

/* norm:henvcfg_pmm_op: PMM and HUPMM are for HLV and HSV; HLVX fetches, and nothing masks that. */
static bool load_from_guest(Hart *hart, uint64_t address, unsigned size, bool execute,
                            uint64_t *value)
{
    unsigned priv = guest_privilege(hart);
    uint8_t pmlen = execute && !BROKEN(hlvx_masked) ? 0 : hart_guest_masked_bits(hart, priv);
    if (trigger_stops(hart, address, size, ACCESS_READ) ||
        watch_stops_guest(hart, priv, pmlen, address, size, ACCESSED_READ) ||
        !mmu_guest_load(&hart->mmu, priv, execute, pmlen, (Gva){ address }, size, value))
        return false;
    report_access(hart, address, size, ACCESSED_READ, 0);
    return true;
}

/* norm:hlsv_op */
#define GUEST_LOAD(name, type, execute)                                              \
    EXEC(name)                                                                       \
    {                                                                                \
        uint64_t value;                                                              \
        if (!may_access_guest(hart))                                                 \
            return hart_refuse(hart);                                                \
        if (!load_from_guest(hart, hart->x[in->rs1], sizeof(type), execute, &value)) \
            return hart_raise_fault(hart);                                           \
        hart->x[in->rd] = (uint64_t)(type)value;                                     \
        return EXEC_NEXT;                                                            \
    }

GUEST_LOAD(hlv_b, int8_t, false)
GUEST_LOAD(hlv_bu, uint8_t, false)
GUEST_LOAD(hlv_h, int16_t, false)
GUEST_LOAD(hlv_hu, uint16_t, false)
GUEST_LOAD(hlvx_hu, uint16_t, true)
GUEST_LOAD(hlv_w, int32_t, false)
GUEST_LOAD(hlv_wu, uint32_t, false)
GUEST_LOAD(hlvx_wu, uint32_t, true)
GUEST_LOAD(hlv_d, uint64_t, false)

static ExecResult store_to_guest(Hart *hart, const Insn *in, unsigned size)
{
    uint64_t address = hart->x[in->rs1], value = hart->x[in->rs2];
    unsigned priv = guest_privilege(hart);
    uint8_t pmlen = hart_guest_masked_bits(hart, priv);
    if (!may_access_guest(hart))
        return hart_refuse(hart);
    if (trigger_stops(hart, address, size, ACCESS_WRITE) ||
        watch_stops_guest(hart, priv, pmlen, address, size, ACCESSED_WRITE) ||
        !mmu_guest_store(&hart->mmu, priv, pmlen, (Gva){ address }, size, value))
        return hart_raise_fault(hart);
    report_access(hart, address, size, ACCESSED_WRITE, value);
    return EXEC_NEXT;
}

EXEC(hsv_b)
{
    return store_to_guest(hart, in, 1);
}

EXEC(hsv_h)
{
    return store_to_guest(hart, in, 2);
}

EXEC(hsv_w)
{
    return store_to_guest(hart, in, 4);
}

EXEC(hsv_d)
{
    return store_to_guest(hart, in, 8);
}

/* Cache blocks of 64 bytes. There is no cache to manage, only permissions to check. */

/* Do menvcfg, for a guest henvcfg, and in user modes senvcfg enable the operation? `field` may be several bits: zero
 * is off. norm:henvcfg_cbze, norm:henvcfg_cbcfe, norm:cbo-inval_h-mode_veq1_op; flushing and invalidating are the
 * same here: norm:cbo-inval_h-mode_op0, norm:cbo-inval_h-mode_op1, norm:cbo-inval_h-mode_op2 */
static CsrAccess check_cbo(const Hart *hart, uint64_t field)
{
    bool guest = hart_is_guest(hart);
    bool user = hart->mmu.priv != PRIV_U || !hart->isa->has[EXT_S] || hart->csr.senvcfg & field ||
                (BROKEN(cbo_user) && guest);
    CsrAccess access =
        csr_enabled(hart, hart->csr.menvcfg & field, hart->csr.henvcfg & field, user);
    return BROKEN(cbo_illegal) && access == CSR_VIRTUAL ? CSR_ILLEGAL : access;
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

/* Nothing that has blocks is there. norm:cbm_unperm_fault, norm:cbz_unperm_fault */
static ExecResult fault_nowhere(Hart *hart, uint64_t address)
{
    mmu_take_back(&hart->mmu);
    hart->mmu.fault = (Fault){ .cause = CAUSE_STORE_ACCESS, .guest = hart->mmu.data_v };
    return fault_block(hart, address);
}

/* The block must be accessible for reading or writing, which where nothing can be written and not read means reading,
 * and be somewhere; faults are those of a store. The dirty bit is left alone. norm:cbm_access, norm:cbm_unperm_fault,
 * norm:cbm_unperm_translate */
static ExecResult manage_block(Hart *hart, const Insn *in, uint64_t field)
{
    Spa spa;
    uint64_t address = hart->x[in->rs1];
    CsrAccess access = check_cbo(hart, field);
    if (access != CSR_ALLOWED)
        return refuse_access(hart, access);
    if (trigger_stops_block(hart, address))
        return hart_raise_fault(hart);
    if (!mmu_translate(&hart->mmu, (Gva){ address & ~63ull }, 64, ACCESS_READ, &spa)) {
        /* The difference is the same for all three kinds. */
        hart->mmu.fault.cause += CAUSE_STORE_PAGE - CAUSE_LOAD_PAGE;
        return fault_block(hart, address);
    }
    return bus_is_ram(hart->mmu.bus, spa, 64) || bus_find(hart->mmu.bus, spa)
               ? EXEC_NEXT
               : fault_nowhere(hart, address);
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

/* All of the block or nothing is written, and only to memory: a device has no blocks. It is translated once: it may hold the
 * very entries that translate it. */
EXEC(cbo_zero)
{
    Spa spa;
    uint64_t address = hart->x[in->rs1], block = address & ~63ull;
    CsrAccess access = check_cbo(hart, ENVCFG_CBZE);
    if (access != CSR_ALLOWED)
        return refuse_access(hart, access);
    if (trigger_stops_block(hart, block) || watch_stops(hart, block, 64, ACCESSED_WRITE))
        return hart_raise_fault(hart);
    if (!mmu_translate(&hart->mmu, (Gva){ block }, 64, ACCESS_WRITE, &spa))
        return fault_block(hart, address);
    if (!bus_is_ram(hart->mmu.bus, spa, 64))
        return fault_nowhere(hart, address);
    static const uint8_t zeros[64];
    bool stored = bus_write_bytes(hart->mmu.bus, spa, zeros, 64, requester_hart(hart->mmu.hart));
    g_assert(stored);
    for (unsigned i = 0; i < 64; i += 8)
        report_access(hart, block + i, 8, ACCESSED_WRITE, 0);
    return EXEC_NEXT;
}
