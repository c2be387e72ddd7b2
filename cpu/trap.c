/* SPDX-License-Identifier: MIT */
/*
 * trap.c - exceptions, interrupts and the returns from them: the one place where privilege changes.
 *
 * A trap goes to M-mode unless it is delegated and came from S or U. Entry saves pc, cause, value and the interrupt
 * enable of the mode it goes to; xRET undoes that.
 */
#include "cpu/csr.h"
#include "cpu/hart.h"

/* Interrupts from the highest priority down. norm:mip_mie_std_enc_txt and "Machine Interrupt" priorities */
static const uint8_t irq_priority[] = { IRQ_MEI, IRQ_MSI, IRQ_MTI,  IRQ_SEI,
                                        IRQ_SSI, IRQ_STI, IRQ_LCOFI };

ExecResult hart_raise(Hart *hart, uint64_t cause, uint64_t tval)
{
    hart->exception.cause = cause;
    hart->exception.tval = tval;
    return EXEC_TRAP;
}

ExecResult hart_raise_illegal(Hart *hart)
{
    uint16_t low = 0, high = 0;
    /* The parcels were fetched just now, so this cannot fail; if memory changed under it, zero is as good. */
    if (mmu_fetch_parcel(&hart->mmu, (Gva){ hart->pc }, &low) && insn_length(low) == 4 &&
        !mmu_fetch_parcel(&hart->mmu, (Gva){ hart->pc + 2 }, &high))
        high = 0;
    return hart_raise(hart, CAUSE_ILLEGAL, (uint64_t)high << 16 | low);
}

ExecResult hart_raise_fault(Hart *hart)
{
    return hart_raise(hart, hart->mmu.fault.cause, hart->mmu.fault.gva.v);
}

/* norm:mtvec_mode_vectored_op: interrupts of a vectored handler go to base + 4 * cause. */
static uint64_t handler(uint64_t tvec, uint64_t cause)
{
    uint64_t base = tvec & ~3ull;
    return tvec & 1 && cause & CAUSE_INTERRUPT ? base + 4 * (cause & ~CAUSE_INTERRUPT) : base;
}

/* The one place where privilege changes while the hart runs. */
static void change_mode(Hart *hart, unsigned to, bool returning)
{
    if (UNLIKELY(hart->counters.filtered) && to != hart->mmu.priv)
        counters_change_mode(hart, to, returning);
    hart->mmu.priv = (uint8_t)to;
}

/* Where RNMIs and exceptions among them go: to the configured address, or to where mtvec points. norm:rnmi_trap_addr */
static uint64_t rnmi_handler(const Hart *hart, uint64_t vector)
{
    return vector ? vector : hart->csr.mtvec & ~3ull;
}

/* norm:mstatus_xpie_xie_xpp_trap_op */
static void enter_supervisor(Hart *hart, uint64_t cause, uint64_t tval)
{
    uint64_t status = hart->csr.mstatus;
    status = set_bits(status, 5, 5, bits(status, 1, 1));
    status = set_bits(status, 8, 8, hart->mmu.priv);
    if (hart->csr.menvcfg & MENVCFG_DTE)
        status |= MSTATUS_SDT;
    hart->csr.mstatus = status & ~(uint64_t)MSTATUS_SIE;
    hart->csr.sepc = hart->pc;
    hart->csr.scause = cause;
    hart->csr.stval = tval;
    hart->pc = handler(hart->csr.stvec, cause);
    change_mode(hart, PRIV_S, false);
}

static void enter_machine(Hart *hart, uint64_t cause, uint64_t tval)
{
    uint64_t status = hart->csr.mstatus;
    status = set_bits(status, 7, 7, bits(status, 3, 3));
    status = set_bits(status, 12, 11, hart->mmu.priv);
    if (hart->has_double_trap)
        status |= MSTATUS_MDT; /* norm:trap_exp */
    hart->csr.mstatus = status & ~(uint64_t)MSTATUS_MIE;
    hart->csr.mepc = hart->pc;
    hart->csr.mcause = cause;
    hart->csr.mtval = tval;
    hart->pc = handler(hart->csr.mtvec, cause);
    change_mode(hart, PRIV_M, false);
}

/* norm:rnmi_entry, norm:trap_unexp_hndl_rnmi */
static void enter_rnmi(Hart *hart, uint64_t cause)
{
    hart->csr.mnepc = hart->pc;
    hart->csr.mncause = cause;
    hart->csr.mnstatus = set_bits(0, 12, 11, hart->mmu.priv);
    hart->pc = rnmi_handler(hart, hart->isa->rnmi_interrupt_vector);
    change_mode(hart, PRIV_M, false);
}

