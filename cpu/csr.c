/* SPDX-License-Identifier: MIT */
/*
 * csr.c - the table of control and status registers, and the hooks of those that do something.
 *
 * The order of checks is that of csr_check: exists and configured, privilege, read-only, then the enables that other
 * CSRs hold. Hooks come after, grouped as csr.def is.
 */
#include "cpu/csr.h"

#include <stdlib.h>
#include <string.h>

#include "cpu/hart.h"
#include "mmu/pte.h"

typedef uint64_t CsrReadFn(Hart *hart, unsigned number);
typedef void CsrWriteFn(Hart *hart, unsigned number, uint64_t value);

typedef struct {
    const char *name;
    uint16_t first; /* number of the first of its run */
    uint16_t extension;
    uint32_t storage; /* offset in Hart, 0: none */
    uint64_t reset, mask;
    CsrReadFn *read;
    CsrWriteFn *write;
} CsrDef;

/* Floating point. */

static bool fs_is_off(const Hart *hart)
{
    return !(hart->csr.mstatus & MSTATUS_FS);
}

static uint64_t read_fflags(Hart *hart, unsigned number)
{
    (void)number;
    return hart->fflags;
}

static uint64_t read_frm(Hart *hart, unsigned number)
{
    (void)number;
    return hart->frm;
}

static uint64_t read_fcsr(Hart *hart, unsigned number)
{
    (void)number;
    return (uint64_t)hart->frm << 5 | hart->fflags;
}

static void write_fcsr(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->fflags = value & 31;
    hart->frm = value >> 5 & 7;
    hart->csr.mstatus |= MSTATUS_FS;
}

static void write_fflags(Hart *hart, unsigned number, uint64_t value)
{
    write_fcsr(hart, number, (uint64_t)hart->frm << 5 | (value & 31));
}

static void write_frm(Hart *hart, unsigned number, uint64_t value)
{
    write_fcsr(hart, number, (value & 7) << 5 | hart->fflags);
}

/* Counters: cycle, (time), instret, hpmcounter3.. by the low five bits of their numbers. */

enum { EVENT_NONE = 0, EVENT_CYCLES = 1, EVENT_INSTRUCTIONS = 2 };

/* What a counter counts, counted since power-on. */
static uint64_t counted(const Hart *hart, unsigned index)
{
    uint64_t event = index >= HPM_FIRST ? hart->hpm_event[index - HPM_FIRST] : EVENT_NONE;
    if (index == 0 || event == EVENT_CYCLES)
        return hart_cycles(hart);
    if (index == 2 || event == EVENT_INSTRUCTIONS)
        return hart_retired(hart);
    return 0;
}

static uint64_t counter_value(const Hart *hart, unsigned index)
{
    bool inhibited = hart->csr.mcountinhibit >> index & 1;
    return hart->counter_offset[index] + (inhibited ? 0 : counted(hart, index));
}

static void set_counter(Hart *hart, unsigned index, uint64_t value)
{
    bool inhibited = hart->csr.mcountinhibit >> index & 1;
    hart->counter_offset[index] = value - (inhibited ? 0 : counted(hart, index));
}

static uint64_t read_counter(Hart *hart, unsigned number)
{
    return counter_value(hart, number & 31);
}

/* The written value is what the next instruction reads, so the writing instruction itself does not count. */
static void write_counter(Hart *hart, unsigned number, uint64_t value)
{
    unsigned index = number & 31;
    bool counts = index < HPM_FIRST || hart->hpm_event[index - HPM_FIRST] != EVENT_NONE;
    bool inhibited = hart->csr.mcountinhibit >> index & 1;
    set_counter(hart, index, value - (counts && !inhibited));
}

static uint64_t read_time(Hart *hart, unsigned number)
{
    (void)number;
    return hart->mtime(hart->mtime_opaque);
}

static void write_mcountinhibit(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t values[HPM_FIRST + HPM_COUNTERS];
    (void)number;
    for (unsigned i = 0; i < G_N_ELEMENTS(values); i++)
        values[i] = counter_value(hart, i);
    hart->csr.mcountinhibit = value;
    for (unsigned i = 0; i < G_N_ELEMENTS(values); i++)
        set_counter(hart, i, values[i]);
}

static uint64_t read_mhpmevent(Hart *hart, unsigned number)
{
    return hart->hpm_event[number - 0x323];
}

/* WARL: an event that is not known selects none. */
static void write_mhpmevent(Hart *hart, unsigned number, uint64_t value)
{
    unsigned index = number - 0x323;
    uint64_t held = counter_value(hart, index + HPM_FIRST);
    hart->hpm_event[index] = value <= EVENT_INSTRUCTIONS ? value : EVENT_NONE;
    set_counter(hart, index + HPM_FIRST, held);
}

