/* SPDX-License-Identifier: MIT */
/* path.h - what the files of the model share: the way of a line between a hart's L1s, the LLC and memory. */
#ifndef MMU_TIMING_PATH_H
#define MMU_TIMING_PATH_H

#include "mmu/timing/timing.h"

static inline void path_count(TimingHart *h, CountId id)
{
    h->mine->n[id]++;
    h->events.n[id]++;
}

static inline uint16_t path_partition(const Timing *t, uint8_t owner)
{
    return t->counts.owners[owner].partition;
}

/* What events call the partition. */
static inline unsigned path_traced(const Timing *t, uint8_t owner)
{
    return partitions_number_traced(t->parts, path_partition(t, owner));
}

/* Brings a line that the L1 does not have; returns its entry for it. Charges the hart, which waits for it unless it is to
 * be written. */
uint64_t path_bring(TimingHart *h, uint64_t line, LineKind kind, bool write);
/* An entry has left the L1D or L1I: the LLC learns, and takes what was written. 0: it was none. */
void path_left(TimingHart *h, uint64_t entry, bool code);
/* The hart's entry of a line that others may have too is to be written: now only it has it. */
void path_own(TimingHart *h, uint64_t *entry);
/* Takes the copies of other harts than `h` (NULL: of all) of a line of the LLC: for a reader they stay, but are not to be
 * written; for a writer they go. True: one had been written, and the LLC has that now. */
bool path_snoop(Timing *t, const TimingHart *h, unsigned set, unsigned way, bool write);
/* A line of `tag` moves to memory, or from there, for `owner`, not before cycle `at`: when it begins to. `waits`: somebody
 * waits for that, and may be made to. */
uint64_t path_transfer(Timing *t, uint64_t at, uint8_t owner, QosTag tag, bool write, bool waits);
/* The way of `set` for a new line of `tag`; what is there now is still to be evicted. Another line may have to go, which is
 * written back from cycle `at` on. */
unsigned path_room(Timing *t, unsigned set, uint64_t line, QosTag tag, uint8_t by, uint64_t at);
/* The line there goes, with all copies, for the line `wanted` by `by`; if it was written, memory gets it from cycle `at` on
 * (CACHE_NONE: which takes no time on the bus). */
void path_evict(Timing *t, unsigned set, unsigned way, uint64_t wanted, uint8_t by, uint64_t at);
/* The hart waits until the line is there; what is not waiting for the bus is because of `rest`. */
void path_wait(TimingHart *h, const Flight *flight, StallCause rest);
/* The same for a line that is pending in the L1; true: it is there by now. With `wait` the hart waits for it. */
bool path_arrive(TimingHart *h, uint64_t line, bool wait);

/* Finds out whose cycles and lines the hart's are. */
void path_find_owner(TimingHart *h);

/* The L1D is empty from now on; of the L1I that is timing_fence_i. */
void path_empty_data(TimingHart *h);

#endif
