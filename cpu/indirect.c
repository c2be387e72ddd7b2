/* SPDX-License-Identifier: MIT */
/* indirect.c - registers behind miselect, siselect and vsiselect; see indirect.h. */
#include "cpu/indirect.h"

#include <string.h>

#include "cpu/csr_hooks.h"
#include "cpu/hart.h"
#include "emu/base/mutant.h"

enum {
    SELECT_IPRIO = 0x30, /* major interrupt priorities */
    SELECT_IPRIO_LAST = 0x3f,
    SELECT_COUNTERS = 0x40,
    SELECT_COUNTERS_LAST = 0x5f,
    SELECT_FILE = 0x70, /* registers of an interrupt file */
    SELECT_FILE_LAST = 0xff,
};

/* What a window shows: nothing, another CSR, eight priorities, a register of an interrupt file. */
typedef struct {
    enum { NOTHING, OTHER_CSR, PRIORITIES, FILE_REGISTER } kind;
    unsigned number; /* of the CSR, of the first interrupt, or of the file's register */
} Target;

/* Which select register and file belong to a window. */
typedef enum { WINDOW_M, WINDOW_S, WINDOW_VS } Window;

static Window window_of(unsigned number)
{
    return number >= CSR_miselect ? WINDOW_M : number >= CSR_vsiselect ? WINDOW_VS : WINDOW_S;
}

static uint64_t select_of(const Hart *hart, Window window)
{
    return window == WINDOW_M    ? hart->csr.miselect
           : window == WINDOW_VS ? hart->csr.vsiselect
                                 : hart->csr.siselect;
}

bool indirect_exists(const Isa *isa, unsigned number)
{
    static const uint16_t firsts[] = { CSR_miselect, CSR_mireg,     CSR_siselect,
                                       CSR_sireg,    CSR_vsiselect, CSR_vsireg };
    bool is_m = window_of(number) == WINDOW_M, is_first = false;
    for (unsigned i = 0; i < G_N_ELEMENTS(firsts); i++)
        is_first |= number == firsts[i];
    return isa->has[is_m ? EXT_Smcsrind : EXT_Sscsrind] ||
           (is_first && isa->has[is_m ? EXT_Smaia : EXT_Ssaia]);
}

/* Counters. */

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

/* Interrupt files. */

int indirect_file(const Hart *hart, unsigned number)
{
    unsigned guest = (unsigned)bits(hart->csr.hstatus, 17, 12);
    if (!hart->aia)
        return -1;
    if (number == CSR_mtopei || number == CSR_mireg)
        return AIA_FILE_M;
    if (number == CSR_stopei || number == CSR_sireg)
        return AIA_FILE_S;
    return guest && guest <= hart->aia->guests ? (int)(AIA_FILE_GUEST + guest) : -1;
}

/* Do the state enables, and M-mode's filter of the supervisor's file, let the present mode in? AIA, "Access control
 * by the state-enable CSRs" */
static CsrAccess check_file_enabled(const Hart *hart, bool guests_file)
{
    bool filtered =
        hart->csr.mvien & BIT(IRQ_SEI) && hart->mmu.priv == PRIV_S && !BROKEN(mvien_file);
    CsrAccess enabled = hart->aia ? csr_state_enabled(hart, 0, STATEEN_IMSIC) : CSR_ALLOWED;
    if (enabled == CSR_ALLOWED && filtered && !guests_file && !hart_is_guest(hart))
        return CSR_ILLEGAL;
    return enabled;
}

CsrAccess indirect_check_file(const Hart *hart, unsigned number)
{
    bool guest = hart_is_guest(hart);
    CsrAccess enabled = check_file_enabled(hart, number == CSR_vstopei);
    if (enabled != CSR_ALLOWED)
        return enabled;
    if (indirect_file(hart, csr_effective(hart, number)) >= 0 || BROKEN(topei_without_file))
        return CSR_ALLOWED;
    return guest ? CSR_VIRTUAL : CSR_ILLEGAL;
}

static bool has_file_register(const Hart *hart, unsigned window, unsigned select)
{
    int file = indirect_file(hart, window);
    uint64_t ignored;
    return file >= 0 && hart->aia->read(hart->aia->to, (unsigned)file, select, &ignored);
}

/* Windows. */

/* What `number` (mireg*, sireg*, vsireg*) shows now; of a guest's there is nothing but its interrupt file. */
static Target find_target(const Hart *hart, unsigned number)
{
    Window window = window_of(number);
    uint64_t select = select_of(hart, window);
    bool has_aia = hart->isa->has[window == WINDOW_M ? EXT_Smaia : EXT_Ssaia];
    bool is_first = number == CSR_mireg || number == CSR_sireg || number == CSR_vsireg;
    Target target = { NOTHING, 0 };
    if (window == WINDOW_S && select >= SELECT_COUNTERS && select <= SELECT_COUNTERS_LAST) {
        target.number = delegated_counter(hart, (unsigned)select - SELECT_COUNTERS, number);
        target.kind = target.number ? OTHER_CSR : NOTHING;
    } else if (!has_aia || !is_first) {
        return target;
    } else if (select >= SELECT_IPRIO && select <= SELECT_IPRIO_LAST && window != WINDOW_VS) {
        /* With 64 bits only the even ones are there. */
        target.number = ((unsigned)select - SELECT_IPRIO) * 4;
        target.kind = select & 1 ? NOTHING : PRIORITIES;
    } else if (select >= SELECT_FILE && select <= SELECT_FILE_LAST) {
        target.number = (unsigned)select;
        target.kind = has_file_register(hart, number, (unsigned)select) ? FILE_REGISTER : NOTHING;
    }
    return target;
}

