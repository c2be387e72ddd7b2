/* SPDX-License-Identifier: MIT */
/* watch.c - what those hear who watch the Mmu; see watch.h. */
#include "mmu/watch.h"

#include "mmu/context.h"
#include "mmu/pte.h"

/* Counts. */

void mmu_count_use(Mmu *mmu)
{
    mmu->use = g_new0(MmuUse, 1 + MMU_VMIDS);
}

MmuUse *mmu_use(Mmu *mmu, bool guest, unsigned vmid)
{
    return &mmu->use[guest ? 1 + vmid : 0];
}

static MmuUse *use_of_tag(Mmu *mmu, const StoreTag *tag)
{
    return mmu_use(mmu, tag->regime, tag->vmid);
}

static void count_walk(Mmu *mmu, unsigned space, const WalkResult *r)
{
    MmuUse *use = use_of_tag(mmu, &mmu->store->spaces[space].tag);
    for (unsigned i = 0; i < r->n_steps; i++)
        use->reads[r->steps[i].stage]++;
    use->fills += r->status == WALK_OK;
}

void watch_kills(void *opaque, const StoreTag *tag, unsigned dead)
{
    use_of_tag(opaque, tag)->kills += dead;
}

static void trace_walk(const Mmu *mmu, const WalkRequest *q, bool guest, const WalkResult *r)
{
    enum { NONE, S, G, VS, VS_G };
    const uint64_t wid = watch_walk_number(mmu);
    const bool ok = r->status == WALK_OK;
    const unsigned regime = !guest ? S : q->g.mode ? (q->s.mode ? VS_G : G) : q->s.mode ? VS : NONE;
    TRACE(mmu->trace, walk_begin, mmu->hart, wid, q->va.v, q->access, q->user ? PRIV_U : PRIV_S,
          guest, q->sum, q->mxr, regime, q->s.mode, q->g.mode);
    for (unsigned i = 0; i < r->n_steps; i++) {
        const WalkStep *step = &r->steps[i];
        TRACE(mmu->trace, walk_pte, mmu->hart, wid, i, step->stage ? 2 : guest, step->level,
              step->implicit, step->gpa.v, step->at.v, step->pte, step->pte);
    }
    TRACE(mmu->trace, walk_end, mmu->hart, wid, r->gpa.v, ok ? r->spa.v : 0,
          ok && r->s_shift < 63 ? BIT(r->s_shift) : 0, ok && r->g_shift < 63 ? BIT(r->g_shift) : 0,
          ok ? r->perms | PTE_V : 0, r->n_steps + r->n_recalled, r->status, r->why);
}

uint64_t watch_missing_bits(uint64_t pte, Access access, const Fault *fault)
{
    static const uint64_t of[] = {
        [ACCESS_READ] = PTE_R, [ACCESS_WRITE] = PTE_W, [ACCESS_FETCH] = PTE_X
    };
    uint64_t needed = PTE_V | PTE_U | of[access];
    if (fault->implicit)
        needed = PTE_V | PTE_U | PTE_R | (fault->implicit_write ? PTE_W : 0);
    switch (fault->why) {
    case WHY_NOT_VALID:
    case WHY_PERMISSION: return needed & ~pte;
    case WHY_ACCESSED: return PTE_A;
    case WHY_DIRTY: return PTE_D;
    default: return 0;
    }
}

void watch_guest_fault(Mmu *mmu, Access access, const WalkResult *result)
{
    const Fault *f = &mmu->fault;
    Refusal *last = &mmu->refusal;
    *last = (Refusal){ .walk = watch_walk_number(mmu) };
    for (unsigned i = result->n_steps; i-- > 0;) {
        const WalkStep *step = &result->steps[i];
        if (!step->stage)
            continue;
        *last = (Refusal){ last->walk, step->at, step->pte, step->level };
        break;
    }
    if (!(mmu->trace->on[TRACE_fault_g] & ~(1u << TRACE_TO_RING)))
        return; /* the ring has it with the trap */
    TRACE(mmu->trace, fault_g, mmu->hart, last->walk, f->gva.v, f->gpa.v, access, f->implicit,
          last->level, last->at.v, last->pte, watch_missing_bits(last->pte, access, f), f->why);
}

/* Missing fences. */

void mmu_table_written(Mmu *mmu)
{
    if (!mmu->stale)
        return;
    stale_new_epoch(mmu->stale);
    context_new_epoch(mmu);
}

void watch_registers(Mmu *mmu)
{
    const uint64_t pbmte = mmu->pbmte | (uint64_t)mmu->vpbmte << 1;
    const uint64_t registers[STALE_REGISTERS] = { mmu->satp, mmu->vsatp, mmu->hgatp, mmu->pmp.epoch,
                                                  pbmte };
    if (stale_registers_changed(mmu->stale, registers))
        context_new_epoch(mmu);
}

/* Looking for missing fences: from now on stores to the tables that a walk has read are heard of. */
static void watch_tables(Mmu *mmu, const WalkResult *r)
{
    if (!mmu->stale)
        mmu->stale = stale_new();
    for (unsigned i = 0; i < r->n_steps; i++)
        bus_watch_page(mmu->bus, r->steps[i].at, PAGE_TABLE);
}

void watch_use(Mmu *mmu, const StoreEntry *entry, WalkRequest *request)
{
    WalkResult now;
    if (mmu->stale && !stale_is_due(mmu->stale, mmu->store, entry, request->access))
        return;
    mmu_look(mmu, request, &now);
    watch_tables(mmu, &now);
    stale_check(mmu->stale, mmu->trace, mmu->hart, mmu->store, entry, request, &now);
}

/* Walks. */

void watch_walk(Mmu *mmu, unsigned space, const WalkRequest *request, const WalkResult *result)
{
    trace_walk(mmu, request, mmu->store->spaces[space].tag.regime, result);
    if (mmu->use)
        count_walk(mmu, space, result);
    if (watch_fences(mmu))
        watch_tables(mmu, result);
}
