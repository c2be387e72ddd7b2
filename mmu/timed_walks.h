/* SPDX-License-Identifier: MIT */
/*
 * timed_walks.h - walks that were charged before, so that charging one again needs no walking.
 *
 * An entry says which words a walk reads, and is good as long as every one of them is still what it was, as with memos
 * (memo.h): so using it is the same as walking, and it is not state.
 */
#ifndef MMU_TIMED_WALKS_H
#define MMU_TIMED_WALKS_H

#include "mmu/mmu.h"

enum { TIMED_WALKS = CONFIG_TORTURE ? 1 : 512, TIMED_WALK_STEPS = 24 };

/* What a walk depends on beside memory. */
typedef struct {
    uint64_t page, atp, hgatp;
    uint32_t pmp_epoch, flags; /* flags: of a key, KEY_V, KEY_PBMTE, KEY_G_PBMTE */
} TimedWalkKey;

typedef struct {
    const uint64_t *host; /* where the entry is */
    uint64_t pte;
    Spa at;
    bool leaf; /* the last of its stage, for the access itself */
} TimedStep;

typedef struct {
    TimedWalkKey key;
    uint64_t gpa; /* of the page */
    uint8_t n;    /* 0: no such walk */
    uint8_t shift;
    bool global;
    TimedStep steps[TIMED_WALK_STEPS];
} TimedWalk;

struct TimedWalks {
    TimedWalk walks[TIMED_WALKS];
};

/* The place for the walk of `va`; `*known`: it has that, and it would be the same now. */
TimedWalk *timed_walks_find(Mmu *mmu, const BankKey *key, Gva va, bool *known);
/* Puts a walk that succeeded in its place; one that is too long is not found again. */
void timed_walks_keep(Mmu *mmu, TimedWalk *walk, const BankKey *key, Gva va, const WalkResult *r);
/* The steps that are the last of their stage, for the access itself: bit n is steps[n]. */
uint64_t timed_walk_leaves(const WalkResult *result);

#endif
