/* SPDX-License-Identifier: MIT */
/*
 * mmu.c - from a virtual address to a byte, for one hart; see mmu.h.
 *
 * Read from the top: what a walk is asked and what it sees, then translate(), then the accesses that use it, then
 * fences. Which bank an access looks at is decided in context.c.
 */
#include "mmu/mmu.h"

#include <string.h>

#include "emu/base/mutant.h"
#include "mmu/context.h"
#include "mmu/pte.h"
#include "mmu/watch.h"

/* Translation. */

void mmu_take_back(Mmu *mmu)
{
    AdLog *log = &mmu->log;
    if (LIKELY(!log->n_updates) || mmu->keeps_ad || BROKEN(ad_of_trapped))
        return;
    ad_log_undo(log, mmu->bus, requester_hart(mmu->hart));
    while (log->n_entries) {
        unsigned space = log->entries[--log->n_entries].space;
        uint64_t va = log->entries[log->n_entries].va;
        mmu->refetch = true;
        if (store_forget(mmu->store, space, va))
            context_refresh(mmu);
        else
            context_entry_died(mmu, space, va);
    }
}

/* Whatever ends an access comes here. */
static bool fault(Mmu *mmu, Gva va, Access access, uint64_t cause)
{
    const Bank *bank = access == ACCESS_FETCH ? mmu->fetch : mmu->data;
    mmu_take_back(mmu);
    mmu->fault = (Fault){ .cause = cause, .gva = va, .guest = bank->key.flags & KEY_V };
    if (BROKEN(gva_hlvx) && bank->key.flags & KEY_EXECUTE_AS_READ)
        mmu->fault.guest = false;
    return false;
}

static bool access_fault(Mmu *mmu, Gva va, Access access)
{
    static const uint8_t causes[] = { [ACCESS_READ] = CAUSE_LOAD_ACCESS,
                                      [ACCESS_WRITE] = CAUSE_STORE_ACCESS,
                                      [ACCESS_FETCH] = CAUSE_FETCH_ACCESS };
    return fault(mmu, va, access, causes[access]);
}

/* Takes down where the walk ended. */
static void note_walk(Mmu *mmu, const BankKey *key, const WalkRequest *q, const WalkResult *r)
{
    FaultWalk *walk = &mmu->fault_walks[++mmu->n_fault_walks % MMU_FAULT_WALKS];
    walk->guest = key->flags & KEY_V;
    walk->atp = walk->guest ? mmu->vsatp : mmu->satp;
    walk->hgatp = walk->guest ? mmu->hgatp : 0;
    walk_describe_end(q, r, &walk->end);
}

static bool walk_fault(Mmu *mmu, Gva va, Access access, const WalkResult *result)
{
    static const uint8_t page[] = { [ACCESS_READ] = CAUSE_LOAD_PAGE,
                                    [ACCESS_WRITE] = CAUSE_STORE_PAGE,
                                    [ACCESS_FETCH] = CAUSE_FETCH_PAGE };
    if (result->status == WALK_ACCESS_FAULT) {
        access_fault(mmu, va, BROKEN(pte_access_load) ? ACCESS_READ : access);
        mmu->fault.walked = true;
        return false;
    }
    if (BROKEN(implicit_is_load) && result->implicit)
        access = ACCESS_READ;
    bool guest = result->status == WALK_GUEST_PAGE_FAULT;
    fault(mmu, va, access, page[access] + (guest ? CAUSE_LOAD_GUEST_PAGE - CAUSE_LOAD_PAGE : 0));
    mmu->fault.gpa = BROKEN(gpa_of_data) && result->implicit ? (Gpa){ va.v } : result->gpa;
    mmu->fault.implicit = result->implicit;
    mmu->fault.implicit_write = result->implicit_write;
    mmu->fault.why = result->why;
    mmu->fault.walked = true;
    if (guest && UNLIKELY(mmu->trace->on[TRACE_fault_g]))
        watch_guest_fault(mmu, access, result);
    return false;
}

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

/* Memory as walks of the hart for contexts of `key` see it. Who watches them gets every step. */
static WalkMemory hart_memory(Mmu *mmu, const BankKey *key, bool watched)
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

/* A debugger's look changes nothing. */
static bool refuse_update(void *opaque, Spa at, uint64_t set, uint64_t *pte)
{
    (void)opaque, (void)at;
    *pte |= set;
    return true;
}

