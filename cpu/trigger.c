/* SPDX-License-Identifier: MIT */
/*
 * trigger.c - debug triggers; see trigger.h. The names of fields are those of the Debug Specification.
 *
 * Triggers that are chained fire together: each match of the current instruction sets a bit, and a chain fires when the
 * bits of all its members are set.
 */
#include "cpu/trigger.h"

#include "cpu/csr.h"
#include "cpu/csr_hooks.h"
#include "cpu/hart.h"

enum {
    TYPE_ICOUNT = 3,
    TYPE_ITRIGGER = 4,
    TYPE_ETRIGGER = 5,
    TYPE_MCONTROL6 = 6,
    TYPE_DISABLED = 15
};
enum { TINFO = 1 << 24 | 1 << 15 | 1 << 6 | 1 << 5 | 1 << 4 | 1 << 3 };

enum {
    M6_LOAD = 1 << 0,
    M6_STORE = 1 << 1,
    M6_EXECUTE = 1 << 2,
    M6_CHAIN = 1 << 11,
    M6_HIT0 = 1 << 22,
    ICOUNT_PENDING = 1 << 8,
    ICOUNT_HIT = 1 << 24,
};
#define TRAP_TRIGGER_HIT BIT(58)
#define ACCESS_KINDS     (TRIGGER_LOADS | TRIGGER_STORES | TRIGGER_FETCHES)

enum {
    MATCH_EQUAL,
    MATCH_NAPOT,
    MATCH_GE,
    MATCH_LT,
    MATCH_MASK_LOW,
    MATCH_MASK_HIGH,
    MATCH_NOT = 8
};

static unsigned type_of(const Trigger *t)
{
    return (unsigned)bits(t->tdata1, 63, 60);
}

/* The trigger's bit for a mode: the types keep them in different places. */
static const uint8_t *mode_bits(unsigned type)
{
    static const uint8_t mcontrol6[MODES] = { 3, 4, 0, 6, 23, 24 },
                         icount[MODES] = { 6, 7, 0, 9, 25, 26 },
                         traps[MODES] = { 6, 7, 0, 9, 11, 12 };
    return type == TYPE_MCONTROL6 ? mcontrol6 : type == TYPE_ICOUNT ? icount : traps;
}

static bool in_mode(const Trigger *t, unsigned mode)
{
    return t->tdata1 >> mode_bits(type_of(t))[mode] & 1;
}

/* textra64: only in one context. */
static bool in_context(const Hart *hart, const Trigger *t)
{
    unsigned mhselect = (unsigned)bits(t->tdata3, 50, 48),
             sselect = (unsigned)bits(t->tdata3, 1, 0);
    uint64_t svalue = bits(t->tdata3, 33, 2), ignored = 0;
    if (mhselect == 4 && hart->csr.mcontext != bits(t->tdata3, 63, 51))
        return false;
    for (unsigned byte = 0; byte < 4; byte++)
        ignored |= (t->tdata3 >> (36 + byte) & 1) * (0xffull << 8 * byte);
    if (sselect == 1)
        return !((hart->csr.scontext ^ svalue) & ~ignored & UINT32_MAX);
    uint64_t satp = hart_is_guest(hart) ? hart->csr.vsatp : hart->csr.satp;
    return sselect != 2 || bits(satp, 59, 44) == (svalue & 0xffff);
}

/* Where a breakpoint exception would spoil the state of a handler, triggers hold still. */
bool trigger_may_fire(const Hart *hart)
{
    uint64_t delegated = hart->csr.medeleg, status = hart->csr.mstatus;
    if (hart->mmu.priv == PRIV_M)
        return status & MSTATUS_MIE;
    if (hart_is_guest(hart)) {
        delegated &= hart->csr.hedeleg;
        status = hart->csr.vsstatus;
    }
    return hart->mmu.priv != PRIV_S || !(delegated >> CAUSE_BREAKPOINT & 1) || status & MSTATUS_SIE;
}

/* Matching addresses. */

typedef struct {
    uint64_t first, last; /* compare values */
} Range;

/* Bits at the top that a NAPOT value of tdata2 compares. */
static uint64_t napot_mask(uint64_t value)
{
    return ~(value ^ (value + 1));
}

