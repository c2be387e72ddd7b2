/* SPDX-License-Identifier: MIT */
/*
 * store.c - the store of translations; see store.h.
 *
 * A fixed array of entries, chained twice: by hash of (space, shift, address) for look-ups, and by space for fences.
 * Indices are 16 bits, 0 meaning none. Everything is in one struct, so that saving and hashing it is one blob.
 */
#include "mmu/store.h"

#include <string.h>

#include "emu/base/bits.h"
#include "emu/base/mutant.h"
#include "mmu/pte.h"

static unsigned bucket_of(unsigned space, unsigned shift, uint64_t va)
{
    uint64_t key =
        (va >> shift) * 0x9e3779b97f4a7c15u ^ (uint64_t)(space * 64 + shift) * 0xc2b2ae3d27d4eb4fu;
    return (unsigned)(key >> 40) % STORE_BUCKETS;
}

static bool has_g_stage(const StoreEntry *entry)
{
    return entry->g_shift < 63;
}

static unsigned gpa_bucket_of(unsigned g_shift, uint64_t gpa)
{
    uint64_t key = (gpa >> g_shift) * 0x9e3779b97f4a7c15u ^ (uint64_t)g_shift * 0xc2b2ae3d27d4eb4fu;
    return (unsigned)(key >> 40) % STORE_BUCKETS;
}

void store_init(Store *store)
{
    memset(store, 0, sizeof *store);
}

void store_flush(Store *store)
{
    uint32_t generation = store->generation, flushes = store->flushes;
    if (store->n_fresh || store->n_spaces)
        store_init(store); /* else nothing is in it: its pages need not be touched */
    store->generation = generation + 1;
    store->flushes = flushes + 1;
}

int store_find_space(const Store *store, const StoreTag *tag)
{
    for (unsigned i = 0; i < store->n_spaces; i++) {
        const StoreTag *have = &store->spaces[i].tag;
        if (have->regime == tag->regime && have->mode == tag->mode && have->g_mode == tag->g_mode &&
            have->asid == tag->asid && have->vmid == tag->vmid)
            return (int)i;
    }
    return -1;
}

unsigned store_space(Store *store, const StoreTag *tag)
{
    int found = store_find_space(store, tag);
    if (found >= 0)
        return (unsigned)found;
    if (store->n_spaces == STORE_SPACES)
        store_flush(store);
    StoreSpace *space = &store->spaces[store->n_spaces];
    *space = (StoreSpace){ .tag = *tag, .generation = ++store->generation };
    return store->n_spaces++;
}

static StoreEntry *find_at(Store *store, unsigned space, unsigned shift, uint64_t va)
{
    for (unsigned i = store->buckets[bucket_of(space, shift, va)]; i;
         i = store->entries[i - 1].hash_next) {
        StoreEntry *entry = &store->entries[i - 1];
        if (entry->space == space && entry->shift == shift && entry->va >> shift == va >> shift)
            return entry;
    }
    return NULL;
}

/* The smallest that covers the address: a superpage may have come while pieces of it were in use. */
StoreEntry *store_find(Store *store, unsigned space, uint64_t va)
{
    StoreEntry *entry = NULL;
    for (uint64_t shifts = store->spaces[space].shifts; shifts && !entry; shifts &= shifts - 1)
        entry = find_at(store, space, (unsigned)__builtin_ctzll(shifts), va);
    return entry;
}

static void unlink_hash(Store *store, StoreEntry *entry, unsigned index)
{
    uint16_t *link = &store->buckets[bucket_of(entry->space, entry->shift, entry->va)];
    while (*link != index)
        link = &store->entries[*link - 1].hash_next;
    *link = entry->hash_next;
}

static void link_gpa(Store *store, StoreEntry *entry, uint16_t index)
{
    entry->gpa_next = entry->gpa_prev = 0;
    if (!has_g_stage(entry))
        return;
    uint16_t *bucket = &store->gpa_buckets[gpa_bucket_of(entry->g_shift, entry->gpa)];
    entry->gpa_next = *bucket;
    if (*bucket)
        store->entries[*bucket - 1].gpa_prev = index;
    *bucket = index;
    store->g_shifts |= BIT(entry->g_shift);
}

