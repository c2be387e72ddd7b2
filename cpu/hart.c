/* SPDX-License-Identifier: MIT */
/*
 * hart.c - making, resetting and saving a hart; see hart.h. What it does with instructions is in interp.c and exec/.
 */
#include "cpu/hart.h"

#include <stdio.h>
#include <string.h>

#include "cpu/code.h"
#include "cpu/csr.h"
#include "cpu/notes.h"
#include "cpu/past.h"
#include "cpu/stats.h"
#include "cpu/worlds.h"
#include "emu/base/mutant.h"
#include "mmu/timing/timing.h"

static void stimer_fired(void *opaque)
{
    Hart *hart = opaque;
    hart_update_stimer(hart);
    TRACE(hart->trace, timer, hart->id, 1, hart->csr.stimecmp, hart->mtime(hart->mtime_opaque));
}

static void vstimer_fired(void *opaque)
{
    Hart *hart = opaque;
    hart_update_stimer(hart);
    TRACE(hart->trace, timer, hart->id, 2, hart->csr.vstimecmp,
          hart->mtime(hart->mtime_opaque) + hart->csr.htimedelta);
}

const char *hart_mode_name(const Hart *hart, unsigned mode)
{
    static const char *const names[MODES] = { "U", "S", "?", "M", "VU", "VS" };
    return mode == PRIV_S && hart->has_h ? "HS" : names[mode];
}

void hart_init(Hart *hart, unsigned id, const Isa *isa, Bus *bus, Clock *clock, Trace *trace,
               CodeCache *code)
{
    *hart = (Hart){ .id = id, .isa = isa, .clock = clock, .trace = trace, .code = code };
    hart->ialign_mask = isa->has[EXT_Zca] ? 0 : 2;
    hart->has_rnmi = isa->has[EXT_Smrnmi];
    hart->has_double_trap = isa->has[EXT_Smdbltrp];
    hart->has_h = isa->has[EXT_H];
    hart->csr_gates = csr_make_gates(isa);
    mmu_init(&hart->mmu, id, bus, trace);
    hart->mmu.napot = isa->has[EXT_Svnapot];
    hart->mmu.rsw60 = isa->has[EXT_Svrsw60t59b];
    hart->mmu.no_store = isa->no_store;
    hart->mmu.traps_misaligned = isa->traps_misaligned;
    hart->mmu.keeps_ad = isa->keeps_ad;
    hart->mmu.cat = isa->cat ? g_new0(Cat, 1) : NULL;
    clock_add_timer(clock, &hart->stimer, stimer_fired, hart);
    clock_add_timer(clock, &hart->vstimer, vstimer_fired, hart);
}

void hart_free(Hart *hart)
{
    stats_free(hart);
    worlds_watch(hart, false);
    g_free(hart->notes);
    g_free(hart->past);
    g_free(hart->csr_gates);
    mmu_free(&hart->mmu);
}

