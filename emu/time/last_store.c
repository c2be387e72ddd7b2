/* SPDX-License-Identifier: MIT */
/* last_store.c - who wrote this? Goes back from checkpoint to checkpoint and watches a stretch of RAM on the way; see
 * time/history.h. */
#include <string.h>

#include "emu/time/history_state.h"

static void take_bytes(const History *h)
{
    memcpy(h->sought_bytes, bus_ram_at(&h->machine->bus, h->sought_at), h->sought_size);
}

static uint64_t word(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;
    memcpy(&value, bytes, MIN(size, 8));
    return value;
}

void history_stored(Machine *m, Spa spa, unsigned size, Requester by)
{
    History *h = m->history;
    if (!h || !h->sought || spa.v + size <= h->sought_at.v ||
        spa.v >= h->sought_at.v + h->sought_size)
        return;
    uint64_t first = MAX(spa.v, h->sought_at.v);
    unsigned length = (unsigned)(MIN(spa.v + size, h->sought_at.v + h->sought_size) - first);
    const Hart *hart = &m->harts[m->current];
    *h->sought = (HistoryStore){ .found = true,
                                 .at = { first },
                                 .size = length,
                                 .before = word(h->sought_bytes + (first - h->sought_at.v), length),
                                 .after = word(bus_ram_at(&m->bus, (Spa){ first }), length),
                                 .by = by,
                                 .in_slice = m->clock.left != &m->clock.none,
                                 .hart = hart->id,
                                 .steps = hart_steps(hart),
                                 .ns = clock_now(&m->clock) };
    take_bytes(h);
}

/* Stores to these pages are heard of, or are no longer. */
static void watch(const History *h, bool on)
{
    Machine *m = h->machine;
    uint64_t last = h->sought_at.v + h->sought_size - 1;
    for (uint64_t page = h->sought_at.v & ~(uint64_t)PAGE_OFFSET; page <= last; page += PAGE_SIZE) {
        if (on)
            bus_watch_page(&m->bus, (Spa){ page }, PAGE_MAILBOX);
        else
            *bus_flags_at(&m->bus, (Spa){ page }) &= (uint8_t)~PAGE_MAILBOX;
    }
    if (!on)
        machine_watch_tohost(m);
}

/* Runs from the mark to the moment. */
static TravelEnd search(History *h, const Mark *mark, const Moment *end)
{
    history_restore(h, mark);
    h->mark_due = UINT64_MAX;
    watch(h, true);
    take_bytes(h);
    TravelEnd result = travel_run_to(h, end);
    watch(h, false);
    return result;
}

/* To just before it. What came as input stands for itself. */
static TravelEnd show(History *h, const Mark *mark, const HistoryStore *store,
                      void (*tell)(void *opaque, const HistoryStore *store), void *opaque)
{
    TravelEnd end = TRAVEL_ARRIVED;
    if (store->in_slice && store->steps > mark->steps[store->hart]) {
        history_restore(h, mark);
        end = travel_run_to_steps(h, store->hart, store->steps);
    } else if (store->in_slice) {
        history_restore(h, mark);
        history_schedule(h);
    }
    if (end == TRAVEL_ARRIVED)
        tell(opaque, store);
    return end;
}

TravelEnd history_last_store(History *h, Spa at, uint64_t size, HistoryStore *store,
                             void (*tell)(void *opaque, const HistoryStore *store), void *opaque)
{
    bool was_paused = h->machine->paused;
    *store = (HistoryStore){ .found = false };
    if (!h->limit || !travel_set_out(h))
        return TRAVEL_CANCELLED;
    Moment now = history_now(h), end = now;
    TravelEnd result = TRAVEL_ARRIVED;
    h->sought_at = at;
    h->sought_size = size;
    h->sought_bytes = g_malloc(size);
    for (unsigned i = travel_marks_before(h, &now); i-- > 0 && !store->found;) {
        const Mark *mark = history_mark_at(h, i);
        h->sought = store;
        result = search(h, mark, &end);
        h->sought = NULL;
        if (result == TRAVEL_ARRIVED && store->found)
            result = show(h, mark, store, tell, opaque);
        if (result != TRAVEL_ARRIVED)
            break;
        end = mark->moment;
    }
    g_clear_pointer(&h->sought_bytes, g_free);
    if (result == TRAVEL_ARRIVED)
        result = travel_go_to(h, &now);
    if (result == TRAVEL_ARRIVED)
        history_rejoin(h);
    h->machine->paused = was_paused;
    return result;
}
