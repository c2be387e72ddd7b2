/* SPDX-License-Identifier: MIT */
/*
 * timing.h - the model of the shared machine: what an access costs, and because of whom.
 *
 * It observes: data, translations and devices are elsewhere and do not ask it. A hart says what it fetches, loads,
 * stores and walks; the model says how many cycles it waits, by adding to `stall`, and keeps account of whose lines are
 * in the shared cache and who waits for whom on the bus. How long the machine is modelled to be is in profile.h; what is
 * modelled, and how, in docs/adr/0024-shared-machine.md.
 *
 *   hart → L1I, L1D (l1.h) → LLC (llc.h, cache.h) → bus (bus_calendar.h); limits of both (qos.h)
 *        → TLBs (tlb_model.h)                          counts (counts.h)
 *
 * A cycle is a unit of the machine's clock while there is a Timing.
 */
#ifndef MMU_TIMING_TIMING_H
#define MMU_TIMING_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/addr.h"
#include "emu/base/bits.h"
#include "emu/base/partitions.h"
#include "emu/base/state.h"
#include "emu/base/trace.h"
#include "mmu/timing/bus_calendar.h"
#include "mmu/timing/counts.h"
#include "mmu/timing/l1.h"
#include "mmu/timing/llc.h"
#include "mmu/timing/profile.h"
#include "mmu/timing/qos.h"
#include "mmu/timing/tlb_model.h"

enum { TIMING_MAX_HARTS = 32 };

typedef enum { LINE_CODE, LINE_DATA, LINE_WALK, LINE_DMA } LineKind;

typedef struct Timing Timing;
typedef struct TimingHart TimingHart;

/* A line on its way to a hart. */
typedef struct {
    uint64_t line;
    uint64_t asked; /* on the bus; of a line from the LLC, when it was there */
    uint64_t begin; /* of the transfer */
    uint64_t done;  /* it is there */
    uint64_t busy;  /* until when it counts as one of those that can be on their way */
} Flight;

/* Lines that are wanted one after the other. */
typedef struct {
    uint64_t next;  /* that would go on with it */
    uint64_t since; /* when it was recognised; CACHE_NONE: not yet */
    uint64_t recent;
} Stream;

/* What a hart did since it was reset, for its event counters: all of its owners together. */
typedef struct {
    uint64_t n[COUNTS];
} TimingEvents;

struct TimingHart {
    /* What hits need stands first. */
    L1 data, code;
    unsigned line_shift;
    uint64_t
        stall; /* cycles that the instruction under way waits, beyond its own; whoever runs it takes them */
    const uint64_t *units; /* the hart's clock: *units - *left + stall is now */
    const int64_t *left;
    TlbModel *tlb_i, *tlb_d;

    Timing *timing;
    unsigned id;
    uint8_t owner, rcid, mcid;
    bool guest;
    uint16_t vmid;
    TimingUse since; /* the hart's when this owner got it */
    /* Adds what the hart's program retired, and what it idled, since power-on. NULL: nobody knows. Not state. */
    void (*measure)(const void *opaque, TimingUse *use);
    const void *measured;
    OwnerCounts *mine;
    TimingEvents events;
    Flight flights[TIMING_MAX_OUTSTANDING];
    Stream streams[TIMING_MAX_OUTSTANDING];
    uint64_t stream_clock;
    TlbModel tlb[2], tlb_l2, walk_cache;
};

struct Timing {
    TimingConfig config;
    unsigned n_harts;
    uint64_t llc_cycles, snoop_cycles, memory_cycles;
    Trace *trace;
    Partitions *parts;
    TimingHart *harts;
    Llc llc;
    Calendar calendar;
    TimingCounts counts;
    uint64_t bytes[QOS_MAX_IDS][2]; /* read from memory, written to it, by MCID of the line */
    Qos *qos;                       /* NULL: nobody is limited */
    uint64_t sweep;                 /* where the search for a line of who is full went on */
};

/* `config` must have passed timing_profile_check. `parts` outlives the model. All caches are empty, and V is 0. */
Timing *timing_new(const TimingConfig *config, unsigned n_harts, Trace *trace, Partitions *parts);
void timing_free(Timing *t);
/* Visits all state but the registry of partitions, which is to be visited before. */
void timing_visit(Timing *t, StateVisitor *visitor);

static inline TimingHart *timing_hart(Timing *t, unsigned hart)
{
    return &t->harts[hart];
}

