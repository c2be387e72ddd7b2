/* SPDX-License-Identifier: MIT */
/*
 * interrupt.c - which interrupts are pending, and which level takes one next.
 *
 * Three levels look at their own share of mip and mie: M at what is not delegated, HS at what is, a guest at what
 * hideleg passes on. A level with more privilege always goes first, and one that is less privileged than the present
 * mode never goes at all. The advanced interrupt architecture adds interrupts that only a lower level sees (mvien,
 * hvien, hvictl), and priorities that order the interrupts of one level.
 */
#include <string.h>

#include "cpu/csr.h"
#include "cpu/hart.h"
#include "cpu/indirect.h"
#include "emu/base/mutant.h"

/* From the highest priority down. AIA, "The standard major interrupt codes, listed in default priority order";
 * norm:mip_mie_std_enc_txt, norm:hsint_priority */
// clang-format off
static const uint8_t default_order[] = {
    47, 23, 46, 45, 22, 44, 43, 21, 42, 41, 20, 40, /* local interrupts */
    IRQ_MEI, IRQ_MSI, IRQ_MTI,
    IRQ_SEI, IRQ_SSI, IRQ_STI, IRQ_SGEI,
    IRQ_VSEI, IRQ_VSSI, IRQ_VSTI, IRQ_LCOFI,
    39, 19, 38, 37, 18, 36, 35, 17, 34, 33, 16, 32, /* local interrupts */
    /* Custom and reserved ones, which can only be virtual: */
    14, 15, 24, 25, 26, 27, 28, 29, 30, 31,
    48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 0, 4, 8,
};
// clang-format on
_Static_assert(sizeof default_order == 64, "every number has a place");

uint64_t hart_mip(const Hart *hart)
{
    /* With mvien the software bit of SEIP is only the supervisor's. */
    uint64_t mip = hart->mip_lines | (hart->mip_software & ~(hart->csr.mvien & BIT(IRQ_SEI)));
    /* norm:mip_stip_stimecmp_op2: with stimecmp in use STIP is its comparison alone. */
    if (hart->csr.menvcfg & MENVCFG_STCE)
        mip = set_bits(mip, IRQ_STI, IRQ_STI, hart->stip);
    return mip | hart->mip_guest;
}

/* norm:hip_vseip_vseie_op, norm:hip_vstip_vstie_acc_op, norm:hip_sgeip_sgeie_acc_op, norm:hgeie_op */
void hart_update_guest_irqs(Hart *hart)
{
    uint64_t environment = hart->csr.menvcfg & (BROKEN(vstip_stce) ? ~0ull : hart->csr.henvcfg);
    uint64_t pending = hart->csr.hvip & IRQS_VS;
    if (hart->hgeip >> bits(hart->csr.hstatus, 17, 12) & 1)
        pending |= BIT(IRQ_VSEI);
    if (hart->vstip && environment & MENVCFG_STCE && !(BROKEN(vstip_needs_guest) && !hart->mmu.v))
        pending |= BIT(IRQ_VSTI);
    if (hart->hgeip & hart->csr.hgeie)
        pending |= BIT(IRQ_SGEI);
    hart->mip_guest = pending;
    hart->has_virtual_irqs = hart->csr.mvien | hart->csr.hvien | (hart->csr.hvictl & HVICTL_VTI);
    hart_update_irq(hart);
}

/* What levels see. */

/* Virtual interrupts of the supervisor: what M-mode passes on by hand. */
static uint64_t supervisor_virtual(const Hart *hart)
{
    return BROKEN(mvien_ignored) ? 0 : hart->csr.mvien & ~hart->csr.mideleg;
}

/* AIA, "The effects of mideleg and mvien on sip and sie"; norm:sie_hip_hie_mutex */
uint64_t hart_sip(const Hart *hart)
{
    uint64_t mvip = hart->csr.mvip | (hart->mip_software & BIT(IRQ_SEI));
    return (hart_mip(hart) & hart->csr.mideleg & ~(uint64_t)IRQS_H) |
           (mvip & supervisor_virtual(hart));
}

