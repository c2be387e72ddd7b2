/* SPDX-License-Identifier: MIT */
/*
 * memory.c - beyond the L1s: the LLC, who loses what to whom, the bus, and what a hart waits for; see path.h.
 *
 * A miss takes the first of the `outstanding` places that is or gets free. A load waits for its line, a store only for
 * a place. A miss that goes on with a recognised sequence was asked for as early as a prefetcher could have: when the
 * sequence was known, and the place was free and the line before in it had been wanted. Since the bus is a calendar,
 * its slot can be taken then, after the fact.
 */
#include "mmu/timing/path.h"

/* Cycles of [from, to) that a hart waited for its turn, by who had the bus. */
static void count_queue(TimingHart *h, uint64_t from, uint64_t to)
{
    Timing *t = h->timing;
    uint64_t *waits = t->counts.waits[h->owner];
    int blocker = calendar_owner(&t->calendar, calendar_slot(&t->calendar, from));
    TRACE(t->trace, bus_stall, h->id, path_traced(t, h->owner), 0, to - from,
          path_traced(t, blocker < 0 ? h->owner : (uint8_t)blocker));
    for (uint64_t at = from, end; at < to; at = end) {
        uint64_t slot = calendar_slot(&t->calendar, at);
        int owner = calendar_owner(&t->calendar, slot);
        end = MIN(calendar_begin(&t->calendar, slot + 1), to);
        h->mine->stall[owner < 0 ? STALL_SHARE : STALL_QUEUE] += end - at;
        if (owner >= 0)
            waits[owner] += end - at;
    }
}

void path_wait(TimingHart *h, const Flight *flight, StallCause rest)
{
    uint64_t now = timing_now(h);
    if (flight->done <= now)
        return;
    uint64_t total = flight->done - now, from = MAX(now, flight->asked);
    if (flight->begin > from) {
        count_queue(h, from, flight->begin);
        h->mine->stall[rest] += total - (flight->begin - from);
    } else {
        h->mine->stall[rest] += total;
    }
    h->stall += total;
}

bool path_arrive(TimingHart *h, uint64_t line, bool wait)
{
    for (unsigned i = 0; i < h->timing->config.profile.outstanding; i++) {
        const Flight *f = &h->flights[i];
        if (f->line != line || f->done <= timing_now(h))
            continue;
        if (!wait)
            return false;
        path_wait(h, f, f->begin == f->done ? STALL_LLC : STALL_MEMORY);
    }
    return true;
}

/* The sequence that the miss goes on with, and its turn in it; NULL: none that was recognised before. */
static const Stream *follow(TimingHart *h, uint64_t line)
{
    unsigned n = h->timing->config.profile.streams;
    Stream *oldest = &h->streams[0];
    for (unsigned i = 0; i < n; i++) {
        Stream *s = &h->streams[i];
        oldest = s->recent + 1 < oldest->recent + 1 ? s : oldest;
        if (s->next != line)
            continue;
        bool known = s->since != CACHE_NONE;
        s->next++;
        s->recent = h->stream_clock++;
        s->since = known ? s->since : timing_now(h);
        return known ? s : NULL;
    }
    if (n)
        *oldest = (Stream){ line + 1, CACHE_NONE, h->stream_clock++ };
    return NULL;
}

/* A place for a line on its way, free now; `*start` is when it was asked for. */
static Flight *begin(TimingHart *h, uint64_t line, LineKind kind, bool write, uint64_t *start)
{
    Flight *f = &h->flights[0];
    for (unsigned i = 1; i < h->timing->config.profile.outstanding; i++)
        f = h->flights[i].busy < f->busy ? &h->flights[i] : f;
    path_wait(h, f, STALL_OUTSTANDING);
    const Stream *stream = write || kind == LINE_WALK ? NULL : follow(h, line);
    *start = stream ? MAX(stream->since, f->busy) : timing_now(h);
    return f;
}

static void trace_line(const Timing *t, TraceId id, uint64_t line, unsigned set, unsigned way,
                       LineKind kind, uint8_t owner)
{
    if (UNLIKELY(t->trace->on[id]))
        trace_emit(t->trace, id,
                   (const uint64_t[1 + TRACE_MAX_FIELDS]){ line * t->config.profile.line, set, way,
                                                           llc_color(&t->llc, line), kind,
                                                           path_traced(t, owner) });
}

