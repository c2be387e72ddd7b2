/* SPDX-License-Identifier: MIT */
/*
 * context.c - the context of translations, and the banks that are selected by it; see context.h.
 *
 * Read from the top: banks, then the Mmu's life, then from the registers to a key and from a key to a bank, then what
 * empties banks.
 */
#include "mmu/context.h"

#include <string.h>

#include "emu/base/mutant.h"
#include "mmu/pte.h"
#include "mmu/timed.h"
#include "mmu/watch.h"

void bank_clear(Bank *bank)
{
    bool all_tlb = bank->n_tlb > BANK_USED, all_fetch = bank->n_fetch > BANK_USED;
    for (unsigned i = 0; i < (all_tlb ? (unsigned)BANK_TLB : bank->n_tlb); i++)
        tlb_entry_clear(&bank->tlb[all_tlb ? i : bank->used_tlb[i]]);
    for (unsigned i = 0; i < (all_fetch ? (unsigned)BANK_FETCH : bank->n_fetch); i++)
        bank->fetch[all_fetch ? i : bank->used_fetch[i]].tag = TAG_NONE;
    bank->n_tlb = bank->n_fetch = 0;
}

/* A bank whose memory says nothing yet. */
static Bank *new_bank(void)
{
    Bank *bank = g_aligned_alloc0(1, sizeof(Bank), 64);
    bank->n_tlb = bank->n_fetch = BANK_USED + 1;
    return bank;
}

void mmu_init(Mmu *mmu, unsigned hart, Bus *bus, Trace *trace)
{
    *mmu = (Mmu){ .hart = hart, .bus = bus, .trace = trace, .reservation = RESERVATION_NONE };
    mmu->store = g_new0(Store, 1); /* no use is as good as empty */
    mmu->memo = g_new0(Memo, 1);
}

void mmu_free(Mmu *mmu)
{
    for (unsigned i = 0; i < MMU_BANKS; i++)
        g_aligned_free(mmu->banks[i]);
    g_free(mmu->store);
    g_free(mmu->memo);
    g_free(mmu->cat);
    stale_free(mmu->stale);
    g_free(mmu->use);
    g_free(mmu->fault_walks);
    g_free(mmu->timed_walks);
}

void context_void_banks(Mmu *mmu)
{
    mmu->regimes[0].valid = mmu->regimes[1].valid = false;
    for (unsigned i = 0; i < MMU_BANKS; i++)
        if (mmu->banks[i])
            mmu->banks[i]->key = (BankKey){ .flags = KEY_NEVER };
}

void mmu_reset(Mmu *mmu)
{
    store_flush(mmu->store);
    mmu->reservation = RESERVATION_NONE;
    mmu_loaded(mmu);
}

void mmu_loaded(Mmu *mmu)
{
    pmp_update(&mmu->pmp);
    ad_log_begin(&mmu->log);
    context_void_banks(mmu);
    if (mmu->stale)
        stale_loaded(mmu->stale);
    /* What was fetched and seen last is what was loaded. */
    uint64_t fetched = mmu->fetched, seen_page = mmu->seen_page;
    mmu_context_changed(mmu);
    mmu->fetched = fetched;
    mmu->seen_page = seen_page;
}

/* What the translations of a context are filed under. A stage that is Bare has no ASID. */
static StoreTag tag_of(bool guest, uint64_t atp, uint64_t hgatp)
{
    StoreTag tag = { .regime = guest, .mode = (uint8_t)bits(atp, 63, 60) };
    if (tag.mode != ATP_BARE && !BROKEN(space_asid))
        tag.asid = (uint16_t)bits(atp, 59, 44);
    if (guest) {
        tag.g_mode = (uint8_t)bits(hgatp, 63, 60);
        tag.vmid = BROKEN(space_vmid) ? 0 : (uint16_t)bits(hgatp, 57, 44);
    }
    return tag;
}

int mmu_find_space(const Mmu *mmu, const MmuSpace *space)
{
    if (space->has_cat)
        return -1;
    const StoreTag tag = tag_of(space->guest, space->is_physical ? 0 : space->atp, space->hgatp);
    return store_find_space(mmu->store, &tag);
}