/* norm:trap_unexp_hndl_no_rnmi: the hart ceases, and nothing else changes. */
static void enter_critical_error(Hart *hart)
{
    TRACE(hart->trace, critical, hart->id, hart->pc);
    hart->critical = hart->idle = true;
    hart->attention |= ATTENTION_YIELD;
}

static bool nmie(const Hart *hart)
{
    return !hart->has_rnmi || hart->csr.mnstatus & MNSTATUS_NMIE;
}

/* norm:trap_unexp_mdt_1, norm:trap_unexp_mnstatus_nmie_0 */
static bool is_unexpected(const Hart *hart)
{
    return hart->has_double_trap &&
           (hart->csr.mstatus & MSTATUS_MDT || (hart->mmu.priv == PRIV_M && !nmie(hart)));
}

/* A trap to M-mode. `second` is what mtval2 gets. */
static void trap_to_machine(Hart *hart, uint64_t cause, uint64_t tval, uint64_t second)
{
    bool in_rnmi = !nmie(hart) && hart->mmu.priv == PRIV_M;
    if (is_unexpected(hart)) {
        if (hart->has_rnmi && nmie(hart))
            enter_rnmi(hart, cause);
        else
            enter_critical_error(hart);
        return;
    }
    enter_machine(hart, cause, tval);
    hart->csr.mtval2 = second;
    /* norm:rnmi_exception_nmie0 */
    if (in_rnmi)
        hart->pc = rnmi_handler(hart, hart->isa->rnmi_exception_vector);
}

/* norm:sstatus_sdt_trap: while S-mode is not ready for a trap, M-mode gets a double trap. */
static void trap_to_supervisor(Hart *hart, uint64_t cause, uint64_t tval)
{
    if (hart->csr.mstatus & MSTATUS_SDT)
        trap_to_machine(hart, CAUSE_DOUBLE_TRAP, tval, cause);
    else
        enter_supervisor(hart, cause, tval);
}

/* After privilege changed by a trap or a return. */
static void settle_mode(Hart *hart)
{
    hart->mmu.reservation = RESERVATION_NONE; /* ADR 0005 */
    hart_update_context(hart);
    hart_update_irq(hart);
}

static void enter(Hart *hart, uint64_t cause, uint64_t tval)
{
    bool interrupt = cause & CAUSE_INTERRUPT;
    uint64_t delegated = interrupt ? hart->csr.mideleg : hart->csr.medeleg;
    bool to_s = hart->mmu.priv != PRIV_M && delegated >> (cause & 63) & 1;
    unsigned from = hart->mmu.priv;
    bool looks = UNLIKELY(hart->triggers.kinds & (TRIGGER_TRAPS | TRIGGER_COUNT));
    bool may_count = looks && trigger_may_fire(hart);
    TRACE(hart->trace, trap, hart->id, cause, hart->pc, tval, to_s ? PRIV_S : PRIV_M);
    if (to_s)
        trap_to_supervisor(hart, cause, tval);
    else
        trap_to_machine(hart, cause, tval, 0);
    hart->trap_units++;
    hart->counters.happened[interrupt ? EVENT_interrupts : EVENT_exceptions]++;
    if (looks)
        trigger_trapped(hart, from, cause, may_count);
    settle_mode(hart);
}

void hart_take_trap(Hart *hart)
{
    enter(hart, hart->exception.cause, hart->exception.tval);
}

/* norm:rnmi_not_disabled: while NMIE is set nothing holds them back. */
static bool takes_rnmi(const Hart *hart)
{
    return hart->rnmi_pending && nmie(hart) && !hart->critical;
}

void hart_set_rnmi(Hart *hart, unsigned cause)
{
    hart->rnmi_pending |= BIT(cause);
    hart_update_irq(hart);
}

/* The one with the lowest number. Not an unexpected trap, and MDT stays. norm:mstatus_mdt_not_set_rnmi */
static void take_rnmi(Hart *hart)
{
    unsigned cause = (unsigned)__builtin_ctzll(hart->rnmi_pending);
    hart->rnmi_pending &= hart->rnmi_pending - 1;
    hart->idle = false;
    TRACE(hart->trace, trap, hart->id, CAUSE_INTERRUPT | cause, hart->pc, 0, PRIV_M);
    enter_rnmi(hart, CAUSE_INTERRUPT | cause);
    hart->trap_units++;
    hart->counters.happened[EVENT_interrupts]++;
    settle_mode(hart);
}

/* Interrupts that would be taken now, in the mode they would go to first. */
static uint64_t takeable(const Hart *hart)
{
    uint64_t pending = hart_mip(hart) & hart->csr.mie;
    if (LIKELY(!pending) || !nmie(hart))
        return 0; /* norm:mnstatus_nmie_disable */
    uint64_t machine = pending & ~hart->csr.mideleg, supervisor = pending & hart->csr.mideleg;
    unsigned priv = hart->mmu.priv;
    bool m_enabled = priv < PRIV_M || hart->csr.mstatus & MSTATUS_MIE;
    bool s_enabled = priv < PRIV_S || (priv == PRIV_S && hart->csr.mstatus & MSTATUS_SIE);
    if (m_enabled && machine)
        return machine;
    return s_enabled ? supervisor : 0;
}

