/* SPDX-License-Identifier: MIT */
/* look.c - translations for who only looks: nothing is filled or changed; see mmu.h. */
#include "mmu/ask.h"
#include "mmu/pte.h"
#include "mmu/watch.h"

void mmu_look(Mmu *mmu, WalkRequest *request, WalkResult *result)
{
    const WalkMemory memory = ask_look(mmu);
    request->s.hardware_ad = request->g.hardware_ad = true;
    walk(request, &memory, result);
}

MmuSpace mmu_data_space(const Mmu *mmu)
{
    return (MmuSpace){ .guest = mmu->data_v,
                       .is_physical = mmu->data_priv == PRIV_M,
                       .atp = mmu->data_v ? mmu->vsatp : mmu->satp,
                       .hgatp = mmu->hgatp };
}

/* As S-mode that may read whatever is mapped. */
bool mmu_peek_space(Mmu *mmu, const MmuSpace *space, Gva va, WalkResult *result)
{
    WalkRequest request = { .va = va,
                            .access = ACCESS_READ,
                            .sum = true,
                            .mxr = true,
                            .g_mxr = true,
                            .by = requester_hart(mmu->hart),
                            .s.mode = ATP_BARE,
                            .g.mode = ATP_BARE };
    if (!space->is_physical)
        request.s = ask_stage(mmu, space->atp, true, space->guest ? mmu->vpbmte : mmu->pbmte);
    if (space->guest)
        request.g = ask_stage(mmu, space->hgatp, true, mmu->pbmte);
    mmu_look(mmu, &request, result);
    return result->status == WALK_OK;
}

void mmu_probe(Mmu *mmu, const MmuSpace *space, Gva va, Access access, bool user,
               WalkRequest *request, WalkResult *result)
{
    const WalkMemory memory = ask_look(mmu);
    const bool guest = space->guest;
    *request = (WalkRequest){ .va = va,
                              .access = access,
                              .user = user,
                              .sum = guest ? mmu->vsum : mmu->sum,
                              .mxr = mmu->mxr || (guest && mmu->vmxr),
                              .g_mxr = mmu->mxr,
                              .by = requester_hart(mmu->hart) };
    if (!space->is_physical)
        request->s = ask_stage(mmu, space->atp, guest ? mmu->vadue : mmu->adue,
                               guest ? mmu->vpbmte : mmu->pbmte);
    if (guest)
        request->g = ask_stage(mmu, space->hgatp, mmu->adue, mmu->pbmte);
    walk(request, &memory, result);
}

bool mmu_peek_fetch(Mmu *mmu, Gva va, WalkResult *result)
{
    WalkRequest request = ask_all(mmu, &mmu->fetch->key, va, ACCESS_FETCH);
    mmu_look(mmu, &request, result);
    return result->status == WALK_OK;
}

bool mmu_peek_translate(Mmu *mmu, Gva va, WalkResult *result)
{
    WalkRequest request = ask_all(mmu, &mmu->data->key, va, ACCESS_READ);
    request.sum = request.mxr = request.g_mxr = true;
    mmu_look(mmu, &request, result);
    if (result->status == WALK_OK)
        return true;
    request.access = ACCESS_FETCH;
    mmu_look(mmu, &request, result);
    return result->status == WALK_OK;
}