/* One stage as `atp` and the bits of a key have it. */
static WalkStage make_stage(const Mmu *mmu, uint64_t atp, bool hardware_ad, bool pbmt)
{
    return (WalkStage){ .mode = (uint8_t)bits(atp, 63, 60),
                        .hardware_ad = hardware_ad,
                        .pbmt = pbmt,
                        .napot = mmu->napot,
                        .rsw60 = mmu->rsw60,
                        .root = bits(atp, 43, 0) << PAGE_SHIFT };
}

/* What permissions are judged by: all that a translation in the store needs. */
static inline void ask(WalkRequest *request, const BankKey *key, Gva va, Access access)
{
    request->va = va;
    request->access = access;
    request->user = key_priv(key) == PRIV_U;
    request->sum = key->flags & KEY_SUM;
    request->mxr = key->flags & KEY_MXR;
    request->g_mxr = key->flags & KEY_G_MXR;
    request->execute_as_read = key->flags & KEY_EXECUTE_AS_READ;
}

/* What a walk needs beside that. */
static void complete_request(const Mmu *mmu, WalkRequest *request, const BankKey *key)
{
    bool guest = key->flags & KEY_V;
    request->by = requester_hart(mmu->hart);
    request->s = request->g = (WalkStage){ .mode = ATP_BARE };
    if (key->space == SPACE_BARE)
        return;
    request->s = make_stage(mmu, guest ? mmu->vsatp : mmu->satp, key->flags & KEY_ADUE,
                            key->flags & KEY_PBMTE);
    if (guest)
        request->g = make_stage(mmu, mmu->hgatp, key->flags & KEY_G_ADUE, key->flags & KEY_G_PBMTE);
}

static WalkRequest make_request(const Mmu *mmu, const BankKey *key, Gva va, Access access)
{
    WalkRequest request;
    ask(&request, key, va, access);
    complete_request(mmu, &request, key);
    return request;
}

void mmu_look(Mmu *mmu, WalkRequest *request, WalkResult *result)
{
    WalkMemory memory = { .read = read_pte, .update = refuse_update, .opaque = mmu };
    request->s.hardware_ad = request->g.hardware_ad = true;
    walk(request, &memory, result);
}

/* Puts a walk's result into the store, in place of what is there for that page: `old`. */
static void remember(Mmu *mmu, unsigned space, Gva va, StoreEntry *old, const WalkResult *r)
{
    unsigned shift = MIN(r->s_shift, r->g_shift);
    uint64_t offset = va.v & (BIT(shift) - 1);
    StoreEntry entry = { .va = va.v - offset,
                         .spa = r->spa.v - offset,
                         .gpa = r->gpa.v - offset,
                         .shift = (uint8_t)shift,
                         .s_shift = r->s_shift,
                         .g_shift = r->g_shift,
                         .perms = r->perms,
                         .g_perms = r->g_perms };
    const StoreTag tag = mmu->store->spaces[space].tag;
    TRACE(mmu->trace, tlb_fill, mmu->hart, watch_walk_number(mmu), entry.va, entry.gpa, entry.spa,
          BIT(shift), tag.regime, tag.asid, tag.vmid, entry.perms | PTE_V);
    StoreAdded added = store_add(mmu->store, space, va.v, old, &entry);
    if (UNLIKELY(mmu->stale) && added != STORE_FLUSHED)
        stale_forget(mmu->stale, mmu->store, store_find(mmu->store, space, va.v));
    mmu->refetch |= added != STORE_NEW;
    if (added == STORE_FLUSHED) {
        mmu->log.n_entries = 0;
        space = store_space(mmu->store, &tag);
        context_void_banks(mmu);
        mmu_context_changed(mmu);
    } else if (added == STORE_REPLACED_LARGE) {
        context_refresh(mmu);
    } else if (added == STORE_REPLACED) {
        context_entry_died(mmu, space, va.v);
    }
    ad_log_entry(&mmu->log, space, va.v);
}

