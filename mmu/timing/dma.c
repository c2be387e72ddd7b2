/* SPDX-License-Identifier: MIT */
/*
 * dma.c - devices and the shared machine; see timing.h.
 *
 * Devices are coherent: what the LLC has is read from there and written there, and no L1D keeps an older copy; an L1I does,
 * until FENCE.I. What the LLC has not goes to memory and is not kept. A device transfers a line in every so many-th slot of
 * the bus, so that a long transfer leaves harts room between.
 */
#include "mmu/timing/path.h"

static void dma_hit(Timing *t, uint64_t line, unsigned set, unsigned way, bool write)
{
    LlcLine *what = llc_line(&t->llc, set, way);
    path_snoop(t, NULL, set, way, write);
    what->flags |= write ? LLC_DIRTY : 0;
    TRACE(t->trace, llc_hit, line * t->config.profile.line, set, way, llc_color(&t->llc, line),
          LINE_DMA, path_traced(t, what->owner));
}

/* A line of a device, in `slot` if the bus is free; returns the one from which the next is counted: a later one only where
 * limits make the device wait. */
static uint64_t transfer(Timing *t, uint64_t slot, uint8_t owner, QosTag tag, bool write)
{
    uint64_t begin = path_transfer(t, calendar_begin(&t->calendar, slot), owner, tag, write, true);
    return t->qos ? MAX(slot, calendar_slot(&t->calendar, begin)) : slot;
}

void timing_dma(Timing *t, Spa spa, uint64_t size, bool write, Requester by, uint64_t now)
{
    const TimingProfile *p = &t->config.profile;
    if (!size)
        return;
    unsigned part = by.is_device ? partitions_of_device(t->parts, by.id) : PARTITION_HOST;
    Owner who = { (uint16_t)part, (uint16_t)(by.id | (by.is_device ? OWNER_DEVICE : 0)) };
    uint8_t owner = counts_owner(&t->counts, who);
    QosTag tag = t->qos ? t->qos->config.device : (QosTag){ 0 };
    uint64_t slot = calendar_slot(&t->calendar, now), horizon = slot + CALENDAR_SLOTS / 2;
    uint64_t last = (spa.v + size - 1) / p->line;
    for (uint64_t line = spa.v / p->line; line <= last; line++) {
        unsigned set = cache_set(&t->llc.cache, line);
        int way = cache_find(&t->llc.cache, set, line);
        t->counts.counts[owner].n[write ? COUNT_DMA_WRITES : COUNT_DMA_READS]++;
        if (way >= 0) {
            dma_hit(t, line, set, (unsigned)way, write);
            continue;
        }
        if (slot < horizon)
            slot = transfer(t, slot, owner, tag, write);
        else
            t->calendar.late++;
        slot += p->dma_gap;
    }
}
