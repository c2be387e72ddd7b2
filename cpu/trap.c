/* SPDX-License-Identifier: MIT */
/*
 * trap.c - exceptions, interrupts and the returns from them: the one place where privilege changes.
 *
 * A trap goes to M-mode unless it is delegated and came from below; one of a guest may be delegated twice, to the guest
 * itself. Entry saves pc, cause, value and the interrupt enable of the mode it goes to; xRET undoes that.
 */
#include <string.h>

#include "cpu/csr.h"
#include "cpu/hart.h"
#include "cpu/notes.h"
#include "cpu/past.h"
#include "cpu/stats.h"
#include "cpu/worlds.h"
#include "emu/base/mutant.h"
#include "mmu/timing/timing.h"

ExecResult hart_raise(Hart *hart, uint64_t cause, uint64_t tval)
{
    hart->exception = (Trap){ .cause = cause, .tval = tval };
    return EXEC_TRAP;
}

/* The instruction at pc. Its parcels were fetched just now, so this cannot fail; if memory changed under it, zero is as
 * good. */
static uint32_t instruction_word(Hart *hart)
{
    const FetchEntry *entry = bank_fetch_entry(hart->mmu.fetch, hart->pc);
    uint64_t offset = hart->pc & PAGE_OFFSET;
    Spa at = { entry->spa + offset };
    uint16_t low = 0, high = 0;
    uint32_t word;
    if (LIKELY(entry->tag == hart->pc - offset && offset <= PAGE_SIZE - sizeof word &&
               bus_is_ram(hart->mmu.bus, at, sizeof word))) {
        memcpy(&word, bus_ram_at(hart->mmu.bus, at), sizeof word);
        return insn_length((uint16_t)word) == 4 ? word : word & 0xffff;
    }
    if (mmu_fetch_parcel(&hart->mmu, (Gva){ hart->pc }, &low) && insn_length(low) == 4 &&
        !mmu_fetch_parcel(&hart->mmu, (Gva){ hart->pc + 2 }, &high))
        high = 0;
    return (uint32_t)high << 16 | low;
}

ExecResult hart_raise_illegal(Hart *hart)
{
    return hart_raise(hart, CAUSE_ILLEGAL, instruction_word(hart));
}

/* norm:H_virtinst_xtval */
ExecResult hart_raise_virtual(Hart *hart)
{
    return hart_raise(hart, CAUSE_VIRTUAL, BROKEN(virtual_tval) ? 0 : instruction_word(hart));
}

ExecResult hart_refuse(Hart *hart)
{
    bool is_virtual = hart_is_guest(hart) && !BROKEN(virtual_is_illegal);
    return is_virtual ? hart_raise_virtual(hart) : hart_raise_illegal(hart);
}

ExecResult hart_raise_at(Hart *hart, uint64_t cause, uint64_t address)
{
    hart_raise(hart, cause, address);
    hart->exception.gva = hart_is_guest(hart) && !BROKEN(gva_breakpoint);
    return EXEC_TRAP;
}

static bool is_guest_page_fault(uint64_t cause)
{
    return cause == CAUSE_FETCH_GUEST_PAGE || cause == CAUSE_LOAD_GUEST_PAGE ||
           cause == CAUSE_STORE_GUEST_PAGE;
}

static bool is_of_fetch(uint64_t cause)
{
    return cause == CAUSE_FETCH_ACCESS || cause == CAUSE_FETCH_PAGE ||
           cause == CAUSE_FETCH_GUEST_PAGE || cause == CAUSE_FETCH_MISALIGNED;
}

/*
 * htinst or mtinst for a fault: the pseudo-instruction of a load or store of a PTE when the VS stage's own access
 * failed (norm:H_trap_xtinst_guestpage, norm:H_trap_xtinst_guestpage_rw), or the transformed instruction, or zero.
 * norm:H_trap_xtinst_exception_lead-in, norm:H_trap_xtinst_exception_list; of interrupts always zero, as Trap says:
 * norm:H_trap_xtinst_interrupt
 */
