/* SPDX-License-Identifier: MIT */
/*
 * mmu.c - from a virtual address to a byte, for one hart; see mmu.h.
 *
 * Read from the top: translate(), then the accesses that use it. What a walk is asked and what it sees is in ask.c, which
 * bank an access looks at is decided in context.c, fences are in fence.c.
 */
#include "mmu/mmu.h"

#include <string.h>

#include "emu/base/mutant.h"
#include "mmu/ask.h"
#include "mmu/context.h"
#include "mmu/pte.h"
#include "mmu/timed.h"
#include "mmu/watch.h"

/* Translation. */

void mmu_take_back(Mmu *mmu)
{
    AdLog *log = &mmu->log;
    if (LIKELY(!log->n_updates) || mmu->keeps_ad || BROKEN(ad_of_trapped))
        return;
    if (UNLIKELY(mmu->cat) && cat_take_back(mmu))
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
    walk->cat_vm = (uint8_t)key_cat_vm(key);
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

/* No register of the associative memory has the page. */
static bool cat_fault(Mmu *mmu, const BankKey *key, Gva va, Access access)
{
    WalkRequest request = ask_all(mmu, key, va, access);
    WalkResult result;
    mmu_look(mmu, &request, &result);
    if (UNLIKELY(mmu->fault_walks))
        note_walk(mmu, key, &request, &result);
    return walk_fault(mmu, va, access, &result);
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
    if (UNLIKELY(key->space == SPACE_CAT))
        return cat_translate(mmu, key, va, access, spa) || cat_fault(mmu, key, va, access);
    WalkRequest request;
    ask(&request, key, va, access);
    StoreEntry *entry = mmu->no_store ? NULL : store_find(mmu->store, key->space, va.v);
    if (entry && walk_allows(&request, entry->s_shift == 63, entry->perms, entry->g_perms)) {
        *spa = (Spa){ entry->spa + (va.v - entry->va) };
        if (watch_fences(mmu)) {
            ask_of_walk(mmu, &request, key);
            watch_use(mmu, entry, &request);
        }
        return true;
    }
    ask_of_walk(mmu, &request, key);
    WalkResult result;
    bool watched = watch_walks(mmu);
    WalkMemory memory = ask_memory(mmu, key, watched);
    bool is_fetch = *bank == mmu->fetch && access == ACCESS_FETCH;
    walk(&request, &memory, &result);
    if (LIKELY(!mmu->timing)) { /* else the modelled TLB says who walks */
        mmu->counts.walks[access]++;
        mmu->counts.pte_reads += result.n_steps + result.n_recalled;
    }
    if (UNLIKELY(watched))
        watch_walk(mmu, key->space, &request, &result);
    if (UNLIKELY(mmu->timing != NULL) && (entry || result.status != WALK_OK))
        timed_walk(mmu, key, va, access);
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
    bool forgets = mmu->no_store && bank->key.space < SPACE_CAT;
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
    va = mmu_unmask(mmu, va);
    if (!translate_data(mmu, va, size, access, spa))
        return false;
    if (UNLIKELY(mmu->timing != NULL))
        timed_block(mmu, va, *spa, size, access);
    return true;
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

/* Timed mode: both parts of an access that was made. True. */
static bool timed_halves(Mmu *mmu, Gva va, unsigned size, Access access, const Spa spa[2],
                         unsigned first)
{
    if (LIKELY(!mmu->timing))
        return true;
    timed_data(mmu, va, spa[0], first, access);
    timed_data(mmu, second_half(mmu, va, first), spa[1], size - first, access);
    return true;
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
    return timed_halves(mmu, va, size, ACCESS_READ, spa, first);
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
    if (!bus_write_bytes(mmu->bus, spa[1], bytes + first, size - first, by))
        return access_fault_second(mmu, va, first, ACCESS_WRITE);
    return timed_halves(mmu, va, size, ACCESS_WRITE, spa, first);
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

/* Timed mode: an access that was made. True. */
static inline bool timed_access(Mmu *mmu, Gva va, Spa spa, unsigned size, Access access)
{
    if (UNLIKELY(mmu->timing != NULL))
        timed_data(mmu, va, spa, size, access);
    return true;
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
        return timed_access(mmu, va, (Spa){ entry->spa | (va.v & PAGE_OFFSET) }, size, ACCESS_READ);
    }
    if (!translate_data(mmu, va, size, ACCESS_READ, &spa))
        return false;
    if (!bus_read(mmu->bus, spa, size, value, requester_hart(mmu->hart)))
        return access_fault(mmu, va, ACCESS_READ);
    return timed_access(mmu, va, spa, size, ACCESS_READ);
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
        return timed_access(mmu, va, (Spa){ entry->spa | (va.v & PAGE_OFFSET) }, size,
                            ACCESS_WRITE);
    }
    if (!translate_data(mmu, va, size, ACCESS_WRITE, &spa))
        return false;
    if (!bus_write(mmu->bus, spa, size, value, requester_hart(mmu->hart)))
        return access_fault(mmu, va, ACCESS_WRITE);
    return timed_access(mmu, va, spa, size, ACCESS_WRITE);
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
    mmu->seen_page = TIMED_NONE;
    return saved;
}

/* Back as it was; if the store was emptied meanwhile, banks are void. */
static void return_context(Mmu *mmu, const DataContext *saved)
{
    mmu->data_priv = saved->priv;
    mmu->data_v = saved->v;
    mmu->data_execute = false;
    mmu->pmlen = saved->pmlen;
    mmu->seen_page = TIMED_NONE;
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
    if (UNLIKELY(ok && mmu->timing))
        timed_atomic(mmu, va, *spa, size, access);
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
    mmu->parcel = spa;
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
    if (!uniform || (mmu->no_store && bank->key.space < SPACE_CAT))
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