void hart_reset(Hart *hart, uint64_t pc)
{
    worlds_forget(hart);
    past_forget(hart, false);
    memset(hart->x, 0, sizeof hart->x);
    memset(hart->f, 0, sizeof hart->f);
    memset(&hart->counters, 0, offsetof(Counters, happened));
    memset(&hart->mmu.pmp, 0, offsetof(Pmp, epoch));
    if (hart->mmu.cat)
        *hart->mmu.cat = (Cat){ .base = 0 };
    csr_reset(hart);
    hart->csr.mhartid = hart->id;
    /* Read-only. norm:misa_h_op, norm:H_mtval_nrz, norm:H_vm_supported */
    hart->csr.misa = isa_misa(hart->isa);
    if (!hart->isa->has[EXT_S])
        hart->csr.mstatus &= ~(uint64_t)MSTATUS_SXL;
    if (!hart->isa->has[EXT_U])
        hart->csr.mstatus = MSTATUS_MPP;
    if (hart->isa->has[EXT_Smdbltrp])
        hart->csr.mstatus |= MSTATUS_MDT; /* norm:mstatus_mdt_rst */
    /* As QEMU: A and D bits are updated by hardware out of reset unless Svade is asked for. */
    if (hart->isa->has[EXT_Svadu] && !hart->isa->has[EXT_Svade])
        hart->csr.menvcfg = MENVCFG_ADUE;
    hart->csr.mideleg = hart_hypervisor_irqs(hart);
    hart->pc = pc;
    hart->fflags = hart->frm = 0;
    hart->mip_lines = hart->mip_software = 0;
    hart->hgeip = 0;
    hart->sie_virtual = hart->vsie_virtual = 0;
    memset(hart->iprio, 0, sizeof hart->iprio);
    hart->stip = hart->vstip = hart->idle = hart->wakes_on_loss = hart->critical = false;
    hart->rnmi_pending = 0;
    hart->mmu.priv = PRIV_M;
    hart->mmu.v = false;
    counters_update(hart);
    trigger_reset(hart);
    timer_set(hart->clock, &hart->stimer, CLOCK_NEVER);
    timer_set(hart->clock, &hart->vstimer, CLOCK_NEVER);
    hart_update_protection(hart);
    hart_update_context(hart);
    mmu_reset(&hart->mmu);
    hart_update_guest_irqs(hart);
}

void hart_update_protection(Hart *hart)
{
    Pmp *pmp = &hart->mmu.pmp;
    pmp->mml = hart->csr.mseccfg & MSECCFG_MML;
    pmp->mmwp = hart->csr.mseccfg & MSECCFG_MMWP;
    pmp->rlb = hart->csr.mseccfg & MSECCFG_RLB;
    pmp_update(pmp);
}

/* PMM of the register that governs accesses with this privilege: the next higher mode's. norm:menvcfg_pmm_op,
 * norm:henvcfg_pmm_op */
static uint64_t masking_config(const Hart *hart, unsigned priv, bool guest)
{
    if (priv == PRIV_M)
        return hart->csr.mseccfg;
    if (guest)
        return priv == PRIV_S ? hart->csr.henvcfg : hart->csr.senvcfg;
    return priv == PRIV_S || !hart->isa->has[EXT_S] ? hart->csr.menvcfg : hart->csr.senvcfg;
}

static uint8_t masked_bits_of(uint64_t pmm)
{
    static const uint8_t bits_of[] = { 0, 0, 7, 16 };
    return bits_of[pmm & 3];
}

/* norm:pm_mxr_exception: nothing is masked where MXR is in effect. */
static bool mxr_in_effect(const Hart *hart, unsigned priv, bool guest)
{
    return priv != PRIV_M && (hart->csr.mstatus | (guest ? hart->csr.vsstatus : 0)) & MSTATUS_MXR;
}

/* Bits at the top of a pointer that accesses with this privilege ignore: 0, 7 or 16. */
static uint8_t masked_bits(const Hart *hart, unsigned priv, bool guest)
{
    if (LIKELY(!hart->masks_pointers) || mxr_in_effect(hart, priv, guest))
        return 0;
    return masked_bits_of(masking_config(hart, priv, guest) >> 32);
}

uint8_t hart_guest_masked_bits(const Hart *hart, unsigned priv)
{
    if (priv == PRIV_U && hart->mmu.priv == PRIV_U && !mxr_in_effect(hart, priv, true))
        return masked_bits_of(bits(hart->csr.hstatus, 49, 48));
    return masked_bits(hart, priv, true);
}

/* What only the mode and MPRV decide. */
static inline void update_mode(Hart *hart)
{
    Mmu *mmu = &hart->mmu;
    uint64_t status = hart->csr.mstatus;
    /* norm:mstatus_mprv_ldst_op, norm:mstatus_mprv_hypervisor, norm:mnstatus_mprv_clear */
    bool mprv = UNLIKELY(status & MSTATUS_MPRV) && mmu->priv == PRIV_M && hart_nmie(hart);
    mmu->data_priv = mprv ? (uint8_t)bits(status, 12, 11) : mmu->priv;
    bool mpv = status & MSTATUS_MPV && !BROKEN(mprv_without_mpv);
    mmu->data_v = mprv ? mpv && (mmu->data_priv != PRIV_M || BROKEN(mprv_mpv_machine)) : mmu->v;
    mmu->pmlen = masked_bits(hart, mmu->data_priv, mmu->data_v);
}

