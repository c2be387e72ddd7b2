/* SPDX-License-Identifier: MIT */
/* csr_hooks.c - what reading and writing CSRs does: floating point, status, interrupts, configuration, memory. */
#include "cpu/csr_hooks.h"

#include <string.h>

#include "cpu/csr.h"
#include "cpu/hart.h"
#include "emu/base/mutant.h"
#include "emu/base/random.h"
#include "mmu/pte.h"
#include "mmu/timing/timing.h"

/* Floating point. */

uint64_t read_fflags(Hart *hart, unsigned number)
{
    (void)number;
    return hart->fflags;
}

uint64_t read_frm(Hart *hart, unsigned number)
{
    (void)number;
    return hart->frm;
}

uint64_t read_fcsr(Hart *hart, unsigned number)
{
    (void)number;
    return (uint64_t)hart->frm << 5 | hart->fflags;
}

void write_fcsr(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->fflags = value & 31;
    hart->frm = value >> 5 & 7;
    hart_dirty_float(hart);
}

void write_fflags(Hart *hart, unsigned number, uint64_t value)
{
    write_fcsr(hart, number, (uint64_t)hart->frm << 5 | (value & 31));
}

void write_frm(Hart *hart, unsigned number, uint64_t value)
{
    write_fcsr(hart, number, (value & 7) << 5 | hart->fflags);
}

/* Status. */

static const uint64_t sstatus_mask =
    MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_SUM | MSTATUS_MXR | MSTATUS_SDT;

static bool has_mode(const Isa *isa, unsigned priv)
{
    return priv == PRIV_M || (priv == PRIV_S && isa->has[EXT_S]) ||
           (priv == PRIV_U && isa->has[EXT_U]);
}

uint64_t read_mstatus(Hart *hart, unsigned number)
{
    (void)number;
    uint64_t status = hart->csr.mstatus;
    return (status & MSTATUS_FS) == MSTATUS_FS ? status | MSTATUS_SD : status;
}

uint64_t csr_legal_sdt(uint64_t value, bool enabled)
{
    if (!enabled)
        value &= ~(uint64_t)MSTATUS_SDT;
    return value & MSTATUS_SDT ? value & ~(uint64_t)MSTATUS_SIE : value;
}

/* norm:mstatus_mie_clr_by_mdt_rv64, norm:sstatus_sdt_sstatus_sie_overwrite */
static uint64_t legal_trap_disable(const Hart *hart, uint64_t value)
{
    if (!hart->isa->has[EXT_Smdbltrp])
        value &= ~MSTATUS_MDT;
    if (value & MSTATUS_MDT)
        value &= ~(uint64_t)MSTATUS_MIE;
    return csr_legal_sdt(value, hart->csr.menvcfg & MENVCFG_DTE);
}

void write_mstatus(Hart *hart, unsigned number, uint64_t value)
{
    const Isa *isa = hart->isa;
    uint64_t old = hart->csr.mstatus;
    (void)number;
    unsigned mpp = (unsigned)bits(value, 12, 11);
    if (!has_mode(isa, mpp))
        value = set_bits(value, 12, 11, bits(old, 12, 11));
    if (!isa->has[EXT_F])
        value &= ~(uint64_t)MSTATUS_FS;
    if ((!isa->has[EXT_H] && !BROKEN(mpv_without_h)) || BROKEN(mpv_read_only))
        value &= ~(MSTATUS_MPV | MSTATUS_GVA);
    if (!isa->has[EXT_U])
        value &= ~(uint64_t)(MSTATUS_MPRV | MSTATUS_TW);
    if (!isa->has[EXT_S])
        value &= ~(uint64_t)(MSTATUS_SUM | MSTATUS_MXR | MSTATUS_TVM | MSTATUS_TSR | MSTATUS_SIE |
                             MSTATUS_SPIE | MSTATUS_SPP);
    hart->csr.mstatus = legal_trap_disable(hart, value);
    hart_update_context(hart);
    hart_update_irq_mode(hart);
}

uint64_t read_sstatus(Hart *hart, unsigned number)
{
    return read_mstatus(hart, number) & (sstatus_mask | MSTATUS_SD | MSTATUS_UXL);
}

void write_sstatus(Hart *hart, unsigned number, uint64_t value)
{
    write_mstatus(hart, number, (hart->csr.mstatus & ~sstatus_mask) | (value & sstatus_mask));
}

/* norm:mnstatus_nmie_set_clear: software can only set NMIE. */
void write_mnstatus(Hart *hart, unsigned number, uint64_t value)
{
    unsigned mnpp = (unsigned)bits(value, 12, 11);
    (void)number;
    if (!has_mode(hart->isa, mnpp))
        value = set_bits(value, 12, 11, bits(hart->csr.mnstatus, 12, 11));
    if (!hart->has_h)
        value &= ~(uint64_t)MNSTATUS_MNPV;
    hart->csr.mnstatus = value | (hart->csr.mnstatus & MNSTATUS_NMIE);
    hart_update_context(hart);
    hart_update_irq(hart);
}

