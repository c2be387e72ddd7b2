/* SPDX-License-Identifier: MIT */
/* tlb_model.c - see tlb_model.h. */
#include "mmu/timing/tlb_model.h"

#include <string.h>

void tlb_model_init(TlbModel *tlb, TlbSize size)
{
    memset(tlb, 0, sizeof *tlb);
    tlb->n = size.entries;
    tlb->ways = size.ways ? size.ways : size.entries;
    tlb->sets = tlb->ways ? size.entries / tlb->ways : 0;
    tlb->entries = g_new0(ModelEntry, MAX(tlb->n, 1)); /* one that never matches */
}

void tlb_model_free(TlbModel *tlb)
{
    g_free(tlb->entries);
}

static ModelEntry *set_of(TlbModel *tlb, uint64_t page)
{
    return &tlb->entries[(page & (tlb->sets - 1)) * tlb->ways];
}

const ModelEntry *tlb_model_search(TlbModel *tlb, uint64_t va, TlbSpace space)
{
    for (uint64_t shifts = tlb->n ? tlb->shifts : 0; shifts; shifts &= shifts - 1) {
        ModelEntry *set = set_of(tlb, va >> __builtin_ctzll(shifts));
        for (unsigned way = 0; way < tlb->ways; way++) {
            if (!model_entry_matches(&set[way], va, space))
                continue;
            set[way].recent = ++tlb->clock;
            tlb->guesses[va >> 12 & (TLB_GUESSES - 1)] = (uint16_t)(&set[way] - tlb->entries);
            return &set[way];
        }
    }
    return NULL;
}

/* The first that is empty, else the one used longest ago. */
static ModelEntry *victim_of(TlbModel *tlb, uint64_t page)
{
    ModelEntry *set = set_of(tlb, page), *best = set;
    for (unsigned way = 0; way < tlb->ways; way++) {
        if (!set[way].shift)
            return &set[way];
        best = set[way].recent < best->recent ? &set[way] : best;
    }
    return best;
}

void tlb_model_fill(TlbModel *tlb, uint64_t va, uint64_t gpa, unsigned shift, TlbSpace space,
                    bool global)
{
    if (!tlb->n)
        return;
    ModelEntry *e = victim_of(tlb, va >> shift);
    *e = (ModelEntry){ .page = va >> shift,
                       .gpage = gpa >> shift,
                       .space = space.id,
                       .recent = ++tlb->clock,
                       .shift = (uint8_t)shift,
                       .global = global };
    tlb->shifts |= BIT(shift);
    tlb->guesses[va >> 12 & (TLB_GUESSES - 1)] = (uint16_t)(e - tlb->entries);
}

static bool covers(const TlbFence *fence, const ModelEntry *e)
{
    TlbSpace whole = tlb_space(fence->guest, fence->vmid, 0);
    uint64_t compared = TLB_SPACE_GUEST | (fence->any_vmid ? 0 : UINT64_C(0xffff0000));
    if ((e->space ^ whole.id) & compared)
        return false;
    uint64_t page = fence->g_stage ? e->gpage : e->page;
    if (!fence->any_address && page != fence->address >> e->shift)
        return false;
    return fence->g_stage || fence->any_asid ||
           (!e->global && (e->space & TLB_SPACE_ASID) == fence->asid);
}

void tlb_model_fence(TlbModel *tlb, const TlbFence *fence)
{
    for (unsigned i = 0; i < tlb->n; i++) {
        ModelEntry *e = &tlb->entries[i];
        if (e->shift && covers(fence, e))
            memset(e, 0, sizeof *e);
    }
}

void tlb_model_clear(TlbModel *tlb)
{
    memset(tlb->entries, 0, sizeof *tlb->entries * tlb->n);
    tlb->shifts = 0;
}

// clang-format off
static const StateField tlb_fields[] = { STATE(TlbModel, clock), STATE_ARRAY(TlbModel, guesses), STATE_END };
// clang-format on
static const StateDesc tlb_state = { "tlb", 1, tlb_fields, NULL };

/* Sizes are of pages: from 4 KiB on, and less than all addresses. */
static void made_legal(TlbModel *tlb)
{
    tlb->shifts = 0;
    for (unsigned i = 0; i < tlb->n; i++) {
        ModelEntry *e = &tlb->entries[i];
        e->shift &= 63;
        tlb->shifts |= e->shift ? BIT(e->shift) : 0;
        e->global = e->global != 0;
        memset(e->reserved, 0, sizeof e->reserved);
    }
    for (unsigned i = 0; i < TLB_GUESSES; i++)
        tlb->guesses[i] = (uint16_t)(tlb->n ? tlb->guesses[i] % tlb->n : 0);
}

void tlb_model_visit(TlbModel *tlb, const char *name, StateVisitor *visitor)
{
    state_visit(visitor, name, &tlb_state, tlb);
    visitor->blob(visitor, name, tlb->entries, sizeof *tlb->entries * tlb->n);
    if (visitor->loads)
        made_legal(tlb);
}