void hart_update_mode(Hart *hart)
{
    update_mode(hart);
    mmu_mode_changed(&hart->mmu);
}

void hart_update_context(Hart *hart)
{
    Mmu *mmu = &hart->mmu;
    uint64_t environment =
        hart->csr.menvcfg & (BROKEN(environment_host) ? ~0ull : hart->csr.henvcfg);
    mmu->sum = hart->csr.mstatus & MSTATUS_SUM;
    mmu->mxr = hart->csr.mstatus & MSTATUS_MXR;
    mmu->adue = hart->csr.menvcfg & MENVCFG_ADUE;
    mmu->pbmte = hart->csr.menvcfg & MENVCFG_PBMTE;
    mmu->satp = hart->csr.satp;
    mmu->vsum = (BROKEN(hlv_sum) ? hart->csr.mstatus : hart->csr.vsstatus) & MSTATUS_SUM;
    mmu->vmxr = hart->csr.vsstatus & MSTATUS_MXR;
    mmu->vadue = environment & MENVCFG_ADUE;
    mmu->vpbmte = environment & MENVCFG_PBMTE;
    mmu->vsatp = hart->csr.vsatp;
    mmu->hgatp = hart->csr.hgatp;
    hart->masks_pointers =
        (hart->csr.senvcfg | hart->csr.menvcfg | hart->csr.mseccfg | hart->csr.henvcfg) &
        ENVCFG_PMM;
    update_mode(hart);
    mmu_context_changed(mmu);
}

void hart_watch(Hart *hart, uint32_t reason, bool on)
{
    uint32_t watch = on ? hart->watch | reason : hart->watch & ~reason;
    if (watch != hart->watch)
        hart->attention |= ATTENTION_LOOP;
    hart->watch = watch;
}

// clang-format off
static const StateField hart_fields[] = {
    STATE_ARRAY(Hart, x), STATE(Hart, pc), STATE_ARRAY(Hart, f),
#define CSR(name, ...) STATE(Hart, csr.name),
#define VIEW(...)
#define VIEWS(...)
#include "cpu/csr.def"
#undef CSR
#undef VIEW
#undef VIEWS
    STATE(Hart, fflags), STATE(Hart, frm), STATE(Hart, mip_lines), STATE(Hart, mip_software), STATE(Hart, stip),
    STATE(Hart, hgeip), STATE(Hart, vstip),
    STATE(Hart, sie_virtual), STATE(Hart, vsie_virtual), STATE_WORDS(Hart, iprio),
    STATE(Hart, entropy), STATE(Hart, idle), STATE(Hart, wakes_on_loss), STATE(Hart, critical),
    STATE(Hart, rnmi_pending),
    STATE(Hart, units), STATE(Hart, idle_units), STATE(Hart, trap_units),
    STATE_ARRAY(Hart, counters.offset), STATE_ARRAY(Hart, counters.event), STATE_ARRAY(Hart, counters.happened),
    STATE_WORDS(Hart, triggers.list), STATE(Hart, triggers.after_trap), STATE_ARRAY(Hart, mmu.counts.walks),
    STATE(Hart, mmu.counts.pte_reads),
    STATE(Hart, stimer.deadline), STATE(Hart, stimer.order),
    STATE(Hart, vstimer.deadline), STATE(Hart, vstimer.order),
    STATE(Hart, mmu.priv), STATE(Hart, mmu.v), STATE(Hart, mmu.reservation),
    STATE_ARRAY(Hart, mmu.pmp.cfg), STATE_ARRAY(Hart, mmu.pmp.addr),
    STATE_END,
};
// clang-format on

/* Whatever a damaged snapshot says, there are three modes and seven interrupts, and what is an index
 * stays one. */
