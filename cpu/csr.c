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
    GATE_NONE,
    GATE_FLOAT,
    GATE_COUNTER,
    GATE_TVM,
    GATE_STIMECMP,
    GATE_SEED,
    GATE_MSECCFG,
    GATE_SCONTEXT,
    GATE_SENVCFG,
    GATE_SSTATEEN,
    GATE_SELECT,
    GATE_INDIRECT,
    GATE_COUNTINHIBIT,
} Gate;

static const uint8_t gates[CSR_COUNT] = {
    // clang-format off
    [CSR_fflags ... CSR_fcsr] = GATE_FLOAT,
    [CSR_cycle ... 0xc1f] = GATE_COUNTER,
    [CSR_satp] = GATE_TVM,
    [CSR_stimecmp] = GATE_STIMECMP,
    [CSR_seed] = GATE_SEED,
    [CSR_mseccfg] = GATE_MSECCFG,
    [CSR_scontext] = GATE_SCONTEXT,
    [CSR_senvcfg] = GATE_SENVCFG,
    [CSR_SSTATEEN0 ... CSR_SSTATEEN0 + 3] = GATE_SSTATEEN,
    [CSR_siselect] = GATE_SELECT,
    [CSR_sireg ... CSR_sireg6] = GATE_INDIRECT,
    [CSR_mireg ... CSR_mireg6] = GATE_INDIRECT,
    [CSR_scountinhibit] = GATE_COUNTINHIBIT,
    // clang-format on
};

static bool counter_enabled(const Hart *hart, unsigned number)
{
    uint64_t bit = BIT(number & 31);
    unsigned priv = hart->mmu.priv;
    if (priv == PRIV_M)
        return true;
    return hart->csr.mcounteren & bit &&
           (priv == PRIV_S || !hart->isa->has[EXT_S] || hart->csr.scounteren & bit);
}

/* norm:mseccfg_sseed_useed_op_tbl */
static bool seed_enabled(const Hart *hart)
{
    uint64_t enable = hart->mmu.priv == PRIV_S ? MSECCFG_SSEED : MSECCFG_USEED;
    return hart->mmu.priv == PRIV_M || hart->csr.mseccfg & enable;
}

/* Do the state enables let modes below M in? norm:stateen_illegal_state_access */
static bool state_enabled(const Hart *hart, unsigned index, uint64_t bit)
{
    return hart->mmu.priv == PRIV_M || !hart->isa->has[EXT_Smstateen] ||
           (&hart->csr.mstateen0)[index] & bit;
}

static bool passes_gate(const Hart *hart, unsigned number)
{
    bool is_m = hart->mmu.priv == PRIV_M;
    switch ((Gate)gates[number]) {
    case GATE_FLOAT: return hart->csr.mstatus & MSTATUS_FS;
    case GATE_COUNTER: return counter_enabled(hart, number);
    case GATE_TVM: return is_m || !(hart->csr.mstatus & MSTATUS_TVM);
    case GATE_STIMECMP:
        return is_m || (hart->csr.mcounteren & 2 && hart->csr.menvcfg & MENVCFG_STCE);
    case GATE_SEED: return seed_enabled(hart);
    case GATE_SCONTEXT: return state_enabled(hart, 0, STATEEN_CONTEXT);
    case GATE_SENVCFG: return state_enabled(hart, 0, STATEEN_ENVCFG);
    case GATE_SSTATEEN: return state_enabled(hart, number - CSR_SSTATEEN0, STATEEN_SE);
    case GATE_SELECT: return state_enabled(hart, 0, STATEEN_CSRIND);
    case GATE_INDIRECT:
        return state_enabled(hart, 0, STATEEN_CSRIND) && indirect_exists(hart, number);
    case GATE_COUNTINHIBIT: return hart->csr.menvcfg & MENVCFG_CDE;
    case GATE_MSECCFG:
    case GATE_NONE: break;
    }
    return true;
}

/* norm:mseccfg_presence */
static bool has_mseccfg(const Isa *isa)
{
    return isa->has[EXT_Smepmp] || isa->has[EXT_Smmpm] || isa->has[EXT_Zkr];
}

bool csr_exists(const Hart *hart, unsigned number)
{
    const CsrDef *def = &csr_table[number];
    if (!def->name || !hart->isa->has[def->extension])
        return false;
    if (UNLIKELY(gates[number] == GATE_MSECCFG))
        return has_mseccfg(hart->isa);
    return gates[number] != GATE_SCONTEXT || hart->isa->has[EXT_S];
}

bool csr_check(const Hart *hart, unsigned number, bool write)
{
    if (!csr_exists(hart, number) || hart->mmu.priv < (number >> 8 & 3))
        return false;
    /* norm:seed_ro_illegal is the one register that can only be written. */
    if (write ? number >> 10 == 3 : number == CSR_seed)
        return false;
    return passes_gate(hart, number);
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
    if (UNLIKELY(hart->trace->on[TRACE_csr]))
        TRACE(hart->trace, csr, hart->id, hart->pc, number, csr_read(hart, number), value);
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
