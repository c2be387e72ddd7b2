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

static MmuSpace space_of(const Mmu *mmu, unsigned priv, bool guest)
{
    const bool has_cat = cat_is_on(mmu->cat) && priv == PRIV_U && !guest;
    return (MmuSpace){ .guest = guest,
                       .is_physical = priv == PRIV_M,
                       .has_cat = has_cat,
                       .cat_vm = has_cat ? (uint8_t)cat_vm(mmu->cat) : 0,
                       .atp = guest ? mmu->vsatp : mmu->satp,
                       .hgatp = mmu->hgatp };
}

MmuSpace mmu_data_space(const Mmu *mmu)
{
    return space_of(mmu, mmu->data_priv, mmu->data_v);
}

MmuSpace mmu_fetch_space(const Mmu *mmu)
{
    return space_of(mmu, mmu->priv, mmu->v);
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
    if (space->has_cat)
        ask_cat(mmu, &request, space->cat_vm);
    else if (!space->is_physical)
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
    if (space->has_cat && user)
        ask_cat(mmu, request, space->cat_vm);
    else if (!space->is_physical)
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