uint64_t hart_sie(const Hart *hart)
{
    uint64_t hidden = BROKEN(sie_shows_hie) ? 0 : IRQS_H;
    return (hart->csr.mie & hart->csr.mideleg & ~hidden) |
           (hart->sie_virtual & supervisor_virtual(hart));
}

/* norm:mideleg_hroz; AIA, "Interrupt filtering and virtual interrupts for supervisor level": or what mvien adds. */
uint64_t hart_hideleg(const Hart *hart)
{
    return hart->csr.hideleg &
           (BROKEN(hideleg_alone) ? ~0ull : hart->csr.mideleg | hart->csr.mvien);
}

static uint64_t machine_ready(const Hart *hart)
{
    return hart_mip(hart) & hart->csr.mie & ~hart->csr.mideleg;
}

/* norm:hideleg_hs */
static uint64_t supervisor_ready(const Hart *hart)
{
    uint64_t hypervisor = hart_mip(hart) & hart->csr.mie & hart->csr.mideleg & IRQS_H;
    return (hypervisor | (hart_sip(hart) & hart_sie(hart))) & ~hart_hideleg(hart);
}

/* By the guest's own numbers. norm:hideleg_trans, norm:hideleg_op, norm:hip_vstip_enable */
static uint64_t guest_ready(const Hart *hart)
{
    uint64_t delegated = hart_hideleg(hart);
    uint64_t real = hart_mip(hart) & hart->csr.mie & delegated & IRQS_VS;
    uint64_t passed = hart_sip(hart) & hart_sie(hart) & delegated & ~IRQS_BASE;
    uint64_t virtual = hart->csr.hvip & hart->vsie_virtual & hart->csr.hvien & ~delegated;
    return real >> !BROKEN(vscause_interrupt) | passed | virtual;
}

/* Priorities: lower numbers go first. */

enum {
    ABOVE_EXTERNAL = 0,     /* by default order before the external interrupt of the level */
    UNKNOWN_EXTERNAL = 256, /* the controller gives no number */
    BELOW_EXTERNAL = 4096,
};

typedef struct {
    unsigned id, priority;
    bool found;
} Top;

/* Ties keep what was there: look at candidates in default order. */
static void consider(Top *top, unsigned id, unsigned priority)
{
    if (!top->found || priority < top->priority)
        *top = (Top){ id, priority, true };
}

/* The first of `ready`, where `external` has priority `external_priority` and the others what `iprio` says. AIA,
 * "Effect of the machine-level iprio array on the priorities of interrupts taken in M-mode" */
static Top find_top(uint64_t ready, const uint8_t iprio[64], unsigned external,
                    unsigned external_priority)
{
    Top top = { .found = false };
    bool above = true;
    for (unsigned i = 0; ready && i < sizeof default_order; i++) {
        unsigned id = default_order[i];
        unsigned by_default =
            above || (BROKEN(overflow_first) && id == IRQ_LCOFI) ? ABOVE_EXTERNAL : BELOW_EXTERNAL;
        above = above && id != external;
        if (!(ready >> id & 1))
            continue;
        ready &= ~BIT(id);
        consider(&top, id, id == external ? external_priority : iprio[id] ? iprio[id] : by_default);
    }
    return top;
}

static unsigned or_unknown(unsigned priority)
{
    return priority ? priority : UNKNOWN_EXTERNAL;
}

/* Of IRQ_MEI or IRQ_SEI. AIA, "Configuring priorities of major interrupts at supervisor level": what software or mvien
 * makes pending while the controller says nothing has no number of it. */
static unsigned external_priority(const Hart *hart, unsigned number)
{
    const IrqPriority *external = &hart->external;
    if (!external->number || !(hart->mip_lines & BIT(number)))
        return UNKNOWN_EXTERNAL;
    return or_unknown(external->number(external->to, hart->id, number == IRQ_MEI));
}