/* norm:mepc_bit1_dyn_ialign_op, norm:mnepc_ialign_mask: without compressed instructions bit 1 reads as zero. */
uint64_t read_epc(Hart *hart, unsigned number)
{
    uint64_t value = number == CSR_mepc    ? hart->csr.mepc
                     : number == CSR_mnepc ? hart->csr.mnepc
                     : number == CSR_vsepc ? hart->csr.vsepc
                                           : hart->csr.sepc;
    return value & ~(uint64_t)hart->ialign_mask;
}

/* Interrupts. */

uint64_t read_mip(Hart *hart, unsigned number)
{
    (void)number;
    return hart_mip(hart);
}

/* Interrupts of the hart's own, beside the standard ones: count overflow. */
static uint64_t local_interrupts(const Hart *hart)
{
    return hart->isa->has[EXT_Sscofpmf] ? BIT(IRQ_LCOFI) : 0;
}

/* SSIP and SEIP are software's; STIP too while stimecmp is not in use. norm:mip_bits_wr_or_rdonly */
void write_mip(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t mask = BIT(IRQ_SSI) | (BIT(IRQ_SEI) & ~hart->csr.mvien);
    (void)number;
    if (!hart->isa->has[EXT_S])
        mask = 0;
    else if (!(hart->csr.menvcfg & MENVCFG_STCE))
        mask |= BIT(IRQ_STI);
    mask |= local_interrupts(hart);
    hart->mip_software = (hart->mip_software & ~mask) | (value & mask);
    write_hip(hart, CSR_hip, value); /* norm:mip_mie_vs: VSSIP is an alias */
}

uint64_t read_sip(Hart *hart, unsigned number)
{
    (void)number;
    return hart_sip(hart);
}

/* What is not delegated but filtered is the virtual interrupt's bit. AIA, "Interrupt filtering and virtual interrupts
 * for supervisor level" */
void write_sip(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t mask = hart->csr.mideleg & (BIT(IRQ_SSI) | local_interrupts(hart));
    uint64_t virtual = hart->csr.mvien & ~hart->csr.mideleg;
    (void)number;
    hart->mip_software = (hart->mip_software & ~mask) | (value & mask);
    if (virtual)
        write_mvip(hart, CSR_mvip, (read_mvip(hart, CSR_mvip) & ~virtual) | (value & virtual));
    hart_update_irq(hart);
}

uint64_t read_sie(Hart *hart, unsigned number)
{
    (void)number;
    return hart_sie(hart);
}

void write_sie(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t mask = hart->csr.mideleg & ~(uint64_t)IRQS_H;
    (void)number;
    hart->sie_virtual = value;
    write_mie(hart, CSR_mie, (hart->csr.mie & ~mask) | (value & mask));
}

void write_mie(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    value &= BIT(IRQ_MSI) | BIT(IRQ_MTI) | BIT(IRQ_MEI) |
             (hart->isa->has[EXT_S] ? (uint64_t)IRQS_S : 0) | hart_hypervisor_irqs(hart) |
             local_interrupts(hart);
    hart->csr.mie = value;
    hart_update_irq(hart);
}

/* norm:mideleg_rd1_lower_level: what is a hypervisor's is always delegated. */
void write_mideleg(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    uint64_t ones = BROKEN(mideleg_keeps) ? 0 : hart_hypervisor_irqs(hart);
    hart->csr.mideleg = (value & (IRQS_S | local_interrupts(hart))) | ones;
    hart_update_irq(hart);
}

/* Without hypervisor there are no exceptions of its own to delegate. */
void write_medeleg(Hart *hart, unsigned number, uint64_t value)
{
    const uint64_t hypervisor = MASK(23, 18) | BIT(CAUSE_ECALL_VS);
    (void)number;
    hart->csr.medeleg = hart->has_h || BROKEN(medeleg_without_h) ? value : value & ~hypervisor;
}

/* Is `ticks` at `compare` or beyond? If not, `timer` will fire when it is. */
static bool compare_time(Hart *hart, Timer *timer, uint64_t ticks, uint64_t compare)
{
    uint64_t now = clock_now(hart->clock), wait, deadline = CLOCK_NEVER;
    bool passed = ticks >= compare;
    if (!passed && !__builtin_mul_overflow(compare - ticks, 100, &wait) && wait < UINT64_MAX - now)
        deadline = now - now % 100 + wait;
    if (timer->deadline != deadline)
        timer_set(hart->clock, timer, deadline);
    return passed;
}

