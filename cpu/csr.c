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

static bool counter_enabled(const Hart *hart, unsigned number)
{
    uint64_t bit = BIT(number & 31);
    unsigned priv = hart->mmu.priv;
    if (priv == PRIV_M)
        return true;
    return hart->csr.mcounteren & bit &&
           (priv == PRIV_S || !hart->isa->has[EXT_S] || hart->csr.scounteren & bit);
}

static bool fs_is_off(const Hart *hart)
{
    return !(hart->csr.mstatus & MSTATUS_FS);
}

/* norm:mseccfg_sseed_useed_op_tbl */
static bool seed_enabled(const Hart *hart)
{
    uint64_t enable = hart->mmu.priv == PRIV_S ? MSECCFG_SSEED : MSECCFG_USEED;
    return hart->mmu.priv == PRIV_M || hart->csr.mseccfg & enable;
}

/* What mstateen0 closes to modes below M. norm:stateen_illegal_state_access */
static uint64_t state_enable(unsigned number)
{
    if (number >= CSR_siselect && number <= CSR_sireg6)
        return STATEEN_CSRIND;
    if (number == CSR_scontext)
        return STATEEN_CONTEXT;
    return number == CSR_senvcfg ? STATEEN_ENVCFG : 0;
}

static bool state_enabled(const Hart *hart, unsigned number)
{
    uint64_t bit = state_enable(number);
    if (hart->mmu.priv == PRIV_M || !hart->isa->has[EXT_Smstateen])
        return true;
    if (number >= CSR_SSTATEEN0 && number < CSR_SSTATEEN0 + 4)
        return (&hart->csr.mstateen0)[number - CSR_SSTATEEN0] & STATEEN_SE;
    return !bit || hart->csr.mstateen0 & bit;
}

static bool is_indirect(unsigned number)
{
    return (number >= CSR_sireg && number <= CSR_sireg6) ||
           (number >= CSR_mireg && number <= CSR_mireg6);
}

/* Enables that other CSRs hold. */
static bool is_enabled(const Hart *hart, unsigned number)
{
    bool is_m = hart->mmu.priv == PRIV_M;
    if (!state_enabled(hart, number) || (is_indirect(number) && !indirect_exists(hart, number)))
        return false;
    if (number >= CSR_cycle && number <= 0xc1f)
        return counter_enabled(hart, number);
    switch (number) {
    case CSR_fflags:
    case CSR_frm:
    case CSR_fcsr: return !fs_is_off(hart);
    case CSR_scountinhibit: return hart->csr.menvcfg & MENVCFG_CDE;
    case CSR_seed: return seed_enabled(hart);
    case CSR_satp: return is_m || !(hart->csr.mstatus & MSTATUS_TVM);
    case CSR_stimecmp:
        return is_m || (hart->csr.mcounteren & 2 && hart->csr.menvcfg & MENVCFG_STCE);
    default: return true;
    }
}

/* norm:mseccfg_presence */
static bool has_mseccfg(const Isa *isa)
{
    return isa->has[EXT_Smepmp] || isa->has[EXT_Smmpm] || isa->has[EXT_Zkr];
}

bool csr_exists(const Hart *hart, unsigned number)
{
    const CsrDef *def = &csr_table[number];
    if (number == CSR_mseccfg && !has_mseccfg(hart->isa))
        return false;
    if (number == CSR_scontext && !hart->isa->has[EXT_S])
        return false;
    return def->name && hart->isa->has[def->extension];
}

bool csr_check(const Hart *hart, unsigned number, bool write)
{
    if (!csr_exists(hart, number) || hart->mmu.priv < (number >> 8 & 3))
        return false;
    /* norm:seed_ro_illegal is the one register that can only be written. */
    if (write ? number >> 10 == 3 : number == CSR_seed)
        return false;
    return is_enabled(hart, number);
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