/* hviprio1 and hviprio2, spread out. */
static void guest_iprio(const Hart *hart, uint8_t iprio[64])
{
    static const uint8_t first[8] = { 0, IRQ_SSI, 4, IRQ_STI, 8, IRQ_LCOFI, 14, 15 };
    memset(iprio, 0, 64);
    for (unsigned i = 0; i < 8; i++) {
        iprio[first[i]] = (uint8_t)(hart->csr.hviprio1 >> 8 * i);
        iprio[16 + i] = (uint8_t)(hart->csr.hviprio2 >> 8 * i);
    }
}

/* The number of the guest's external interrupt. AIA, "Virtual supervisor top interrupt CSR (vstopi)" */
static unsigned guest_external_priority(const Hart *hart)
{
    uint64_t control = hart->csr.hvictl;
    bool has_file = hart->csr.hstatus & HSTATUS_VGEIN && !BROKEN(hvictl_before_file);
    bool is_external = bits(control, 27, 16) == IRQ_SEI || BROKEN(hvictl_any_iid);
    if (!has_file && is_external && control & 0xff)
        return control & 0xff;
    int file = indirect_file(hart, CSR_vstopei);
    return or_unknown(file < 0 ? 0 : hart->aia->topei(hart->aia->to, (unsigned)file));
}

static Top guest_top(const Hart *hart)
{
    uint64_t control = hart->csr.hvictl, ready = guest_ready(hart), id = bits(control, 27, 16);
    uint8_t iprio[64];
    Top top;
    guest_iprio(hart, iprio);
    if (!(control & HVICTL_VTI))
        return find_top(ready, iprio, IRQ_SEI, guest_external_priority(hart));
    /* What hvictl says takes the place of all but the external interrupt. */
    top = find_top(BROKEN(vti_adds) ? ready : ready & BIT(IRQ_SEI), iprio, IRQ_SEI,
                   guest_external_priority(hart));
    if (id == IRQ_SEI)
        return top;
    bool after = control & HVICTL_DPR;
    unsigned priority = control & 0xff ? control & 0xff : after ? BELOW_EXTERNAL : ABOVE_EXTERNAL;
    if (!top.found || priority < top.priority ||
        (priority == top.priority && (!after || BROKEN(dpr_ignored))))
        top = (Top){ (unsigned)id, priority, true };
    return top;
}

static Top level_top(const Hart *hart, Level level)
{
    if (level == LEVEL_M)
        return find_top(machine_ready(hart), hart->iprio[0], IRQ_MEI,
                        external_priority(hart, IRQ_MEI));
    if (level == LEVEL_HS)
        return find_top(supervisor_ready(hart) & ~(BROKEN(stopi_without_hip) ? IRQS_H : 0ull),
                        hart->iprio[1], IRQ_SEI, external_priority(hart, IRQ_SEI));
    return guest_top(hart);
}

uint64_t hart_topi(const Hart *hart, Level level)
{
    Top top = level_top(hart, level);
    unsigned priority = MIN(top.priority, 255u);
    if (!top.found)
        return 0;
    if (level == LEVEL_VS && !(hart->csr.hvictl & HVICTL_IPRIOM) && !BROKEN(ipriom_ignored))
        priority = 1;
    return (uint64_t)top.id << 16 | priority;
}

/* Who is next. */

/* AIA, "Interrupt traps to VS-mode": vstopi decides, which without hvictl is not zero when anything is ready. */
static bool guest_is_interrupted(const Hart *hart)
{
    bool by_topi = hart->csr.hvictl & HVICTL_VTI && !BROKEN(vstopi_ignored);
    return by_topi ? hart_topi(hart, LEVEL_VS) : guest_ready(hart);
}

/* The level that may be interrupted now and has something to take. */
static Level interrupted_level(const Hart *hart)
{
    unsigned priv = hart->mmu.priv;
    bool guest = hart_is_guest(hart);
    if ((priv < PRIV_M || hart->csr.mstatus & MSTATUS_MIE) && machine_ready(hart))
        return LEVEL_M;
    bool s_open = (guest && !BROKEN(entry_sie)) || priv < PRIV_S ||
                  (priv == PRIV_S && hart->csr.mstatus & MSTATUS_SIE);
    bool vs_open = guest && (priv < PRIV_S || hart->csr.vsstatus & MSTATUS_SIE);
    if (BROKEN(guest_first) && vs_open && guest_is_interrupted(hart))
        return LEVEL_VS;
    if (s_open && supervisor_ready(hart))
        return LEVEL_HS;
    return vs_open && guest_is_interrupted(hart) ? LEVEL_VS : LEVEL_NONE;
}