static bool half_matches(uint64_t half, uint64_t tdata2)
{
    return (half & tdata2 >> 32) == (tdata2 & UINT32_MAX);
}

static bool value_matches(unsigned match, uint64_t tdata2, Range r)
{
    switch (match & ~(unsigned)MATCH_NOT) {
    case MATCH_EQUAL: return r.first <= tdata2 && tdata2 <= r.last;
    case MATCH_NAPOT:
        return (r.first & napot_mask(tdata2)) <= (tdata2 & napot_mask(tdata2)) &&
               (tdata2 & napot_mask(tdata2)) <= r.last;
    case MATCH_GE: return r.last >= tdata2;
    case MATCH_LT: return r.first < tdata2;
    case MATCH_MASK_LOW: return half_matches(r.first & UINT32_MAX, tdata2);
    default: return half_matches(r.first >> 32, tdata2);
    }
}

/* Does the size field allow an access of `size` bytes? 0: any; 1, 2, 3, 5 and 6: 8 to 128 bits. */
static bool size_matches(const Trigger *t, unsigned size)
{
    static const uint8_t sizes[] = { 0, 1, 2, 4, 6, 8, 16, 0 };
    unsigned field = (unsigned)bits(t->tdata1, 18, 16);
    return !field || sizes[field] == size;
}

static bool matches(const Hart *hart, const Trigger *t, uint64_t kind, Range r, unsigned size)
{
    unsigned match = (unsigned)bits(t->tdata1, 10, 7);
    if (type_of(t) != TYPE_MCONTROL6 || !(t->tdata1 & kind) || !in_mode(t, hart_mode(hart)))
        return false;
    return size_matches(t, size) && in_context(hart, t) &&
           value_matches(match, t->tdata2, r) != !!(match & MATCH_NOT);
}

/* Fires the chains that are complete. True: at least one was. */
static bool fire_chains(TriggerUnit *unit)
{
    bool fired = false;
    for (unsigned first = 0, last; first < TRIGGERS; first = last + 1) {
        uint32_t members = 0;
        for (last = first; type_of(&unit->list[last]) == TYPE_MCONTROL6 &&
                           unit->list[last].tdata1 & M6_CHAIN && last + 1 < TRIGGERS;)
            members |= 1u << last++;
        members |= 1u << last;
        if ((unit->matched & members) != members)
            continue;
        fired = true;
        for (unsigned i = first; i <= last; i++)
            unit->list[i].tdata1 |= M6_HIT0;
    }
    return fired;
}

/* Something happened at `r`: notes what matches. True: a trigger fires. */
static bool look(Hart *hart, uint64_t kind, Range r, unsigned size)
{
    TriggerUnit *unit = &hart->triggers;
    if (!trigger_may_fire(hart))
        return false;
    for (unsigned i = 0; i < TRIGGERS; i++)
        if (matches(hart, &unit->list[i], kind, r, size))
            unit->matched |= 1u << i;
    return unit->matched && fire_chains(unit);
}

/* Events. */

/* icount: pending fires before any further instruction in an enabled mode. */
static bool count_fires(Hart *hart)
{
    for (unsigned i = 0; i < TRIGGERS; i++) {
        Trigger *t = &hart->triggers.list[i];
        if (type_of(t) != TYPE_ICOUNT || !(t->tdata1 & ICOUNT_PENDING) ||
            !in_mode(t, hart_mode(hart)) || !in_context(hart, t) || !trigger_may_fire(hart))
            continue;
        t->tdata1 = (t->tdata1 & ~(uint64_t)ICOUNT_PENDING) | ICOUNT_HIT;
        trigger_update(hart);
        return true;
    }
    return false;
}

static unsigned length_at(Hart *hart)
{
    uint16_t parcel;
    return mmu_fetch_parcel(&hart->mmu, (Gva){ hart->pc }, &parcel) ? insn_length(parcel) : 0;
}

/* itrigger and etrigger: at the first instruction of the handler or not at all. What interrupts the handler there is
 * waited for. */
static bool trap_fires(Hart *hart)
{
    TriggerUnit *unit = &hart->triggers;
    if (unit->after_trap != hart_mode(hart) + 1)
        return false;
    unit->after_trap = 0;
    trigger_update(hart);
    return trigger_may_fire(hart);
}

