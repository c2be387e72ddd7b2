/* SPDX-License-Identifier: MIT */
/* fence.c - fences of a hart: which translations they cover; see mmu.h. */
#include "emu/base/mutant.h"
#include "mmu/context.h"
#include "mmu/mmu.h"
#include "mmu/pte.h"
#include "mmu/timed.h"
#include "mmu/watch.h"

static unsigned apply_fence(Mmu *mmu, StoreFence *fence)
{
    fence->count = mmu->use ? watch_kills : NULL;
    if (UNLIKELY(mmu->timing != NULL))
        timed_fence(mmu, fence);
    unsigned killed = store_fence(mmu->store, fence, context_entry_died, mmu);
    context_refresh(mmu);
    mmu->refetch = true;
    return killed;
}

/* Does what `fence` says, for the instruction with that number in the event. */
static void do_fence(Mmu *mmu, unsigned insn, StoreFence *fence)
{
    uint64_t address = fence->any_va ? UINT64_MAX : fence->va;
    uint64_t asid = fence->is_g || fence->any_asid ? UINT64_MAX : fence->asid;
    uint64_t vmid = fence->any_vmid ? UINT64_MAX : fence->vmid;
    unsigned killed = apply_fence(mmu, fence);
    TRACE(mmu->trace, tlb_flush, mmu->hart, insn, fence->is_g ? UINT64_MAX : address,
          fence->is_g ? address : UINT64_MAX, asid, vmid, killed);
}

static void fence_first_stage(Mmu *mmu, unsigned insn, bool guest, StoreFence fence)
{
    fence.regime = guest;
    fence.vmid = guest && !BROKEN(vvma_vmid) ? (uint16_t)bits(mmu->hgatp, 57, 44) : 0;
    fence.any_vmid = BROKEN(vvma_everybody);
    do_fence(mmu, insn, &fence);
}

enum { INSN_SFENCE_VMA, INSN_HFENCE_VVMA, INSN_HFENCE_GVMA };

/* norm:sfence_vma_v0, norm:sfence_vma_v1 */
void mmu_sfence_vma(Mmu *mmu, bool any_va, Gva va, bool any_asid, uint16_t asid)
{
    StoreFence fence = { .any_va = any_va, .any_asid = any_asid, .va = va.v, .asid = asid };
    fence_first_stage(mmu, INSN_SFENCE_VMA, mmu->v && !BROKEN(sfence_host), fence);
}

void mmu_hfence_vvma(Mmu *mmu, bool any_va, Gva va, bool any_asid, uint16_t asid)
{
    StoreFence fence = { .any_va = any_va, .any_asid = any_asid, .va = va.v, .asid = asid };
    fence_first_stage(mmu, INSN_HFENCE_VVMA, true, fence);
}

void mmu_hfence_gvma(Mmu *mmu, bool any_gpa, Gpa gpa, bool any_vmid, uint16_t vmid)
{
    StoreFence fence = { .is_g = true,
                         .regime = 1,
                         .any_va = any_gpa,
                         .va = gpa.v,
                         .any_vmid = any_vmid,
                         .vmid = vmid };
    do_fence(mmu, INSN_HFENCE_GVMA, &fence);
}