/* Translates for `*bank`, which changes when the store had to be emptied. */
static bool translate(Mmu *mmu, Bank **bank, Gva va, Access access, Spa *spa)
{
    const BankKey *key = &(*bank)->key;
    if (key->space == SPACE_BARE) {
        *spa = (Spa){ va.v };
        return true;
    }
    WalkRequest request;
    ask(&request, key, va, access);
    StoreEntry *entry = mmu->no_store ? NULL : store_find(mmu->store, key->space, va.v);
    if (entry && walk_allows(&request, entry->s_shift == 63, entry->perms, entry->g_perms)) {
        *spa = (Spa){ entry->spa + (va.v - entry->va) };
        if (watch_fences(mmu)) {
            complete_request(mmu, &request, key);
            watch_use(mmu, entry, &request);
        }
        return true;
    }
    complete_request(mmu, &request, key);
    WalkResult result;
    bool watched = watch_walks(mmu);
    WalkMemory memory = hart_memory(mmu, key, watched);
    bool is_fetch = *bank == mmu->fetch && access == ACCESS_FETCH;
    walk(&request, &memory, &result);
    mmu->counts.walks[access]++;
    mmu->counts.pte_reads += result.n_steps + result.n_recalled;
    if (UNLIKELY(watched))
        watch_walk(mmu, key->space, &request, &result);
    if (result.status != WALK_OK) {
        if (UNLIKELY(mmu->fault_walks))
            note_walk(mmu, key, &request, &result);
        return walk_fault(mmu, va, access, &result);
    }
    if (!mmu->no_store)
        remember(mmu, key->space, va, entry, &result);
    *bank = is_fetch ? mmu->fetch : mmu->data;
    *spa = result.spa;
    return true;
}

static uint64_t page_of(uint64_t address)
{
    return address & ~(uint64_t)PAGE_OFFSET;
}

/* Gives the bank a fast path to this page, as far as store, PMP and watchers allow. A write path only comes with a
 * store: until then D may be clear. */
static void fill_line(Mmu *mmu, Bank *bank, Gva va, Spa spa, Access access)
{
    bool uniform;
    Spa page = { page_of(spa.v) };
    uint8_t pmp = pmp_page(&mmu->pmp, page, key_priv(&bank->key), &uniform);
    bool forgets = mmu->no_store && bank->key.space != SPACE_BARE;
    if (!uniform || forgets || !bus_is_ram(mmu->bus, page, PAGE_SIZE))
        return;
    TlbEntry *entry = bank_entry(bank, va.v);
    uint64_t tag = page_of(va.v);
    if (entry->read_tag != tag && entry->write_tag != tag) {
        tlb_entry_clear(entry);
        bank_use(bank, tag);
    }
    entry->addend = (uintptr_t)bus_ram_at(mmu->bus, page) - tag;
    entry->spa = page.v;
    uint8_t *flags = bus_flags_at(mmu->bus, page);
    uint8_t readable = bank->key.flags & KEY_EXECUTE_AS_READ ? PMP_R | PMP_X : PMP_R;
    if (access == ACCESS_READ && (pmp & readable) == readable)
        entry->read_tag = tag;
    if (access == ACCESS_WRITE && pmp & PMP_W && !(*flags & PAGE_WATCHED)) {
        entry->write_tag = tag;
        *flags |= PAGE_WRITABLE | PAGE_TOUCHED;
    }
}

/* Part of an access, or all of it: see translate_data. */
static bool translate_part(Mmu *mmu, Gva va, unsigned size, Access access, Spa *spa)
{
    Bank *bank = mmu->data;
    if (!translate(mmu, &bank, va, access, spa))
        return false;
    unsigned priv = key_priv(&bank->key);
    bool also_fetch = bank->key.flags & KEY_EXECUTE_AS_READ;
    if (!pmp_allows(&mmu->pmp, *spa, size, access, priv) ||
        (also_fetch && !BROKEN(hlvx_pmp) && !pmp_allows(&mmu->pmp, *spa, size, ACCESS_FETCH, priv)))
        return access_fault(mmu, va, access);
    fill_line(mmu, bank, va, *spa, access);
    return true;
}

static bool translate_data(Mmu *mmu, Gva va, unsigned size, Access access, Spa *spa)
{
    ad_log_begin(&mmu->log);
    return translate_part(mmu, va, size, access, spa);
}

bool mmu_translate(Mmu *mmu, Gva va, unsigned size, Access access, Spa *spa)
{
    return translate_data(mmu, mmu_unmask(mmu, va), size, access, spa);
}

/* Loads and stores. */

/* Masking holds for every byte. norm:pm_misaligned_equivalence */
static Gva second_half(const Mmu *mmu, Gva va, unsigned first)
{
    return mmu_unmask(mmu, (Gva){ va.v + first });
}

