/* SPDX-License-Identifier: MIT */
/*
 * bus_calendar.h - the memory bus: a server that transfers one line at a time, as a calendar of who has it when.
 *
 * Time is cut into slots as long as a transfer. Who asks at a moment gets the slot of that moment if it is free, and
 * does not wait; otherwise the first free one behind it. Which slots are taken, and how long all wait together, does not
 * depend on the order in which harts are simulated, as long as they are not further apart than the calendar is long.
 * A slot remembers its owner, so whoever waits knows for whom.
 */
#ifndef MMU_TIMING_BUS_CALENDAR_H
#define MMU_TIMING_BUS_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/state.h"

enum { CALENDAR_SLOTS = 8192, CALENDAR_FREE = -1 }; /* 98 us of slots of 12 ns */

typedef struct {
    uint64_t ring[CALENDAR_SLOTS]; /* slot + 1 << 8 | owner; 0: never taken */
    uint64_t length;               /* of a slot, in 1/256 cycles */
    uint64_t late; /* requests for a time so long ago that it is forgotten: served at once */
} Calendar;

/* `length` is in 1/256 cycles, at least a cycle. */
void calendar_init(Calendar *cal, uint64_t length);

/* The slot that `cycle` is in, and the first cycle of a slot. */
static inline uint64_t calendar_slot(const Calendar *cal, uint64_t cycle)
{
    return (cycle << 8) / cal->length;
}

static inline uint64_t calendar_begin(const Calendar *cal, uint64_t slot)
{
    return (slot * cal->length + 255) >> 8;
}

/* Who has the slot; CALENDAR_FREE: nobody, or it is forgotten. */
static inline int calendar_owner(const Calendar *cal, uint64_t slot)
{
    uint64_t entry = cal->ring[slot % CALENDAR_SLOTS];
    return entry >> 8 == slot + 1 ? (int)(entry & 0xff) : CALENDAR_FREE;
}

/* Is the slot so long ago that it is forgotten who had it? */
static inline bool calendar_is_late(const Calendar *cal, uint64_t slot)
{
    return cal->ring[slot % CALENDAR_SLOTS] >> 8 > slot + 1;
}

/* The first slot from this one on that is free. */
static inline uint64_t calendar_next_free(const Calendar *cal, uint64_t slot)
{
    while (calendar_owner(cal, slot) != CALENDAR_FREE)
        slot++;
    return slot;
}

/* Gives a free slot to `owner`. */
static inline void calendar_book(Calendar *cal, uint64_t slot, uint8_t owner)
{
    cal->ring[slot % CALENDAR_SLOTS] = (slot + 1) << 8 | owner;
}

void calendar_visit(Calendar *cal, StateVisitor *visitor);

#endif