static void unlink_gpa(Store *store, const StoreEntry *entry)
{
    if (!has_g_stage(entry))
        return;
    if (entry->gpa_prev)
        store->entries[entry->gpa_prev - 1].gpa_next = entry->gpa_next;
    else
        store->gpa_buckets[gpa_bucket_of(entry->g_shift, entry->gpa)] = entry->gpa_next;
    if (entry->gpa_next)
        store->entries[entry->gpa_next - 1].gpa_prev = entry->gpa_prev;
}

static void remove_entry(Store *store, StoreEntry *entry)
{
    uint16_t index = (uint16_t)(entry - store->entries + 1);
    StoreSpace *space = &store->spaces[entry->space];
    unlink_hash(store, entry, index);
    unlink_gpa(store, entry);
    if (entry->space_prev)
        store->entries[entry->space_prev - 1].space_next = entry->space_next;
    else
        space->first = entry->space_next;
    if (entry->space_next)
        store->entries[entry->space_next - 1].space_prev = entry->space_prev;
    *entry = (StoreEntry){ .hash_next = store->free_entry };
    store->free_entry = index;
    if (--space->n_entries == 0)
        space->shifts = space->fragments = 0;
}

static uint16_t take_free(Store *store)
{
    uint16_t index = store->free_entry;
    if (index) {
        store->free_entry = store->entries[index - 1].hash_next;
        return index;
    }
    return store->n_fresh < STORE_ENTRIES ? ++store->n_fresh : 0;
}

StoreAdded store_add(Store *store, unsigned space, uint64_t va, StoreEntry *old,
                     const StoreEntry *new)
{
    StoreAdded result = STORE_NEW;
    for (; old; old = store_find(store, space, va)) {
        result = MAX(result, old->shift == PAGE_SHIFT ? STORE_REPLACED : STORE_REPLACED_LARGE);
        remove_entry(store, old);
    }
    if (result == STORE_REPLACED_LARGE)
        store->spaces[space].generation = ++store->generation;
    uint16_t index = take_free(store);
    if (!index) {
        StoreTag tag = store->spaces[space].tag;
        store_flush(store);
        space = store_space(store, &tag);
        index = take_free(store);
        result = STORE_FLUSHED;
    }
    StoreSpace *owner = &store->spaces[space];
    StoreEntry *entry = &store->entries[index - 1];
    *entry = *new;
    entry->space = (uint8_t)space;
    entry->space_prev = 0;
    entry->space_next = owner->first;
    if (owner->first)
        store->entries[owner->first - 1].space_prev = index;
    owner->first = index;
    owner->n_entries++;
    owner->shifts |= BIT(entry->shift);
    owner->fragments |= entry->s_shift < 63 && entry->s_shift > entry->shift;
    uint16_t *bucket = &store->buckets[bucket_of(space, entry->shift, entry->va)];
    entry->hash_next = *bucket;
    *bucket = index;
    link_gpa(store, entry, index);
    return result;
}

bool store_forget(Store *store, unsigned space, uint64_t va)
{
    StoreEntry *entry = store_find(store, space, va);
    if (!entry)
        return false;
    bool is_large = entry->shift != PAGE_SHIFT;
    remove_entry(store, entry);
    if (is_large)
        store->spaces[space].generation = ++store->generation;
    return is_large;
}

/* Is the address the fence names inside the first-stage leaf that `entry` is a piece of? */
static bool leaf_covers(const StoreEntry *entry, uint64_t va)
{
    unsigned shift = entry->s_shift < 63 ? entry->s_shift : entry->shift;
    return entry->va >> shift == va >> shift;
}

/* norm:satp_op_sfence_vma: with an ASID, global translations stay. */
static bool fence_covers(const StoreFence *fence, const StoreEntry *entry)
{
    if (BROKEN(gvma_global) && fence->is_g && !fence->any_vmid && entry->perms & PTE_G)
        return false;
    if (fence->is_g)
        return fence->any_va || entry->gpa >> entry->g_shift == fence->va >> entry->g_shift;
    if (!fence->any_asid && entry->perms & PTE_G)
        return false;
    return fence->any_va || leaf_covers(entry, fence->va);
}

