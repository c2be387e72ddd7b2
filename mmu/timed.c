/* SPDX-License-Identifier: MIT */
/* timed.c - a hart's accesses, told to the model of the shared machine; see timed.h. */
#include "mmu/timed.h"

#include "mmu/ask.h"
#include "mmu/context.h"
#include "mmu/timed_walks.h"
#include "mmu/watch.h"

static void count_walk(Mmu *mmu, Access access, unsigned steps)
{
    mmu->counts.walks[access]++;
    mmu->counts.pte_reads += steps;
}

/* Charges a walk as it would be now. False: it ends in a fault. */
static bool charge_walk(Mmu *mmu, const BankKey *key, Gva va, Access access, WalkResult *result)
{
    WalkRequest request = ask_all(mmu, key, va, access);
    mmu_look(mmu, &request, result);
    uint64_t leaves = timed_walk_leaves(result);
    count_walk(mmu, access, result->n_steps);
    for (unsigned i = 0; i < result->n_steps; i++)
        timing_walk(mmu->timing, result->steps[i].at, false, leaves >> i & 1);
    return result->status == WALK_OK;
}

void timed_walk(Mmu *mmu, const BankKey *key, Gva va, Access access)
{
    WalkResult result;
    (void)charge_walk(mmu, key, va, access, &result);
}

/* The same of a walk that was charged before. */
static void charge_again(Mmu *mmu, const TimedWalk *walk, Access access)
{
    count_walk(mmu, access, walk->n);
    for (unsigned i = 0; i < walk->n; i++)
        timing_walk(mmu->timing, walk->steps[i].at, false, walk->steps[i].leaf);
}

/* A walk that fails although the access was allowed finds tables changed without a fence: hardware would not walk. */
static void refill(Mmu *mmu, const BankKey *key, Gva va, Access access, TlbSpace space)
{
    bool known, fetch = access == ACCESS_FETCH;
    WalkResult r;
    TimedWalk *walk = timed_walks_find(mmu, key, va, &known);
    if (known) {
        charge_again(mmu, walk, access);
    } else if (charge_walk(mmu, key, va, access, &r)) {
        timed_walks_keep(mmu, walk, key, va, &r);
    } else {
        timing_tlb_fill(mmu->timing, fetch, va.v, (Gpa){ va.v }, PAGE_SHIFT, space, false);
        return;
    }
    timing_tlb_fill(mmu->timing, fetch, va.v, (Gpa){ walk->gpa }, walk->shift, space, walk->global);
}

static void look_up(Mmu *mmu, const BankKey *key, Gva va, Access access)
{
    if (key->space >= SPACE_CAT) /* no tables: registers are compared all at once */
        return;
    const StoreTag *tag = &mmu->store->spaces[key->space].tag;
    TlbSpace space = tlb_space(tag->regime, tag->vmid, tag->asid);
    if (!timing_tlb(mmu->timing, access == ACCESS_FETCH, va.v, space))
        refill(mmu, key, va, access, space);
}

/* The page of an access is looked up in the modelled TLB. */
static void see_page(Mmu *mmu, Gva va, Access access)
{
    if (va.v >> PAGE_SHIFT == mmu->seen_page)
        return;
    look_up(mmu, &mmu->data->key, va, access);
    mmu->seen_page = va.v >> PAGE_SHIFT;
}

/* Is it memory, which caches are for? */
static bool is_memory(Mmu *mmu, Spa spa, unsigned size)
{
    if (LIKELY(bus_is_ram(mmu->bus, spa, size)))
        return true;
    const BusRegion *region = bus_find(mmu->bus, spa);
    return region && region->rom;
}

void timed_data(Mmu *mmu, Gva va, Spa spa, unsigned size, Access access)
{
    see_page(mmu, va, access);
    if (is_memory(mmu, spa, size))
        timing_data(mmu->timing, spa, size, access == ACCESS_WRITE);
    else
        mmu->timing->stall += mmu->timing->timing->config.profile.mmio_cycles;
}

void timed_atomic(Mmu *mmu, Gva va, Spa spa, unsigned size, Access access)
{
    timed_data(mmu, va, spa, size, ACCESS_READ);
    if (access == ACCESS_WRITE)
        timed_data(mmu, va, spa, size, ACCESS_WRITE);
}

void timed_block(Mmu *mmu, Gva va, Spa spa, unsigned size, Access access)
{
    see_page(mmu, va, access);
    if (access == ACCESS_WRITE && bus_is_ram(mmu->bus, spa, size))
        timing_data(mmu->timing, spa, size, true);
}

void timed_fetch(Mmu *mmu, Gva va, Spa spa)
{
    uint64_t line = va.v >> mmu->timing->line_shift;
    if (mmu->fetched == line)
        return;
    look_up(mmu, &mmu->fetch->key, va, ACCESS_FETCH);
    timing_fetch(mmu->timing, spa);
    mmu->fetched = line;
}

void timed_fence(Mmu *mmu, const StoreFence *fence)
{
    TlbFence covered = { .guest = fence->regime,
                         .any_vmid = fence->any_vmid,
                         .g_stage = fence->is_g,
                         .any_address = fence->any_va,
                         .any_asid = fence->any_asid,
                         .vmid = fence->vmid,
                         .asid = fence->asid,
                         .address = fence->va };
    timing_tlb_fence(mmu->timing, &covered);
    mmu->seen_page = mmu->fetched = TIMED_NONE;
}

void timed_fence_i(Mmu *mmu)
{
    timing_fence_i(mmu->timing);
    mmu->fetched = TIMED_NONE;
}

void timed_who(Mmu *mmu)
{
    mmu->seen_page = mmu->fetched = TIMED_NONE;
    timing_hart_who(mmu->timing, mmu->v, (unsigned)bits(mmu->hgatp, 57, 44));
}