static uint64_t fault_instruction(Hart *hart, const Fault *fault)
{
    if (is_guest_page_fault(fault->cause) && fault->implicit && !BROKEN(pseudo_missing))
        return fault->implicit_write && !BROKEN(pseudo_write) ? 0x3020 : 0x3000;
    if (is_of_fetch(fault->cause) || hart->isa->zero_tinst)
        return 0;
    return insn_transform(instruction_word(hart), fault->offset, hart->isa);
}

ExecResult hart_raise_fault(Hart *hart)
{
    Fault fault = hart->mmu.fault;
    if (BROKEN(gva_hlv))
        fault.guest = hart_is_guest(hart);
    if (BROKEN(fetch_tval) && is_of_fetch(fault.cause))
        fault.gva.v = hart->pc;
    hart->exception = (Trap){ .cause = fault.cause, .tval = fault.gva.v, .gva = fault.guest };
    /* Nobody emulates an access for software that is neither a guest's nor M-mode's own: it need not wait for the
     * instruction to be read again. */
    bool delegated = hart->mmu.priv != PRIV_M && hart->csr.medeleg >> fault.cause & 1;
    if (!hart->has_h || (delegated && !fault.guest))
        return EXEC_TRAP;
    /* norm:htval_trapval, norm:mtval2_trapval, norm:H_guest_page_fault */
    if (is_guest_page_fault(fault.cause))
        hart->exception.tval2 = BROKEN(gpa_whole) ? fault.gpa.v : fault.gpa.v >> 2;
    hart->exception.tinst = fault_instruction(hart, &fault);
    return EXEC_TRAP;
}

/* norm:mtvec_mode_vectored_op: interrupts of a vectored handler go to base + 4 * cause. */
static uint64_t handler(uint64_t tvec, uint64_t cause)
{
    uint64_t base = tvec & ~3ull;
    return tvec & 1 && cause & CAUSE_INTERRUPT ? base + 4 * (cause & ~CAUSE_INTERRUPT) : base;
}

/* The one place where privilege changes while the hart runs. */
static void change_mode(Hart *hart, unsigned to, bool guest, bool returning)
{
    if (UNLIKELY(hart->counters.filtered) && (to != hart->mmu.priv || guest != hart->mmu.v))
        counters_change_mode(hart, mode_of(to, guest), returning);
    if (UNLIKELY(hart->stats))
        stats_leave_mode(hart);
    hart->mmu.priv = (uint8_t)to;
    hart->mmu.v = guest;
}

/* Where RNMIs and exceptions among them go: to the configured address, or to where mtvec points. norm:rnmi_trap_addr */
static uint64_t rnmi_handler(const Hart *hart, uint64_t vector)
{
    return vector ? vector : hart->csr.mtvec & ~3ull;
}

/* xstatus of a trap to S-mode or VS-mode. norm:mstatus_xpie_xie_xpp_trap_op, norm:sstatus_sdt_trap */
static uint64_t supervisor_status(const Hart *hart, uint64_t status, uint64_t environment)
{
    status = set_bits(status, 5, 5, bits(status, 1, 1));
    status = set_bits(status, 8, 8, hart->mmu.priv);
    if (environment & MENVCFG_DTE)
        status |= MSTATUS_SDT;
    return status & ~(uint64_t)MSTATUS_SIE;
}

/* norm:H_trap_hs_csrwrites, norm:hstatus_spv_op, norm:hstatus_spvp_op */
static void write_hypervisor_csrs(Hart *hart, const Trap *trap)
{
    uint64_t status = hart->csr.hstatus & ~(uint64_t)(HSTATUS_SPV | HSTATUS_GVA);
    if (hart->mmu.v || BROKEN(spvp_always))
        status = set_bits(status, 8, 8, hart->mmu.priv);
    status |= hart->mmu.v ? HSTATUS_SPV : 0;
    bool gva = trap->gva || (BROKEN(gva_is_spv) && hart->mmu.v);
    hart->csr.hstatus = status | (gva ? HSTATUS_GVA : 0);
    if (trap->tval2 || !BROKEN(htval_stays))
        hart->csr.htval = trap->tval2;
    if (trap->tinst || !BROKEN(tinst_stays))
        hart->csr.htinst = trap->tinst;
}

