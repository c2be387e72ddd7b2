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

/* norm:mstatus_xpie_xie_xpp_trap_op */
static void enter_supervisor(Hart *hart, uint64_t cause, uint64_t tval)
{
    uint64_t status = hart->csr.mstatus;
    status = set_bits(status, 5, 5, bits(status, 1, 1));
    status = set_bits(status, 8, 8, hart->mmu.priv);
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
    hart->csr.mstatus = status & ~(uint64_t)MSTATUS_MIE;
    hart->csr.mepc = hart->pc;
    hart->csr.mcause = cause;
    hart->csr.mtval = tval;
    hart->pc = handler(hart->csr.mtvec, cause);
    change_mode(hart, PRIV_M, false);
}

static void enter(Hart *hart, uint64_t cause, uint64_t tval)
{
    bool interrupt = cause & CAUSE_INTERRUPT;
    uint64_t delegated = interrupt ? hart->csr.mideleg : hart->csr.medeleg;
    bool to_s = hart->mmu.priv != PRIV_M && delegated >> (cause & 63) & 1;
    TRACE(hart->trace, trap, hart->id, cause, hart->pc, tval, to_s ? PRIV_S : PRIV_M);
    (to_s ? enter_supervisor : enter_machine)(hart, cause, tval);
    hart->mmu.reservation = RESERVATION_NONE; /* ADR 0005 */
    hart->trap_units++;
    hart->counters.happened[interrupt ? EVENT_interrupts : EVENT_exceptions]++;
    hart_update_context(hart);
    hart_update_irq(hart);
}

void hart_take_trap(Hart *hart)
{
    enter(hart, hart->exception.cause, hart->exception.tval);
}

/* Interrupts that would be taken now, in the mode they would go to first. */
static uint64_t takeable(const Hart *hart)
{
    uint64_t pending = hart_mip(hart) & hart->csr.mie;
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
    if (takeable(hart))
        hart->attention |= ATTENTION_IRQ;
    else
        hart->attention &= ~(uint32_t)ATTENTION_IRQ;
}

void hart_take_interrupt(Hart *hart)
{
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

/* WFI resumes on any locally enabled interrupt, whatever mstatus.MIE and the delegation say. */
bool hart_wakes(const Hart *hart)
{
    return hart_mip(hart) & hart->csr.mie;
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

/* norm:xret_op, norm:mstatus_mprv_clr_mret_sret_less_priv */
void hart_trap_return(Hart *hart, unsigned level)
{
    uint64_t status = hart->csr.mstatus;
    unsigned to;
    if (level == PRIV_M) {
        to = (unsigned)bits(status, 12, 11);
        status = set_bits(status, 3, 3, bits(status, 7, 7)) | MSTATUS_MPIE;
        status &= ~(uint64_t)MSTATUS_MPP;
        hart->pc = csr_read(hart, CSR_mepc);
    } else {
        to = (unsigned)bits(status, 8, 8);
        status = set_bits(status, 1, 1, bits(status, 5, 5)) | MSTATUS_SPIE;
        status &= ~(uint64_t)MSTATUS_SPP;
        hart->pc = csr_read(hart, CSR_sepc);
    }
    if (to != PRIV_M)
        status &= ~(uint64_t)MSTATUS_MPRV;
    /* The least-privileged mode there is goes into xPP. norm:mstatus_xpie_xpp_op */
    if (level == PRIV_M && !hart->isa->has[EXT_U])
        status |= MSTATUS_MPP;
    hart->csr.mstatus = status;
    change_mode(hart, to, true);
    hart->counters.happened[EVENT_trap_returns]++;
    hart->mmu.reservation = RESERVATION_NONE;
    TRACE(hart->trace, trap_ret, hart->id, hart->pc, to);
    hart_update_context(hart);
    hart_update_irq(hart);
}