/* A fence for one address in a space of unfragmented leaves: look the leaves up. */
static unsigned fence_one(Store *store, const StoreFence *fence, unsigned space,
                          void (*killed)(void *, unsigned, uint64_t), void *opaque)
{
    unsigned dead = 0;
    for (uint64_t shifts = store->spaces[space].shifts; shifts; shifts &= shifts - 1) {
        StoreEntry *entry = find_at(store, space, (unsigned)__builtin_ctzll(shifts), fence->va);
        if (!entry || !fence_covers(fence, entry))
            continue;
        if (entry->shift != PAGE_SHIFT)
            store->spaces[space].generation = ++store->generation;
        remove_entry(store, entry);
        dead++;
    }
    if (dead)
        killed(opaque, space, fence->va);
    return dead;
}

enum { FORGET_ONE_BY_ONE = 8 };

/* Looks at every entry. Few small ones that die are named one by one, else the space gets a new generation. */
static unsigned fence_many(Store *store, const StoreFence *fence, unsigned index,
                           void (*killed)(void *, unsigned, uint64_t), void *opaque)
{
    StoreSpace *space = &store->spaces[index];
    unsigned dead = 0;
    bool wholesale = false;
    for (unsigned next, i = space->first; i; i = next) {
        StoreEntry *entry = &store->entries[i - 1];
        next = entry->space_next;
        if (!fence_covers(fence, entry))
            continue;
        wholesale |= entry->shift != PAGE_SHIFT || dead >= FORGET_ONE_BY_ONE;
        if (!wholesale)
            killed(opaque, index, entry->va);
        remove_entry(store, entry);
        dead++;
    }
    if (wholesale)
        space->generation = ++store->generation;
    return dead;
}

/* A first-stage fence does not touch what has no first stage, nor a G-stage fence what has no G stage.
 * norm:hfence-gvma_vmid, norm:hfence-vvma_limits */
static bool fence_concerns(const StoreFence *fence, const StoreTag *tag)
{
    if (tag->regime != fence->regime || (tag->vmid != fence->vmid && !fence->any_vmid))
        return false;
    if (fence->is_g)
        return tag->g_mode != ATP_BARE;
    return tag->mode != ATP_BARE && (fence->any_asid || tag->asid == fence->asid);
}

/* A fence for one guest physical address: the leaves that cover it are in one list for each size there is. */
static unsigned fence_gpa(Store *store, const StoreFence *fence,
                          void (*killed)(void *, unsigned, uint64_t), void *opaque)
{
    unsigned dead = 0;
    for (uint64_t shifts = store->g_shifts; shifts; shifts &= shifts - 1) {
        unsigned shift = (unsigned)__builtin_ctzll(shifts);
        for (unsigned next, i = store->gpa_buckets[gpa_bucket_of(shift, fence->va)]; i; i = next) {
            StoreEntry *entry = &store->entries[i - 1];
            StoreSpace *space = &store->spaces[entry->space];
            next = entry->gpa_next;
            if (entry->g_shift != shift || !fence_covers(fence, entry) ||
                !fence_concerns(fence, &space->tag))
                continue;
            if (entry->shift != PAGE_SHIFT)
                space->generation = ++store->generation;
            else
                killed(opaque, entry->space, entry->va);
            if (fence->count)
                fence->count(opaque, &space->tag, 1);
            remove_entry(store, entry);
            dead++;
        }
    }
    return dead;
}

unsigned store_fence(Store *store, const StoreFence *fence,
                     void (*killed)(void *opaque, unsigned space, uint64_t va), void *opaque)
{
    unsigned dead = 0;
    if (fence->is_g && !fence->any_va)
        return fence_gpa(store, fence, killed, opaque);
    for (unsigned i = 0; i < store->n_spaces; i++) {
        const StoreSpace *space = &store->spaces[i];
        if (!space->n_entries || !fence_concerns(fence, &space->tag))
            continue;
        bool one = !fence->any_va && !space->fragments;
        unsigned here = (one ? fence_one : fence_many)(store, fence, i, killed, opaque);
        if (fence->count && here)
            fence->count(opaque, &space->tag, here);
        dead += here;
    }
    return dead;
}

/* Loading. */

typedef enum { ENTRY_LOST, ENTRY_HASHED, ENTRY_OWNED, ENTRY_FREE } EntryPlace;

/* Moves entry `index` of the list being walked from one place to the next. False: it is not there, or was met
 * before. */
