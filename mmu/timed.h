/* SPDX-License-Identifier: MIT */
/*
 * timed.h - timed mode (ADR 0025): where a hart's accesses meet the model of the shared machine (mmu/timing/).
 *
 * Mmu.timing is the hart's side of the model while timed mode is on, else NULL, and nothing here may be called then.
 * Every access comes here once, after it was found possible: the modelled TLB is asked for its page, which may cost a
 * walk, and the modelled caches for its lines. What the hart waits adds up in TimingHart.stall, until whoever runs the
 * instruction takes it.
 */
#ifndef MMU_TIMED_H
#define MMU_TIMED_H

#include "mmu/mmu.h"
#include "mmu/timing/timing.h"

/* Would timed_data change nothing? The page is the last one, and the line the last one of its set. For accesses within a
 * line. */
static inline bool timed_is_quick(const Mmu *mmu, uint64_t va, Spa spa, Access access)
{
    const TimingHart *h = mmu->timing;
    uint64_t line = spa.v >> h->line_shift;
    unsigned flags = access == ACCESS_WRITE ? L1_VALID | L1_EXCLUSIVE | L1_DIRTY : L1_VALID;
    return va >> PAGE_SHIFT == mmu->seen_page && l1_has(*l1_set(&h->data, line), line, flags);
}

/* A load or store of `size` bytes at `va`, which `spa` is the translation of; within a page. */
void timed_data(Mmu *mmu, Gva va, Spa spa, unsigned size, Access access);
/* An atomic operation there, or LR with ACCESS_READ. */
void timed_atomic(Mmu *mmu, Gva va, Spa spa, unsigned size, Access access);
/* An operation on a block of memory that was only translated, which with ACCESS_WRITE writes all of it. */
void timed_block(Mmu *mmu, Gva va, Spa spa, unsigned size, Access access);
/* An instruction, or a part of it, is fetched there; nothing is charged if it is of the line fetched last. */
void timed_fetch(Mmu *mmu, Gva va, Spa spa);
/* The hart walks although it may remember a translation: this ends in a fault, or the translation did not allow the
 * access. */
void timed_walk(Mmu *mmu, const BankKey *key, Gva va, Access access);
/* Fences: of translations, FENCE.I. */
void timed_fence(Mmu *mmu, const StoreFence *fence);
void timed_fence_i(Mmu *mmu);
/* The mode or VMID may have changed. */
void timed_who(Mmu *mmu);

#endif
