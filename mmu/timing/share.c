/* SPDX-License-Identifier: MIT */
/*
 * share.c - where the model asks for limits of requesters and tells what they had; see timing.h, qos.h.
 */
#include "mmu/timing/path.h"

/*
 * The first free slot from `first` on that limits let the tag have. A write-back is put off by two windows at most: they may
 * be many, if somebody else drives out what was written, and nobody's waiting would hold them up.
 */
static uint64_t find_slot(const Timing *t, uint64_t first, uint8_t owner, QosTag tag, bool waits)
{
    unsigned who = waits ? path_traced(t, owner) : (unsigned)QOS_NOBODY;
    uint64_t free = calendar_next_free(&t->calendar, first), slot = free, next;
    while ((next = qos_admit(t->qos, tag, slot, who)) != slot) {
        if (!waits && next - first > 2 * QOS_WINDOW)
            return free;
        slot = calendar_next_free(&t->calendar, next);
    }
    return slot;
}

/* Slots ahead that are still booked: the calendar must not forget what is now. */
enum { HORIZON = CALENDAR_SLOTS / 2 };

uint64_t path_transfer(Timing *t, uint64_t at, uint8_t owner, QosTag tag, bool write, bool waits)
{
    Calendar *cal = &t->calendar;
    uint64_t wanted = calendar_slot(cal, at), slot = wanted;
    unsigned bytes = t->config.profile.line;
    t->bytes[tag.mcid % QOS_MAX_IDS][write] += bytes;
    t->counts.counts[owner].n[COUNT_BUS_LINES]++;
    bool late = calendar_is_late(cal, slot);
    if (LIKELY(!late))
        slot = UNLIKELY(t->qos) ? find_slot(t, slot, owner, tag, waits)
                                : calendar_next_free(cal, slot);
    if (LIKELY(!late && slot - wanted < HORIZON))
        calendar_book(cal, slot, owner);
    else
        cal->late++;
    if (t->qos)
        qos_moved(t->qos, tag, slot, bytes, write);
    return slot == wanted ? at : calendar_begin(cal, slot);
}

static bool is_of(const Timing *t, uint64_t i, QosTag tag)
{
    const LlcLine *what = &t->llc.lines[i];
    return t->llc.cache.tags[i] != CACHE_NONE && what->rcid == tag.rcid &&
           llc_tag(what).type == tag.type;
}

/* One line of a requester that has as many as it may have, wherever it is: the next one behind the last that had to go. */
static void give_up_one(Timing *t, QosTag tag, uint64_t wanted, uint8_t by, uint64_t at)
{
    for (uint64_t n = 0; n < t->llc.n_lines; n++) {
        t->sweep = (t->sweep + 1) % t->llc.n_lines;
        if (!is_of(t, t->sweep, tag))
            continue;
        path_evict(t, (unsigned)(t->sweep / t->llc.cache.ways),
                   (unsigned)(t->sweep % t->llc.cache.ways), wanted, by, at);
        return;
    }
}

/* The ways of the set that have lines like those of `tag`. */
static uint64_t ways_of(const Timing *t, unsigned set, QosTag tag)
{
    uint64_t own = 0;
    for (unsigned way = 0; way < t->llc.cache.ways; way++)
        own |= is_of(t, (uint64_t)set * t->llc.cache.ways + way, tag) ? BIT(way) : 0;
    return own;
}

unsigned path_room(Timing *t, unsigned set, uint64_t line, QosTag tag, uint8_t by, uint64_t at)
{
    uint64_t allowed = t->qos ? qos_ways(t->qos, tag) : MASK(t->llc.cache.ways - 1, 0);
    uint64_t excess = t->qos ? qos_excess(t->qos, tag, path_partition(t, by)) : 0;
    /* One of its own in the set will do; a limit that is new may be far below what is there. */
    for (; excess; excess--) {
        uint64_t own = ways_of(t, set, tag) & allowed;
        if (excess == 1 && own)
            return cache_victim(&t->llc.cache, set, own);
        give_up_one(t, tag, line, by, at);
    }
    return cache_victim(&t->llc.cache, set, allowed);
}

/* What a capacity controller's FLUSH_RCID does. */
static void flush(void *opaque, unsigned rcid, QosType type)
{
    Timing *t = opaque;
    QosTag tag = { .rcid = (uint16_t)rcid, .type = type };
    for (uint64_t i = 0; i < t->llc.n_lines; i++) {
        if (is_of(t, i, tag))
            path_evict(t, (unsigned)(i / t->llc.cache.ways), (unsigned)(i % t->llc.cache.ways),
                       t->llc.cache.tags[i], t->llc.lines[i].owner, CACHE_NONE);
    }
}

static void leave_qos(Timing *t)
{
    for (uint64_t i = 0; i < t->llc.n_lines; i++) {
        if (t->llc.cache.tags[i] != CACHE_NONE)
            qos_line_out(t->qos, llc_tag(&t->llc.lines[i]));
    }
    t->qos->flush = NULL;
}

void timing_use_qos(Timing *t, Qos *qos)
{
    if (t->qos)
        leave_qos(t);
    t->qos = qos;
    if (!qos)
        return;
    g_assert(qos->config.ways == t->config.profile.llc.ways);
    qos->flush = flush;
    qos->opaque = t;
    for (uint64_t i = 0; i < t->llc.n_lines; i++) {
        if (t->llc.cache.tags[i] != CACHE_NONE)
            qos_line_in(qos, llc_tag(&t->llc.lines[i]));
    }
}

uint64_t timing_llc_occupancy(const Timing *t, unsigned mcid, QosType type)
{
    return (uint64_t)t->llc.by_mcid[mcid % QOS_MAX_IDS][type] * t->config.profile.line;
}

uint64_t timing_bus_bytes(const Timing *t, unsigned mcid, bool write)
{
    return t->bytes[mcid % QOS_MAX_IDS][write];
}