/* Status. */

static const uint64_t sstatus_mask =
    MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_SUM | MSTATUS_MXR;

static uint64_t read_mstatus(Hart *hart, unsigned number)
{
    (void)number;
    uint64_t status = hart->csr.mstatus;
    return (status & MSTATUS_FS) == MSTATUS_FS ? status | MSTATUS_SD : status;
}

static void write_mstatus(Hart *hart, unsigned number, uint64_t value)
{
    const Isa *isa = hart->isa;
    uint64_t old = hart->csr.mstatus;
    (void)number;
    unsigned mpp = (unsigned)bits(value, 12, 11);
    if (mpp == 2 || (mpp == PRIV_S && !isa->has[EXT_S]) || (mpp == PRIV_U && !isa->has[EXT_U]))
        value = set_bits(value, 12, 11, bits(old, 12, 11));
    if (!isa->has[EXT_F])
        value &= ~(uint64_t)MSTATUS_FS;
    if (!isa->has[EXT_U])
        value &= ~(uint64_t)(MSTATUS_MPRV | MSTATUS_TW);
    if (!isa->has[EXT_S])
        value &= ~(uint64_t)(MSTATUS_SUM | MSTATUS_MXR | MSTATUS_TVM | MSTATUS_TSR | MSTATUS_SIE |
                             MSTATUS_SPIE | MSTATUS_SPP);
    hart->csr.mstatus = value;
    hart_update_context(hart);
    hart_update_irq(hart);
}

static uint64_t read_sstatus(Hart *hart, unsigned number)
{
    return read_mstatus(hart, number) & (sstatus_mask | MSTATUS_SD | MSTATUS_UXL);
}

static void write_sstatus(Hart *hart, unsigned number, uint64_t value)
{
    write_mstatus(hart, number, (hart->csr.mstatus & ~sstatus_mask) | (value & sstatus_mask));
}

/* norm:mepc_bit1_dyn_ialign_op: without compressed instructions bit 1 reads as zero. */
static uint64_t read_epc(Hart *hart, unsigned number)
{
    uint64_t value = number == CSR_mepc ? hart->csr.mepc : hart->csr.sepc;
    return value & ~(uint64_t)hart->ialign_mask;
}

/* Interrupts. */

static uint64_t read_mip(Hart *hart, unsigned number)
{
    (void)number;
    return hart_mip(hart);
}

/* SSIP and SEIP are software's; STIP too while stimecmp is not in use. norm:mip_bits_wr_or_rdonly */
static void write_mip(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t mask = BIT(IRQ_SSI) | BIT(IRQ_SEI);
    (void)number;
    if (!hart->isa->has[EXT_S])
        mask = 0;
    else if (!(hart->csr.menvcfg & MENVCFG_STCE))
        mask |= BIT(IRQ_STI);
    hart->mip_software = (hart->mip_software & ~mask) | (value & mask);
    hart_update_irq(hart);
}

static uint64_t read_sip(Hart *hart, unsigned number)
{
    (void)number;
    return hart_mip(hart) & hart->csr.mideleg;
}

static void write_sip(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t mask = hart->csr.mideleg & BIT(IRQ_SSI);
    (void)number;
    hart->mip_software = (hart->mip_software & ~mask) | (value & mask);
    hart_update_irq(hart);
}

static uint64_t read_sie(Hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.mie & hart->csr.mideleg;
}

static void write_sie(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.mie = (hart->csr.mie & ~hart->csr.mideleg) | (value & hart->csr.mideleg);
    hart_update_irq(hart);
}

static void write_interrupt(Hart *hart, unsigned number, uint64_t value)
{
    if (number == CSR_mie)
        hart->csr.mie =
            hart->isa->has[EXT_S] ? value : value & (BIT(IRQ_MSI) | BIT(IRQ_MTI) | BIT(IRQ_MEI));
    else
        hart->csr.mideleg = value;
    hart_update_irq(hart);
}

/* STIP follows time >= stimecmp; a timer wakes the hart when that becomes true. */
void hart_update_stimer(Hart *hart)
{
    uint64_t ticks = hart->mtime(hart->mtime_opaque), now = clock_now(hart->clock);
    uint64_t wait;
    hart->stip = ticks >= hart->csr.stimecmp;
    uint64_t deadline = CLOCK_NEVER;
    if (!hart->stip && !__builtin_mul_overflow(hart->csr.stimecmp - ticks, 100, &wait) &&
        wait < UINT64_MAX - now)
        deadline = now - now % 100 + wait;
    if (hart->stimer.deadline != deadline)
        timer_set(hart->clock, &hart->stimer, deadline);
    hart_update_irq(hart);
}

