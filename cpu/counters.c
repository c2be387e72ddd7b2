/* SPDX-License-Identifier: MIT */
/* counters.c - cycle, time, instret and the event counters; see counters.h. */
#include "cpu/counters.h"

#include "cpu/csr.h"
#include "cpu/csr_hooks.h"
#include "cpu/hart.h"
#include "emu/base/mutant.h"
#include "mmu/timing/timing.h"

const EventInfo event_info[EVENT_COUNT] = {
#define EVENT(name, selector, kind, meaning) \
    [EVENT_##name] = { #name, meaning, selector, COUNTED_##kind },
#include "cpu/events.def"
#undef EVENT
};

/* Cycles of the bus for one line. */
static uint64_t bus_cycles(const TimingHart *h, uint64_t lines)
{
    return lines * h->timing->calendar.length >> 8;
}

/* The same, of what the model counts. */
static uint64_t modelled(const Hart *hart, Event event)
{
    const uint64_t *n = hart->model->events.n;
    switch (event) {
    case EVENT_cache_references: return n[COUNT_LLC_HITS] + n[COUNT_LLC_MISSES];
    case EVENT_cache_misses: return n[COUNT_LLC_MISSES];
    case EVENT_bus_cycles:
        return bus_cycles(hart->model, n[COUNT_LLC_MISSES] + n[COUNT_WRITE_BACKS]);
    case EVENT_frontend_stalls: return hart->fetch_stalls;
    case EVENT_backend_stalls: return hart->stall_units - hart->fetch_stalls;
    case EVENT_l1d_read_misses: return n[COUNT_L1D_MISSES] - n[COUNT_LLC_STORES];
    case EVENT_l1d_write_misses:
    case EVENT_llc_writes: return n[COUNT_LLC_STORES];
    case EVENT_l1i_read_misses: return n[COUNT_L1I_MISSES];
    case EVENT_llc_reads: return n[COUNT_LLC_HITS] + n[COUNT_LLC_MISSES] - n[COUNT_LLC_STORES];
    case EVENT_llc_read_misses: return n[COUNT_LLC_MISSES] - n[COUNT_LLC_STORE_MISSES];
    case EVENT_llc_write_misses: return n[COUNT_LLC_STORE_MISSES];
    case EVENT_write_backs: return n[COUNT_WRITE_BACKS];
    default: return n[COUNT_MISSES_BY_OTHERS];
    }
}

/* How often `event` has happened since power-on. */
static uint64_t happened(const Hart *hart, Event event)
{
    const MmuCounts *mmu = &hart->mmu.counts;
    switch (event) {
    case EVENT_cycles: return hart_cycles(hart);
    case EVENT_instructions: return hart_retired(hart);
    case EVENT_load_tlb_fills: return mmu->walks[ACCESS_READ];
    case EVENT_store_tlb_fills: return mmu->walks[ACCESS_WRITE];
    case EVENT_fetch_tlb_fills: return mmu->walks[ACCESS_FETCH];
    case EVENT_pte_reads: return mmu->pte_reads;
    default:
        return event < EVENT_FIRST_MODELLED ? hart->counters.happened[event]
                                            : modelled(hart, event);
    }
}

/* The register whose xINH bits filter the counter. */
static uint64_t filter_of(const Hart *hart, unsigned index)
{
    if (index >= HPM_FIRST)
        return hart->counters.event[index - HPM_FIRST];
    return index == 2 ? hart->csr.minstretcfg : hart->csr.mcyclecfg;
}

/* norm:mhpmevent_inh_op */
static uint64_t mode_filter(unsigned mode)
{
    static const uint64_t filters[MODES] = { [PRIV_U] = COUNTER_UINH,
                                             [PRIV_S] = COUNTER_SINH,
                                             [PRIV_M] = COUNTER_MINH,
                                             [MODE_VU] = COUNTER_VUINH,
                                             [MODE_VS] = COUNTER_VSINH };
    return filters[mode];
}

/* Filter bits of modes that are not there are read-only zero. norm:unimplemented_mode_bits */
static uint64_t filter_mask(const Hart *hart)
{
    return COUNTER_MINH | (hart->isa->has[EXT_S] ? COUNTER_SINH : 0) |
           (hart->isa->has[EXT_U] ? COUNTER_UINH : 0) |
           (hart->has_h ? COUNTER_VSINH | COUNTER_VUINH : 0);
}

static bool is_inhibited(const Hart *hart, unsigned index)
{
    return hart->csr.mcountinhibit >> index & 1;
}

static bool counts_in(const Hart *hart, unsigned index, unsigned mode)
{
    return !is_inhibited(hart, index) && !(filter_of(hart, index) & mode_filter(mode));
}

static uint64_t counter_value(const Hart *hart, unsigned index)
{
    const Counters *c = &hart->counters;
    bool counts = counts_in(hart, index, hart_mode(hart));
    return c->offset[index] + (counts ? happened(hart, c->source[index]) : 0);
}

static void set_counter(Hart *hart, unsigned index, uint64_t value)
{
    Counters *c = &hart->counters;
    bool counts = counts_in(hart, index, hart_mode(hart));
    c->offset[index] = value - (counts ? happened(hart, c->source[index]) : 0);
}

static Event find_event(const Hart *hart, uint64_t selector)
{
    for (unsigned i = 0; i < (hart->model ? EVENT_COUNT : EVENT_FIRST_MODELLED); i++)
        if (event_info[i].selector == selector)
            return i;
    return EVENT_none;
}

static Event source_of(const Hart *hart, unsigned index)
{
    if (index >= HPM_FIRST)
        return find_event(hart, hart->counters.event[index - HPM_FIRST] & COUNTER_SELECTOR);
    return index == 0 ? EVENT_cycles : index == 2 ? EVENT_instructions : EVENT_none;
}

static void update_counter(Hart *hart, unsigned index, bool *watched)
{
    Counters *c = &hart->counters;
    Event source = source_of(hart, index);
    c->source[index] = (uint8_t)source;
    if (filter_of(hart, index) & filter_mask(hart))
        c->filtered |= 1u << index;
    if (is_inhibited(hart, index) || source == EVENT_none)
        return;
    *watched |= event_info[source].kind == COUNTED_WATCHED;
    if (index >= HPM_FIRST && hart->isa->has[EXT_Sscofpmf] &&
        !(filter_of(hart, index) & COUNTER_OF))
        c->armed |= 1u << index;
}

void counters_update(Hart *hart)
{
    Counters *c = &hart->counters;
    bool watched = false;
    c->filtered = c->armed = 0;
    for (unsigned i = 0; i < COUNTERS; i++)
        update_counter(hart, i, &watched);
    hart_watch(hart, WATCH_EVENTS, watched);
    if (c->armed)
        hart->attention |= ATTENTION_LOOP;
}

void counters_loaded(Hart *hart)
{
    counters_update(hart);
    for (unsigned i = 0; i < COUNTERS; i++)
        hart->counters.seen[i] = counter_value(hart, i);
}

void counters_change_mode(Hart *hart, unsigned to, bool returning)
{
    Counters *c = &hart->counters;
    for (unsigned i = 0; i < COUNTERS; i++) {
        bool before = counts_in(hart, i, hart_mode(hart)), after = counts_in(hart, i, to);
        if (before == after)
            continue;
        bool is_clock = event_info[c->source[i]].kind == COUNTED_CLOCK;
        uint64_t now = happened(hart, c->source[i]) + (returning && is_clock);
        c->offset[i] += before ? now : -now;
    }
}

/* Overflow. */

/* Most that an event can happen while a hart uses one unit: an instruction that crosses pages reads this many PTEs. */
enum { EVENTS_PER_UNIT = 64 };
/* Most cycles that an instruction can wait: for each of so many lines, till the bus has a place. */
enum { MOST_WAITED = 1 << 25 };

/* More that it can happen in timed mode, where one instruction may wait for long, or drive out all that the last-level
 * cache has of somebody. */
static uint64_t most_at_once(const Hart *hart, Event event)
{
    if (!hart->mmu.timing)
        return 0;
    switch (event) {
    case EVENT_cycles:
    case EVENT_frontend_stalls:
    case EVENT_backend_stalls: return MOST_WAITED;
    case EVENT_bus_cycles:
    case EVENT_write_backs: return MOST_WAITED + hart->model->timing->llc.n_lines;
    default: return 0;
    }
}

bool counters_may_overflow(Hart *hart)
{
    Counters *c = &hart->counters;
    bool near = false;
    counters_find_overflow(hart); /* others can count for the hart while it does not run */
    for (uint32_t armed = c->armed; armed; armed &= armed - 1) {
        unsigned index = (unsigned)__builtin_ctz(armed);
        uint64_t to_go = -c->seen[index], burst = most_at_once(hart, c->source[index]);
        near |=
            c->seen[index] && (to_go - MIN(to_go, burst)) / EVENTS_PER_UNIT <= (uint64_t)hart->left;
    }
    return near;
}

void counters_find_overflow(Hart *hart)
{
    Counters *c = &hart->counters;
    for (uint32_t armed = c->armed; armed; armed &= armed - 1) {
        unsigned index = (unsigned)__builtin_ctz(armed);
        uint64_t value = counter_value(hart, index), seen = c->seen[index];
        if ((int64_t)(value - seen) <= 0)
            continue; /* within a write or a return, one that counts instructions is behind by this one */
        c->seen[index] = value;
        if (value > seen)
            continue;
        c->event[index - HPM_FIRST] |= COUNTER_OF;
        c->armed &= ~(1u << index);
        hart->mip_software |= BIT(IRQ_LCOFI);
        hart_update_irq(hart);
    }
}

void counters_retire(Hart *hart, InsnClass class, bool jumped)
{
    static const uint8_t events[] = {
        [CLASS_LOAD] = EVENT_loads,          [CLASS_STORE] = EVENT_stores,
        [CLASS_AMO] = EVENT_atomics,         [CLASS_BRANCH] = EVENT_branches,
        [CLASS_JUMP] = EVENT_jumps,          [CLASS_CSR] = EVENT_csr_accesses,
        [CLASS_FP] = EVENT_float_operations, [CLASS_SYSTEM] = EVENT_none,
    };
    uint64_t *happened_here = hart->counters.happened;
    happened_here[events[class]] += events[class] != EVENT_none;
    happened_here[EVENT_branches_taken] += class == CLASS_BRANCH && jumped;
}

/* CSRs. */

uint64_t read_counter(Hart *hart, unsigned number)
{
    return counter_value(hart, number & 31);
}

/* The written value is what the next instruction reads, so the writing instruction itself does not count. */
void write_counter(Hart *hart, unsigned number, uint64_t value)
{
    unsigned index = number & 31;
    Event source = hart->counters.source[index];
    bool counts = (source == EVENT_cycles || source == EVENT_instructions) &&
                  counts_in(hart, index, hart_mode(hart));
    set_counter(hart, index, value - counts);
    hart->counters.seen[index] = value;
    hart->attention |= hart->counters.armed ? ATTENTION_LOOP : 0;
}

uint64_t read_time(Hart *hart, unsigned number)
{
    (void)number;
    uint64_t time = hart->mtime(hart->mtime_opaque);
    bool shifted = (hart_is_guest(hart) && !BROKEN(time_of_host)) || BROKEN(time_of_guest);
    return shifted ? time + hart->csr.htimedelta : time; /* norm:htimedelta_sz_acc_op */
}

/* Changes a register that decides what counters count; their values stay. */
static void reconfigure(Hart *hart, uint64_t *config, uint64_t value)
{
    uint64_t values[COUNTERS];
    for (unsigned i = 0; i < COUNTERS; i++)
        values[i] = counter_value(hart, i);
    *config = value;
    counters_update(hart);
    for (unsigned i = 0; i < COUNTERS; i++)
        set_counter(hart, i, values[i]);
}

void write_mcountinhibit(Hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    reconfigure(hart, &hart->csr.mcountinhibit, value);
}

void write_countercfg(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t *config = number == CSR_mcyclecfg ? &hart->csr.mcyclecfg : &hart->csr.minstretcfg;
    reconfigure(hart, config, value & filter_mask(hart));
}

uint64_t read_mhpmevent(Hart *hart, unsigned number)
{
    return hart->counters.event[number - CSR_MHPMEVENT3];
}

/* WARL: an event that is not known selects none. */
void write_mhpmevent(Hart *hart, unsigned number, uint64_t value)
{
    unsigned index = number - CSR_MHPMEVENT3;
    uint64_t event = event_info[find_event(hart, value & COUNTER_SELECTOR)].selector;
    if (hart->isa->has[EXT_Sscofpmf])
        event |= value & (COUNTER_OF | filter_mask(hart));
    reconfigure(hart, &hart->counters.event[index], event);
    hart->counters.seen[index + HPM_FIRST] = counter_value(hart, index + HPM_FIRST);
}

/* norm:scountovf_op, norm:scountovf_smode_read_access */
uint64_t read_scountovf(Hart *hart, unsigned number)
{
    uint64_t flags = 0;
    (void)number;
    for (unsigned i = 0; i < HPM_COUNTERS; i++)
        flags |= (hart->counters.event[i] & COUNTER_OF ? BIT(i + HPM_FIRST) : 0);
    if (hart->mmu.priv != PRIV_M)
        flags &= hart->csr.mcounteren;
    /* norm:scountovf_vsmode_read_access */
    return hart_is_guest(hart) ? flags & hart->csr.hcounteren : flags;
}

/* norm:ssccfg_scountinhibit_delegated_rw */
uint64_t read_scountinhibit(Hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.mcountinhibit & hart->csr.mcounteren;
}

void write_scountinhibit(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t delegated = hart->csr.mcounteren & COUNTINHIBIT_MASK;
    write_mcountinhibit(hart, number, (hart->csr.mcountinhibit & ~delegated) | (value & delegated));
}
