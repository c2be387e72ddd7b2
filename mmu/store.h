/* SPDX-License-Identifier: MIT */
/*
 * store.h - the store of translations: what the hart's TLB remembers, as the guest can see it.
 *
 * A translation, once used, stays here until a fence covers it (decision 6, ADR 0004), so a missing fence shows, and
 * shows the same way in every engine and at every cache size. Entries belong to a space: one translation regime with
 * its MODE, ASID and VMID, never its root. An entry covers the smaller of its two leaves and remembers the sizes of
 * both. The store is finite: when it is full it forgets everything, which is deterministic too. It is saved, hashed
 * and restored with the machine.
 */
#ifndef MMU_STORE_H
#define MMU_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/addr.h"
#include "emu/base/state.h"

enum { STORE_ENTRIES = 16384, STORE_BUCKETS = 16384, STORE_SPACES = 128 };

typedef struct {
    uint64_t va;  /* first address covered */
    uint64_t spa; /* what it translates to */
    uint64_t gpa;
    uint16_t hash_next; /* index + 1, 0 ends the list */
    uint16_t space_next, space_prev;
    uint8_t space;
    uint8_t shift; /* log2 of what is covered: the smaller of the two below */
    uint8_t s_shift, g_shift;
    uint8_t perms, g_perms;      /* as in WalkResult */
    uint16_t gpa_next, gpa_prev; /* list of those whose G-stage leaf has the same hash */
} StoreEntry;

_Static_assert(sizeof(StoreEntry) == 3 * 8 + 3 * 2 + 6 + 2 * 2, "no padding");

/* Who a translation is for. */
typedef struct {
    uint8_t regime; /* 0: HS/U first stage; 1: VS/VU two stages */
    uint8_t mode, g_mode;
    uint8_t used;
    uint16_t asid, vmid;
} StoreTag;

typedef struct {
    StoreTag tag;
    uint32_t generation; /* new whenever banks of this space must forget all */
    uint16_t first;      /* of its entries, index + 1 */
    uint16_t n_entries;
    uint64_t shifts;    /* bit n: some entry has shift n */
    uint64_t fragments; /* not 0: some entry is a piece of a larger first-stage leaf */
} StoreSpace;

typedef struct {
    StoreEntry entries[STORE_ENTRIES];
    uint16_t buckets[STORE_BUCKETS];
    uint16_t gpa_buckets[STORE_BUCKETS]; /* by G-stage leaf, for HFENCE.GVMA */
    StoreSpace spaces[STORE_SPACES];
    uint16_t free_entry; /* list through hash_next */
    uint16_t n_fresh;    /* entries never used yet start here */
    uint16_t n_spaces;
    uint16_t reserved;
    uint64_t g_shifts;   /* bit n: some entry may have a G-stage leaf of that size */
    uint32_t generation; /* last one given out */
    uint32_t flushes;    /* how often everything was forgotten: spaces found before are void */
} Store;

void store_init(Store *store);

/* The space of `tag`, made if it is new (which may flush the store). Index below STORE_SPACES. */
unsigned store_space(Store *store, const StoreTag *tag);

/* The same if it is there, else -1. */
int store_find_space(const Store *store, const StoreTag *tag);

/* The entry that covers `va`, or NULL. */
StoreEntry *store_find(Store *store, unsigned space, uint64_t va);

/* What adding a translation did to others, and so which banks must forget what. */
typedef enum {
    STORE_NEW,            /* nothing */
    STORE_REPLACED,       /* one 4 KiB translation of that address is gone */
    STORE_REPLACED_LARGE, /* a larger one: the space has a new generation */
    STORE_FLUSHED, /* the store was full and forgot everything, spaces too: look them up again */
} StoreAdded;

/* Adds a translation found for `va`, in place of all that cover it; `old` is what store_find gave, if anything. */
StoreAdded store_add(Store *store, unsigned space, uint64_t va, StoreEntry *old,
                     const StoreEntry *entry);

/* What a fence covers: translations of a first stage, or with `is_g` those that went through the G stage, when `va`
 * is a guest physical address. */
typedef struct {
    bool is_g, any_vmid;
    bool any_va, any_asid;
    uint64_t va;
    uint16_t asid;
    uint8_t regime;
    uint16_t vmid;
    void (*count)(void *opaque, const StoreTag *tag, unsigned dead); /* may be NULL */
} StoreFence;

/* Forgets what `fence` covers; global entries are spared when it names an ASID, G in a G-stage PTE means nothing.
 * Returns how many entries died. `killed` is called for spaces in which a single 4 KiB entry died (va), or that
 * changed wholesale (generation is new already). Source: privileged manual, SFENCE.VMA. */
unsigned store_fence(Store *store, const StoreFence *fence,
                     void (*killed)(void *opaque, unsigned space, uint64_t va), void *opaque);

/* Forgets the translation that store_find gives for `va`, if any. True: it was a large one, and the space has a new
 * generation. */
bool store_forget(Store *store, unsigned space, uint64_t va);

/* Forgets everything. */
void store_flush(Store *store);

/* After its bytes were loaded: a store whose lists are not what they should be is emptied. */
void store_loaded(Store *store);

#endif