bool trigger_fires_before(Hart *hart)
{
    TriggerUnit *unit = &hart->triggers;
    Range pc = { hart->pc, hart->pc };
    unit->matched = 0;
    unit->may_count = trigger_may_fire(hart);
    if (trap_fires(hart) || count_fires(hart)) {
        hart_raise(hart, CAUSE_BREAKPOINT, 0);
        return true;
    }
    if (!(unit->kinds & TRIGGER_FETCHES) || !look(hart, M6_EXECUTE, pc, length_at(hart)))
        return false;
    hart_raise_at(hart, CAUSE_BREAKPOINT, hart->pc);
    return true;
}

bool trigger_fires_on_access(Hart *hart, uint64_t address, unsigned size, Access access)
{
    /* norm:pm_debug_trigger */
    address = mmu_unmask(&hart->mmu, (Gva){ address }).v;
    Range r = { address, address + size - 1 };
    if (!look(hart, access == ACCESS_READ ? M6_LOAD : M6_STORE, r, size))
        return false;
    hart->mmu.fault =
        (Fault){ .cause = CAUSE_BREAKPOINT, .gva = { address }, .guest = hart->mmu.data_v };
    return true;
}

/* icount: one less to go. `skipped`: a trigger that is left alone. */
static void count_down(Hart *hart, unsigned from, unsigned skipped)
{
    bool pending = false;
    for (unsigned i = 0; i < TRIGGERS; i++) {
        Trigger *t = &hart->triggers.list[i];
        uint64_t count = bits(t->tdata1, 23, 10);
        if (type_of(t) != TYPE_ICOUNT || !count || i == skipped || !in_mode(t, from) ||
            !in_context(hart, t))
            continue;
        pending |= count == 1;
        t->tdata1 = set_bits(t->tdata1, 23, 10, count - 1) | (count == 1 ? ICOUNT_PENDING : 0);
    }
    if (pending)
        trigger_update(hart);
}

/* An instruction that wrote a trigger does not count for it. */
void trigger_retired(Hart *hart, unsigned from)
{
    bool wrote = hart->csr_written == CSR_tdata1 + 1;
    if (hart->triggers.kinds & TRIGGER_COUNT && hart->triggers.may_count)
        count_down(hart, from, wrote ? (unsigned)hart->csr.tselect : TRIGGERS);
}

static bool trap_matches(const Hart *hart, const Trigger *t, unsigned from, uint64_t cause)
{
    unsigned type = cause & CAUSE_INTERRUPT ? TYPE_ITRIGGER : TYPE_ETRIGGER;
    return type_of(t) == type && in_mode(t, from) && in_context(hart, t) &&
           t->tdata2 >> (cause & 63) & 1;
}

void trigger_trapped(Hart *hart, unsigned from, uint64_t cause, bool may_count)
{
    TriggerUnit *unit = &hart->triggers;
    if (unit->kinds & TRIGGER_COUNT && may_count)
        count_down(hart, from, TRIGGERS);
    for (unsigned i = 0; i < TRIGGERS; i++) {
        if (!trap_matches(hart, &unit->list[i], from, cause) || !trigger_may_fire(hart))
            continue;
        unit->list[i].tdata1 |= TRAP_TRIGGER_HIT;
        unit->after_trap = (uint8_t)(hart_mode(hart) + 1);
        trigger_update(hart);
    }
}

/* Registers. */

static uint32_t kinds_of(const Trigger *t)
{
    static const uint32_t of_type[16] = { [TYPE_ICOUNT] = TRIGGER_COUNT,
                                          [TYPE_ITRIGGER] = TRIGGER_TRAPS,
                                          [TYPE_ETRIGGER] = TRIGGER_TRAPS };
    bool anywhere = false;
    for (unsigned mode = 0; mode < MODES; mode++)
        anywhere |= mode != 2 && in_mode(t, mode);
    if (!anywhere)
        return 0;
    if (type_of(t) != TYPE_MCONTROL6)
        return of_type[type_of(t)];
    return (t->tdata1 & M6_LOAD ? TRIGGER_LOADS : 0) | (t->tdata1 & M6_STORE ? TRIGGER_STORES : 0) |
           (t->tdata1 & M6_EXECUTE ? TRIGGER_FETCHES : 0);
}

