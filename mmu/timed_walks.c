/* SPDX-License-Identifier: MIT */
/* timed_walks.c - see timed_walks.h. */
#include "mmu/timed_walks.h"

#include <string.h>

#include "mmu/pte.h"

static TimedWalkKey key_of(const Mmu *mmu, const BankKey *key, Gva va)
{
    bool guest = key->flags & KEY_V;
    return (TimedWalkKey){ .page = va.v >> PAGE_SHIFT,
                           .atp = guest ? mmu->vsatp : mmu->satp,
                           .hgatp = guest ? mmu->hgatp : 0,
                           .pmp_epoch = key->pmp_epoch,
                           .flags = key->flags & (KEY_V | KEY_PBMTE | KEY_G_PBMTE) };
}

/* Neighbouring pages, ASIDs and VMIDs have places of their own. */
static unsigned place_of(const TimedWalkKey *key)
{
    return (unsigned)(key->page + (key->atp >> 44) * 67 + (key->hgatp >> 44) * 131) % TIMED_WALKS;
}

static bool is_same(const TimedWalk *walk)
{
    for (unsigned i = 0; i < walk->n; i++)
        if (*walk->steps[i].host != walk->steps[i].pte)
            return false;
    return walk->n;
}

TimedWalk *timed_walks_find(Mmu *mmu, const BankKey *key, Gva va, bool *known)
{
    if (UNLIKELY(!mmu->timed_walks))
        mmu->timed_walks = g_new0(TimedWalks, 1);
    const TimedWalkKey wanted = key_of(mmu, key, va);
    TimedWalk *walk = &mmu->timed_walks->walks[place_of(&wanted)];
    *known = !memcmp(&walk->key, &wanted, sizeof wanted) && is_same(walk);
    return walk;
}

uint64_t timed_walk_leaves(const WalkResult *r)
{
    uint64_t leaves[2] = { 0, 0 };
    for (unsigned i = 0; i < r->n_steps; i++)
        if (!r->steps[i].implicit)
            leaves[r->steps[i].stage] = BIT(i);
    return leaves[0] | leaves[1];
}

void timed_walks_keep(Mmu *mmu, TimedWalk *walk, const BankKey *key, Gva va, const WalkResult *r)
{
    uint64_t leaves = timed_walk_leaves(r);
    walk->key = key_of(mmu, key, va);
    walk->gpa = r->gpa.v & ~(uint64_t)PAGE_OFFSET;
    walk->shift = MIN(r->s_shift, r->g_shift);
    walk->global = r->perms & PTE_G;
    walk->n = r->n_steps <= TIMED_WALK_STEPS ? (uint8_t)r->n_steps : 0;
    for (unsigned i = 0; i < walk->n; i++) {
        const uint64_t *host = (const uint64_t *)bus_ram_at(mmu->bus, r->steps[i].at);
        walk->steps[i] = (TimedStep){ host, *host, r->steps[i].at, leaves >> i & 1 };
    }
}