static void enter_supervisor(Hart *hart, const Trap *trap)
{
    if (hart->has_h)
        write_hypervisor_csrs(hart, trap);
    hart->csr.mstatus = supervisor_status(hart, hart->csr.mstatus, hart->csr.menvcfg);
    hart->csr.sepc = hart->pc;
    hart->csr.scause = trap->cause;
    hart->csr.stval = trap->tval;
    hart->pc = handler(hart->csr.stvec, trap->cause);
    change_mode(hart, PRIV_S, false, false);
}

/* Nothing of the hypervisor's changes. norm:H_trap_vs_csrwrites */
static void enter_guest(Hart *hart, const Trap *trap)
{
    hart->csr.vsstatus =
        supervisor_status(hart, hart->csr.vsstatus, hart->csr.menvcfg & hart->csr.henvcfg);
    hart->csr.vsepc = hart->pc;
    hart->csr.vscause =
        trap->cause - (BROKEN(vscause_exception) && !(trap->cause & CAUSE_INTERRUPT));
    if (BROKEN(guest_trap_hstatus))
        write_hypervisor_csrs(hart, trap);
    hart->csr.vstval = trap->tval;
    hart->pc = handler(hart->csr.vstvec, trap->cause);
    change_mode(hart, PRIV_S, true, false);
}

/* norm:H_trap_m_csrwrites, norm:mstatus_gva_op */
static void enter_machine(Hart *hart, const Trap *trap)
{
    uint64_t status = hart->csr.mstatus;
    status = set_bits(status, 7, 7, bits(status, 3, 3));
    status = set_bits(status, 12, 11, hart->mmu.priv);
    if (hart->has_double_trap)
        status |= MSTATUS_MDT; /* norm:trap_exp */
    if (hart->has_h) {
        status = set_bits(status, 39, 39, hart->mmu.v);
        status = set_bits(status, 38, 38, trap->gva && !BROKEN(gva_machine));
        hart->csr.mtinst = trap->tinst;
    }
    hart->csr.mstatus = status & ~(uint64_t)MSTATUS_MIE;
    hart->csr.mepc = hart->pc;
    hart->csr.mcause = trap->cause;
    hart->csr.mtval = trap->tval;
    hart->csr.mtval2 = trap->tval2;
    hart->pc = handler(hart->csr.mtvec, trap->cause);
    change_mode(hart, PRIV_M, false, false);
}

/* norm:rnmi_entry, norm:trap_unexp_hndl_rnmi */
static void enter_rnmi(Hart *hart, uint64_t cause)
{
    hart->csr.mnepc = hart->pc;
    hart->csr.mncause = cause;
    hart->csr.mnstatus = set_bits(0, 12, 11, hart->mmu.priv) | (hart->mmu.v ? MNSTATUS_MNPV : 0);
    hart->pc = rnmi_handler(hart, hart->isa->rnmi_interrupt_vector);
    change_mode(hart, PRIV_M, false, false);
}

/* norm:trap_unexp_hndl_no_rnmi: the hart ceases, and nothing else changes. */
static void enter_critical_error(Hart *hart)
{
    TRACE(hart->trace, critical, hart->id, hart->pc);
    hart->critical = hart->idle = true;
    hart->attention |= ATTENTION_YIELD;
}

/* norm:trap_unexp_mdt_1, norm:trap_unexp_mnstatus_nmie_0 */
static bool is_unexpected(const Hart *hart)
{
    return hart->has_double_trap &&
           (hart->csr.mstatus & MSTATUS_MDT || (hart->mmu.priv == PRIV_M && !hart_nmie(hart)));
}

static void trap_to_machine(Hart *hart, const Trap *trap)
{
    bool in_rnmi = !hart_nmie(hart) && hart->mmu.priv == PRIV_M;
    if (is_unexpected(hart)) {
        if (hart->has_rnmi && hart_nmie(hart))
            enter_rnmi(hart, trap->cause);
        else
            enter_critical_error(hart);
        return;
    }
    enter_machine(hart, trap);
    /* norm:rnmi_exception_nmie0 */
    if (in_rnmi)
        hart->pc = rnmi_handler(hart, hart->isa->rnmi_exception_vector);
}

/* norm:sstatus_sdt_trap, norm:vsstatus_sdt_op: while the supervisor is not ready for a trap, M-mode gets a double
 * trap. */