/* Says where the hart's clock is: cycles at the end of its slice, and what is left of that. NULL: it stands at 0. */
void timing_hart_clock(TimingHart *h, const uint64_t *units, const int64_t *left);

/* The cycle that the hart is at. */
static inline uint64_t timing_now(const TimingHart *h)
{
    return *h->units - (uint64_t)*h->left + h->stall;
}

/* Who runs on the hart now; to be called whenever V or, with V = 1, the VMID changes. */
void timing_hart_who(TimingHart *h, bool guest, unsigned vmid);
/* The identifiers of its requests; modulo QOS_MAX_IDS. */
void timing_hart_qos(TimingHart *h, unsigned rcid, unsigned mcid);
/* Nothing was heard of its fences for a while: its TLBs and L1I are empty. */
void timing_hart_forget(TimingHart *h);

/* What the inline functions below call if the set's last line is not the one. */
void timing_fetch_line(TimingHart *h, uint64_t line);
void timing_read_line(TimingHart *h, uint64_t line, LineKind kind);
void timing_write_line(TimingHart *h, uint64_t line);

/* An instruction of the line at `spa` is executed, after one of another line or page. */
static inline void timing_fetch(TimingHart *h, Spa spa)
{
    uint64_t line = spa.v >> h->line_shift;
    if (UNLIKELY(!l1_has(*l1_set(&h->code, line), line, L1_VALID)))
        timing_fetch_line(h, line);
}

/* A load, or with `write` a store, of `size` bytes. What does both, as an AMO does, is one of each, the load first. */
static inline void timing_data(TimingHart *h, Spa spa, unsigned size, bool write)
{
    uint64_t line = spa.v >> h->line_shift, last = (spa.v + size - 1) >> h->line_shift;
    do {
        uint64_t entry = *l1_set(&h->data, line);
        if (write) {
            if (UNLIKELY(!l1_has(entry, line, L1_VALID | L1_EXCLUSIVE | L1_DIRTY)))
                timing_write_line(h, line);
        } else if (UNLIKELY(!l1_has(entry, line, L1_VALID))) {
            timing_read_line(h, line, LINE_DATA);
        }
    } while (UNLIKELY(line++ != last));
}

/* A walk reads the entry at `pte`, or writes it, of A and D bits. `leaf`: it is the last of its stage for the access
 * itself; others may be found in the walk cache. */
void timing_walk(TimingHart *h, Spa pte, bool write, bool leaf);

/* Is the translation of `va` in the TLBs? If in the second level only, that costs cycles. If not, the walk is to be
 * charged, and timing_tlb_fill told. */
bool timing_tlb_below(TimingHart *h, bool fetch, uint64_t va, TlbSpace space);
static inline bool timing_tlb(TimingHart *h, bool fetch, uint64_t va, TlbSpace space)
{
    if (LIKELY(tlb_model_use(fetch ? h->tlb_i : h->tlb_d, va, space)))
        return true;
    return timing_tlb_below(h, fetch, va, space);
}

/* `shift`: log2 of the smaller of the leaves of both stages, or of a Svnapot region. `global`: by the first stage. */
void timing_tlb_fill(TimingHart *h, bool fetch, uint64_t va, Gpa gpa, unsigned shift,
                     TlbSpace space, bool global);
/* A fence on this hart; the walk cache is emptied by every one. */
void timing_tlb_fence(TimingHart *h, const TlbFence *fence);
/* FENCE.I: the L1I is empty, since nothing keeps it coherent with stores. */
void timing_fence_i(TimingHart *h);

/* A device reads or writes memory, from cycle `now` on. */
void timing_dma(Timing *t, Spa spa, uint64_t size, bool write, Requester by, uint64_t now);

/* Limits and monitors of requesters, from now on; NULL: there are none. Not state of the model: whoever made it visits it,
 * and it outlives the model or is taken away before. */
void timing_use_qos(Timing *t, Qos *qos);
/* Bytes in the LLC that were brought in with this MCID, as data or as code; bytes moved to or from memory for it. */
uint64_t timing_llc_occupancy(const Timing *t, unsigned mcid, QosType type);
uint64_t timing_bus_bytes(const Timing *t, unsigned mcid, bool write);

/* Counts what harts used, up to now, for those that had them; before their clocks change their meaning. */
void timing_count_use(Timing *t);
/* What an owner used of its hart up to now; changes nothing. */
TimingUse timing_use(const Timing *t, unsigned owner);

#endif