static void make_legal(Hart *hart)
{
    static const uint16_t indices[] = { CSR_satp,  CSR_tselect, CSR_vsatp, CSR_hgatp,
                                        CSR_hgeie, CSR_hvip,    CSR_srmcfg };
    uint64_t *words[] = { &hart->csr.satp,  &hart->csr.tselect, &hart->csr.vsatp, &hart->csr.hgatp,
                          &hart->csr.hgeie, &hart->csr.hvip,    &hart->csr.srmcfg };
    const uint64_t interrupts = BIT(IRQ_SSI) | BIT(IRQ_MSI) | BIT(IRQ_STI) | BIT(IRQ_MTI) |
                                BIT(IRQ_SEI) | BIT(IRQ_MEI) | BIT(IRQ_LCOFI);
    if (hart->mmu.priv > PRIV_M || hart->mmu.priv == 2)
        hart->mmu.priv = PRIV_M;
    hart->mmu.v = hart->mmu.v && hart->has_h && hart->mmu.priv != PRIV_M;
    if (bits(hart->csr.mstatus, 12, 11) == 2)
        hart->csr.mstatus = set_bits(hart->csr.mstatus, 12, 11, PRIV_M);
    if (bits(hart->csr.mnstatus, 12, 11) == 2)
        hart->csr.mnstatus = set_bits(hart->csr.mnstatus, 12, 11, PRIV_M);
    hart->hgeip = hart->isa->geilen ? hart->hgeip & MASK(hart->isa->geilen, 1) : 0;
    if (bits(hart->csr.hstatus, 17, 12) > hart->isa->geilen)
        hart->csr.hstatus &= ~(uint64_t)HSTATUS_VGEIN;
    hart->csr.mie &= interrupts | hart_hypervisor_irqs(hart);
    hart->csr.mideleg = (hart->csr.mideleg & interrupts) | hart_hypervisor_irqs(hart);
    hart->mip_lines &= interrupts;
    hart->mip_software &= interrupts;
    hart->frm &= 7;
    hart->fflags &= 31;
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        uint64_t value = *words[i];
        *words[i] = 0;
        if (csr_exists(hart, indices[i]))
            csr_write(hart, indices[i], value);
    }
}

static void cat_loaded(void *object)
{
    Cat *cat = object;
    cat->ctl &= CAT_ENABLE | CAT_VM;
    cat->base &= CAT_BASE;
    for (unsigned i = 0; i < CAT_FRAMES; i++)
        cat->frame[i] &= CAT_MAPPING | CAT_USE | CAT_CHANGE | CAT_LOCK;
}

static void hart_loaded(void *object)
{
    Hart *hart = object;
    store_loaded(hart->mmu.store);
    make_legal(hart);
    hart_update_protection(hart);
    hart_update_context(hart);
    mmu_loaded(&hart->mmu);
    hart->attention = 0;
    hart->step_over = hart->watch_over = false;
    hart->watch_hit = (Watchpoint){ 0 };
    past_forget(hart, true);
    trigger_update(hart);
    hart_update_guest_irqs(hart);
    worlds_forget(hart);
    notes_forget(hart);
}

static const StateField cat_fields[] = {
    STATE_ARRAY(Cat, frame),
    STATE(Cat, ctl),
    STATE(Cat, base),
    STATE_END,
};
static const StateDesc cat_state = { "cat", 1, cat_fields, cat_loaded };

static const StateDesc hart_state = { "hart", 1, hart_fields, hart_loaded };

void hart_visit(Hart *hart, StateVisitor *visitor)
{
    char name[24];
    /* The store first: selecting banks, when the fields have been loaded, looks spaces up in it. */
    snprintf(name, sizeof name, "hart%u.store", hart->id);
    visitor->blob(visitor, name, hart->mmu.store, sizeof(Store));
    if (hart->mmu.cat) {
        snprintf(name, sizeof name, "hart%u.cat", hart->id);
        state_visit(visitor, name, &cat_state, hart->mmu.cat);
    }
    snprintf(name, sizeof name, "hart%u", hart->id);
    state_visit(visitor, name, &hart_state, hart);
}