/* The fault that is set, or else an access fault, is of the second part, `first` bytes on. norm:H_tinst_addr_offset,
 * norm:H_straddle, norm:mtval2_trapval_other, norm:mtval2_htval_virtaddr */
static bool fault_second(Mmu *mmu, unsigned first)
{
    mmu->fault.offset = (uint8_t)first;
    if (BROKEN(gpa_of_first))
        mmu->fault.gpa.v -= first;
    return false;
}

/* Is there anything to read, or memory to write? */
static bool reaches(const Mmu *mmu, Spa spa, unsigned size, Access access)
{
    return bus_is_ram(mmu->bus, spa, size) || (access == ACCESS_READ && bus_find(mmu->bus, spa));
}

/* Both halves of an access that crosses a page are translated before either is done. The first that fails decides,
 * whatever fails. */
static bool translate_halves(Mmu *mmu, Gva va, unsigned size, Access access, Spa spa[2],
                             unsigned *first)
{
    *first = PAGE_SIZE - (unsigned)(va.v & PAGE_OFFSET);
    if (BROKEN(parts_backwards) &&
        !translate_data(mmu, second_half(mmu, va, *first), size - *first, access, &spa[1]))
        return false;
    return translate_data(mmu, va, *first, access, &spa[0]) &&
           (reaches(mmu, spa[0], *first, access) || access_fault(mmu, va, access)) &&
           (translate_part(mmu, second_half(mmu, va, *first), size - *first, access, &spa[1]) ||
            fault_second(mmu, *first));
}

static bool access_fault_second(Mmu *mmu, Gva va, unsigned first, Access access)
{
    access_fault(mmu, second_half(mmu, va, first), access);
    return fault_second(mmu, first);
}

static bool load_crossing(Mmu *mmu, Gva va, unsigned size, uint64_t *value)
{
    unsigned first;
    Spa spa[2];
    uint8_t bytes[8] = { 0 };
    Requester by = requester_hart(mmu->hart);
    if (!translate_halves(mmu, va, size, ACCESS_READ, spa, &first))
        return false;
    if (!bus_read_bytes(mmu->bus, spa[0], bytes, first, by))
        return access_fault(mmu, va, ACCESS_READ);
    if (!bus_read_bytes(mmu->bus, spa[1], bytes + first, size - first, by))
        return access_fault_second(mmu, va, first, ACCESS_READ);
    memcpy(value, bytes, 8);
    return true;
}

static bool store_crossing(Mmu *mmu, Gva va, unsigned size, uint64_t value)
{
    unsigned first;
    Spa spa[2];
    uint8_t bytes[8];
    Requester by = requester_hart(mmu->hart);
    memcpy(bytes, &value, 8);
    if (!translate_halves(mmu, va, size, ACCESS_WRITE, spa, &first))
        return false;
    if (!reaches(mmu, spa[1], size - first, ACCESS_WRITE))
        return access_fault_second(mmu, va, first, ACCESS_WRITE);
    if (!bus_write_bytes(mmu->bus, spa[0], bytes, first, by))
        return access_fault(mmu, va, ACCESS_WRITE);
    return bus_write_bytes(mmu->bus, spa[1], bytes + first, size - first, by) ||
           access_fault_second(mmu, va, first, ACCESS_WRITE);
}

/* Reads or writes the low `size` bytes of `value` at a place a bank has a fast path to. */
static inline void copy_value(void *to, const void *from, unsigned size)
{
    switch (size) {
    case 8: memcpy(to, from, 8); break;
    case 4: memcpy(to, from, 4); break;
    case 2: memcpy(to, from, 2); break;
    default: memcpy(to, from, 1); break;
    }
}

/* norm:misaligned_ldst_exc_type */
static bool misaligned(Mmu *mmu, Gva va, Access access)
{
    ad_log_begin(&mmu->log);
    return fault(mmu, va, access,
                 access == ACCESS_WRITE ? CAUSE_STORE_MISALIGNED : CAUSE_LOAD_MISALIGNED);
}