/* STIP follows time >= stimecmp, VSTIP the same of a guest's time, V or not. norm:hip_vstip_vstie_acc_op */
void hart_update_stimer(Hart *hart)
{
    uint64_t ticks = hart->mtime(hart->mtime_opaque);
    hart->stip = compare_time(hart, &hart->stimer, ticks, hart->csr.stimecmp);
    if (!BROKEN(vstip_host_time))
        ticks += hart->csr.htimedelta;
    if (hart->has_h)
        hart->vstip = compare_time(hart, &hart->vstimer, ticks, hart->csr.vstimecmp);
    hart_update_guest_irqs(hart);
}

void write_stimecmp(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.stimecmp = value;
    hart_update_stimer(hart);
}

/* Environment configuration. */

uint64_t csr_legal_field(uint64_t value, uint64_t old, uint64_t field, uint64_t reserved)
{
    return (value & field) == reserved ? (value & ~field) | (old & field) : value;
}

/* norm:menvcfg_pmm_enc: PMM = 1 is reserved, and CBIE = 2. */
uint64_t csr_legal_envcfg(const Hart *hart, uint64_t value, uint64_t old, bool has_pmm)
{
    const bool *has = hart->isa->has;
    uint64_t missing = has[EXT_S] ? 0 : ENVCFG_FIOM;
    missing |= has[EXT_Zicbom] ? 0 : ENVCFG_CBIE | ENVCFG_CBCFE;
    missing |= has[EXT_Zicboz] ? 0 : ENVCFG_CBZE;
    missing |= has_pmm ? 0 : ENVCFG_PMM;
    value = csr_legal_field(value, old, ENVCFG_PMM, BIT(32));
    return csr_legal_field(value, old, ENVCFG_CBIE, 2 << 4) & ~missing;
}

void write_senvcfg(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.senvcfg = csr_legal_envcfg(hart, value, hart->csr.senvcfg, hart->isa->has[EXT_Ssnpm]);
    hart_update_context(hart);
}

void write_menvcfg(Hart *hart, unsigned number, uint64_t value)
{
    const bool *has = hart->isa->has;
    uint64_t missing = has[EXT_Svadu] ? 0 : MENVCFG_ADUE;
    (void)number;
    missing |= has[EXT_Svpbmt] ? 0 : MENVCFG_PBMTE;
    missing |= has[EXT_Sstc] ? 0 : MENVCFG_STCE;
    missing |= has[EXT_Smcdeleg] ? 0 : MENVCFG_CDE;
    missing |= has[EXT_Ssdbltrp] ? 0 : MENVCFG_DTE;
    hart->csr.menvcfg = csr_legal_envcfg(hart, value, hart->csr.menvcfg, has[EXT_Smnpm]) & ~missing;
    /* norm:menvcfg_dte_op: without DTE there is no SDT. */
    hart->csr.mstatus = legal_trap_disable(hart, hart->csr.mstatus);
    hart_update_environment(hart);
}

uint64_t read_zero(Hart *hart, unsigned number)
{
    (void)hart, (void)number;
    return 0;
}

/* Bits for state that is not there are read-only zero. norm:stateen_unimplemented_state_roz */
uint64_t csr_stateen0_mask(const Hart *hart)
{
    uint64_t mask = STATEEN_SE | (hart->isa->has[EXT_S] ? STATEEN_ENVCFG : 0);
    mask |= hart->isa->has[EXT_Sscsrind] || hart->isa->has[EXT_Ssaia] ? STATEEN_CSRIND : 0;
    mask |= hart->isa->has[EXT_Ssaia] ? STATEEN_AIA : 0;
    mask |= hart->aia ? STATEEN_IMSIC : 0;
    return mask | (hart->isa->has[EXT_Sdtrig] && hart->isa->has[EXT_S] ? STATEEN_CONTEXT : 0);
}

/* norm:Ssqosid_smstateen_srmcfg_requires_mstateen0; hstateen0 has no such bit. */
void write_mstateen0(Hart *hart, unsigned number, uint64_t value)
{
    bool has = hart->isa->has[EXT_Ssqosid] && !BROKEN(srmcfg_stateen);
    uint64_t srmcfg = has ? STATEEN_SRMCFG : 0;
    (void)number;
    hart->csr.mstateen0 = value & (csr_stateen0_mask(hart) | srmcfg);
}

/* RCID has rcidlen bits and MCID mcidlen: norm:Ssqosid_srmcfg_register_size has both WARL. */
void write_srmcfg(Hart *hart, unsigned number, uint64_t value)
{
    const Isa *isa = hart->isa;
    (void)number;
    hart->csr.srmcfg = value & ((BIT(isa->rcidlen) - 1) | (BIT(isa->mcidlen) - 1) << 16);
    if (hart->model)
        timing_hart_qos(hart->model, (unsigned)bits(hart->csr.srmcfg, 11, 0),
                        (unsigned)bits(hart->csr.srmcfg, 27, 16));
}

