/* SPDX-License-Identifier: MIT */
/* ring.c - the last events; see ring.h. */
#include "emu/base/ring.h"

TraceRing *ring_new(uint64_t size)
{
    TraceRing *ring = g_new0(TraceRing, 1);
    ring->n_blocks = (unsigned)(MAX(size, RING_LEAST) / (8 * RING_BLOCK));
    ring->words = g_new(uint64_t, (size_t)ring->n_blocks * RING_BLOCK);
    ring->blocks = g_new0(RingBlock, ring->n_blocks);
    ring_clear(ring);
    return ring;
}

void ring_free(TraceRing *ring)
{
    if (!ring)
        return;
    g_free(ring->words);
    g_free(ring->blocks);
    g_free(ring);
}

static uint64_t *begin_of(const TraceRing *ring, unsigned block)
{
    return ring->words + (size_t)block * RING_BLOCK;
}

static void begin_block(TraceRing *ring, unsigned block)
{
    ring->block = block;
    ring->blocks[block] = (RingBlock){ .first = ring->entries };
    ring->at = begin_of(ring, block);
    ring->end = ring->at + RING_BLOCK;
}

void ring_next_block(TraceRing *ring)
{
    ring->blocks[ring->block].used = (uint32_t)(ring->at - begin_of(ring, ring->block));
    begin_block(ring, (ring->block + 1) % ring->n_blocks);
}

void ring_clear(TraceRing *ring)
{
    ring->entries = ring->oldest = ring->oldest_units = ring->forked_at = ring->fork_units = 0;
    for (unsigned i = 0; i < ring->n_blocks; i++)
        ring->blocks[i] = (RingBlock){ 0 };
    begin_block(ring, 0);
}

static void see_block(const TraceRing *ring, unsigned block,
                      void (*see)(void *opaque, const RingEntry *entry), void *opaque)
{
    const uint64_t *at = begin_of(ring, block);
    const uint64_t *end = block == ring->block ? ring->at : at + ring->blocks[block].used;
    while (at < end) {
        const RingEntry *entry = (const RingEntry *)(const void *)at;
        see(opaque, entry);
        at += entry->length;
    }
}

uint64_t ring_lost(const TraceRing *ring)
{
    const unsigned oldest = (ring->block + 1) % ring->n_blocks;
    return ring->blocks[oldest].used ? ring->blocks[oldest].first : 0;
}

void ring_each(const TraceRing *ring, void (*see)(void *opaque, const RingEntry *entry),
               void *opaque)
{
    for (unsigned i = 1; i <= ring->n_blocks; i++)
        see_block(ring, (ring->block + i) % ring->n_blocks, see, opaque);
}

void ring_fork(TraceRing *ring, uint64_t units)
{
    ring->oldest = ring->forked_at;
    ring->oldest_units = ring->oldest ? ring->fork_units : ring->oldest_units;
    ring->forked_at = ring->entries;
    ring->fork_units = units;
}

void ring_begin(TraceRing *ring, uint64_t units)
{
    ring->oldest = ring->forked_at = ring->entries;
    ring->oldest_units = ring->fork_units = units;
}

/* The block that was begun `back` blocks before the present one. */
static unsigned block_before(const TraceRing *ring, unsigned back)
{
    return (ring->block + ring->n_blocks - back) % ring->n_blocks;
}

static bool is_empty(const TraceRing *ring, unsigned block)
{
    return block == ring->block ? ring->at == begin_of(ring, block) : !ring->blocks[block].used;
}

static uint64_t first_units(const TraceRing *ring, unsigned block)
{
    const RingEntry *first = (const RingEntry *)(const void *)begin_of(ring, block);
    return is_empty(ring, block) ? UINT64_MAX : first->units;
}

/* Is entry `number` one of the present run, before `until`? */
static bool is_present(const TraceRing *ring, uint64_t number, uint64_t units, uint64_t until)
{
    return number >= ring->oldest && units < until &&
           (number >= ring->forked_at || units < ring->fork_units);
}

RingRecent ring_recent(const TraceRing *ring, uint64_t from, uint64_t until, unsigned most)
{
    RingRecent it = { .until = until, .since = until };
    unsigned n = 0; /* blocks from the last one that matters on */
    bool enough = false;
    while (it.blocks < ring->n_blocks && n < most && !enough) {
        unsigned block = block_before(ring, it.blocks);
        uint64_t number = ring->blocks[block].first, units = first_units(ring, block);
        if (it.blocks && is_empty(ring, block))
            break;
        bool present = is_present(ring, number, units, until);
        n += n || present;
        it.since = present ? units : it.since;
        it.whole = number <= ring->oldest;
        enough = it.whole || (n && units <= from);
        it.blocks++;
    }
    if (it.whole)
        it.since = ring->oldest_units;
    return it;
}

typedef struct {
    const TraceRing *ring;
    uint64_t number, until;
    void (*see)(void *opaque, const RingEntry *entry);
    void *opaque;
} Seeing;

static void see_present(void *opaque, const RingEntry *entry)
{
    Seeing *it = opaque;
    if (is_present(it->ring, it->number++, entry->units, it->until))
        it->see(it->opaque, entry);
}

void ring_each_recent(const TraceRing *ring, const RingRecent *recent,
                      void (*see)(void *opaque, const RingEntry *entry), void *opaque)
{
    Seeing it = { .ring = ring, .until = recent->until, .see = see, .opaque = opaque };
    for (unsigned back = recent->blocks; back-- > 0;) {
        it.number = ring->blocks[block_before(ring, back)].first;
        see_block(ring, block_before(ring, back), see_present, &it);
    }
}