void hart_update_irq(Hart *hart)
{
    if (takes_rnmi(hart) || takeable(hart))
        hart->attention |= ATTENTION_IRQ;
    else
        hart->attention &= ~(uint32_t)ATTENTION_IRQ;
}

void hart_take_interrupt(Hart *hart)
{
    if (takes_rnmi(hart)) {
        take_rnmi(hart);
        return;
    }
    uint64_t candidates = takeable(hart);
    for (unsigned i = 0; i < G_N_ELEMENTS(irq_priority); i++) {
        if (!(candidates >> irq_priority[i] & 1))
            continue;
        hart->idle = false;
        enter(hart, CAUSE_INTERRUPT | irq_priority[i], 0);
        return;
    }
    g_assert_not_reached();
}

/* WFI resumes on any locally enabled interrupt, whatever mstatus.MIE and the delegation say; WRS as well, or when there
 * is nothing to wait for any more. norm:Zawrs_exec_resume_rules */
bool hart_wakes(const Hart *hart)
{
    bool lost = hart->wakes_on_loss && hart->mmu.reservation == RESERVATION_NONE;
    return !hart->critical && (lost || hart_mip(hart) & hart->csr.mie || takes_rnmi(hart));
}

void hart_set_irq(void *opaque, unsigned input, bool level)
{
    Hart *hart = opaque;
    uint64_t lines = level ? hart->mip_lines | BIT(input) : hart->mip_lines & ~BIT(input);
    if (lines == hart->mip_lines)
        return;
    hart->mip_lines = lines;
    hart_update_irq(hart);
}

uint64_t hart_mip(const Hart *hart)
{
    uint64_t mip = hart->mip_lines | hart->mip_software;
    /* norm:mip_stip_stimecmp_op2: with stimecmp in use STIP is its comparison alone. */
    if (hart->csr.menvcfg & MENVCFG_STCE)
        mip = set_bits(mip, IRQ_STI, IRQ_STI, hart->stip);
    return mip;
}

/* What every return does to mstatus. norm:mstatus_mprv_clr_mret_sret_less_priv, norm:sstatus_sdt_clr_mret_sret */
static void return_to(Hart *hart, unsigned to, uint64_t status)
{
    if (to != PRIV_M)
        status &= ~(uint64_t)MSTATUS_MPRV;
    if (to == PRIV_U)
        status &= ~(uint64_t)MSTATUS_SDT;
    hart->csr.mstatus = status;
    change_mode(hart, to, true);
    hart->counters.happened[EVENT_trap_returns]++;
    TRACE(hart->trace, trap_ret, hart->id, hart->pc, to);
    settle_mode(hart);
}

/* norm:xret_op, norm:mstatus_mdt_clr_mret_sret, norm:sstatus_sdt_sret */
void hart_trap_return(Hart *hart, unsigned level)
{
    uint64_t status = hart->csr.mstatus;
    unsigned to;
    if (hart->mmu.priv == PRIV_M)
        status &= ~MSTATUS_MDT;
    if (level == PRIV_M) {
        to = (unsigned)bits(status, 12, 11);
        status = set_bits(status, 3, 3, bits(status, 7, 7)) | MSTATUS_MPIE;
        status &= ~(uint64_t)MSTATUS_MPP;
        hart->pc = csr_read(hart, CSR_mepc);
    } else {
        to = (unsigned)bits(status, 8, 8);
        status = set_bits(status, 1, 1, bits(status, 5, 5)) | MSTATUS_SPIE;
        status &= ~(uint64_t)(MSTATUS_SPP | MSTATUS_SDT);
        hart->pc = csr_read(hart, CSR_sepc);
    }
    /* The least-privileged mode there is goes into xPP. norm:mstatus_xpie_xpp_op */
    if (level == PRIV_M && !hart->isa->has[EXT_U])
        status |= MSTATUS_MPP;
    return_to(hart, to, status);
}

/* norm:mnret_restore, norm:mnret_mprv, norm:mstatus_mdt_clr_mnret */
void hart_rnmi_return(Hart *hart)
{
    uint64_t status = hart->csr.mstatus;
    unsigned to = (unsigned)bits(hart->csr.mnstatus, 12, 11);
    if (to != PRIV_M)
        status &= ~MSTATUS_MDT;
    hart->csr.mnstatus |= MNSTATUS_NMIE;
    hart->pc = csr_read(hart, CSR_mnepc);
    return_to(hart, to, status);
}