static void trap_to_supervisor(Hart *hart, const Trap *trap, bool guest)
{
    if ((guest ? hart->csr.vsstatus : hart->csr.mstatus) & MSTATUS_SDT) {
        Trap twice = *trap;
        twice.cause = CAUSE_DOUBLE_TRAP;
        twice.tval2 = trap->cause;
        trap_to_machine(hart, &twice);
    } else if (guest) {
        enter_guest(hart, trap);
    } else {
        enter_supervisor(hart, trap);
    }
}

/* After privilege changed by a trap or a return. */
static void settle_mode(Hart *hart)
{
    hart->mmu.reservation = RESERVATION_NONE; /* ADR 0005 */
    hart_update_mode(hart);
    hart_update_irq_mode(hart);
    if (UNLIKELY(hart->worlds))
        worlds_arrive(hart);
}

/* Who takes an exception. norm:hedeleg_op, norm:H_trap_deleg */
static Level exception_level(const Hart *hart, uint64_t cause)
{
    if (hart->mmu.priv == PRIV_M || !(hart->csr.medeleg >> cause & 1))
        return LEVEL_M;
    if (BROKEN(guest_faults_go_down) && is_guest_page_fault(cause))
        return hart_is_guest(hart) ? LEVEL_VS : LEVEL_HS;
    return hart_is_guest(hart) && hart->csr.hedeleg >> cause & 1 ? LEVEL_VS : LEVEL_HS;
}

/* Timed mode: entering a handler takes longer than a cycle. */
static void charge_trap(Hart *hart)
{
    TimingHart *h = hart->mmu.timing;
    if (UNLIKELY(h != NULL))
        h->stall += h->timing->config.profile.trap_cycles;
}

static void enter(Hart *hart, const Trap *trap, Level level)
{
    unsigned from = hart_mode(hart);
    bool looks = UNLIKELY(hart->triggers.kinds & (TRIGGER_TRAPS | TRIGGER_COUNT));
    bool may_count = looks && trigger_may_fire(hart);
    if (UNLIKELY(hart->past))
        past_trap(hart, trap, level);
    if (UNLIKELY(hart->notes))
        notes_trap(hart, trap, level);
    if (UNLIKELY(hart->stats))
        stats_trap(hart, trap, level);
    if (UNLIKELY(hart->worlds))
        worlds_leave(hart);
    if (level == LEVEL_M)
        trap_to_machine(hart, trap);
    else
        trap_to_supervisor(hart, trap, level == LEVEL_VS);
    hart->trap_units++;
    charge_trap(hart);
    hart->counters.happened[trap->cause & CAUSE_INTERRUPT ? EVENT_interrupts : EVENT_exceptions]++;
    if (looks)
        trigger_trapped(hart, from, trap->cause, may_count);
    settle_mode(hart);
}

void hart_take_trap(Hart *hart)
{
    enter(hart, &hart->exception, exception_level(hart, hart->exception.cause));
}

/* The one with the lowest number. Not an unexpected trap, and MDT stays. norm:mstatus_mdt_not_set_rnmi */
static void take_rnmi(Hart *hart)
{
    unsigned cause = (unsigned)__builtin_ctzll(hart->rnmi_pending);
    hart->rnmi_pending &= hart->rnmi_pending - 1;
    hart->idle = false;
    if (UNLIKELY(hart->worlds))
        worlds_leave(hart);
    if (UNLIKELY(hart->notes))
        notes_trap(hart, &(Trap){ .cause = CAUSE_INTERRUPT | cause }, LEVEL_M);
    enter_rnmi(hart, CAUSE_INTERRUPT | cause);
    hart->trap_units++;
    charge_trap(hart);
    hart->counters.happened[EVENT_interrupts]++;
    settle_mode(hart);
}

void hart_take_interrupt(Hart *hart)
{
    unsigned number = 0;
    if (hart_takes_rnmi(hart)) {
        take_rnmi(hart);
        return;
    }
    Level level = hart_find_interrupt(hart, &number);
    g_assert(level != LEVEL_NONE);
    hart->idle = false;
    enter(hart, &(Trap){ .cause = CAUSE_INTERRUPT | number }, level);
}