/* Memory. */

bool csr_has_atp_mode(const Isa *isa, unsigned mode)
{
    return mode == ATP_BARE || (mode == ATP_SV39 && isa->has[EXT_Sv39]) ||
           (mode == ATP_SV48 && isa->has[EXT_Sv48]) || (mode == ATP_SV57 && isa->has[EXT_Sv57]);
}

/* ASID has asidlen bits. norm:asidlen */
uint64_t csr_legal_atp(const Hart *hart, uint64_t value)
{
    return value & ~(MASK(59, 44) & ~((BIT(hart->isa->asidlen) - 1) << 44));
}

/* norm:satp_mode_op_unsupported: writing a MODE that is not there changes nothing at all. */
void write_satp(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    if (!csr_has_atp_mode(hart->isa, (unsigned)bits(value, 63, 60)))
        return;
    hart->csr.satp = csr_legal_atp(hart, value);
    hart_update_context(hart);
}

uint64_t read_pmpcfg(Hart *hart, unsigned number)
{
    uint64_t value;
    memcpy(&value, &hart->mmu.pmp.cfg[(number - CSR_pmpcfg0) * 4], 8);
    return value;
}

void write_pmpcfg(Hart *hart, unsigned number, uint64_t value)
{
    unsigned first = (number - CSR_pmpcfg0) * 4;
    for (unsigned i = 0; i < 8; i++)
        pmp_write_cfg(&hart->mmu.pmp, first + i, (uint8_t)(value >> 8 * i));
    mmu_context_changed(&hart->mmu);
}

uint64_t read_pmpaddr(Hart *hart, unsigned number)
{
    return hart->mmu.pmp.addr[number - 0x3b0];
}

void write_pmpaddr(Hart *hart, unsigned number, uint64_t value)
{
    pmp_write_addr(&hart->mmu.pmp, number - 0x3b0, value);
    mmu_context_changed(&hart->mmu);
}

uint64_t read_cat(Hart *hart, unsigned number)
{
    const Cat *cat = hart->mmu.cat;
    return number == CSR_catctl    ? cat->ctl
           : number == CSR_catbase ? cat->base
                                   : cat->frame[number - CSR_CAT0];
}

void write_cat(Hart *hart, unsigned number, uint64_t value)
{
    if (number == CSR_catctl)
        mmu_write_catctl(&hart->mmu, value);
    else if (number == CSR_catbase)
        mmu_write_catbase(&hart->mmu, value);
    else
        mmu_write_cat(&hart->mmu, number - CSR_CAT0, value);
}

/*
 * norm:mseccfg_rlb_op_warl: RLB can be set only while nothing is locked. norm:mseccfg_mml_sticky: MML and MMWP stay
 * once set.
 */
static uint64_t legal_smepmp(const Hart *hart, uint64_t value, uint64_t old)
{
    if (!(old & MSECCFG_RLB) && pmp_any_locked(&hart->mmu.pmp))
        value &= ~(uint64_t)MSECCFG_RLB;
    return value | (old & (MSECCFG_MML | MSECCFG_MMWP));
}

void write_mseccfg(Hart *hart, unsigned number, uint64_t value)
{
    const Isa *isa = hart->isa;
    uint64_t old = hart->csr.mseccfg, mask = 0;
    (void)number;
    mask |= isa->has[EXT_Smepmp] ? MSECCFG_MML | MSECCFG_MMWP | MSECCFG_RLB : 0;
    mask |= isa->has[EXT_Smmpm] ? ENVCFG_PMM : 0;
    mask |= isa->has[EXT_Zkr] && isa->has[EXT_U] ? MSECCFG_USEED : 0;
    mask |= isa->has[EXT_Zkr] && isa->has[EXT_S] ? MSECCFG_SSEED : 0;
    value = csr_legal_field(legal_smepmp(hart, value & mask, old), old, ENVCFG_PMM, BIT(32));
    hart->csr.mseccfg = value;
    hart_update_protection(hart);
    hart_update_context(hart);
}

/* norm:seed_csr_unpriv: the status is always ES16, 16 bits of entropy. */
uint64_t read_seed(Hart *hart, unsigned number)
{
    (void)number;
    return 2u << 30 | (random_at(hart->entropy) & 0xffff);
}

/* norm:seed_write_ignore; no number is given twice: norm:seed_entropy_unique */
void write_seed(Hart *hart, unsigned number, uint64_t value)
{
    (void)number, (void)value;
    random_next(&hart->entropy);
}
