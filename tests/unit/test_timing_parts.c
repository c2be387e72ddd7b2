/* SPDX-License-Identifier: MIT */
/*
 * test_timing_parts.c - parts of the model of the shared machine against plain ones: the bus's calendar, a TLB, the
 * buckets of latencies.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "emu/base/random.h"
#include "mmu/timing/bus_calendar.h"
#include "mmu/timing/counts.h"
#include "mmu/timing/tlb_model.h"

enum { REQUESTS = 3000, SPAN = 2048 };

/* What path_transfer does without limits. */
static uint64_t take(Calendar *cal, uint64_t at, uint8_t owner)
{
    uint64_t slot = calendar_next_free(cal, calendar_slot(cal, at));
    calendar_book(cal, slot, owner);
    return slot;
}

static void shuffle(uint64_t *at, unsigned n, uint64_t seed)
{
    for (unsigned i = n; i > 1; i--) {
        unsigned j = (unsigned)(random_at(seed + i) % i);
        uint64_t other = at[j];
        at[j] = at[i - 1];
        at[i - 1] = other;
    }
}

Test(timing_parts, the_calendar_gives_the_same_slots_in_any_order)
{
    for (unsigned round = 0; round < 50; round++) {
        uint64_t length = 256 + random_at(round) % 8000, at[REQUESTS];
        unsigned n = 1 + (unsigned)(random_at(round + 1000) % REQUESTS);
        uint64_t begin = random_at(round + 2000) >> 30, first_sum = 0;
        bool first_taken[CALENDAR_SLOTS] = { false };
        for (unsigned i = 0; i < n; i++)
            at[i] = begin + random_at(round * 10000 + i) % (SPAN * length >> 8);
        for (unsigned order = 0; order < 4; order++) {
            g_autofree Calendar *cal = g_new(Calendar, 1);
            bool taken[CALENDAR_SLOTS] = { false };
            uint64_t sum = 0;
            calendar_init(cal, length);
            shuffle(at, n, round + order);
            for (unsigned i = 0; i < n; i++) {
                uint64_t naive = at[i] * 256 / length, slot = take(cal, at[i], (uint8_t)i);
                while (taken[naive % CALENDAR_SLOTS])
                    naive++;
                cr_assert_eq(slot, naive);
                cr_assert_eq(calendar_owner(cal, slot), (uint8_t)i);
                taken[slot % CALENDAR_SLOTS] = true;
                sum += slot;
            }
            if (!order) {
                memcpy(first_taken, taken, sizeof taken);
                first_sum = sum;
            }
            cr_assert(!memcmp(first_taken, taken, sizeof taken), "the same slots are taken");
            cr_assert_eq(sum, first_sum, "and all together wait as long");
        }
    }
}

Test(timing_parts, slots_and_cycles_agree)
{
    for (unsigned i = 0; i < 100000; i++) {
        Calendar cal = { .length = 256 + random_at(i) % 100000 };
        uint64_t slot = random_at(i + 1) >> 34, begin = calendar_begin(&cal, slot);
        cr_assert_eq(calendar_slot(&cal, begin), slot, "its first cycle is in it");
        cr_assert(!begin || calendar_slot(&cal, begin - 1) < slot, "and the one before is not");
    }
}

Test(timing_parts, buckets_of_latencies_hold_what_they_say)
{
    for (uint64_t cycles = 0; cycles < 100000; cycles++) {
        unsigned bucket = latency_bucket(cycles);
        cr_assert(bucket < LATENCY_BUCKETS);
        cr_assert(latency_floor(bucket) <= cycles, "%lu", (unsigned long)cycles);
        cr_assert(bucket == LATENCY_BUCKETS - 1 || cycles < latency_floor(bucket + 1), "%lu",
                  (unsigned long)cycles);
    }
    cr_expect_eq(latency_bucket(UINT64_MAX), LATENCY_BUCKETS - 1);
}

/* A TLB as a list: entries in any order, with the set they are in. */
typedef struct {
    bool there, global;
    uint64_t va, gpa, size, space, used;
    unsigned set;
} Listed;

enum { LISTED = 64 };

typedef struct {
    Listed list[LISTED];
    unsigned n, sets, ways;
    uint64_t uses;
} List;

static Listed *list_find(List *list, uint64_t va, TlbSpace space)
{
    Listed *best = NULL;
    for (unsigned i = 0; i < list->n; i++) {
        Listed *e = &list->list[i];
        bool same = e->space == space.id || (e->global && e->space >> 16 == space.id >> 16);
        if (e->there && same && va - e->va < e->size)
            best = e;
    }
    return best;
}

static void list_fill(List *list, uint64_t va, uint64_t gpa, unsigned shift, TlbSpace space,
                      bool global)
{
    unsigned set = (unsigned)((va >> shift) % list->sets);
    Listed *at = NULL;
    for (unsigned i = set * list->ways; i < (set + 1) * list->ways; i++) {
        Listed *e = &list->list[i];
        if (!at || (at->there && (!e->there || e->used < at->used)))
            at = e;
    }
    uint64_t size = UINT64_C(1) << shift;
    g_assert(at);
    *at = (Listed){ true, global,   va & ~(size - 1), gpa & ~(size - 1),
                    size, space.id, ++list->uses,     set };
}