static CsrAccess check_target(const Hart *hart, unsigned number)
{
    uint64_t select = select_of(hart, window_of(number));
    CsrAccess enabled = CSR_ALLOWED;
    if (select >= SELECT_IPRIO && select <= SELECT_IPRIO_LAST)
        enabled = csr_state_enabled(hart, 0, STATEEN_AIA);
    else if (select >= SELECT_FILE && select <= SELECT_FILE_LAST)
        enabled = check_file_enabled(hart, window_of(number) == WINDOW_VS);
    if (enabled != CSR_ALLOWED)
        return enabled;
    if (find_target(hart, number).kind != NOTHING)
        return CSR_ALLOWED;
    return hart_is_guest(hart) && !BROKEN(inaccessible_illegal) ? CSR_VIRTUAL : CSR_ILLEGAL;
}

/* norm:sscsrind_virtual_inst_fault, norm:ssccfg_hyp_vs_access_sireg_conditional; AIA, "Hypervisor and VS CSRs" */
static CsrAccess check_guest(const Hart *hart, unsigned number)
{
    uint64_t select = hart->csr.vsiselect;
    bool is_counter = select >= SELECT_COUNTERS && select <= SELECT_COUNTERS_LAST;
    if (window_of(number) != WINDOW_S || hart->mmu.priv == PRIV_U)
        return CSR_VIRTUAL;
    if (is_counter && hart->isa->has[EXT_Ssccfg] && !(hart->csr.menvcfg & MENVCFG_CDE))
        return CSR_ILLEGAL;
    /* What is for guests' state in mstateen0 and hstateen0 but not for the priorities, which they do not have. */
    if (select >= SELECT_IPRIO && select <= SELECT_IPRIO_LAST)
        return BROKEN(guest_has_iprio) ? CSR_ALLOWED : CSR_VIRTUAL;
    return check_target(hart, number + 0x100);
}

CsrAccess indirect_check(const Hart *hart, unsigned number)
{
    CsrAccess enabled = csr_state_enabled(hart, 0, STATEEN_CSRIND);
    if (enabled != CSR_ALLOWED)
        return enabled;
    return hart_is_guest(hart) ? check_guest(hart, number) : check_target(hart, number);
}

/* Priorities of interrupts that this level can take, and not its external interrupt's. AIA, "Configuring priorities of
 * major interrupts at machine level" */
static uint64_t has_priority(const Hart *hart, Window window)
{
    uint64_t local = hart->isa->has[EXT_Sscofpmf] ? BIT(IRQ_LCOFI) : 0;
    if (window == WINDOW_M)
        return BIT(IRQ_MSI) | BIT(IRQ_MTI) | IRQS_S | local;
    return BIT(IRQ_SSI) | BIT(IRQ_STI) | hart_hypervisor_irqs(hart) | local;
}

/* Bits that the indirect view of a register does not have: counting in M-mode is not the supervisor's to filter. */
static uint64_t hidden(unsigned number)
{
    return number == CSR_sireg2 ? COUNTER_MINH : 0;
}

uint64_t read_indirect(Hart *hart, unsigned number)
{
    Target target = find_target(hart, number);
    uint64_t value = 0;
    switch (target.kind) {
    case OTHER_CSR: return csr_read(hart, target.number) & ~hidden(number);
    case PRIORITIES:
        memcpy(&value, &hart->iprio[window_of(number) != WINDOW_M][target.number], 8);
        break;
    case FILE_REGISTER:
        hart->aia->read(hart->aia->to, (unsigned)indirect_file(hart, number), target.number,
                        &value);
        break;
    case NOTHING: break;
    }
    return value;
}

static void write_priorities(Hart *hart, Window window, unsigned first, uint64_t value)
{
    uint64_t writable = has_priority(hart, window);
    uint8_t *iprio = hart->iprio[window != WINDOW_M];
    for (unsigned i = 0; i < 8; i++)
        if (writable >> (first + i) & 1)
            iprio[first + i] = (uint8_t)(value >> 8 * i);
    hart_update_irq(hart);
}

void write_indirect(Hart *hart, unsigned number, uint64_t value)
{
    Target target = find_target(hart, number);
    switch (target.kind) {
    case OTHER_CSR:
        csr_write(hart, target.number,
                  (value & ~hidden(number)) | (csr_read(hart, target.number) & hidden(number)));
        break;
    case PRIORITIES: write_priorities(hart, window_of(number), target.number, value); break;
    case FILE_REGISTER:
        hart->aia->write(hart->aia->to, (unsigned)indirect_file(hart, number), target.number,
                         value);
        break;
    case NOTHING: break;
    }
    hart->csr_written = number + 1; /* the name the instruction used */
}