bool mmu_load(Mmu *mmu, Gva va, unsigned size, uint64_t *value)
{
    Spa spa;
    va = mmu_unmask(mmu, va);
    if (UNLIKELY(mmu->traps_misaligned && va.v & (size - 1)))
        return misaligned(mmu, va, ACCESS_READ);
    const TlbEntry *entry = bank_entry(mmu->data, va.v);
    if (UNLIKELY(crosses_page(va.v, size)))
        return load_crossing(mmu, va, size, value);
    if (LIKELY(entry->read_tag == page_of(va.v))) {
        *value = 0;
        copy_value(value, (const void *)(va.v + entry->addend), size);
        return true;
    }
    return translate_data(mmu, va, size, ACCESS_READ, &spa) &&
           (bus_read(mmu->bus, spa, size, value, requester_hart(mmu->hart)) ||
            access_fault(mmu, va, ACCESS_READ));
}

bool mmu_store(Mmu *mmu, Gva va, unsigned size, uint64_t value)
{
    Spa spa;
    va = mmu_unmask(mmu, va);
    if (UNLIKELY(mmu->traps_misaligned && va.v & (size - 1)))
        return misaligned(mmu, va, ACCESS_WRITE);
    const TlbEntry *entry = bank_entry(mmu->data, va.v);
    if (UNLIKELY(crosses_page(va.v, size)))
        return store_crossing(mmu, va, size, value);
    if (LIKELY(entry->write_tag == page_of(va.v))) {
        copy_value((void *)(va.v + entry->addend), &value, size);
        return true;
    }
    return translate_data(mmu, va, size, ACCESS_WRITE, &spa) &&
           (bus_write(mmu->bus, spa, size, value, requester_hart(mmu->hart)) ||
            access_fault(mmu, va, ACCESS_WRITE));
}

/* The context of loads and stores while HLV or HSV borrows it: what else is there without V that a guest's registers
 * are for. norm:vsstatus_v0, norm:vsatp_v0 */
typedef struct {
    Bank *data;
    uint32_t flushes;
    uint8_t priv, pmlen;
    bool v;
} DataContext;

static DataContext borrow_context(Mmu *mmu, unsigned priv, bool execute, uint8_t pmlen)
{
    DataContext saved = { mmu->data, mmu->store->flushes, mmu->data_priv, mmu->pmlen, mmu->data_v };
    mmu->data_priv = (uint8_t)priv;
    mmu->data_v = true;
    mmu->data_execute = execute;
    mmu->pmlen = pmlen;
    mmu->data = context_select(mmu, priv, true, execute);
    return saved;
}

/* Back as it was; if the store was emptied meanwhile, banks are void. */
static void return_context(Mmu *mmu, const DataContext *saved)
{
    mmu->data_priv = saved->priv;
    mmu->data_v = saved->v;
    mmu->data_execute = false;
    mmu->pmlen = saved->pmlen;
    if (!BROKEN(hlv_stays))
        mmu->data = saved->data;
    if (mmu->store->flushes != saved->flushes)
        mmu_context_changed(mmu);
    else if (mmu->data->generation != context_generation(mmu, &mmu->data->key))
        context_refresh(mmu);
}

bool mmu_guest_load(Mmu *mmu, unsigned priv, bool execute, uint8_t pmlen, Gva va, unsigned size,
                    uint64_t *value)
{
    DataContext saved = borrow_context(mmu, priv, execute, pmlen);
    bool done = mmu_load(mmu, va, size, value);
    return_context(mmu, &saved);
    return done;
}

bool mmu_guest_store(Mmu *mmu, unsigned priv, uint8_t pmlen, Gva va, unsigned size, uint64_t value)
{
    DataContext saved = borrow_context(mmu, priv, false, pmlen);
    bool done = mmu_store(mmu, va, size, value);
    return_context(mmu, &saved);
    return done;
}

uint8_t *mmu_atomic(Mmu *mmu, Gva va, unsigned size, Access access, bool within_16, Spa *spa)
{
    va = mmu_unmask(mmu, va);
    bool ok = !(va.v & (size - 1)) || (within_16 && (va.v & 15) + size <= 16) ||
              misaligned(mmu, va, access);
    ok = ok && translate_data(mmu, va, size, access, spa);
    ok = ok && (bus_is_ram(mmu->bus, *spa, size) || access_fault(mmu, va, access));
    return ok ? bus_ram_at(mmu->bus, *spa) : NULL;
}

void mmu_atomic_store(Mmu *mmu, Spa spa, unsigned size, uint64_t value)
{
    bool done = bus_write(mmu->bus, spa, size, value, requester_hart(mmu->hart));
    g_assert(done);
}