static bool place_entry(const Store *store, uint8_t places[STORE_ENTRIES], unsigned index,
                        EntryPlace from, EntryPlace to)
{
    if (index > store->n_fresh || places[index - 1] != from)
        return false;
    places[index - 1] = to;
    return true;
}

static bool check_buckets(const Store *store, uint8_t places[STORE_ENTRIES])
{
    for (unsigned bucket = 0; bucket < STORE_BUCKETS; bucket++) {
        for (unsigned i = store->buckets[bucket]; i; i = store->entries[i - 1].hash_next) {
            if (!place_entry(store, places, i, ENTRY_LOST, ENTRY_HASHED))
                return false;
            const StoreEntry *entry = &store->entries[i - 1];
            if (entry->shift > 63 || entry->s_shift > 63 || entry->g_shift > 63 ||
                bucket_of(entry->space, entry->shift, entry->va) != bucket)
                return false;
        }
    }
    return true;
}

static bool check_space(const Store *store, uint8_t places[STORE_ENTRIES], unsigned index)
{
    const StoreSpace *space = &store->spaces[index];
    unsigned before = 0, count = 0;
    for (unsigned i = space->first; i; before = i, i = store->entries[i - 1].space_next) {
        if (!place_entry(store, places, i, ENTRY_HASHED, ENTRY_OWNED))
            return false;
        const StoreEntry *entry = &store->entries[i - 1];
        if (entry->space != index || entry->space_prev != before ||
            !(space->shifts & BIT(entry->shift)))
            return false;
        count++;
    }
    return count == space->n_entries;
}

/* Is every entry with a G stage, and no other, once in the list of its leaf? */
static bool check_gpa_lists(const Store *store)
{
    unsigned listed = 0, expected = 0;
    for (unsigned bucket = 0; bucket < STORE_BUCKETS; bucket++) {
        for (unsigned before = 0, i = store->gpa_buckets[bucket]; i;
             before = i, i = store->entries[i - 1].gpa_next) {
            if (i > store->n_fresh || listed++ >= STORE_ENTRIES)
                return false;
            const StoreEntry *entry = &store->entries[i - 1];
            if (entry->gpa_prev != before || !has_g_stage(entry) ||
                gpa_bucket_of(entry->g_shift, entry->gpa) != bucket ||
                !(store->g_shifts & BIT(entry->g_shift)))
                return false;
        }
    }
    for (unsigned space = 0; space < store->n_spaces; space++)
        for (unsigned i = store->spaces[space].first; i; i = store->entries[i - 1].space_next)
            expected += has_g_stage(&store->entries[i - 1]);
    return listed == expected;
}

static bool is_zero(const uint16_t *numbers, size_t count)
{
    return !numbers[0] && !memcmp(numbers, numbers + 1, (count - 1) * sizeof *numbers);
}

/* Of a store in which no entry was ever used: are all lists empty? */
static bool check_empty(const Store *store)
{
    bool empty = !store->free_entry && is_zero(store->buckets, STORE_BUCKETS) &&
                 is_zero(store->gpa_buckets, STORE_BUCKETS);
    for (unsigned space = 0; space < store->n_spaces; space++)
        empty &= !store->spaces[space].first && !store->spaces[space].n_entries;
    return empty;
}

/* Is every entry that was ever used in one bucket and one space, or free? */
static bool check_lists(const Store *store)
{
    if (!store->n_fresh && store->n_spaces <= STORE_SPACES)
        return check_empty(store);
    uint8_t places[STORE_ENTRIES] = { ENTRY_LOST };
    if (store->n_fresh > STORE_ENTRIES || store->n_spaces > STORE_SPACES ||
        !check_buckets(store, places))
        return false;
    for (unsigned space = 0; space < store->n_spaces; space++)
        if (!check_space(store, places, space))
            return false;
    for (unsigned i = store->free_entry; i; i = store->entries[i - 1].hash_next)
        if (!place_entry(store, places, i, ENTRY_LOST, ENTRY_FREE))
            return false;
    for (unsigned i = 0; i < store->n_fresh; i++)
        if (places[i] != ENTRY_OWNED && places[i] != ENTRY_FREE)
            return false;
    return check_gpa_lists(store);
}

void store_loaded(Store *store)
{
    if (!check_lists(store))
        store_flush(store);
}
