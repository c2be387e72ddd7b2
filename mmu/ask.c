/* SPDX-License-Identifier: MIT */
/* ask.c - what the walks of a hart are asked, and what they see of memory; see ask.h. */
#include "mmu/ask.h"

#include <string.h>

#include "mmu/pte.h"
#include "mmu/timing/timing.h"

/* Implicit accesses to page tables count as S-mode accesses. norm:pmp_check_pagetable_access, norm:H_pmp */
static bool read_pte(void *opaque, Spa at, uint64_t *pte)
{
    Mmu *mmu = opaque;
    if (!bus_is_ram(mmu->bus, at, 8) || !pmp_allows(&mmu->pmp, at, 8, ACCESS_READ, PRIV_S))
        return false;
    memcpy(pte, bus_ram_at(mmu->bus, at), 8);
    return true;
}

static bool update_pte(void *opaque, Spa at, uint64_t set, uint64_t *pte)
{
    Mmu *mmu = opaque;
    if (!bus_is_ram(mmu->bus, at, 8) || !pmp_allows(&mmu->pmp, at, 8, ACCESS_WRITE, PRIV_S))
        return false;
    memcpy(pte, bus_ram_at(mmu->bus, at), 8);
    ad_log_update(&mmu->log, at, set & ~*pte);
    *pte |= set;
    if (UNLIKELY(mmu->timing != NULL))
        timing_walk(mmu->timing, at, true, true);
    return bus_write(mmu->bus, at, 8, *pte, requester_hart(mmu->hart));
}

static bool recall_walk(void *opaque, Gpa gpa, WalkLeaf *leaf)
{
    Mmu *mmu = opaque;
    return memo_recall(mmu->memo, gpa, leaf);
}

static const uint8_t *host_of_pte(void *opaque, Spa at)
{
    Mmu *mmu = opaque;
    return bus_ram_at(mmu->bus, at);
}

static void learn_walk(void *opaque, Gpa gpa, const WalkStep *steps, unsigned count)
{
    Mmu *mmu = opaque;
    memo_learn(mmu->memo, gpa, steps, count, host_of_pte, mmu);
}

static bool recall_table(void *opaque, bool is_g, uint64_t address, WalkTable *table)
{
    Mmu *mmu = opaque;
    return memo_recall_table(mmu->memo, is_g, address, table);
}

static void learn_table(void *opaque, bool is_g, uint64_t address, const WalkTable *table,
                        const WalkStep *steps, unsigned count)
{
    Mmu *mmu = opaque;
    memo_learn_table(mmu->memo, is_g, address, table, steps, count, host_of_pte, mmu);
}

WalkMemory ask_memory(Mmu *mmu, const BankKey *key, bool watched)
{
    Memo *memo = mmu->memo;
    bool guest = key->flags & KEY_V;
    if (watched)
        return (WalkMemory){ .read = read_pte, .update = update_pte, .opaque = mmu };
    memo->context = (MemoContext){ guest ? mmu->hgatp : 0, mmu->pmp.epoch,
                                   key->flags & (KEY_G_ADUE | KEY_G_PBMTE) };
    memo->first =
        (MemoFirst){ guest ? mmu->vsatp : mmu->satp, key->flags & (KEY_V | KEY_ADUE | KEY_PBMTE) };
    return (WalkMemory){ read_pte,     update_pte,  recall_walk, learn_walk,
                         recall_table, learn_table, mmu };
}

static bool refuse_update(void *opaque, Spa at, uint64_t set, uint64_t *pte)
{
    (void)opaque, (void)at;
    *pte |= set;
    return true;
}

WalkMemory ask_look(Mmu *mmu)
{
    return (WalkMemory){ .read = read_pte, .update = refuse_update, .opaque = mmu };
}

WalkStage ask_stage(const Mmu *mmu, uint64_t atp, bool hardware_ad, bool pbmt)
{
    return (WalkStage){ .mode = (uint8_t)bits(atp, 63, 60),
                        .hardware_ad = hardware_ad,
                        .pbmt = pbmt,
                        .napot = mmu->napot,
                        .rsw60 = mmu->rsw60,
                        .root = bits(atp, 43, 0) << PAGE_SHIFT };
}

void ask_cat(const Mmu *mmu, WalkRequest *request, unsigned vm)
{
    request->s = (WalkStage){ .mode = ATP_CAT, .root = vm };
    request->cat = mmu->cat;
}

void ask_of_walk(const Mmu *mmu, WalkRequest *request, const BankKey *key)
{
    bool guest = key->flags & KEY_V;
    request->by = requester_hart(mmu->hart);
    request->s = request->g = (WalkStage){ .mode = ATP_BARE };
    if (key->space == SPACE_CAT) {
        ask_cat(mmu, request, key_cat_vm(key));
        return;
    }
    if (key->space == SPACE_BARE)
        return;
    request->s = ask_stage(mmu, guest ? mmu->vsatp : mmu->satp, key->flags & KEY_ADUE,
                           key->flags & KEY_PBMTE);
    if (guest)
        request->g = ask_stage(mmu, mmu->hgatp, key->flags & KEY_G_ADUE, key->flags & KEY_G_PBMTE);
}

WalkRequest ask_all(const Mmu *mmu, const BankKey *key, Gva va, Access access)
{
    WalkRequest request;
    ask(&request, key, va, access);
    ask_of_walk(mmu, &request, key);
    return request;
}
