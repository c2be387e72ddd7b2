/* SPDX-License-Identifier: MIT */
/*
 * ring.h - the last events, in a fixed amount of memory.
 *
 * An entry is a few words: what it is, who it is about, when it was, and values of its own. Entries fill blocks, and blocks are used again, the oldest first. Putting an entry in is a
 * few stores, which is why this can always be on: what entries mean is worked out only when somebody wants to read them
 * (emu/trace/ring.h).
 */
#ifndef EMU_BASE_RING_H
#define EMU_BASE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "emu/base/bits.h"

enum { RING_BLOCK = 8192, RING_ENTRY_MAX = 32, RING_LEAST = 2 * 8 * RING_BLOCK };

/* What an entry is: the number of an event, which its values follow, or one of these (cpu/notes_ring.c). */
enum { RING_TRAP = 254, RING_RETURN = 255 };

typedef struct {
    uint8_t kind, hart, mode, length; /* in words, this head included */
    uint16_t vmid, own;               /* what `own` means depends on the kind */
    uint64_t units, insns;            /* of all harts; that this one retired */
    uint64_t spent;                   /* units of this one */
    uint64_t values[];
} RingEntry;

enum { RING_HEAD = sizeof(RingEntry) / 8, RING_VALUES_MAX = RING_ENTRY_MAX - RING_HEAD };

typedef struct {
    uint64_t first; /* entries that came before the block's */
    uint32_t used;  /* words */
} RingBlock;

typedef struct TraceRing {
    uint64_t *words, *at, *end; /* next entry, end of the block */
    uint64_t entries;           /* ever */
    unsigned n_blocks, block;   /* the one being filled */
    RingBlock *blocks;
    /* Of entries before number `oldest` nothing is of the present run, which has all from `oldest_units` on. Those before
     * `forked_at` are of it up to `fork_units`. Units are of all harts. */
    uint64_t oldest, oldest_units, forked_at, fork_units;
} TraceRing;

/* A ring of `size` bytes, rounded down to whole blocks, at least RING_LEAST. */
TraceRing *ring_new(uint64_t size);
void ring_free(TraceRing *ring);

/* Goes on with the next block. */
void ring_next_block(TraceRing *ring);

/* Where the next entry goes: room for RING_VALUES_MAX values. */
static inline RingEntry *ring_room(TraceRing *ring)
{
    if (UNLIKELY(ring->at + RING_ENTRY_MAX > ring->end))
        ring_next_block(ring);
    return (RingEntry *)(void *)ring->at;
}

/* The entry there is whole, and has `n` values. */
static inline void ring_put(TraceRing *ring, RingEntry *entry, size_t n)
{
    entry->length = (uint8_t)(RING_HEAD + n);
    __asm__ volatile("" ::: "memory"); /* whoever looks after a crash finds whole entries only */
    ring->at += RING_HEAD + n;
    ring->entries++;
}

/* How many entries are not there any more. */
uint64_t ring_lost(const TraceRing *ring);
/* Calls `see` with every entry that is there, the oldest first. */
void ring_each(const TraceRing *ring, void (*see)(void *opaque, const RingEntry *entry),
               void *opaque);

/* The run went back, and goes on elsewhere: what is there from `units` on has not happened. */
void ring_fork(TraceRing *ring, uint64_t units);
/* A run begins, when all harts together have used `units`, that nothing there belongs to. */
void ring_begin(TraceRing *ring, uint64_t units);
/* Entries of the present run that came before `until`: those from `from` on and some more, as far as they are in `most`
 * blocks. */
typedef struct {
    uint64_t until, since; /* there are all from `since` on */
    unsigned blocks;
    bool whole; /* there are no more of the present run, since that began there */
} RingRecent;
RingRecent ring_recent(const TraceRing *ring, uint64_t from, uint64_t until, unsigned most);
/* Calls `see` with them, the oldest first. */
void ring_each_recent(const TraceRing *ring, const RingRecent *recent,
                      void (*see)(void *opaque, const RingEntry *entry), void *opaque);

/* Forgets everything. */
void ring_clear(TraceRing *ring);

#endif
