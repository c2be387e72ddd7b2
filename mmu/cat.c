/* SPDX-License-Identifier: MIT */
/* cat.c - translation by associative memory, and its registers; see cat.h. */
#include "mmu/cat.h"

#include "mmu/ask.h"
#include "mmu/context.h"
#include "mmu/mmu.h"
#include "mmu/pte.h"

int cat_find(const Cat *cat, unsigned vm, uint64_t va)
{
    const uint64_t wanted = CAT_VALID | vm << 4 | va >> PAGE_SHIFT << 8;
    for (unsigned i = 0; va < CAT_SIZE && i < CAT_FRAMES; i++)
        if ((cat->frame[i] & CAT_MAPPING) == wanted)
            return (int)i;
    return -1;
}

void walk_cat(const WalkRequest *request, WalkResult *result)
{
    const uint64_t va = request->va.v;
    int frame = cat_find(request->cat, (unsigned)request->s.root, va);
    if (frame < 0) {
        result->status = WALK_PAGE_FAULT;
        result->why = va < CAT_SIZE ? WHY_NO_FRAME : WHY_BEYOND;
        return;
    }
    result->spa = cat_address(request->cat, (unsigned)frame, va);
    result->gpa = (Gpa){ result->spa.v };
    result->perms = PTE_R | PTE_W | PTE_X | PTE_U | PTE_D;
    result->g_perms = PTE_R | PTE_W | PTE_X | PTE_D;
    result->s_shift = PAGE_SHIFT;
    result->g_shift = 63;
}

/* Contexts that the registers translate for ask them anew. */
static void forget_paths(Mmu *mmu)
{
    for (unsigned i = 0; i < MMU_BANKS && mmu->banks[i]; i++)
        if (mmu->banks[i]->key.space == SPACE_CAT)
            bank_clear(mmu->banks[i]);
    mmu->refetch = true;
}

/* Where the log of an access keeps bits of register `frame`: at no address that there is. */
static Spa log_address(unsigned frame)
{
    return (Spa){ UINT64_MAX - frame };
}

bool cat_take_back(Mmu *mmu)
{
    AdLog *log = &mmu->log;
    if (!log->n_updates || log->updates[0].at.v <= UINT64_MAX - CAT_FRAMES)
        return false;
    while (log->n_updates--)
        mmu->cat->frame[UINT64_MAX - log->updates[log->n_updates].at.v] &=
            ~log->updates[log->n_updates].set;
    log->n_updates = 0;
    forget_paths(mmu);
    return true;
}

bool cat_translate(Mmu *mmu, const BankKey *key, Gva va, Access access, Spa *spa)
{
    const unsigned vm = key_cat_vm(key);
    int frame = cat_find(mmu->cat, vm, va.v);
    if (frame < 0) {
        TRACE(mmu->trace, cat_miss, mmu->hart, vm, va.v >> PAGE_SHIFT, access);
        return false;
    }
    const uint64_t set =
        (CAT_USE | (access == ACCESS_WRITE ? CAT_CHANGE : 0)) & ~mmu->cat->frame[frame];
    if (set) {
        mmu->cat->frame[frame] |= set;
        ad_log_update(&mmu->log, log_address((unsigned)frame), set);
    }
    *spa = cat_address(mmu->cat, (unsigned)frame, va.v);
    return true;
}

/* Registers. */

void mmu_write_cat(Mmu *mmu, unsigned frame, uint64_t value)
{
    const uint64_t old = mmu->cat->frame[frame];
    value &= CAT_MAPPING | CAT_USE | CAT_CHANGE | CAT_LOCK;
    mmu->cat->frame[frame] = value;
    forget_paths(mmu);
    if (!((value ^ old) & CAT_MAPPING))
        return;
    if (old & CAT_VALID)
        TRACE(mmu->trace, cat_unload, mmu->hart, frame, bits(old, 7, 4), bits(old, 13, 8));
    if (value & CAT_VALID)
        TRACE(mmu->trace, cat_load, mmu->hart, frame, bits(value, 7, 4), bits(value, 13, 8), old);
}

void mmu_write_catctl(Mmu *mmu, uint64_t value)
{
    mmu->cat->ctl = value & (CAT_ENABLE | CAT_VM);
    mmu_context_changed(mmu);
}

void mmu_write_catbase(Mmu *mmu, uint64_t value)
{
    mmu->cat->base = value & CAT_BASE;
    forget_paths(mmu);
}
