/* SPDX-License-Identifier: MIT */
/* naive_tlb.c - translations in use as a list; see naive_tlb.h. */
#include "tests/lib/naive_tlb.h"

#include <stddef.h>
#include <stdlib.h>

enum { BARE = 63 }; /* as a leaf's size: there is no leaf */

/* Do both addresses lie in one naturally aligned piece of 2^shift bytes? */
static bool same_piece(uint64_t a, uint64_t b, unsigned shift)
{
    return a >> shift == b >> shift;
}

/* Who an access is for: everything but what is covered. "Until software fences, an implementation may use a translation
 * whose ASID and VMID match": a stage that is Bare has no ASID. */
static NaiveEntry tag_of(const Naive *m, bool v)
{
    uint64_t atp = v ? m->vsatp : m->satp;
    NaiveEntry tag = { .v = v, .mode = (unsigned)bits(atp, 63, 60) };
    tag.asid = tag.mode ? (unsigned)bits(atp, 59, 44) : 0;
    if (v) {
        tag.g_mode = (unsigned)bits(m->hgatp, 63, 60);
        tag.vmid = (unsigned)bits(m->hgatp, 57, 44);
    }
    return tag;
}

static bool same_tag(const NaiveEntry *a, const NaiveEntry *b)
{
    return a->v == b->v && a->mode == b->mode && a->g_mode == b->g_mode && a->asid == b->asid &&
           a->vmid == b->vmid;
}

/* The smallest entry of this tag that covers `va`, or NULL. */
static NaiveEntry *find(NaiveTlb *tlb, const NaiveEntry *tag, uint64_t va)
{
    NaiveEntry *found = NULL;
    for (NaiveEntry *e = tlb->entries; e < tlb->entries + tlb->n; e++)
        if (same_tag(e, tag) && same_piece(e->va, va, e->shift) &&
            (!found || e->shift < found->shift))
            found = e;
    return found;
}

static void drop(NaiveTlb *tlb, NaiveEntry *entry)
{
    *entry = tlb->entries[--tlb->n];
}

static bool entry_allows(const Naive *m, const NaiveAccess *access, const NaiveEntry *e)
{
    return (e->s_shift == BARE || naive_leaf_allows(m, access, false, e->s_pte)) &&
           (e->g_shift == BARE || naive_leaf_allows(m, access, true, e->g_pte));
}

static void remember(NaiveTlb *tlb, const NaiveEntry *tag, uint64_t va, const NaiveResult *r)
{
    NaiveEntry *old;
    while ((old = find(tlb, tag, va)))
        drop(tlb, old);
    if (tlb->n == NAIVE_TLB_ENTRIES)
        abort();
    NaiveEntry *e = &tlb->entries[tlb->n++];
    *e = *tag;
    e->s_shift = r->s_shift;
    e->g_shift = r->g_shift;
    e->shift = r->s_shift < r->g_shift ? r->s_shift : r->g_shift;
    uint64_t offset = va & (BIT(e->shift) - 1);
    e->va = va - offset;
    e->gpa = r->gpa.v - offset;
    e->spa = r->spa.v - offset;
    e->s_pte = r->s_pte;
    e->g_pte = r->g_pte;
    e->global = r->global;
}

NaiveResult naive_tlb_translate(NaiveTlb *tlb, const NaiveAccess *access)
{
    const Naive *m = tlb->machine;
    NaiveEntry tag = tag_of(m, access->v);
    bool translates = access->priv != NAIVE_M && (tag.mode || tag.g_mode);
    const NaiveEntry *e = translates ? find(tlb, &tag, access->va.v) : NULL;
    if (e && entry_allows(m, access, e)) {
        tlb->hits++;
        return (NaiveResult){ .spa.v = e->spa + (access->va.v - e->va),
                              .gpa.v = e->gpa + (access->va.v - e->va) };
    }
    NaiveResult r = naive_translate(m, access);
    if (!r.status && translates && !tlb->forgets)
        remember(tlb, &tag, access->va.v, &r);
    return r;
}

void naive_tlb_forget(NaiveTlb *tlb, const NaiveAccess *access)
{
    NaiveEntry tag = tag_of(tlb->machine, access->v), *e = find(tlb, &tag, access->va.v);
    if (access->priv != NAIVE_M && e)
        drop(tlb, e);
}

/* norm:sfence_vma_all_asid_va, norm:sfence_vma_asid_only, norm:sfence_vma_va_all_asid, norm:sfence_vma_va_asid:
 * entries that contain leaf entries corresponding to the address, that match the ASID, except those of global
 * mappings. What has no first stage has no such entry. */
static bool first_stage_covers(const NaiveFence *fence, const NaiveEntry *e)
{
    if (e->s_shift == BARE)
        return false;
    if (!fence->any_id && (e->global || e->asid != fence->id))
        return false;
    return fence->any_address || same_piece(e->va, fence->address, e->s_shift);
}

unsigned naive_sfence_vma(NaiveTlb *tlb, bool v, const NaiveFence *fence)
{
    if (v)
        return naive_hfence_vvma(tlb, fence); /* norm:sfence_vma_v1 */
    unsigned taken = 0;
    for (unsigned i = tlb->n; i-- > 0;) {
        NaiveEntry *e = &tlb->entries[i];
        if (!e->v && first_stage_covers(fence, e)) { /* norm:sfence_vma_v0 */
            drop(tlb, e);
            taken++;
        }
    }
    return taken;
}

/* "Applies only to a single virtual machine, identified by the setting of hgatp.VMID when HFENCE.VVMA executes."
 * norm:hfence-vvma_mode, norm:hfence-vvma_limits */
unsigned naive_hfence_vvma(NaiveTlb *tlb, const NaiveFence *fence)
{
    unsigned vmid = (unsigned)bits(tlb->machine->hgatp, 57, 44), taken = 0;
    for (unsigned i = tlb->n; i-- > 0;) {
        NaiveEntry *e = &tlb->entries[i];
        if (e->v && e->vmid == vmid && first_stage_covers(fence, e)) {
            drop(tlb, e);
            taken++;
        }
    }
    return taken;
}

/* "Any entry whose guest virtual address maps to a guest physical address that matches the HFENCE.GVMA's address and
 * VMID arguments must be flushed." norm:hfence-gvma_op, norm:hfence-gvma_vmid; G bits of the G stage mean nothing. */
unsigned naive_hfence_gvma(NaiveTlb *tlb, const NaiveFence *fence)
{
    unsigned taken = 0;
    for (unsigned i = tlb->n; i-- > 0;) {
        NaiveEntry *e = &tlb->entries[i];
        if (e->v && e->g_shift != BARE && (fence->any_id || e->vmid == fence->id) &&
            (fence->any_address || same_piece(e->gpa, fence->address, e->g_shift))) {
            drop(tlb, e);
            taken++;
        }
    }
    return taken;
}