static void list_fence(List *list, const TlbFence *f)
{
    for (unsigned i = 0; i < list->n; i++) {
        Listed *e = &list->list[i];
        bool guest = e->space >> 32 & 1;
        if (guest != f->guest || (guest && !f->any_vmid && (e->space >> 16 & 0xffff) != f->vmid))
            continue;
        if (!f->any_address && f->address - (f->g_stage ? e->gpa : e->va) >= e->size)
            continue;
        if (!f->g_stage && !f->any_asid && (e->global || (e->space & 0xffff) != f->asid))
            continue;
        e->there = false;
    }
}

static TlbFence random_fence(uint64_t r)
{
    bool guest = r & 1;
    return (TlbFence){ .guest = guest,
                       .g_stage = guest && r & 2,
                       .any_vmid = guest && r & 4,
                       .any_address = r & 8,
                       .any_asid = r & 16,
                       .vmid = guest ? r >> 8 & 1 : 0,
                       .asid = r >> 9 & 3,
                       .address = r >> 16 & 0xffffff };
}

/* Where two entries can answer, which one is used is left open; so no global entries beside others of their page. */
Test(timing_parts, a_tlb_holds_what_a_list_would)
{
    static const TlbSize sizes[] = { { 10, 0 }, { 32, 0 }, { 64, 4 }, { 16, 1 }, { 1, 1 } };
    for (unsigned k = 0; k < G_N_ELEMENTS(sizes); k++) {
        TlbModel tlb;
        List list = { .n = sizes[k].entries };
        list.ways = sizes[k].ways ? sizes[k].ways : list.n;
        list.sets = list.n / list.ways;
        uint64_t hits = 0, n = 400000;
        tlb_model_init(&tlb, sizes[k]);
        for (uint64_t i = 0; i < n; i++) {
            uint64_t r = random_at(k * n + i), va = r >> 20 & 0x3ffff;
            bool guest = r & 1, large = va >> 17 & 1, global = (va >> 16 & 3) == 1;
            TlbSpace space = tlb_space(guest, r >> 1 & 1, global ? 0 : r >> 2 & 3);
            Listed *wanted = list_find(&list, va, space);
            const ModelEntry *found = tlb_model_use(&tlb, va, space);
            cr_assert_eq(found != NULL, wanted != NULL, "TLB %u, access %lu", k, (unsigned long)i);
            hits += found != NULL;
            if (wanted) {
                wanted->used = ++list.uses;
                cr_assert_eq(found->gpage << found->shift, wanted->gpa);
                cr_assert_eq(found->global, wanted->global);
            } else {
                unsigned shift = large ? 15 : 12;
                uint64_t gpa = r >> 10 & 0xffffff;
                list_fill(&list, va, gpa, shift, space, global);
                tlb_model_fill(&tlb, va, gpa, shift, space, global);
            }
            if (r >> 56 == 0) {
                TlbFence fence = random_fence(random_at(r));
                list_fence(&list, &fence);
                tlb_model_fence(&tlb, &fence);
            }
        }
        cr_expect(hits > n / 1000 && hits < n * 99 / 100, "TLB %u: %lu hits", k,
                  (unsigned long)hits);
        tlb_model_free(&tlb);
    }
}

Test(timing_parts, a_global_entry_is_there_for_all_asids_of_its_guest)
{
    TlbModel tlb;
    tlb_model_init(&tlb, (TlbSize){ 8, 0 });
    tlb_model_fill(&tlb, 0x5000, 0x9000, 12, tlb_space(true, 2, 7), true);
    cr_expect_not_null(tlb_model_use(&tlb, 0x5008, tlb_space(true, 2, 9)));
    cr_expect_null(tlb_model_use(&tlb, 0x5008, tlb_space(true, 3, 7)));
    cr_expect_null(tlb_model_use(&tlb, 0x5008, tlb_space(false, 0, 7)));
    cr_expect_null(tlb_model_use(&tlb, 0x6000, tlb_space(true, 2, 7)));
    tlb_model_fence(&tlb, &(TlbFence){ .guest = true, .vmid = 2, .any_address = true, .asid = 7 });
    cr_expect_not_null(tlb_model_use(&tlb, 0x5008, tlb_space(true, 2, 7)), "spared by ASID");
    tlb_model_fence(&tlb,
                    &(TlbFence){ .guest = true, .vmid = 2, .g_stage = true, .address = 0x9fff });
    cr_expect_null(tlb_model_use(&tlb, 0x5008, tlb_space(true, 2, 7)), "not by its G stage");
    tlb_model_free(&tlb);
    tlb_model_init(&tlb, (TlbSize){ 0, 0 });
    tlb_model_fill(&tlb, 0, 0, 12, tlb_space(false, 0, 0), false);
    cr_expect_null(tlb_model_use(&tlb, 0, tlb_space(false, 0, 0)), "none at all");
    tlb_model_free(&tlb);
}

Test(timing_parts, owners_too_many_share_the_last_number)
{
    g_autofree TimingCounts *counts = g_new0(TimingCounts, 1);
    for (unsigned i = 0; i < 600; i++) {
        Owner owner = { (uint16_t)(i / 8), (uint16_t)(i % 8) };
        cr_expect_eq(counts_owner(counts, owner), MIN(i, OWNER_OTHERS));
        cr_expect_eq(counts_owner(counts, owner), MIN(i, OWNER_OTHERS), "again");
    }
    cr_expect_eq(counts->n_owners, OWNERS_MAX);
    for (unsigned i = 0; i < COUNTS; i++)
        cr_expect_not_null(count_names[i]);
    for (unsigned i = 0; i < STALLS; i++)
        cr_expect_not_null(stall_names[i]);
}