/* Goes on at `pc` with privilege `to`, in a guest or not. norm:mstatus_mprv_clr_mret_sret_less_priv,
 * norm:sstatus_sdt_clr_mret_sret, norm:vsstatus_sdt_clr_mret_sret, norm:sret_dt */
static void return_to(Hart *hart, uint64_t pc, unsigned to, bool guest, ModeReason why)
{
    if (UNLIKELY(hart->worlds))
        worlds_leave(hart);
    hart->pc = pc;
    if (UNLIKELY(hart->past))
        past_return(hart, to, guest);
    if (UNLIKELY(hart->notes))
        notes_return(hart, to, guest, why);
    if (!hart->mmu.v) {
        if (to != PRIV_M && !BROKEN(mret_mprv))
            hart->csr.mstatus &= ~(uint64_t)MSTATUS_MPRV;
        if (to == PRIV_U || guest)
            hart->csr.mstatus &= ~(uint64_t)MSTATUS_SDT;
    }
    if (to == PRIV_U && guest && !BROKEN(sret_sdt))
        hart->csr.vsstatus &= ~(uint64_t)MSTATUS_SDT;
    change_mode(hart, to, guest, true);
    hart->counters.happened[EVENT_trap_returns]++;
    settle_mode(hart);
}

/* norm:xret_op, norm:mret_h, norm:mstatus_mpv_op, norm:mstatus_mdt_clr_mret_sret */
void hart_machine_return(Hart *hart)
{
    uint64_t status = hart->csr.mstatus & ~MSTATUS_MDT;
    unsigned to = (unsigned)bits(status, 12, 11);
    bool guest = status & MSTATUS_MPV && to != PRIV_M;
    status = set_bits(status, 3, 3, bits(status, 7, 7)) | MSTATUS_MPIE;
    /* The least-privileged mode there is goes into MPP. norm:mstatus_xpie_xpp_op */
    status &= ~(MSTATUS_MPP | (BROKEN(mret_mpv) ? 0 : MSTATUS_MPV));
    if (!hart->isa->has[EXT_U])
        status |= MSTATUS_MPP;
    hart->csr.mstatus = status;
    return_to(hart, csr_read(hart, CSR_mepc), to, guest, WHY_MRET);
}

/* SPP, SPIE and SDT of sstatus or vsstatus. norm:sstatus_sdt_sret */
static uint64_t returned_status(uint64_t status)
{
    status = set_bits(status, 1, 1, bits(status, 5, 5)) | MSTATUS_SPIE;
    return status & ~(uint64_t)(MSTATUS_SPP | MSTATUS_SDT);
}

/* norm:xret_op, norm:sret_h, norm:sret_v0, norm:hstatus_spv_sret; of a guest only its own registers change:
 * norm:sret_v1 */
void hart_supervisor_return(Hart *hart)
{
    bool guest = hart->mmu.v && !BROKEN(sret_guest);
    uint64_t *status = guest ? &hart->csr.vsstatus : &hart->csr.mstatus;
    unsigned to = (unsigned)bits(*status, 8, 8);
    if (hart->mmu.priv == PRIV_M)
        *status &= ~MSTATUS_MDT;
    *status = returned_status(*status);
    uint64_t pc = csr_read(hart, guest ? CSR_vsepc : CSR_sepc);
    if (!guest) {
        guest = hart->csr.hstatus & HSTATUS_SPV;
        hart->csr.hstatus &= ~(uint64_t)(BROKEN(sret_spv) ? 0 : HSTATUS_SPV);
        hart->csr.hstatus &= ~(uint64_t)(BROKEN(sret_spvp) ? HSTATUS_SPVP : 0);
    }
    return_to(hart, pc, to, guest, WHY_SRET);
}

/* norm:mnret_restore, norm:mnret_mprv, norm:mstatus_mdt_clr_mnret */
void hart_rnmi_return(Hart *hart)
{
    unsigned to = (unsigned)bits(hart->csr.mnstatus, 12, 11);
    bool guest = hart->csr.mnstatus & MNSTATUS_MNPV && to != PRIV_M;
    if (to != PRIV_M)
        hart->csr.mstatus &= ~MSTATUS_MDT;
    hart->csr.mnstatus |= MNSTATUS_NMIE;
    return_to(hart, csr_read(hart, CSR_mnepc), to, guest, WHY_MNRET);
}
