/* SPDX-License-Identifier: MIT */
/* state.c - the model's state: what is saved, and what a saved state must be made to be; see timing.h. */
#include <stdio.h>
#include <string.h>

#include "mmu/timing/path.h"

// clang-format off
static const StateField hart_fields[] = {
    STATE(TimingHart, stall), STATE(TimingHart, rcid), STATE(TimingHart, mcid), STATE(TimingHart, guest), STATE(TimingHart, vmid),
    STATE_WORDS(TimingHart, since), STATE_WORDS(TimingHart, events), STATE_WORDS(TimingHart, flights),
    STATE_WORDS(TimingHart, streams), STATE(TimingHart, stream_clock), STATE_END,
};
static const StateField timing_fields[] = { STATE_WORDS(Timing, bytes), STATE(Timing, sweep), STATE_END };
// clang-format on

static void hart_loaded(void *object)
{
    TimingHart *h = object;
    h->rcid %= QOS_MAX_IDS;
    h->mcid %= QOS_MAX_IDS;
}

static const StateDesc hart_state = { "timing", 1, hart_fields, hart_loaded };
static const StateDesc timing_state = { "timing", 1, timing_fields, NULL };

static void visit_l1(const L1 *l1, const char *name, StateVisitor *visitor)
{
    visitor->blob(visitor, name, l1->entries, sizeof(uint64_t) * (l1->set_mask + 1) * l1->ways);
}

static void visit_hart(TimingHart *h, StateVisitor *visitor)
{
    char name[16];
    snprintf(name, sizeof name, "timing%u", h->id);
    state_visit(visitor, name, &hart_state, h);
    visit_l1(&h->data, "l1d", visitor);
    visit_l1(&h->code, "l1i", visitor);
    tlb_model_visit(h->tlb_d, "tlb.d", visitor);
    tlb_model_visit(h->tlb_i, "tlb.i", visitor);
    tlb_model_visit(&h->tlb_l2, "tlb.l2", visitor);
    tlb_model_visit(&h->walk_cache, "tlb.walk", visitor);
}

/* Is the entry one that can be where it is: a line of that set which the LLC has there, and no second one? */
static bool is_legal(const Timing *t, const L1 *l1, const uint64_t *at)
{
    uint64_t line = l1_line(*at);
    unsigned way = (unsigned)(*at >> L1_WAY_SHIFT);
    unsigned set = cache_set(&t->llc.cache, line);
    return *at & L1_VALID && l1_set(l1, line) == at - (at - l1->entries) % l1->ways &&
           way < t->llc.cache.ways && *cache_tag(&t->llc.cache, set, way) == line &&
           l1_find(l1, line) == at;
}

/* Takes out what cannot be, and tells the LLC of the rest. */
static void made_legal(Timing *t, TimingHart *h, const L1 *l1, bool code)
{
    for (uint64_t *set = l1->entries; set < l1->entries + (l1->set_mask + 1) * l1->ways;
         set += l1->ways) {
        unsigned kept = 0;
        for (unsigned i = 0; i < l1->ways; i++) {
            uint64_t entry = set[i];
            if (!is_legal(t, l1, &set[i])) {
                set[i] = 0;
                continue;
            }
            uint64_t line = l1_line(entry);
            LlcLine *what = llc_line(&t->llc, cache_set(&t->llc.cache, line),
                                     (unsigned)(entry >> L1_WAY_SHIFT));
            *(code ? &what->code : &what->data) |= UINT32_C(1) << h->id;
            set[i] = 0;
            set[kept++] = entry;
        }
    }
}

/* Only one hart may write a line; what another one has written the LLC has. */
static void make_shared_legal(Timing *t, L1 *l1)
{
    for (uint64_t i = 0; i < (l1->set_mask + 1) * l1->ways; i++) {
        uint64_t *entry = &l1->entries[i];
        if (!*entry)
            continue;
        LlcLine *what = llc_line(&t->llc, cache_set(&t->llc.cache, l1_line(*entry)),
                                 (unsigned)(*entry >> L1_WAY_SHIFT));
        if (*entry & L1_EXCLUSIVE && !(what->data & (what->data - 1)))
            continue;
        what->flags |= *entry & L1_DIRTY ? LLC_DIRTY : 0;
        *entry &= ~(uint64_t)(L1_EXCLUSIVE | L1_DIRTY);
    }
}

enum { LONGEST_FLIGHT = 1 << 22 };

/* Tags are ones that there are. */
static void make_tags_legal(Timing *t)
{
    unsigned rcids = t->qos ? t->qos->config.n_rcids : QOS_MAX_IDS;
    unsigned mcids = t->qos ? t->qos->config.n_mcids : QOS_MAX_IDS;
    for (uint64_t i = 0; i < t->llc.n_lines; i++) {
        LlcLine *what = &t->llc.lines[i];
        what->data = what->code = 0;
        what->rcid %= rcids;
        what->mcid %= mcids;
    }
    for (unsigned i = 0; i < t->n_harts; i++) {
        t->harts[i].rcid %= rcids;
        t->harts[i].mcid %= mcids;
    }
    t->sweep %= t->llc.n_lines;
}

static void timing_loaded(Timing *t)
{
    make_tags_legal(t);
    for (unsigned i = 0; i < t->n_harts; i++) {
        TimingHart *h = &t->harts[i];
        made_legal(t, h, &h->data, false);
        made_legal(t, h, &h->code, true);
        path_find_owner(h);
    }
    for (unsigned i = 0; i < t->n_harts; i++) {
        TimingHart *h = &t->harts[i];
        make_shared_legal(t, &h->data);
        for (unsigned f = 0; f < TIMING_MAX_OUTSTANDING; f++) {
            if (h->flights[f].done > timing_now(h) + LONGEST_FLIGHT)
                memset(&h->flights[f], 0, sizeof h->flights[f]);
        }
    }
}

void timing_visit(Timing *t, StateVisitor *visitor)
{
    state_visit(visitor, "timing", &timing_state, t);
    counts_visit(&t->counts, visitor);
    llc_visit(&t->llc, visitor);
    calendar_visit(&t->calendar, visitor);
    for (unsigned i = 0; i < t->n_harts; i++)
        visit_hart(&t->harts[i], visitor);
    if (visitor->loads)
        timing_loaded(t);
}
