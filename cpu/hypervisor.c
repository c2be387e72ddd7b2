/* SPDX-License-Identifier: MIT */
/*
 * hypervisor.c - what reading and writing the hypervisor's CSRs and the virtual supervisor's does; see csr_hooks.h.
 */
#include "cpu/csr.h"
#include "cpu/csr_hooks.h"
#include "cpu/hart.h"
#include "cpu/past.h"
#include "emu/base/mutant.h"
#include "mmu/pte.h"

/* Status. */

/* norm:hstatus_vgein_op: a number that no guest file has is not taken. norm:vsxl_ro */
void write_hstatus(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t old = hart->csr.hstatus;
    (void)number;
    if (bits(value, 17, 12) > hart->isa->geilen && !BROKEN(vgein_any))
        value = (value & ~(uint64_t)HSTATUS_VGEIN) | (old & HSTATUS_VGEIN);
    if (!hart->isa->has[EXT_Ssnpm])
        value &= ~HSTATUS_HUPMM;
    hart->csr.hstatus = csr_legal_field(value, old, HSTATUS_HUPMM, BIT(48));
    hart_update_guest_irqs(hart);
}

/* norm:vsstatus_sd_xs_op: SD is of this register's own fields. */
uint64_t read_vsstatus(Hart *hart, unsigned number)
{
    uint64_t status = hart->csr.vsstatus;
    uint64_t shown = BROKEN(sd_of_host) ? hart->csr.mstatus : status;
    (void)number;
    return (shown & MSTATUS_FS) == MSTATUS_FS ? status | MSTATUS_SD : status;
}

/* norm:henvcfg_dte_op, norm:vsstatus_sdt_op */
static bool has_sdt(const Hart *hart)
{
    return hart->csr.menvcfg & hart->csr.henvcfg & MENVCFG_DTE;
}

void write_vsstatus(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    if (!hart->isa->has[EXT_F])
        value &= ~(uint64_t)MSTATUS_FS;
    hart->csr.vsstatus = csr_legal_sdt(value, has_sdt(hart));
    hart_update_context(hart);
    hart_update_irq_mode(hart);
}

/* Environment. */

/* norm:menvcfg_pbmte_op and its kind: what M-mode does not enable reads as zero. norm:henvcfg_pbmte_op,
 * norm:henvcfg_adue_op */
static uint64_t enabled_above(const Hart *hart)
{
    const uint64_t gated = MENVCFG_DTE | MENVCFG_ADUE | MENVCFG_PBMTE | MENVCFG_STCE;
    return BROKEN(henvcfg_alone) ? ~0ull : hart->csr.menvcfg | ~gated;
}

uint64_t read_henvcfg(Hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.henvcfg & enabled_above(hart);
}

/* norm:henvcfg_fiom_op, norm:henvcfg_cbie */
void write_henvcfg(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t old = hart->csr.henvcfg, above = enabled_above(hart);
    (void)number;
    value = csr_legal_envcfg(hart, value, old, hart->isa->has[EXT_Ssnpm]);
    hart->csr.henvcfg = (old & ~above) | (value & above);
    hart_update_environment(hart);
}

void hart_update_environment(Hart *hart)
{
    hart->csr.vsstatus = csr_legal_sdt(hart->csr.vsstatus, has_sdt(hart));
    hart_update_context(hart);
    hart_update_guest_irqs(hart);
}

/* norm:hstateen_encoding: bits that are zero in mstateen read as zero and cannot be set. */
static uint64_t stateen_above(const Hart *hart, unsigned number)
{
    return hart->isa->has[EXT_Smstateen] ? (&hart->csr.mstateen0)[number & 3] : ~0ull;
}

uint64_t read_hstateen(Hart *hart, unsigned number)
{
    return (&hart->csr.hstateen0)[number & 3] & stateen_above(hart, number);
}

void write_hstateen(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t mask = number == CSR_hstateen0 ? csr_stateen0_mask(hart) : STATEEN_SE;
    uint64_t *word = &(&hart->csr.hstateen0)[number & 3], above = stateen_above(hart, number);
    *word = (*word & ~above) | (value & mask & above);
}

/* Interrupts. */

uint64_t hart_hypervisor_irqs(const Hart *hart)
{
    if (!hart->has_h)
        return 0;
    return IRQS_VS | (hart->isa->geilen ? BIT(IRQ_SGEI) : 0);
}

uint64_t read_hideleg(Hart *hart, unsigned number)
{
    (void)number;
    return hart_hideleg(hart);
}

/* norm:hideleg_acc; count overflow with Shlcofideleg. */
void write_hideleg(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.hideleg = hart->isa->has[EXT_Shlcofideleg] ? value : value & ~BIT(IRQ_LCOFI);
    hart_update_irq(hart);
}

/* norm:mip_mie_vs, norm:mip_mie_alias */
uint64_t read_hie(Hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.mie & IRQS_H;
}

void write_hie(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    write_mie(hart, CSR_mie, (hart->csr.mie & ~(uint64_t)IRQS_H) | (value & IRQS_H));
}

uint64_t read_hip(Hart *hart, unsigned number)
{
    (void)number;
    return hart_mip(hart) & IRQS_H;
}