static void write_stimecmp(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.stimecmp = value;
    hart_update_stimer(hart);
}

/* Environment configuration. */

/* CBIE = 2 is reserved; WARL: the old value stays. */
static uint64_t legal_envcfg(uint64_t value, uint64_t old)
{
    return (value & ENVCFG_CBIE) == 2 << 4 ? (value & ~(uint64_t)ENVCFG_CBIE) | (old & ENVCFG_CBIE)
                                           : value;
}

static uint64_t envcfg_mask(const Hart *hart)
{
    const Isa *isa = hart->isa;
    uint64_t mask = isa->has[EXT_S] ? ENVCFG_FIOM : 0;
    mask |= isa->has[EXT_Zicbom] ? ENVCFG_CBIE | ENVCFG_CBCFE : 0;
    return mask | (isa->has[EXT_Zicboz] ? ENVCFG_CBZE : 0);
}

static void write_senvcfg(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.senvcfg = legal_envcfg(value, hart->csr.senvcfg) & envcfg_mask(hart);
}

static void write_menvcfg(Hart *hart, unsigned number, uint64_t value)
{
    const Isa *isa = hart->isa;
    uint64_t mask = envcfg_mask(hart);
    (void)number;
    mask |= isa->has[EXT_Svadu] ? MENVCFG_ADUE : 0;
    mask |= isa->has[EXT_Svpbmt] ? MENVCFG_PBMTE : 0;
    mask |= isa->has[EXT_Sstc] ? MENVCFG_STCE : 0;
    hart->csr.menvcfg = legal_envcfg(value, hart->csr.menvcfg) & mask;
    hart_update_context(hart);
    hart_update_irq(hart);
}

/* Memory. */

static bool has_mode(const Isa *isa, unsigned mode)
{
    return mode == ATP_BARE || (mode == ATP_SV39 && isa->has[EXT_Sv39]) ||
           (mode == ATP_SV48 && isa->has[EXT_Sv48]) || (mode == ATP_SV57 && isa->has[EXT_Sv57]);
}

/* norm:satp_mode_op_unsupported: writing a MODE that is not there changes nothing at all. */
static void write_satp(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    if (!has_mode(hart->isa, (unsigned)bits(value, 63, 60)))
        return;
    hart->csr.satp = value;
    hart_update_context(hart);
}

static uint64_t read_pmpcfg(Hart *hart, unsigned number)
{
    uint64_t value;
    memcpy(&value, &hart->mmu.pmp.cfg[(number - CSR_pmpcfg0) * 4], 8);
    return value;
}

static void write_pmpcfg(Hart *hart, unsigned number, uint64_t value)
{
    unsigned first = (number - CSR_pmpcfg0) * 4;
    for (unsigned i = 0; i < 8; i++)
        pmp_write_cfg(&hart->mmu.pmp, first + i, (uint8_t)(value >> 8 * i));
    mmu_context_changed(&hart->mmu);
}

static uint64_t read_pmpaddr(Hart *hart, unsigned number)
{
    return hart->mmu.pmp.addr[number - 0x3b0];
}

static void write_pmpaddr(Hart *hart, unsigned number, uint64_t value)
{
    pmp_write_addr(&hart->mmu.pmp, number - 0x3b0, value);
    mmu_context_changed(&hart->mmu);
}

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

/* Enables that other CSRs hold. */
static bool is_enabled(const Hart *hart, unsigned number)
{
    bool is_m = hart->mmu.priv == PRIV_M;
    if (number >= CSR_cycle && number <= 0xc1f)
        return counter_enabled(hart, number);
    switch (number) {
    case CSR_fflags:
    case CSR_frm:
    case CSR_fcsr: return !fs_is_off(hart);
    case CSR_satp: return is_m || !(hart->csr.mstatus & MSTATUS_TVM);
    case CSR_stimecmp:
        return is_m || (hart->csr.mcounteren & 2 && hart->csr.menvcfg & MENVCFG_STCE);
    default: return true;
    }
}

bool csr_exists(const Hart *hart, unsigned number)
{
    const CsrDef *def = &csr_table[number];
    return def->name && hart->isa->has[def->extension];
}

bool csr_check(const Hart *hart, unsigned number, bool write)
{
    if (!csr_exists(hart, number) || hart->mmu.priv < (number >> 8 & 3))
        return false;
    if (write && number >> 10 == 3)
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
