/* SPDX-License-Identifier: MIT */
/*
 * csr.c - the table of control and status registers, and who may access them; see csr.h.
 *
 * The order of checks is that of csr_check: exists and configured, privilege, read-only, then the enables that other
 * CSRs hold. What an access does is in the hooks, see csr_hooks.h.
 */
#include "cpu/csr.h"

#include <stdlib.h>
#include <string.h>

#include "cpu/csr_hooks.h"
#include "cpu/hart.h"
#include "cpu/indirect.h"
#include "cpu/notes.h"
#include "emu/base/mutant.h"

typedef struct {
    const char *name;
    uint16_t first; /* number of the first of its run */
    uint16_t extension;
    uint32_t storage; /* offset in Hart, 0: none */
    uint64_t reset, mask;
    CsrReadFn *read;
    CsrWriteFn *write;
} CsrDef;

/* The table, indexed by number. */

static const CsrDef csr_table[CSR_COUNT] = {
#define CSR(text, number, ext, initial, bits_written, r, w) \
    [number] = { #text, number, EXT_##ext, offsetof(Hart, csr.text), initial, bits_written, r, w },
#define VIEW(text, number, ext, r, w) [number] = { #text, number, EXT_##ext, 0, 0, ~0ull, r, w },
#define VIEWS(text, from, to, ext, r, w) \
    [from... to] = { #text, from, EXT_##ext, 0, 0, ~0ull, r, w },
#include "cpu/csr.def"
#undef CSR
#undef VIEW
#undef VIEWS
};

/*
 * Registers that something else gates beside privilege: a CSR that opens them, a mode that must exist, or, for the
 * indirect ones, what they lead to at the moment.
 */
typedef enum {
    GATE_NONE, /* 0: csr_check relies on that */
    GATE_FLOAT,
    GATE_COUNTER,
    GATE_SATP,
    GATE_HGATP,
    GATE_STIMECMP,
    GATE_SEED,
    GATE_MSECCFG,
    GATE_MTVAL2,
    GATE_CONTEXT,
    GATE_ENVCFG,
    GATE_STATEEN,
    GATE_SELECT,
    GATE_INDIRECT,
    GATE_COUNTINHIBIT,
    GATE_COUNTOVF,
    GATE_AIA,
    GATE_TOPEI,
    GATE_SRMCFG,
    GATE_CAT,
    GATE_MISSING, /* the configuration has no such register */
} Gate;

static const uint8_t gates[CSR_COUNT] = {
    // clang-format off
    [CSR_fflags ... CSR_fcsr] = GATE_FLOAT,
    [CSR_cycle ... 0xc1f] = GATE_COUNTER,
    [CSR_satp] = GATE_SATP,
    [CSR_hgatp] = GATE_HGATP,
    [CSR_stimecmp] = GATE_STIMECMP,
    [CSR_vstimecmp] = GATE_STIMECMP,
    [CSR_seed] = GATE_SEED,
    [CSR_mseccfg] = GATE_MSECCFG,
    [CSR_mtval2] = GATE_MTVAL2,
    [CSR_scontext] = GATE_CONTEXT,
    [CSR_hcontext] = GATE_CONTEXT,
    [CSR_senvcfg] = GATE_ENVCFG,
    [CSR_henvcfg] = GATE_ENVCFG,
    [CSR_SSTATEEN0 ... CSR_SSTATEEN0 + 3] = GATE_STATEEN,
    [CSR_hstateen0 ... CSR_hstateen3] = GATE_STATEEN,
    [CSR_siselect] = GATE_SELECT,
    [CSR_vsiselect] = GATE_SELECT,
    [CSR_sireg ... CSR_sireg6] = GATE_INDIRECT,
    [CSR_vsireg ... CSR_vsireg6] = GATE_INDIRECT,
    [CSR_mireg ... CSR_mireg6] = GATE_INDIRECT,
    [CSR_scountinhibit] = GATE_COUNTINHIBIT,
    [CSR_scountovf] = GATE_COUNTOVF,
    [CSR_stopi] = GATE_AIA,
    [CSR_vstopi] = GATE_AIA,
    [CSR_hvien] = GATE_AIA,
    [CSR_hvictl] = GATE_AIA,
    [CSR_hviprio1] = GATE_AIA,
    [CSR_hviprio2] = GATE_AIA,
    [CSR_mtopei] = GATE_TOPEI,
    [CSR_stopei] = GATE_TOPEI,
    [CSR_vstopei] = GATE_TOPEI,
    [CSR_miselect] = GATE_SELECT,
    [CSR_srmcfg] = GATE_SRMCFG,
    [CSR_CAT0 ... CSR_CAT0 + CAT_FRAMES - 1] = GATE_CAT,
    [CSR_catctl] = GATE_CAT,
    [CSR_catbase] = GATE_CAT,
    // clang-format on
};

static CsrAccess allow_if(bool allowed, CsrAccess otherwise)
{
    return allowed ? CSR_ALLOWED : otherwise;
}

CsrAccess csr_enabled(const Hart *hart, bool by_machine, bool by_hypervisor, bool by_supervisor)
{
    if (hart->mmu.priv == PRIV_M)
        return CSR_ALLOWED;
    if (!by_machine)
        return CSR_ILLEGAL;
    if (hart_is_guest(hart))
        return allow_if(by_hypervisor && by_supervisor, CSR_VIRTUAL);
    return allow_if(by_supervisor, CSR_ILLEGAL);
}

CsrAccess csr_state_enabled(const Hart *hart, unsigned index, uint64_t bit)
{
    const bool *has = hart->isa->has;
    bool machine = !has[EXT_Smstateen] || (&hart->csr.mstateen0)[index] & bit;
    bool hypervisor = !has[EXT_Ssstateen] || (&hart->csr.hstateen0)[index] & bit;
    return csr_enabled(hart, machine, hypervisor, true);
}

/* norm:mcounteren_clr_ill_inst_exc, norm:hcounteren_op: VU-mode needs scounteren, too.
 * norm:H_virtinst_vs_nonhighctr_h0_m1, norm:H_virtinst_vu_nonhighctr_h0_s0_m1 */
static CsrAccess check_counter(const Hart *hart, unsigned number)
{
    uint64_t bit = BIT(number & 31);
    bool guest = hart_is_guest(hart);
    bool user = hart->mmu.priv == PRIV_S || !hart->isa->has[EXT_S] || hart->csr.scounteren & bit;
    CsrAccess access = csr_enabled(hart, hart->csr.mcounteren & bit,
                                   hart->csr.hcounteren & bit || BROKEN(counter_guest),
                                   user || (BROKEN(counter_user) && guest));
    return BROKEN(counter_virtual) && guest && access == CSR_ILLEGAL ? CSR_VIRTUAL : access;
}

/* norm:menvcfg_stce_op1, norm:henvcfg_stce, norm:hcounteren_acc */
static CsrAccess check_stimecmp(const Hart *hart)
{
    bool machine = hart->csr.mcounteren & 2 && hart->csr.menvcfg & MENVCFG_STCE;
    bool counts = hart->csr.hcounteren & 2 || BROKEN(stimecmp_tm);
    return csr_enabled(hart, machine, counts && hart->csr.henvcfg & MENVCFG_STCE, true);
}

/* norm:mseccfg_sseed_useed_op_tbl */
static CsrAccess check_seed(const Hart *hart)
{
    bool user = hart->mmu.priv == PRIV_U && !hart_is_guest(hart);
    return csr_enabled(hart, hart->csr.mseccfg & (user ? MSECCFG_USEED : MSECCFG_SSEED), false,
                       true);
}

/* norm:mstatus_tvm_hs, norm:hstatus_vtvm_op, norm:H_virtinst_vs_sfence_sinval_satp_vtvm1 */
static CsrAccess check_satp(const Hart *hart)
{
    if (hart_is_guest(hart))
        return allow_if(!(hart->csr.hstatus & HSTATUS_VTVM) || BROKEN(vtvm_satp), CSR_VIRTUAL);
    return allow_if(hart->mmu.priv == PRIV_M || !(hart->csr.mstatus & MSTATUS_TVM), CSR_ILLEGAL);
}

/* norm:vsstatus_fs_op: both have to say yes. That is no privilege: norm:H_illegalinst_xstatus_fs_vs */
static CsrAccess check_float(const Hart *hart)
{
    return allow_if(hart_has_float(hart), BROKEN(float_virtual) ? CSR_VIRTUAL : CSR_ILLEGAL);
}

/* norm:Ssqosid_srmcfg_access_illegal_instruction, norm:Ssqosid_srmcfg_access_virtual_instruction: guests never have it. */
static CsrAccess check_srmcfg(const Hart *hart)
{
    bool machine = !hart->isa->has[EXT_Smstateen] || hart->csr.mstateen0 & STATEEN_SRMCFG;
    CsrAccess access = csr_enabled(hart, machine, BROKEN(srmcfg_guest), true);
    return BROKEN(srmcfg_closed_virtual) && hart_is_guest(hart) ? CSR_VIRTUAL : access;
}

/* What the gate of `number`, as the instruction names it, says in the present mode. */
static CsrAccess check_gate(const Hart *hart, unsigned number)
{
    bool is_m = hart->mmu.priv == PRIV_M, guest = hart_is_guest(hart);
    switch ((Gate)gates[number]) {
    case GATE_FLOAT: return check_float(hart);
    case GATE_COUNTER: return check_counter(hart, number);
    case GATE_SATP: return check_satp(hart);
    case GATE_HGATP: /* norm:hgatp_tvm_illegal */
        return allow_if(is_m || guest || !(hart->csr.mstatus & MSTATUS_TVM) || BROKEN(tvm_hgatp),
                        CSR_ILLEGAL);
    case GATE_STIMECMP: return check_stimecmp(hart);
    case GATE_SEED: return check_seed(hart);
    case GATE_CONTEXT: return csr_state_enabled(hart, 0, STATEEN_CONTEXT);
    case GATE_ENVCFG: return csr_state_enabled(hart, 0, STATEEN_ENVCFG);
    case GATE_STATEEN: return csr_state_enabled(hart, number & 3, STATEEN_SE);
    case GATE_SELECT: return csr_state_enabled(hart, 0, STATEEN_CSRIND);
    case GATE_INDIRECT: return indirect_check(hart, number);
    case GATE_COUNTINHIBIT:
        return !(hart->csr.menvcfg & MENVCFG_CDE) ? CSR_ILLEGAL : allow_if(!guest, CSR_VIRTUAL);
    case GATE_COUNTOVF: /* norm:ssccfg_virtual_scountovf_vs_vu */
        return allow_if(!guest || !(hart->csr.menvcfg & MENVCFG_CDE), CSR_VIRTUAL);
    case GATE_AIA: return csr_state_enabled(hart, 0, STATEEN_AIA);
    case GATE_TOPEI: return indirect_check_file(hart, number);
    case GATE_SRMCFG: return check_srmcfg(hart);
    case GATE_MSECCFG:
    case GATE_MTVAL2:
    case GATE_CAT:
    case GATE_MISSING:
    case GATE_NONE: break;
    }
    return CSR_ALLOWED;
}

/* norm:mseccfg_presence */
static bool has_mseccfg(const Isa *isa)
{
    return isa->has[EXT_Smepmp] || isa->has[EXT_Smmpm] || isa->has[EXT_Zkr];
}

/* The lowest privilege that may access it; 2: the hypervisor. norm:Zicsr_access, norm:H_vscsrs_acc_u */
static unsigned lowest_privilege(unsigned number)
{
    return number >> 8 & 3;
}

bool csr_configured(const Isa *isa, unsigned number)
{
    const CsrDef *def = &csr_table[number];
    if (!def->name || !isa->has[def->extension])
        return false;
    if (lowest_privilege(number) == 2 && !isa->has[EXT_H])
        return false;
    switch ((Gate)gates[number]) {
    case GATE_MSECCFG: return has_mseccfg(isa);
    case GATE_MTVAL2: /* norm:mtval2_Ssdbltrap */ return isa->has[EXT_H] || isa->has[EXT_Ssdbltrp];
    case GATE_CONTEXT: return isa->has[EXT_S];
    case GATE_CAT: return isa->cat;
    case GATE_SELECT:
    case GATE_INDIRECT: return indirect_exists(isa, number);
    default: return true;
    }
}

uint8_t *csr_make_gates(const Isa *isa)
{
    uint8_t *out = g_malloc(CSR_COUNT);
    for (unsigned number = 0; number < CSR_COUNT; number++)
        out[number] = csr_configured(isa, number) ? gates[number] : GATE_MISSING;
    return out;
}

bool csr_exists(const Hart *hart, unsigned number)
{
    return hart->csr_gates[number] != GATE_MISSING;
}

/* Of a guest: what is for VS-mode and VU-mode may go on to the gates.
 * norm:H_virtinst_vu_vs_nonhigh_allowedhs_tvm0 */
static CsrAccess check_guest(const Hart *hart, unsigned number, bool write)
{
    CsrAccess gate = check_gate(hart, number);
    unsigned needs = lowest_privilege(number);
    /* What could take back an interrupt that hvictl injects: AIA, "Virtual interrupts for VS level". */
    bool injected = hart->csr.hvictl & HVICTL_VTI &&
                    (((number == CSR_sip || number == CSR_sie) && !BROKEN(vti_without_sip)) ||
                     (write && number == CSR_stimecmp && !BROKEN(vti_without_stimecmp)));
    if (gate == CSR_ILLEGAL || needs == 0)
        return gate;
    if (injected)
        return CSR_VIRTUAL;
    /* norm:H_vscsrs_acc_vs; VU-mode has none of the supervisor's.
     * norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0 */
    if (BROKEN(guest_reaches_vs_csrs) && number >> 8 == 2)
        return gate;
    if (BROKEN(user_csr_illegal) && needs == 1 && hart->mmu.priv == PRIV_U)
        return CSR_ILLEGAL;
    return needs == 2 || hart->mmu.priv == PRIV_U ? CSR_VIRTUAL : gate;
}

CsrAccess csr_check_all(const Hart *hart, unsigned number, bool write)
{
    static const uint8_t least[] = { PRIV_U, PRIV_S, PRIV_S, PRIV_M };
    unsigned gate = hart->csr_gates[number], needs = lowest_privilege(number);
    if (BROKEN(hgeip_stateen) && (number == CSR_hgeip || number == CSR_hgeie))
        return csr_state_enabled(hart, 0, STATEEN_IMSIC);
    bool guest = hart_is_guest(hart);
    /* A guest that lacks privilege is told so in its own way. */
    bool allowed = guest ? needs != 3 : hart->mmu.priv >= least[needs];
    /* norm:seed_ro_illegal is the one register that can only be written. */
    bool wrong_way = write ? number >> 10 == 3 : number == CSR_seed;
    if (BROKEN(read_only_virtual) && guest)
        wrong_way = false;
    if (UNLIKELY(gate == GATE_MISSING || !allowed || wrong_way))
        return CSR_ILLEGAL;
    if (UNLIKELY(guest))
        return check_guest(hart, number, write);
    return LIKELY(gate == GATE_NONE) ? CSR_ALLOWED : check_gate(hart, number);
}

/* norm:H_vscsrs_sub: the supervisor registers that have a VS register; it is 0x100 further on. Meanwhile they keep
 * their values, norm:H_vscsrs_v1. Others are one for all: norm:H_scsrs_nomatch */
static const bool substituted[CSR_COUNT] = {
    // clang-format off
    [CSR_sstatus] = true, [CSR_sie] = true, [CSR_stvec] = true, [CSR_sscratch] = true, [CSR_sepc] = true,
    [CSR_scause] = true, [CSR_stval] = true, [CSR_sip] = true, [CSR_stimecmp] = true, [CSR_satp] = true,
    [CSR_stopi] = true, [CSR_stopei] = true, [CSR_siselect] = true, [CSR_sireg ... CSR_sireg3] = true,
    [CSR_sireg4 ... CSR_sireg6] = true,
    // clang-format on
};

unsigned csr_effective(const Hart *hart, unsigned number)
{
    return UNLIKELY(hart_is_guest(hart)) && substituted[number] ? number + 0x100 : number;
}

static uint64_t *storage(Hart *hart, const CsrDef *def)
{
    return (uint64_t *)(void *)((char *)hart + def->storage);
}

uint64_t csr_read(Hart *hart, unsigned number)
{
    const CsrDef *def = &csr_table[number];
    return def->read ? def->read(hart, number) : *storage(hart, def);
}

uint64_t csr_read_for_modify(Hart *hart, unsigned number)
{
    if (number == CSR_mip)
        return (hart_mip(hart) & ~BIT(IRQ_SEI)) | (hart->mip_software & BIT(IRQ_SEI));
    return csr_read(hart, number);
}

void csr_write(Hart *hart, unsigned number, uint64_t value)
{
    const CsrDef *def = &csr_table[number];
    uint64_t *word = def->storage ? storage(hart, def) : NULL;
    if (word)
        value = (*word & ~def->mask) | (value & def->mask);
    if (UNLIKELY(hart->notes) && UNLIKELY(notes_want_csr(hart, number)))
        notes_csr_write(hart, number, value);
    hart->csr_written = number + 1;
    if (def->write)
        def->write(hart, number, value);
    else if (word)
        *word = value;
}

const char *csr_name(unsigned number)
{
    static __thread char text[24];
    const CsrDef *def = &csr_table[number];
    const char *bracket = def->name ? strchr(def->name, '[') : NULL;
    if (!bracket)
        return def->name;
    g_snprintf(text, sizeof text, "%.*s%u", (int)(bracket - def->name), def->name,
               (unsigned)atoi(bracket + 1) + number - def->first);
    return text;
}

void csr_reset(Hart *hart)
{
    for (unsigned number = 0; number < CSR_COUNT; number++) {
        const CsrDef *def = &csr_table[number];
        if (def->name && def->storage)
            *storage(hart, def) = def->reset;
    }
}
