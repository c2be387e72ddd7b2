/* SPDX-License-Identifier: MIT */
/* fences.c - translations used for want of a fence: notes of fence.missing events; see explain.h. */
#include <string.h>

#include "emu/explain/explain.h"

enum { STAGE_S, STAGE_VS, STAGE_G }; /* words of the event */
enum { FIELD_VA, FIELD_ACCESS, FIELD_STAGE, FIELD_ASID, FIELD_VMID, FIELD_SPA };

/* The entry of the stage that changed where a walk of today ends, or comes to its leaf. */
static void find_leaf(FenceNote *note, const WalkResult *now)
{
    const bool in_g = note->stage == STAGE_G;
    for (unsigned i = now->n_steps; i-- > 0 && !note->has_leaf;) {
        note->leaf = now->steps[i];
        note->has_leaf = note->leaf.stage == in_g;
    }
}

/* Did the VMID have another root, whose tables give what was used? */
static void find_root(FenceNote *note, Hart *hart)
{
    MmuSpace before = note->space;
    WalkResult then;
    for (unsigned i = 0; hart->past && i < PAST_ROOTS; i++) {
        const PastRoot *root = &hart->past->roots[i];
        if (root->now != note->space.hgatp || !root->before)
            continue;
        before.hgatp = root->before;
        if (mmu_peek_space(&hart->mmu, &before, (Gva){ note->va }, &then) &&
            then.spa.v == note->spa)
            note->root_before = root->before;
    }
}

static void take(FenceNote *note, Hart *hart, const uint64_t *values, bool by_guest)
{
    const Mmu *mmu = &hart->mmu;
    WalkRequest request;
    WalkResult now;
    const bool guest = values[FIELD_STAGE] != STAGE_S;
    *note = (FenceNote){ .hart = hart->id,
                         .va = values[FIELD_VA],
                         .spa = values[FIELD_SPA],
                         .retired = hart_retired(hart),
                         .stage = (unsigned)values[FIELD_STAGE],
                         .access = (Access)values[FIELD_ACCESS],
                         .by_guest = by_guest,
                         .space = { .guest = guest,
                                    .atp = guest ? mmu->vsatp : mmu->satp,
                                    .hgatp = guest ? mmu->hgatp : 0 } };
    mmu_probe(&hart->mmu, &note->space, (Gva){ note->va }, note->access, mmu->priv == PRIV_U,
              &request, &now);
    walk_describe_end(&request, &now, &note->now);
    note->now_spa = now.status == WALK_OK ? now.spa.v : 0;
    find_leaf(note, &now);
    if (note->stage == STAGE_G)
        find_root(note, hart);
}

/* Fits a sink of the trace; `opaque` is an Explain. */
static void put(void *opaque, const TraceRecord *record)
{
    Explain *explain = opaque;
    Machine *m = explain->machine;
    if (record->id != TRACE_fence_missing || record->hart >= m->n_harts)
        return;
    take(&explain->notes[explain->count++ % EXPLAIN_FENCES], &m->harts[record->hart],
         record->values, m->table_written_by_guest);
}

void explain_keep(Machine *m, bool fences)
{
    for (unsigned i = 0; i < m->n_harts; i++)
        past_keep(&m->harts[i]);
    if (!m->explain) {
        m->explain = g_new0(Explain, 1);
        m->explain->machine = m;
    }
    if (!fences)
        return;
    m->trace.sinks[TRACE_TO_EXPLAIN].put = put;
    m->trace.sinks[TRACE_TO_EXPLAIN].opaque = m->explain;
    m->trace.on[TRACE_fence_missing] |= 1u << TRACE_TO_EXPLAIN;
    machine_trace_changed(m);
}

void explain_free(Explain *explain)
{
    if (explain && explain->tree)
        g_byte_array_unref(explain->tree);
    g_free(explain);
}

const FenceNote *explain_fence(const Machine *m, unsigned n)
{
    const Explain *explain = m->explain;
    if (!explain || n >= EXPLAIN_FENCES || n >= explain->count)
        return NULL;
    return &explain->notes[(explain->count - 1 - n) % EXPLAIN_FENCES];
}

bool explain_fence_is_missing(const Machine *m, const FenceNote *note)
{
    Mmu *mmu = &m->harts[note->hart].mmu;
    const StoreEntry *entry = mmu_remembered(mmu, &note->space, (Gva){ note->va });
    WalkRequest request;
    WalkResult now;
    if (!entry || entry->spa + (note->va - entry->va) != note->spa)
        return false;
    mmu_probe(mmu, &note->space, (Gva){ note->va }, note->access, false, &request, &now);
    return now.status != WALK_OK || now.spa.v != note->spa;
}

static unsigned stale_in(Hart *hart, const MmuSpace *space, uint64_t *va)
{
    const Store *store = hart->mmu.store;
    unsigned count = 0;
    int found = mmu_find_space(&hart->mmu, space);
    for (unsigned n = found < 0 ? 0 : store->spaces[found].first; n;
         n = store->entries[n - 1].space_next) {
        const StoreEntry *entry = &store->entries[n - 1];
        WalkResult now;
        if (mmu_peek_space(&hart->mmu, space, (Gva){ entry->va }, &now) && now.spa.v == entry->spa)
            continue;
        *va = entry->va;
        count++;
    }
    return count;
}

unsigned explain_stale(Hart *hart, uint64_t *va)
{
    const Mmu *mmu = &hart->mmu;
    const MmuSpace host = { .atp = mmu->satp },
                   guest = { .guest = true, .atp = mmu->vsatp, .hgatp = mmu->hgatp };
    return (mmu->satp >> 60 ? stale_in(hart, &host, va) : 0) +
           (mmu->hgatp >> 60 ? stale_in(hart, &guest, va) : 0);
}
