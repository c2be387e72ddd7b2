/* SPDX-License-Identifier: MIT */
/* shared.c - see shared.h. Partitions of the model and of the verdict have the same names. */
#include "emu/verdict/shared.h"

#include <string.h>

TimingCounts *shared_counts(const Timing *timing)
{
    return g_memdup2(&timing->counts, sizeof timing->counts);
}

typedef struct {
    const Timing *timing;
    const TimingCounts *before, *after;
    SharedCounts *to;
    const char *name; /* whose */
} Sum;

static const char *owner_name(const Sum *s, unsigned owner)
{
    return partitions_get(s->timing->parts, s->after->owners[owner].partition)->name;
}

static bool is_its(const Sum *s, unsigned owner)
{
    return !strcmp(owner_name(s, owner), s->name);
}

static void add_evicted(SharedCounts *to, const char *by, uint64_t lines)
{
    unsigned i = 0;
    while (i < to->n_evictors && strcmp(to->evictors[i], by) != 0)
        i++;
    if (i == PARTITIONS_MAX)
        return;
    if (i == to->n_evictors)
        g_strlcpy(to->evictors[to->n_evictors++], by, sizeof to->evictors[0]);
    to->evicted_by[i] += lines;
}

/* What owner `by` did to owner `victim`, which is one of the partition's. */
static void add_pair(Sum *s, unsigned victim, unsigned by)
{
    uint64_t evicted = s->after->evictions[victim][by] - s->before->evictions[victim][by];
    uint64_t lost = s->after->lost[victim][by] - s->before->lost[victim][by];
    uint64_t waited = s->after->waits[victim][by] - s->before->waits[victim][by];
    if (evicted)
        add_evicted(s->to, owner_name(s, by), evicted);
    if (is_its(s, by)) {
        s->to->stall_own += waited;
    } else {
        s->to->stall_others += waited;
        s->to->misses_by_others += lost;
    }
}

static void add_owner(Sum *s, unsigned owner)
{
    const OwnerCounts *a = &s->after->counts[owner], *b = &s->before->counts[owner];
    uint64_t hits = a->n[COUNT_LLC_HITS] - b->n[COUNT_LLC_HITS];
    uint64_t misses = a->n[COUNT_LLC_MISSES] - b->n[COUNT_LLC_MISSES];
    s->to->llc_accesses += hits + misses;
    s->to->llc_misses += misses;
    s->to->throttle_cycles += a->stall[STALL_SHARE] - b->stall[STALL_SHARE];
    for (unsigned by = 0; by < s->after->n_owners; by++)
        add_pair(s, owner, by);
}

void shared_judge(Verdict *v, const Timing *timing, const TimingCounts *before,
                  const TimingCounts *after)
{
    for (unsigned part = 1; part < partitions_count(v->parts); part++) {
        SharedCounts *to = &v->counts[part].shared;
        Sum sum = { timing, before, after, to, partitions_get(v->parts, part)->name };
        uint64_t throttles = to->throttles;
        *to = (SharedCounts){ .known = true, .throttles = throttles };
        for (unsigned owner = 0; owner < after->n_owners; owner++)
            if (is_its(&sum, owner))
                add_owner(&sum, owner);
    }
}
