/* SPDX-License-Identifier: MIT */
/*
 * groups.h - owners of the model put together for people: by partition; or by hart, where no guest was seen or somebody
 * wants to know more. Devices that are no partition's stand alone.
 */
#ifndef EMU_SHARED_GROUPS_H
#define EMU_SHARED_GROUPS_H

#include "mmu/timing/timing.h"

typedef struct {
    const Timing *timing;
    bool by_hart;
    unsigned n;
    char names[OWNERS_MAX][48];
    uint16_t partition[OWNERS_MAX]; /* of the group; of a device that is nobody's, the host */
    uint8_t of[OWNERS_MAX];         /* group of an owner */
} Groups;

/* `by_hart` false: by partition if there are any. True: it is by hart. */
bool groups_are_harts(const Timing *timing, bool by_hart);
/* To be freed with g_free. The host is first, then partitions as they are declared, other guests by VMID, devices. */
Groups *groups_new(const Timing *timing, bool by_hart);

/* What all owners of a group have together. */
uint64_t groups_count(const Groups *groups, unsigned group, CountId id);
uint64_t groups_stall(const Groups *groups, unsigned group, StallCause cause);
uint64_t groups_latency(const Groups *groups, unsigned group, unsigned bucket);
TimingUse groups_use(const Groups *groups, unsigned group);
/* Lines in the LLC, of one colour or (color < 0) of all. */
uint64_t groups_lines(const Groups *groups, unsigned group, int color);

typedef const uint64_t (*OwnerMatrix)[OWNERS_MAX]; /* evictions, lost or waits of TimingCounts */
/* What `victim` suffered from `by`. */
uint64_t groups_matrix(const Groups *groups, OwnerMatrix matrix, unsigned victim, unsigned by);
/* And from all but itself. */
uint64_t groups_by_others(const Groups *groups, OwnerMatrix matrix, unsigned victim);

#endif