const StoreEntry *mmu_remembered(const Mmu *mmu, const MmuSpace *space, Gva va)
{
    int found = mmu_find_space(mmu, space);
    return found < 0 ? NULL : store_find(mmu->store, (unsigned)found, va.v);
}

/* With associative memory the first regime is never `valid`, so that its questions come here. Of U-mode it is asked, and
 * satp is not looked at. */
static __attribute__((noinline)) unsigned find_space(Mmu *mmu, unsigned priv, bool guest)
{
    const bool has_cat = !guest && cat_is_on(mmu->cat);
    if (has_cat && (priv == PRIV_U || !(mmu->satp >> 60)))
        return priv == PRIV_U ? SPACE_CAT : SPACE_BARE;
    StoreTag tag = tag_of(guest, guest ? mmu->vsatp : mmu->satp, mmu->hgatp);
    mmu->regimes[guest].space = (uint8_t)store_space(mmu->store, &tag);
    mmu->regimes[guest].flushes = mmu->store->flushes;
    mmu->regimes[guest].valid = !has_cat;
    return mmu->regimes[guest].space;
}

static inline unsigned space_of(Mmu *mmu, unsigned priv, bool guest)
{
    if (priv == PRIV_M || !mmu->regimes[guest].translates)
        return SPACE_BARE;
    if (UNLIKELY(!mmu->regimes[guest].valid || mmu->regimes[guest].flushes != mmu->store->flushes))
        return find_space(mmu, priv, guest);
    return mmu->regimes[guest].space;
}

/* What the registers say of a regime. HS's MXR is for both stages, the guest's for its own: norm:sstatus_mxr_vm,
 * norm:vsstatus_mxr_vm, norm:hlsv_sstatus_mxr, norm:hlsv_vsstatus_mxr */
static void update_regimes(Mmu *mmu)
{
    const uint64_t tags[] = { mmu->satp >> 44, mmu->vsatp >> 44 << 20 | mmu->hgatp >> 44 };
    for (unsigned i = 0; i < 2; i++) {
        mmu->regimes[i].valid = mmu->regimes[i].valid && mmu->regimes[i].tag == tags[i];
        mmu->regimes[i].tag = tags[i];
    }
    mmu->regimes[0].translates = mmu->satp >> 60;
    mmu->regimes[1].translates = (mmu->vsatp | mmu->hgatp) >> 60;
    mmu->regimes[0].flags = (uint16_t)(mmu->sum * KEY_SUM | mmu->mxr * KEY_MXR |
                                       mmu->adue * KEY_ADUE | mmu->pbmte * KEY_PBMTE);
    mmu->regimes[1].flags =
        (uint16_t)(mmu->vsum * KEY_SUM |
                   (mmu->vmxr || (mmu->mxr && !BROKEN(mxr_of_host))) * KEY_MXR |
                   mmu->vadue * KEY_ADUE | mmu->vpbmte * KEY_PBMTE |
                   (mmu->mxr || (BROKEN(mxr_of_guest) && mmu->vmxr)) * KEY_G_MXR |
                   mmu->adue * KEY_G_ADUE | mmu->pbmte * KEY_G_PBMTE);
    if (UNLIKELY(cat_is_on(mmu->cat))) {
        mmu->regimes[0].translates = true;
        mmu->regimes[0].valid = false;
        mmu->regimes[0].flags |= (uint16_t)(cat_vm(mmu->cat) << KEY_CAT_VM);
    }
}

/* The one place that says what a context is. */
static inline BankKey make_key(Mmu *mmu, unsigned priv, bool guest, bool execute)
{
    unsigned space = space_of(mmu, priv, guest);
    unsigned flags = space == SPACE_BARE ? 0 : mmu->regimes[guest].flags;
    return (BankKey){ .pmp_epoch = mmu->pmp.epoch,
                      .mode = (uint8_t)(priv | mmu->pmlen << 2),
                      .space = (uint8_t)space,
                      .flags = (uint16_t)(flags | (guest ? KEY_V : 0) |
                                          (execute ? KEY_EXECUTE_AS_READ : 0)) };
}

