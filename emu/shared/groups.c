/* SPDX-License-Identifier: MIT */
/* groups.c - see groups.h. */
#include "emu/shared/groups.h"

#include <stdio.h>
#include <string.h>

static void name_owner(const Groups *g, const Owner *owner, char *name, size_t size)
{
    const Partitions *parts = g->timing->parts;
    const char *partition = partitions_get(parts, owner->partition)->name;
    bool is_device = owner->hart & OWNER_DEVICE;
    if (owner->hart == UINT16_MAX)
        snprintf(name, size, "others");
    else if (is_device && (g->by_hart || owner->partition == PARTITION_HOST))
        snprintf(name, size, "device%u", owner->hart & ~(unsigned)OWNER_DEVICE);
    else if (!partitions_any(parts))
        snprintf(name, size, "hart%u", owner->hart);
    else if (g->by_hart)
        snprintf(name, size, "%s@%u", partition, owner->hart);
    else
        snprintf(name, size, "%s", partition);
}

/* Host, partitions of a machine file in its order, other guests by VMID, devices, the rest; each hart by hart. */
static uint64_t rank_of(const Groups *g, uint16_t number, unsigned hart)
{
    const Partition *part = partitions_get(g->timing->parts, number);
    bool known = number == PARTITION_HOST || part->declared;
    uint64_t rank = known ? number : PARTITIONS_MAX + (uint16_t)part->vmid;
    bool is_device = hart & OWNER_DEVICE && (g->by_hart || number == PARTITION_HOST);
    return (uint64_t)is_device << 48 | rank << 16 | hart;
}

static int compare_ranks(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

/* They were put together in the order of who came first. `ranks` of groups, the group in the low byte. */
static void sort(Groups *g, uint64_t *ranks)
{
    g_autofree Groups *old = g_memdup2(g, sizeof *g);
    uint8_t place[OWNERS_MAX] = { 0 };
    qsort(ranks, g->n, sizeof *ranks, compare_ranks);
    for (unsigned i = 0; i < g->n; i++) {
        unsigned from = ranks[i] & 0xff;
        place[from] = (uint8_t)i;
        memcpy(g->names[i], old->names[from], sizeof g->names[0]);
        g->partition[i] = old->partition[from];
    }
    for (unsigned i = 0; i < g->timing->counts.n_owners; i++)
        g->of[i] = place[old->of[i]];
}

/* A declared partition that did nothing yet. */
static void add_idle(Groups *g, unsigned number, uint64_t *ranks)
{
    const Partition *part = partitions_get(g->timing->parts, number);
    for (unsigned i = 0; i < g->n; i++) {
        if (g->partition[i] == number)
            return;
    }
    if (!part->declared || g->n == OWNERS_MAX)
        return;
    snprintf(g->names[g->n], sizeof g->names[0], "%s", part->name);
    ranks[g->n] = rank_of(g, (uint16_t)number, 0) << 8 | g->n;
    g->partition[g->n++] = (uint16_t)number;
}

bool groups_are_harts(const Timing *timing, bool by_hart)
{
    return by_hart || !partitions_any(timing->parts);
}

Groups *groups_new(const Timing *timing, bool by_hart)
{
    Groups *g = g_new0(Groups, 1);
    uint64_t ranks[OWNERS_MAX];
    g->timing = timing;
    g->by_hart = groups_are_harts(timing, by_hart);
    for (unsigned i = 0; i < timing->counts.n_owners; i++) {
        char name[sizeof g->names[0]];
        unsigned group = 0;
        name_owner(g, &timing->counts.owners[i], name, sizeof name);
        while (group < g->n && strcmp(g->names[group], name))
            group++;
        g->of[i] = (uint8_t)group;
        if (group < g->n)
            continue;
        memcpy(g->names[g->n], name, sizeof name);
        ranks[g->n] = rank_of(g, timing->counts.owners[i].partition, timing->counts.owners[i].hart)
                          << 8 |
                      g->n;
        g->partition[g->n++] = timing->counts.owners[i].partition;
    }
    for (unsigned i = 1; !g->by_hart && i < partitions_count(timing->parts); i++)
        add_idle(g, i, ranks);
    sort(g, ranks);
    return g;
}

/* Of all owners in the group, the counter that lies so far into their counts. */
static uint64_t sum_at(const Groups *g, unsigned group, size_t offset)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < g->timing->counts.n_owners; i++) {
        const char *counts = (const char *)&g->timing->counts.counts[i];
        sum += g->of[i] == group ? *(const uint64_t *)(const void *)(counts + offset) : 0;
    }
    return sum;
}

uint64_t groups_count(const Groups *g, unsigned group, CountId id)
{
    return sum_at(g, group, offsetof(OwnerCounts, n[id]));
}

uint64_t groups_stall(const Groups *g, unsigned group, StallCause cause)
{
    return sum_at(g, group, offsetof(OwnerCounts, stall[cause]));
}

uint64_t groups_latency(const Groups *g, unsigned group, unsigned bucket)
{
    return sum_at(g, group, offsetof(OwnerCounts, latency[bucket]));
}

TimingUse groups_use(const Groups *g, unsigned group)
{
    TimingUse sum = { 0 };
    for (unsigned i = 0; i < g->timing->counts.n_owners; i++) {
        if (g->of[i] != group)
            continue;
        TimingUse use = timing_use(g->timing, i);
        sum.cycles += use.cycles;
        sum.idle += use.idle;
        sum.retired += use.retired;
    }
    return sum;
}

uint64_t groups_lines(const Groups *g, unsigned group, int color)
{
    const Llc *llc = &g->timing->llc;
    uint64_t sum = 0;
    for (unsigned i = 0; i < g->timing->counts.n_owners; i++) {
        for (unsigned c = 0; g->of[i] == group && c < llc->colors; c++)
            sum += color < 0 || c == (unsigned)color ? llc->occupancy[i * llc->colors + c] : 0;
    }
    return sum;
}

uint64_t groups_matrix(const Groups *g, OwnerMatrix matrix, unsigned victim, unsigned by)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < g->timing->counts.n_owners; i++) {
        for (unsigned j = 0; g->of[i] == victim && j < g->timing->counts.n_owners; j++)
            sum += g->of[j] == by ? matrix[i][j] : 0;
    }
    return sum;
}

uint64_t groups_by_others(const Groups *g, OwnerMatrix matrix, unsigned victim)
{
    uint64_t sum = 0;
    for (unsigned by = 0; by < g->n; by++)
        sum += by == victim ? 0 : groups_matrix(g, matrix, victim, by);
    return sum;
}