/* Is anything pending and enabled at any level? AIA, "WFI (Wait for Interrupt) instruction" */
static bool anything_ready(const Hart *hart)
{
    if (hart_mip(hart) & hart->csr.mie)
        return true;
    return UNLIKELY(hart->has_virtual_irqs) &&
           (supervisor_ready(hart) || (hart->has_h && guest_is_interrupted(hart)));
}

/* The number of the interrupt that `level` takes. There is hardly ever more than one to choose from. */
static unsigned next_interrupt(const Hart *hart, Level level)
{
    uint64_t ready = level == LEVEL_M    ? machine_ready(hart)
                     : level == LEVEL_HS ? supervisor_ready(hart)
                                         : guest_ready(hart);
    bool by_hvictl = level == LEVEL_VS && hart->csr.hvictl & HVICTL_VTI;
    if (!by_hvictl && !(ready & (ready - 1)))
        return (unsigned)__builtin_ctzll(ready);
    return level_top(hart, level).id;
}

Level hart_find_interrupt(const Hart *hart, unsigned *number)
{
    if (LIKELY(!hart->irq_ready) || !hart_nmie(hart))
        return LEVEL_NONE; /* norm:mnstatus_nmie_disable */
    Level level = interrupted_level(hart);
    *number = level == LEVEL_NONE ? 0 : next_interrupt(hart, level);
    return level;
}

/* norm:rnmi_not_disabled: while NMIE is set nothing holds them back. */
bool hart_takes_rnmi(const Hart *hart)
{
    return hart->rnmi_pending && hart_nmie(hart) && !hart->critical;
}

void hart_set_rnmi(Hart *hart, unsigned cause)
{
    hart->rnmi_pending |= BIT(cause);
    hart_update_irq(hart);
}

void hart_update_irq(Hart *hart)
{
    hart->irq_ready = anything_ready(hart);
    hart_update_irq_mode(hart);
}

void hart_update_irq_mode(Hart *hart)
{
    bool ready = hart->irq_ready && hart_nmie(hart) && interrupted_level(hart) != LEVEL_NONE;
    if (UNLIKELY(ready || hart_takes_rnmi(hart)) && LIKELY(!hart->irqs_off))
        hart->attention |= ATTENTION_IRQ;
    else
        hart->attention &= ~(uint32_t)ATTENTION_IRQ;
}

/* WFI resumes on any locally enabled interrupt, whatever mstatus.MIE and the delegation say; WRS as well, or when there
 * is nothing to wait for any more. norm:Zawrs_exec_resume_rules */
bool hart_wakes(const Hart *hart)
{
    bool lost = hart->wakes_on_loss && hart->mmu.reservation == RESERVATION_NONE;
    return !hart->critical && (lost || hart->irq_ready || hart_takes_rnmi(hart));
}

void hart_set_irq(void *opaque, unsigned input, bool level)
{
    Hart *hart = opaque;
    if (input == IRQ_SSI) { /* an edge that software takes back. norm:mip_ssip_intr_ctrl */
        if (level)
            TRACE(hart->trace, irq_pend, hart->id, input);
        hart->mip_software |= level ? BIT(IRQ_SSI) : 0;
        hart_update_irq(hart);
        return;
    }
    uint64_t *word = input >= IRQ_GUEST_EXTERNAL ? &hart->hgeip : &hart->mip_lines;
    uint64_t lines = level ? *word | BIT(input & 63) : *word & ~BIT(input & 63);
    if (lines == *word)
        return;
    *word = lines;
    if (level)
        TRACE(hart->trace, irq_pend, hart->id, input);
    if (input >= IRQ_GUEST_EXTERNAL)
        hart_update_guest_irqs(hart);
    else
        hart_update_irq(hart);
}