/* Nobody has a copy of the line there any more. */
static void take_copies(Timing *t, unsigned set, unsigned way, uint64_t line)
{
    LlcLine *what = llc_line(&t->llc, set, way);
    if (LIKELY(!(what->data | what->code)))
        return;
    uint64_t *lost = &t->counts.counts[what->owner].n[COUNT_INCLUSION_VICTIMS];
    *lost += (unsigned)(__builtin_popcount(what->data) + __builtin_popcount(what->code));
    for (uint32_t rest = what->code; rest; rest &= rest - 1)
        l1_remove(&t->harts[__builtin_ctz(rest)].code, line);
    path_snoop(t, NULL, set, way, true);
}

static void count_write_back(Timing *t, uint8_t by)
{
    unsigned hart = t->counts.owners[by].hart;
    t->counts.counts[by].n[COUNT_WRITE_BACKS]++;
    if (hart < t->n_harts)
        t->harts[hart].events.n[COUNT_WRITE_BACKS]++;
}

void path_evict(Timing *t, unsigned set, unsigned way, uint64_t wanted, uint8_t by, uint64_t at)
{
    Llc *llc = &t->llc;
    LlcLine *what = llc_line(llc, set, way);
    uint64_t line = *cache_tag(&llc->cache, set, way);
    uint8_t victim = what->owner;
    take_copies(t, set, way, line);
    bool dirty = what->flags & LLC_DIRTY;
    t->counts.evictions[victim][by]++;
    TRACE(t->trace, llc_evict, line * t->config.profile.line, set, way, llc_color(llc, wanted),
          path_traced(t, victim), llc_color(llc, line), path_traced(t, by),
          path_partition(t, victim) != path_partition(t, by), dirty);
    if (victim != by)
        llc_note_lost(llc, line, victim, by);
    if (dirty)
        count_write_back(t, by);
    if (dirty && at != CACHE_NONE)
        path_transfer(t, at, by, llc_tag(what), true, false);
    if (t->qos)
        qos_line_out(t->qos, llc_tag(what));
    llc_drop(llc, set, way);
}

/* Is the colour one that the partition may use? */
static void check_color(TimingHart *h, uint64_t line)
{
    Timing *t = h->timing;
    unsigned number = path_partition(t, h->owner), color = llc_color(&t->llc, line);
    const Partition *part = partitions_get(t->parts, number);
    if (LIKELY(!part->has_colors || color_set_has(&part->colors, color)))
        return;
    Spa at = { line * t->config.profile.line };
    if (partitions_is_shared(t->parts, at)) {
        path_count(h, COUNT_LEAKS);
        return;
    }
    path_count(h, COUNT_VIOLATIONS);
    TRACE(t->trace, color_violation, path_traced(t, h->owner), at.v, color, part->colors.words[0],
          part->line);
}

/* A line that is missed: did another owner drive it out? */
static void blame(TimingHart *h, uint64_t line)
{
    Timing *t = h->timing;
    const LostLine *lost = llc_take_lost(&t->llc, line);
    if (!lost || lost->by == h->owner)
        return;
    path_count(h, COUNT_MISSES_BY_OTHERS);
    t->counts.lost[h->owner][lost->by]++;
    TRACE(t->trace, llc_lost, line * t->config.profile.line, llc_color(&t->llc, line),
          path_traced(t, h->owner), path_traced(t, lost->by),
          path_partition(t, h->owner) != path_partition(t, lost->by));
}

/* From memory into the LLC: returns the way. */
static unsigned refill(TimingHart *h, uint64_t line, unsigned set, LineKind kind, Flight *f,
                       uint64_t start)
{
    Timing *t = h->timing;
    Llc *llc = &t->llc;
    bool code = kind == LINE_CODE;
    QosTag tag = { h->rcid, h->mcid, code ? QOS_CODE : QOS_DATA };
    blame(h, line);
    f->asked = start + t->llc_cycles;
    f->begin = path_transfer(t, f->asked, h->owner, tag, false, true);
    f->done = f->begin + t->memory_cycles;
    unsigned way = path_room(t, set, line, tag, h->owner, f->asked);
    trace_line(t, TRACE_llc_miss, line, set, way, kind, h->owner);
    if (*cache_tag(&llc->cache, set, way) != CACHE_NONE)
        path_evict(t, set, way, line, h->owner, f->asked);
    llc_put(
        llc, set, way, line,
        &(LlcLine){
            .rcid = h->rcid, .mcid = h->mcid, .owner = h->owner, .flags = code ? LLC_CODE : 0 });
    if (t->qos)
        qos_line_in(t->qos, tag);
    trace_line(t, TRACE_llc_fill, line, set, way, kind, h->owner);
    check_color(h, line);
    h->mine->latency[latency_bucket(f->done - MIN(f->done, timing_now(h)))]++;
    path_count(h, COUNT_LLC_MISSES);
    return way;
}