/* The bank that was selected longest ago, or a new one. */
static Bank *recycle_bank(Mmu *mmu, const BankKey *key)
{
    Bank *oldest = NULL;
    for (unsigned i = 0; i < MMU_BANKS; i++) {
        Bank *bank = mmu->banks[i];
        if (!bank) {
            oldest = mmu->banks[i] = new_bank();
            break;
        }
        if (bank != mmu->data && bank != mmu->fetch && (!oldest || bank->stamp < oldest->stamp))
            oldest = bank;
    }
    oldest->key = *key;
    oldest->generation = context_generation(mmu, key);
    bank_clear(oldest);
    return oldest;
}

static bool same_key(const BankKey *a, const BankKey *b)
{
    uint64_t x, y;
    _Static_assert(sizeof *a == sizeof x, "a key is compared as one word");
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x == y;
}

static Bank *find_bank(Mmu *mmu, const BankKey *key)
{
    for (unsigned i = 0; i < MMU_BANKS && mmu->banks[i]; i++)
        if (same_key(&mmu->banks[i]->key, key))
            return mmu->banks[i];
    return recycle_bank(mmu, key);
}

Bank *context_select(Mmu *mmu, unsigned priv, bool guest, bool execute)
{
    BankKey key = make_key(mmu, priv, guest, execute);
    Bank **recent = &mmu->recent[priv + (execute ? 6 : guest ? 4 : 0)];
    Bank *bank = *recent;
    if (!bank || !same_key(&bank->key, &key))
        bank = *recent = find_bank(mmu, &key);
    if (bank->generation != context_generation(mmu, &key)) {
        bank->generation = context_generation(mmu, &key);
        bank_clear(bank);
    }
    bank->stamp = ++mmu->stamp;
    return bank;
}

void mmu_mode_changed(Mmu *mmu)
{
    bool same = mmu->data_priv == mmu->priv && mmu->data_v == mmu->v && !mmu->data_execute;
    mmu->refetch = true;
    if (UNLIKELY(mmu->timing != NULL))
        timed_who(mmu);
    mmu->fetch = context_select(mmu, mmu->priv, mmu->v, false);
    mmu->data =
        same ? mmu->fetch : context_select(mmu, mmu->data_priv, mmu->data_v, mmu->data_execute);
}

void mmu_context_changed(Mmu *mmu)
{
    update_regimes(mmu);
    if (UNLIKELY(mmu->stale))
        watch_registers(mmu);
    mmu_mode_changed(mmu);
}

/* What empties banks. */

void context_new_epoch(Mmu *mmu)
{
    for (unsigned i = 0; i < MMU_BANKS && mmu->banks[i]; i++)
        bank_clear(mmu->banks[i]);
    mmu->refetch = true;
}

static void forget_line(Bank *bank, uint64_t va)
{
    tlb_entry_clear(bank_entry(bank, va));
    bank_fetch_entry(bank, va)->tag = TAG_NONE;
}

/* Banks whose generation is not the space's are empty anyhow; the selected ones must be emptied now. */
void context_entry_died(void *opaque, unsigned space, uint64_t va)
{
    Mmu *mmu = opaque;
    for (unsigned i = 0; i < MMU_BANKS && mmu->banks[i]; i++)
        if (mmu->banks[i]->key.space == space)
            forget_line(mmu->banks[i], va);
}

void context_refresh(Mmu *mmu)
{
    Bank *banks[] = { mmu->data, mmu->fetch };
    for (unsigned i = 0; i < 2; i++) {
        uint32_t generation = context_generation(mmu, &banks[i]->key);
        if (banks[i]->generation == generation)
            continue;
        banks[i]->generation = generation;
        bank_clear(banks[i]);
        mmu->refetch = true;
    }
}

void mmu_drop_write_paths(Mmu *mmu, Spa page)
{
    for (unsigned i = 0; i < MMU_BANKS && mmu->banks[i]; i++)
        for (TlbEntry *entry = mmu->banks[i]->tlb; entry < mmu->banks[i]->tlb + BANK_TLB; entry++)
            if (entry->spa == page.v)
                entry->write_tag = TAG_NONE;
}

void mmu_drop_all_write_paths(Mmu *mmu)
{
    for (unsigned i = 0; i < MMU_BANKS && mmu->banks[i]; i++)
        for (TlbEntry *entry = mmu->banks[i]->tlb; entry < mmu->banks[i]->tlb + BANK_TLB; entry++)
            entry->write_tag = TAG_NONE;
}
