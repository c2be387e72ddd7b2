/* SPDX-License-Identifier: MIT */
/* timed.c - a hart's accesses, told to the model of the shared machine; see timed.h. */
#include "mmu/timed.h"

#include "mmu/ask.h"
#include "mmu/context.h"
#include "mmu/pte.h"
#include "mmu/watch.h"

/* The entries that walks of either stage end at, for the access itself: steps[n] with n in the result. */
static void find_leaves(const WalkResult *r, unsigned leaves[2])
{
    leaves[0] = leaves[1] = WALK_MAX_STEPS;
    for (unsigned i = 0; i < r->n_steps; i++)
        if (!r->steps[i].implicit)
            leaves[r->steps[i].stage] = i;
}

/* Charges a walk as it would be now. False: it ends in a fault. */
static bool charge_walk(Mmu *mmu, const BankKey *key, Gva va, Access access, WalkResult *result)
{
    unsigned leaves[2];
    WalkRequest request = ask_all(mmu, key, va, access);
    mmu_look(mmu, &request, result);
    mmu->counts.walks[access]++;
    mmu->counts.pte_reads += result->n_steps;
    find_leaves(result, leaves);
    for (unsigned i = 0; i < result->n_steps; i++)
        timing_walk(mmu->timing, result->steps[i].at, false, i == leaves[0] || i == leaves[1]);
    return result->status == WALK_OK;
}

void timed_walk(Mmu *mmu, const BankKey *key, Gva va, Access access)
{
    WalkResult result;
    (void)charge_walk(mmu, key, va, access, &result);
}

/* A walk that fails although the access was allowed finds tables changed without a fence: hardware would not walk. */
static void refill(Mmu *mmu, const BankKey *key, Gva va, Access access, TlbSpace space)
{
    WalkResult r;
    bool found = charge_walk(mmu, key, va, access, &r);
    unsigned shift = found ? MIN(r.s_shift, r.g_shift) : PAGE_SHIFT;
    timing_tlb_fill(mmu->timing, access == ACCESS_FETCH, va.v, found ? r.gpa : (Gpa){ va.v }, shift,
                    space, found && r.perms & PTE_G);
}

static void look_up(Mmu *mmu, const BankKey *key, Gva va, Access access)
{
    if (key->space == SPACE_BARE)
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