/* Instruction fetch. */

bool mmu_fetch_parcel(Mmu *mmu, Gva va, uint16_t *parcel)
{
    Bank *bank = mmu->fetch;
    Spa spa;
    ad_log_begin(&mmu->log);
    if (!translate(mmu, &bank, va, ACCESS_FETCH, &spa))
        return false;
    if (!pmp_allows(&mmu->pmp, spa, 2, ACCESS_FETCH, key_priv(&bank->key)) ||
        !bus_read_bytes(mmu->bus, spa, parcel, 2, requester_hart(mmu->hart)))
        return access_fault(mmu, va, ACCESS_FETCH);
    return true;
}

bool mmu_fetch_page(Mmu *mmu, Gva va, Spa *page, const uint8_t **host, bool *whole)
{
    Bank *bank = mmu->fetch;
    Spa spa;
    bool uniform;
    ad_log_begin(&mmu->log);
    if (!translate(mmu, &bank, va, ACCESS_FETCH, &spa))
        return false;
    *page = (Spa){ page_of(spa.v) };
    unsigned priv = key_priv(&bank->key);
    uint8_t pmp = pmp_page(&mmu->pmp, *page, priv, &uniform);
    *whole = false;
    bool is_ram = bus_is_ram(mmu->bus, *page, PAGE_SIZE);
    if ((uniform ? !(pmp & PMP_X) : !pmp_allows(&mmu->pmp, spa, 2, ACCESS_FETCH, priv)) ||
        (!is_ram && !bus_find(mmu->bus, spa)))
        return access_fault(mmu, va, ACCESS_FETCH);
    if (!uniform || (mmu->no_store && bank->key.space != SPACE_BARE))
        return true;
    const BusRegion *region = is_ram ? NULL : bus_find(mmu->bus, *page);
    if (is_ram)
        *host = bus_ram_at(mmu->bus, *page);
    else if (region && region->rom && page->v - region->base.v + PAGE_SIZE <= region->size)
        *host = region->rom + (page->v - region->base.v);
    else
        return true;
    *whole = true;
    return true;
}

/* Fences and invalidation. */

static unsigned apply_fence(Mmu *mmu, StoreFence *fence)
{
    fence->count = mmu->use ? watch_kills : NULL;
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
        request.s = make_stage(mmu, space->atp, true, space->guest ? mmu->vpbmte : mmu->pbmte);
    if (space->guest)
        request.g = make_stage(mmu, space->hgatp, true, mmu->pbmte);
    mmu_look(mmu, &request, result);
    return result->status == WALK_OK;
}

void mmu_probe(Mmu *mmu, const MmuSpace *space, Gva va, Access access, bool user,
               WalkRequest *request, WalkResult *result)
{
    const WalkMemory memory = { .read = read_pte, .update = refuse_update, .opaque = mmu };
    const bool guest = space->guest;
    *request = (WalkRequest){ .va = va,
                              .access = access,
                              .user = user,
                              .sum = guest ? mmu->vsum : mmu->sum,
                              .mxr = mmu->mxr || (guest && mmu->vmxr),
                              .g_mxr = mmu->mxr,
                              .by = requester_hart(mmu->hart) };
    if (!space->is_physical)
        request->s = make_stage(mmu, space->atp, guest ? mmu->vadue : mmu->adue,
                                guest ? mmu->vpbmte : mmu->pbmte);
    if (guest)
        request->g = make_stage(mmu, space->hgatp, mmu->adue, mmu->pbmte);
    walk(request, &memory, result);
}

bool mmu_peek_fetch(Mmu *mmu, Gva va, WalkResult *result)
{
    WalkRequest request = make_request(mmu, &mmu->fetch->key, va, ACCESS_FETCH);
    mmu_look(mmu, &request, result);
    return result->status == WALK_OK;
}

bool mmu_peek_translate(Mmu *mmu, Gva va, WalkResult *result)
{
    WalkRequest request = make_request(mmu, &mmu->data->key, va, ACCESS_READ);
    request.sum = request.mxr = request.g_mxr = true;
    mmu_look(mmu, &request, result);
    if (result->status == WALK_OK)
        return true;
    request.access = ACCESS_FETCH;
    mmu_look(mmu, &request, result);
    return result->status == WALK_OK;
}