/* norm:hip_vssip_vssie_op: only VSSIP can be written, and is that of hvip. */
void write_hip(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t mask = BROKEN(hip_writable) ? (uint64_t)IRQS_VS : BIT(IRQ_VSSI);
    (void)number;
    write_hvip(hart, CSR_hvip, (hart->csr.hvip & ~mask) | (value & mask));
}

/* norm:hvip_acc; and the virtual interrupts that hvien can enable. */
void write_hvip(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t mask = IRQS_VS | (hart->isa->has[EXT_Ssaia] ? ~IRQS_BASE : 0);
    (void)number;
    hart->csr.hvip = hart->has_h ? value & mask : 0;
    past_hvip(hart);
    hart_update_guest_irqs(hart);
}

uint64_t read_hgeip(Hart *hart, unsigned number)
{
    (void)number;
    return hart->hgeip;
}

/* norm:geilen: bits GEILEN to 1. */
void write_hgeie(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.hgeie = BROKEN(hgeie_all)   ? value
                      : hart->isa->geilen ? value & MASK(hart->isa->geilen, 1)
                                          : 0;
    hart_update_guest_irqs(hart);
}

/* What a guest sees of the VS-level interrupts delegated to it: one place lower. norm:hideleg_trans,
 * norm:vsip_vsie_ssi, norm:vsip_vsie_sti, norm:vsip_vsie_sei, norm:vsip_vsie_lcofi. Of the others what hideleg passes
 * on or hvien adds: AIA, "The effects of hideleg and hvien on vsip and vsie". */
uint64_t read_vsip(Hart *hart, unsigned number)
{
    uint64_t delegated = hart_hideleg(hart) | (BROKEN(vsip_not_delegated) ? IRQS_VS : 0);
    (void)number;
    return (hart_mip(hart) & delegated & IRQS_VS) >> !BROKEN(vsip_in_place) |
           (hart_sip(hart) & delegated & ~IRQS_BASE) |
           (BROKEN(hvien_ignored) ? 0 : hart->csr.hvip & hart->csr.hvien & ~delegated);
}

void write_vsip(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t delegated = hart_hideleg(hart), high = delegated & ~IRQS_BASE;
    uint64_t virtual = hart->csr.hvien & ~delegated;
    (void)number;
    if (delegated & BIT(IRQ_VSSI))
        write_hip(hart, CSR_hip, value << 1);
    if (high)
        write_sip(hart, CSR_sip, (hart_sip(hart) & ~high) | (value & high));
    if (virtual)
        write_hvip(hart, CSR_hvip, (hart->csr.hvip & ~virtual) | (value & virtual));
}

uint64_t read_vsie(Hart *hart, unsigned number)
{
    uint64_t delegated = hart_hideleg(hart);
    (void)number;
    return (hart->csr.mie & delegated & IRQS_VS) >> 1 | (hart_sie(hart) & delegated & ~IRQS_BASE) |
           (hart->vsie_virtual & hart->csr.hvien & ~delegated);
}

void write_vsie(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t delegated = hart_hideleg(hart), high = delegated & ~IRQS_BASE;
    uint64_t mine = BROKEN(vsie_not_delegated) ? (uint64_t)IRQS_VS : delegated & IRQS_VS;
    (void)number;
    hart->vsie_virtual = value & ~IRQS_BASE;
    if (high)
        write_sie(hart, CSR_sie, (hart_sie(hart) & ~high) | (value & high));
    write_mie(hart, CSR_mie, (hart->csr.mie & ~mine) | (value << 1 & mine));
}

/* Time. */

void write_htimedelta(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.htimedelta = value;
    if (!BROKEN(vstip_delta))
        hart_update_stimer(hart);
}

/* norm:hip_vstip_op, norm:hip_vstip_clear */
void write_vstimecmp(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.vstimecmp = value;
    hart_update_stimer(hart);
}

/* Translation. */

/* norm:hgatp_mode_warl: unlike satp, the other fields are written all the same. The root is 16 KiB large.
 * norm:hgatp_mode_x4, norm:hgatp_ppn_op, norm:hgatp_vmid_lsbs. Nothing is forgotten: norm:hgatp_op_hfence_gvma */
void write_hgatp(Hart *hart, unsigned number, uint64_t value)
{
    bool known = csr_has_atp_mode(hart->isa, (unsigned)bits(value, 63, 60));
    (void)number;
    if (BROKEN(hgatp_ignored) && !known)
        return;
    const uint64_t wanted = value;
    if (!known)
        value = set_bits(value, 63, 60, bits(hart->csr.hgatp, 63, 60));
    hart->csr.hgatp = value & (MASK(63, 60) | (BIT(hart->isa->vmidlen) - 1) << 44 |
                               MASK(43, BROKEN(hgatp_root) ? 0 : 2));
    past_hgatp(hart, wanted);
    hart_update_context(hart);
}

/* norm:vsatp_mode_unsupported_v1: ignored as a whole, with V or without: norm:vsatp_mode_unsupported_v0 */
void write_vsatp(Hart *hart, unsigned number, uint64_t value)
{
    bool known = csr_has_atp_mode(hart->isa, (unsigned)bits(value, 63, 60));
    (void)number;
    if (BROKEN(vsatp_taken) && !known)
        value = set_bits(value, 63, 60, bits(hart->csr.vsatp, 63, 60));
    else if (!known)
        return;
    hart->csr.vsatp = csr_legal_atp(hart, value);
    hart_update_context(hart);
}