/* A line that the LLC has: nobody else may write it while the hart has it, or have it while the hart writes it. */
static void found(TimingHart *h, uint64_t line, unsigned set, unsigned way, LineKind kind,
                  bool write, Flight *f, uint64_t start)
{
    Timing *t = h->timing;
    trace_line(t, TRACE_llc_hit, line, set, way, kind, llc_line(&t->llc, set, way)->owner);
    path_count(h, COUNT_LLC_HITS);
    f->done = start + t->llc_cycles;
    if (path_snoop(t, kind == LINE_CODE ? NULL : h, set, way, write)) {
        path_count(h, COUNT_SNOOPS);
        f->done += t->snoop_cycles;
    }
    f->asked = f->begin = f->done;
}

static unsigned granted(TimingHart *h, LlcLine *what, LineKind kind, bool write)
{
    uint32_t me = UINT32_C(1) << h->id;
    if (kind == LINE_CODE) {
        what->code |= me;
        return L1_VALID;
    }
    what->data |= me;
    if (write)
        return L1_VALID | L1_EXCLUSIVE | L1_DIRTY | L1_PENDING;
    return what->data == me ? L1_VALID | L1_EXCLUSIVE : L1_VALID;
}

uint64_t path_bring(TimingHart *h, uint64_t line, LineKind kind, bool write)
{
    Llc *llc = &h->timing->llc;
    unsigned set = cache_set(&llc->cache, line), way;
    int hit = cache_find(&llc->cache, set, line);
    uint64_t start;
    Flight *f = begin(h, line, kind, write, &start);
    f->line = line;
    if (write)
        path_count(h, COUNT_LLC_STORES);
    if (write && hit < 0)
        path_count(h, COUNT_LLC_STORE_MISSES);
    if (hit >= 0)
        found(h, line, set, way = (unsigned)hit, kind, write, f, start);
    else
        way = refill(h, line, set, kind, f, start);
    cache_touch(&llc->cache, set, way);
    unsigned flags = granted(h, llc_line(llc, set, way), kind, write);
    if (!write)
        path_wait(h, f, kind == LINE_WALK ? STALL_WALK : hit >= 0 ? STALL_LLC : STALL_MEMORY);
    f->busy = MAX(f->done, timing_now(h));
    return l1_entry(line, way, flags);
}

void path_left(TimingHart *h, uint64_t entry, bool code)
{
    if (!entry)
        return;
    Llc *llc = &h->timing->llc;
    LlcLine *what =
        llc_line(llc, cache_set(&llc->cache, l1_line(entry)), (unsigned)(entry >> L1_WAY_SHIFT));
    uint32_t me = UINT32_C(1) << h->id;
    if (code)
        what->code &= ~me;
    else
        what->data &= ~me;
    if (entry & L1_DIRTY)
        what->flags |= LLC_DIRTY;
}

void path_own(TimingHart *h, uint64_t *entry)
{
    Llc *llc = &h->timing->llc;
    path_count(h, COUNT_UPGRADES);
    path_snoop(h->timing, h, cache_set(&llc->cache, l1_line(*entry)),
               (unsigned)(*entry >> L1_WAY_SHIFT), true);
    *entry |= L1_EXCLUSIVE;
}

bool path_snoop(Timing *t, const TimingHart *h, unsigned set, unsigned way, bool write)
{
    LlcLine *what = llc_line(&t->llc, set, way);
    uint64_t line = *cache_tag(&t->llc.cache, set, way);
    uint32_t me = h ? what->data & UINT32_C(1) << h->id : 0;
    bool dirty = false;
    for (uint32_t rest = what->data ^ me; rest; rest &= rest - 1) {
        L1 *l1 = &t->harts[__builtin_ctz(rest)].data;
        if (write) {
            dirty |= (l1_remove(l1, line) & L1_DIRTY) != 0;
        } else {
            uint64_t *at = l1_find(l1, line);
            g_assert(at); /* the directory is right */
            dirty |= (*at & L1_DIRTY) != 0;
            *at &= ~(uint64_t)(L1_EXCLUSIVE | L1_DIRTY);
        }
    }
    what->data = write ? me : what->data;
    what->flags |= dirty ? LLC_DIRTY : 0;
    return dirty;
}
