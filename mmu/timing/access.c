/* SPDX-License-Identifier: MIT */
/* access.c - what a hart does that the first comparison did not settle: L1s, TLBs, walks; see timing.h. */
#include "mmu/timing/path.h"

void timing_fetch_line(TimingHart *h, uint64_t line)
{
    if (l1_use(&h->code, line))
        return;
    path_count(h, COUNT_L1I_MISSES);
    uint64_t entry = path_bring(h, line, LINE_CODE, false);
    path_left(h, l1_insert(&h->code, entry), true);
}

void timing_read_line(TimingHart *h, uint64_t line, LineKind kind)
{
    uint64_t *at = l1_use(&h->data, line);
    if (at) {
        if (*at & L1_PENDING && path_arrive(h, line, true))
            *at &= ~(uint64_t)L1_PENDING;
        return;
    }
    path_count(h, COUNT_L1D_MISSES);
    uint64_t entry = path_bring(h, line, kind, false);
    path_left(h, l1_insert(&h->data, entry), false);
}

/* A store waits for nothing but room among what is on its way. */
void timing_write_line(TimingHart *h, uint64_t line)
{
    uint64_t *at = l1_use(&h->data, line);
    if (!at) {
        path_count(h, COUNT_L1D_MISSES);
        uint64_t entry = path_bring(h, line, LINE_DATA, true);
        path_left(h, l1_insert(&h->data, entry), false);
        return;
    }
    if (*at & L1_PENDING && path_arrive(h, line, false))
        *at &= ~(uint64_t)L1_PENDING;
    if (!(*at & L1_EXCLUSIVE))
        path_own(h, at);
    *at |= L1_DIRTY;
}

static void stall(TimingHart *h, StallCause cause, uint64_t cycles)
{
    h->mine->stall[cause] += cycles;
    h->stall += cycles;
}

enum { PTE_SHIFT = 3 };

void timing_walk(TimingHart *h, Spa pte, bool write, bool leaf)
{
    uint64_t line = pte.v >> h->line_shift;
    if (!write) {
        TlbSpace any = { 0 };
        if (!leaf && tlb_model_use(&h->walk_cache, pte.v, any)) {
            path_count(h, COUNT_WALK_HITS);
            return;
        }
        if (!leaf)
            tlb_model_fill(&h->walk_cache, pte.v, 0, PTE_SHIFT, any, false);
    }
    path_count(h, COUNT_WALK_READS);
    stall(h, STALL_WALK, h->timing->config.profile.walk_cycles);
    timing_read_line(h, line, LINE_WALK);
    if (write)
        timing_write_line(h, line);
}

bool timing_tlb_below(TimingHart *h, bool fetch, uint64_t va, TlbSpace space)
{
    path_count(h, fetch ? COUNT_TLB_I_MISSES : COUNT_TLB_D_MISSES);
    const ModelEntry *e = tlb_model_use(&h->tlb_l2, va, space);
    if (!e) {
        path_count(h, fetch ? COUNT_TLB_I_REFILLS : COUNT_TLB_D_REFILLS);
        return false;
    }
    stall(h, STALL_WALK, h->timing->config.profile.tlb_l2_cycles);
    tlb_model_fill(fetch ? h->tlb_i : h->tlb_d, va, e->gpage << e->shift, e->shift,
                   (TlbSpace){ e->space }, e->global);
    return true;
}

void timing_tlb_fill(TimingHart *h, bool fetch, uint64_t va, Gpa gpa, unsigned shift,
                     TlbSpace space, bool global)
{
    tlb_model_fill(fetch ? h->tlb_i : h->tlb_d, va, gpa.v, shift, space, global);
    tlb_model_fill(&h->tlb_l2, va, gpa.v, shift, space, global);
}

void timing_tlb_fence(TimingHart *h, const TlbFence *fence)
{
    tlb_model_fence(h->tlb_i, fence);
    tlb_model_fence(h->tlb_d, fence);
    tlb_model_fence(&h->tlb_l2, fence);
    tlb_model_clear(&h->walk_cache);
}

static void empty(TimingHart *h, const L1 *l1, bool code)
{
    for (uint64_t i = 0; i < (l1->set_mask + 1) * l1->ways; i++) {
        path_left(h, l1->entries[i], code);
        l1->entries[i] = 0;
    }
}

void path_empty_data(TimingHart *h)
{
    empty(h, &h->data, false);
}

void timing_fence_i(TimingHart *h)
{
    empty(h, &h->code, true);
}
