/* SPDX-License-Identifier: MIT */
/* indirect.c - registers behind miselect and siselect; see indirect.h. */
#include "cpu/indirect.h"

#include "cpu/csr.h"
#include "cpu/csr_hooks.h"
#include "cpu/hart.h"

enum { SELECT_COUNTERS = 0x40, SELECT_COUNTERS_LAST = 0x5f };

/*
 * Delegated counters: sireg is the counter, sireg2 its configuration. norm:smcdeleg_cde_en and "Indirect HPM State
 * Mappings". Zero: the access is illegal.
 */
static unsigned delegated_counter(const Hart *hart, unsigned index, unsigned alias)
{
    const Isa *isa = hart->isa;
    bool is_event = index >= HPM_FIRST;
    /* norm:ssccfg_illegal_sireg_cde0, norm:ssccfg_illegal_sireg_not_delegated */
    if (!(hart->csr.menvcfg & MENVCFG_CDE) || !(hart->csr.mcounteren >> index & 1) || index == 1)
        return 0;
    if (alias == CSR_sireg)
        return isa->has[is_event ? EXT_Zihpm : EXT_Zicntr] ? CSR_mcycle + index : 0;
    if (alias != CSR_sireg2)
        return 0;
    if (is_event)
        return isa->has[EXT_Zihpm] ? CSR_MHPMEVENT3 + index - HPM_FIRST : 0;
    return !isa->has[EXT_Smcntrpmf] ? 0 : index ? CSR_minstretcfg : CSR_mcyclecfg;
}

/* The number behind mireg* or sireg*, 0 if there is none. Nothing is behind miselect yet. */
static unsigned target(const Hart *hart, unsigned number)
{
    uint64_t select = hart->csr.siselect;
    if (number < CSR_sireg || number > CSR_sireg6)
        return 0;
    if (select >= SELECT_COUNTERS && select <= SELECT_COUNTERS_LAST)
        return delegated_counter(hart, (unsigned)select - SELECT_COUNTERS, number);
    return 0;
}

bool indirect_exists(const Hart *hart, unsigned number)
{
    return target(hart, number);
}

/* Bits that the indirect view of a register does not have: counting in M-mode is not the supervisor's to filter. */
static uint64_t hidden(unsigned number)
{
    return number == CSR_sireg2 ? COUNTER_MINH : 0;
}

uint64_t read_indirect(Hart *hart, unsigned number)
{
    unsigned at = target(hart, number);
    return at ? csr_read(hart, at) & ~hidden(number) : 0;
}

void write_indirect(Hart *hart, unsigned number, uint64_t value)
{
    unsigned at = target(hart, number);
    uint64_t kept = at ? csr_read(hart, at) & hidden(number) : 0;
    if (at)
        csr_write(hart, at, (value & ~hidden(number)) | kept);
    hart->csr_written = number + 1; /* the name the instruction used */
}
