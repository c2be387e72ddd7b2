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
    ring->entries = 0;
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
