/* SPDX-License-Identifier: MIT */
/*
 * counts.h - what the model counts, for every owner: who did what, who lost what to whom, who waited for what.
 *
 * An owner is a partition on a hart, or a device. There are at most 255; who comes later shares the last number.
 */
#ifndef MMU_TIMING_COUNTS_H
#define MMU_TIMING_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/state.h"

enum { OWNERS_MAX = 256, OWNER_OTHERS = OWNERS_MAX - 1, OWNER_DEVICE = 0x100 };

/* Of a hart or device `hart`, a device's number having OWNER_DEVICE set. */
typedef struct {
    uint16_t partition;
    uint16_t hart;
} Owner;

typedef enum {
    COUNT_L1I_MISSES,
    COUNT_L1D_MISSES, /* walks included */
    COUNT_LLC_HITS,
    COUNT_LLC_MISSES,       /* each a line from memory: a refill */
    COUNT_LLC_STORES,       /* of both: lines that are to be written */
    COUNT_LLC_STORE_MISSES, /* of these, misses */
    COUNT_WRITE_BACKS,      /* to memory: dirty lines that this owner's refills drove out */
    COUNT_MISSES_BY_OTHERS, /* of LLC_MISSES: the line was there until another owner drove it out */
    COUNT_INCLUSION_VICTIMS, /* lines lost in L1s because the LLC gave them up */
    COUNT_UPGRADES,          /* stores to lines that others had too */
    COUNT_SNOOPS,            /* lines that another hart's L1 had modified */
    COUNT_TLB_I_MISSES,      /* of the first level */
    COUNT_TLB_D_MISSES,
    COUNT_TLB_I_REFILLS, /* of the last level: each a walk */
    COUNT_TLB_D_REFILLS,
    COUNT_WALK_READS, /* page table entries that walks read; a walk cache's hits left out */
    COUNT_WALK_HITS,
    COUNT_DMA_READS, /* lines */
    COUNT_DMA_WRITES,
    COUNT_BUS_LINES,  /* all that moved to or from memory because of this owner */
    COUNT_VIOLATIONS, /* refills with a line of a colour that is not the partition's */
    COUNT_LEAKS,      /* the same in memory that is declared as shared */
    COUNTS
} CountId;

/* What a hart waits for, beyond the cycles of its instructions. */
typedef enum {
    STALL_LLC,         /* a line from the LLC */
    STALL_MEMORY,      /* a line from memory, the bus being free */
    STALL_QUEUE,       /* the bus being busy: for whom is in `waits` */
    STALL_OUTSTANDING, /* as many lines are on their way as there can be */
    STALL_WALK,        /* entries of page tables, and the second level of the TLB */
    STALL_SHARE,       /* its share of the bus was used up */
    STALLS
} StallCause;

extern const char *const count_names[COUNTS];
extern const char *const stall_names[STALLS];

enum { LATENCY_BUCKETS = 64 };

/* Bucket of a latency in cycles: four for each power of two. latency_floor gives the least of a bucket. */
static inline unsigned latency_bucket(uint64_t cycles)
{
    if (cycles < 4)
        return (unsigned)cycles;
    unsigned log = 63 - (unsigned)__builtin_clzll(cycles);
    unsigned bucket = 4 * (log - 1) + (unsigned)(cycles >> (log - 2) & 3);
    return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

static inline uint64_t latency_floor(unsigned bucket)
{
    return bucket < 4 ? bucket : (UINT64_C(4) + bucket % 4) << (bucket / 4 - 1);
}

/* What a hart's time went into. */
typedef struct {
    uint64_t cycles; /* all */
    uint64_t idle;   /* of them, those it waited for an interrupt */
    uint64_t retired;
} TimingUse;

typedef struct {
    uint64_t n[COUNTS];
    uint64_t stall[STALLS];
    TimingUse use; /* of its hart, up to when somebody else had it */
    uint64_t latency
        [LATENCY_BUCKETS]; /* of LLC misses: from when the line is wanted to when it is there; 0: it was there in time */
} OwnerCounts;

typedef struct {
    uint32_t n_owners; /* OWNERS_MAX: the last one is for all others */
    Owner owners[OWNERS_MAX];
    OwnerCounts counts[OWNERS_MAX];
    /* By victim and by who did it: lines of the LLC given up; misses because of that; cycles waited for the bus. */
    uint64_t evictions[OWNERS_MAX][OWNERS_MAX];
    uint64_t lost[OWNERS_MAX][OWNERS_MAX];
    uint64_t waits[OWNERS_MAX][OWNERS_MAX];
} TimingCounts;

/* The number of an owner, which may be a new one. */
uint8_t counts_owner(TimingCounts *counts, Owner owner);

void counts_visit(TimingCounts *counts, StateVisitor *visitor);

#endif
