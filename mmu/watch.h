/* SPDX-License-Identifier: MIT */
/*
 * watch.h - what those hear who watch the Mmu: events about walks, counts for -d stats, missing fences.
 *
 * Nothing here is state of the machine, and a guest cannot tell whether somebody watches.
 */
#ifndef MMU_WATCH_H
#define MMU_WATCH_H

#include "mmu/mmu.h"

/* Does somebody look for missing fences? */
static inline bool watch_fences(const Mmu *mmu)
{
    return UNLIKELY(mmu->trace->on[TRACE_fence_missing]);
}

/* Must somebody hear of every step of a walk? */
static inline bool watch_walks(const Mmu *mmu)
{
    const uint16_t *on = mmu->trace->on;
    return UNLIKELY(mmu->use || on[TRACE_walk_begin] || on[TRACE_walk_pte] || on[TRACE_walk_end] ||
                    on[TRACE_fence_missing]);
}

/* The number of a walk that has just been counted. */
static inline uint64_t watch_walk_number(const Mmu *mmu)
{
    return mmu->counts.walks[0] + mmu->counts.walks[1] + mmu->counts.walks[2];
}

/* A walk for a context of `space` ended. */
void watch_walk(Mmu *mmu, unsigned space, const WalkRequest *request, const WalkResult *result);

/* The G stage refused an access, as mmu->fault says. */
void watch_guest_fault(Mmu *mmu, Access access, const WalkResult *result);
/* The bits that the G stage's entry `pte` would need for the access, and lacks. */
uint64_t watch_missing_bits(uint64_t pte, Access access, const Fault *fault);

/* A translation is used: is it still what the tables say? The request is the walk's that would be made without it. */
void watch_use(Mmu *mmu, const StoreEntry *entry, WalkRequest *request);

/* A fence killed `dead` translations. Fits StoreFence.count; `mmu` is an Mmu. */
void watch_kills(void *mmu, const StoreTag *tag, unsigned dead);

/* What walks depend on beside memory and what acts at once may have changed. */
void watch_registers(Mmu *mmu);

/* Walks as `request` says with all memory left as it is: A and D count as set wherever they would have to be. */
void mmu_look(Mmu *mmu, WalkRequest *request, WalkResult *result);

#endif
