/* SPDX-License-Identifier: MIT */
/*
 * tlb_model.h - a TLB of a real size: which translations it would hold.
 *
 * It counts and charges, and answers nothing: translations come from the store, which is as large as it needs to be
 * (mmu/store.h). Entries are of any page size; a set is chosen by the number of the page at its own size.
 */
#ifndef MMU_TIMING_TLB_MODEL_H
#define MMU_TIMING_TLB_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/bits.h"
#include "emu/base/state.h"
#include "mmu/timing/profile.h"

/* Whose addresses: an address space as TLBs tell them apart. */
typedef struct {
    uint64_t id;
} TlbSpace;

#define TLB_SPACE_ASID  UINT64_C(0xffff)
#define TLB_SPACE_GUEST (UINT64_C(1) << 32)

/* `vmid` matters with `guest`, two-stage translation, only. */
static inline TlbSpace tlb_space(bool guest, unsigned vmid, unsigned asid)
{
    return (TlbSpace){ (guest ? TLB_SPACE_GUEST | (uint64_t)(vmid & 0xffff) << 16 : 0) |
                       (asid & TLB_SPACE_ASID) };
}

typedef struct {
    uint64_t page;  /* address >> shift */
    uint64_t gpage; /* guest physical address >> shift, for fences of the G stage */
    uint64_t space;
    uint64_t recent; /* when used last */
    uint8_t shift;   /* log2 of what is covered; 0: no entry */
    uint8_t global;  /* of all ASIDs */
    uint8_t reserved[6];
} ModelEntry;

_Static_assert(sizeof(ModelEntry) == 40, "no padding");

enum { TLB_GUESSES = 64 };

typedef struct {
    ModelEntry *entries; /* by set and way */
    unsigned n, sets, ways;
    uint64_t clock;
    uint64_t shifts;               /* bit n: there may be an entry of that size; not state */
    uint16_t guesses[TLB_GUESSES]; /* where a page was found last, by its low bits */
} TlbModel;

/* What a fence covers. */
typedef struct {
    bool guest;    /* entries of guests, else of the others */
    bool any_vmid; /* of all guests */
    bool g_stage;  /* `address` is a guest physical one, and ASIDs do not matter */
    bool any_address, any_asid;
    uint16_t vmid, asid;
    uint64_t address;
} TlbFence;

void tlb_model_init(TlbModel *tlb, TlbSize size);
void tlb_model_free(TlbModel *tlb);

static inline bool model_entry_matches(const ModelEntry *e, uint64_t va, TlbSpace space)
{
    return e->shift && e->page == va >> e->shift &&
           !((e->space ^ space.id) & ~(e->global ? TLB_SPACE_ASID : 0));
}

/* The page's entry, which is the one used last now; NULL: it is not there. */
const ModelEntry *tlb_model_search(TlbModel *tlb, uint64_t va, TlbSpace space);

static inline const ModelEntry *tlb_model_use(TlbModel *tlb, uint64_t va, TlbSpace space)
{
    ModelEntry *e = &tlb->entries[tlb->guesses[va >> 12 & (TLB_GUESSES - 1)]];
    if (LIKELY(model_entry_matches(e, va, space))) {
        e->recent = ++tlb->clock;
        return e;
    }
    return tlb_model_search(tlb, va, space);
}

/* Puts a page of 1 << shift bytes in, in place of the one of its set that was used longest ago. */
void tlb_model_fill(TlbModel *tlb, uint64_t va, uint64_t gpa, unsigned shift, TlbSpace space,
                    bool global);
/* Takes out what the fence covers. */
void tlb_model_fence(TlbModel *tlb, const TlbFence *fence);
void tlb_model_clear(TlbModel *tlb);

void tlb_model_visit(TlbModel *tlb, const char *name, StateVisitor *visitor);

#endif