void trigger_update(Hart *hart)
{
    TriggerUnit *unit = &hart->triggers;
    unit->kinds = 0;
    for (unsigned i = 0; i < TRIGGERS; i++)
        unit->kinds |= kinds_of(&unit->list[i]);
    bool watch = unit->kinds & (ACCESS_KINDS | TRIGGER_COUNT) || unit->after_trap;
    hart_watch(hart, WATCH_TRIGGERS, watch);
}

void trigger_reset(Hart *hart)
{
    hart->triggers = (TriggerUnit){ .after_trap = 0 };
    for (unsigned i = 0; i < TRIGGERS; i++)
        hart->triggers.list[i].tdata1 = (uint64_t)TYPE_DISABLED << 60;
    trigger_update(hart);
}

static Trigger *selected(Hart *hart)
{
    return &hart->triggers.list[hart->csr.tselect];
}

/* WARL: a trigger that is not there cannot be selected. */
void write_tselect(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    if (value < TRIGGERS)
        hart->csr.tselect = value;
}

uint64_t read_tdata(Hart *hart, unsigned number)
{
    const Trigger *t = selected(hart);
    return number == CSR_tdata1 ? t->tdata1 : number == CSR_tdata2 ? t->tdata2 : t->tdata3;
}

uint64_t read_tinfo(Hart *hart, unsigned number)
{
    (void)hart, (void)number;
    return TINFO;
}

/* Mode bits of modes that are not there are zero. */
static uint64_t mode_mask(const Hart *hart, unsigned type)
{
    const bool has[MODES] = {
        hart->isa->has[EXT_U], hart->isa->has[EXT_S], false, true, hart->has_h, hart->has_h
    };
    const uint8_t *bit = mode_bits(type);
    uint64_t mask = 0;
    for (unsigned mode = 0; mode < MODES; mode++)
        mask |= has[mode] ? BIT(bit[mode]) : 0;
    return mask;
}

/* The fields of each type beside its modes; actions other than raising an exception are not there. */
static uint64_t legal_tdata1(const Hart *hart, unsigned index, uint64_t value)
{
    static const uint16_t matches_known = 0x333f; /* bit n: match n */
    static const uint8_t sizes_known = 0x6f;
    unsigned type = (unsigned)bits(value, 63, 60);
    uint64_t fields = mode_mask(hart, type), action = bits(value, 5, 0);
    if (type == TYPE_ICOUNT) {
        fields |= ICOUNT_HIT | MASK(23, 10) | ICOUNT_PENDING;
    } else if (type == TYPE_ITRIGGER || type == TYPE_ETRIGGER) {
        fields |= TRAP_TRIGGER_HIT;
    } else if (type == TYPE_MCONTROL6) {
        fields |= M6_HIT0 | M6_EXECUTE | M6_STORE | M6_LOAD | (index + 1 < TRIGGERS ? M6_CHAIN : 0);
        fields |= matches_known >> bits(value, 10, 7) & 1 ? MASK(10, 7) : 0;
        fields |= sizes_known >> bits(value, 18, 16) & 1 ? MASK(18, 16) : 0;
        action = bits(value, 15, 12);
    } else {
        action = 1;
    }
    return action ? (uint64_t)TYPE_DISABLED << 60 : (value & fields) | (uint64_t)type << 60;
}

/* textra64: mhselect 0 and 4, sselect 0 to 2. */
static uint64_t legal_tdata3(const Hart *hart, uint64_t value)
{
    uint64_t legal = 0;
    if (bits(value, 50, 48) == 4)
        legal |= value & MASK(63, 48);
    if (hart->isa->has[EXT_S] && bits(value, 1, 0) != 3)
        legal |= value & (MASK(39, 36) | MASK(33, 0));
    return legal;
}

void write_tdata(Hart *hart, unsigned number, uint64_t value)
{
    Trigger *t = selected(hart);
    if (number == CSR_tdata1)
        t->tdata1 = legal_tdata1(hart, (unsigned)hart->csr.tselect, value);
    else if (number == CSR_tdata2)
        t->tdata2 = value;
    else
        t->tdata3 = legal_tdata3(hart, value);
    trigger_update(hart);
}
