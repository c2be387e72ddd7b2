/* SPDX-License-Identifier: MIT */
/*
 * test_timing_naive.c - the model of the shared machine against a second one that is slow and plain, access by access:
 * the same hits, victims, owners, write-backs, copies, and cycles waited for whom.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/random.h"
#include "mmu/timing/timing.h"
#include "tests/lib/naive_timing.h"

enum { DEVICE = 5, BASE = 0x80000000 };

typedef struct {
    Timing *model;
    Naive *naive;
    Partitions *parts;
    Trace trace;
    uint64_t units[NAIVE_HARTS];
    int64_t left[NAIVE_HARTS];
    uint64_t random;
    uint8_t owners
        [NAIVE_OWNERS]; /* of the model, by number of the naive one: the harts, then the device */
    const char *what;
} Pair;

/* Small enough that everything is full all the time. */
static TimingProfile small_profile(Replacement replacement, CacheHash hash)
{
    TimingProfile profile = *timing_profile_find("a53x4");
    profile.l1i = (CacheSize){ 1024, 2 };
    profile.l1d = (CacheSize){ 2048, 4 };
    profile.llc = (CacheSize){ 32768, 4 };
    profile.llc_replacement = replacement;
    profile.llc_hash = hash;
    return profile;
}

static Pair *pair_new(const TimingProfile *profile, uint64_t seed)
{
    Pair *pair = g_new0(Pair, 1);
    TimingConfig config = { *profile, seed };
    pair->parts = partitions_new();
    pair->model = timing_new(&config, NAIVE_HARTS, &pair->trace, pair->parts);
    pair->naive = naive_timing_new(profile, seed);
    pair->random = seed;
    for (unsigned i = 0; i < NAIVE_HARTS; i++) {
        timing_hart_clock(timing_hart(pair->model, i), &pair->units[i], &pair->left[i]);
        pair->owners[i] = timing_hart(pair->model, i)->owner;
    }
    return pair;
}

static void pair_free(Pair *pair)
{
    timing_free(pair->model);
    naive_timing_free(pair->naive);
    partitions_free(pair->parts);
    g_free(pair);
}

/* Addresses near those used before, in sequence, or anywhere; all harts share some of them. */
static uint64_t next_address(Pair *pair, unsigned hart)
{
    uint64_t r = random_next(&pair->random), own = hart * UINT64_C(0x100000);
    switch (r >> 60) {
    case 0:
    case 1: return BASE + (r & 0x1ffff);
    case 2:
    case 3:
    case 4: return BASE + own + (pair->units[hart] & 0x7fff);
    case 5: return BASE + own + (r & 0x3ffff);
    default: return BASE + own + (r & 0xfff);
    }
}

static void device_access(Pair *pair, uint64_t at, bool write)
{
    uint64_t now = pair->units[0];
    for (unsigned i = 1; i < NAIVE_HARTS; i++)
        now = MIN(now, pair->units[i]);
    timing_dma(pair->model, (Spa){ at }, 64, write, requester_device(DEVICE), now);
    naive_timing_dma(pair->naive, NAIVE_HARTS, at, write, now);
}

static void hart_access(Pair *pair, unsigned hart, unsigned kind, uint64_t at)
{
    TimingHart *h = timing_hart(pair->model, hart);
    NaiveHart *naive = &pair->naive->harts[hart];
    naive->now = timing_now(h);
    uint64_t waited = naive->waited;
    if (kind < 5) {
        timing_data(h, (Spa){ at & ~UINT64_C(7) }, 8, false);
        naive_timing_load(pair->naive, hart, at);
    } else if (kind < 8) {
        timing_data(h, (Spa){ at & ~UINT64_C(7) }, 8, true);
        naive_timing_store(pair->naive, hart, at);
    } else {
        timing_fetch(h, (Spa){ at });
        naive_timing_fetch(pair->naive, hart, at);
    }
    cr_assert_eq(h->stall, naive->waited - waited, "%s: hart %u waits %lu, naively %lu", pair->what,
                 hart, (unsigned long)h->stall, (unsigned long)(naive->waited - waited));
    pair->units[hart] += h->stall + 1 + (random_next(&pair->random) & 15);
    h->stall = 0;
}

/* The hart that is furthest behind comes next, or any that is not far ahead of it. */
static void step(Pair *pair)
{
    uint64_t r = random_next(&pair->random);
    unsigned hart = r % NAIVE_HARTS;
    for (unsigned i = 0; i < NAIVE_HARTS; i++) {
        if (pair->units[hart] > pair->units[i] + 1000)
            hart = i;
    }
    uint64_t at = next_address(pair, hart);
    if ((r >> 8 & 0x3ff) == 0)
        device_access(pair, at & ~UINT64_C(63), r >> 20 & 1);
    else
        hart_access(pair, hart, (r >> 24) % 10, at);
}

static void compare_counts(const Pair *pair)
{
    const TimingCounts *counts = &pair->model->counts;
    for (unsigned i = 0; i < NAIVE_HARTS; i++) {
        const uint64_t *n = counts->counts[pair->owners[i]].n;
        cr_assert_eq(n[COUNT_LLC_HITS], pair->naive->hits[i], "%s: hits", pair->what);
        cr_assert_eq(n[COUNT_LLC_MISSES], pair->naive->misses[i], "%s: misses", pair->what);
        cr_assert_eq(n[COUNT_WRITE_BACKS], pair->naive->write_backs[i], "%s: write-backs",
                     pair->what);
        for (unsigned by = 0; by < NAIVE_HARTS; by++) {
            uint8_t a = pair->owners[i], b = pair->owners[by];
            cr_assert_eq(counts->evictions[a][b], pair->naive->evictions[i][by],
                         "%s: lines of %u lost to %u", pair->what, i, by);
            cr_assert_eq(counts->waits[a][b], pair->naive->waits[i][by], "%s: waits of %u for %u",
                         pair->what, i, by);
        }
    }
}

static int later(const void *a, const void *b)
{
    const NaiveLine *x = a, *y = b;
    return x->used < y->used ? 1 : x->used > y->used ? -1 : 0;
}

static void compare_l1(const Pair *pair, const L1 *l1, const NaiveCache *naive)
{
    for (unsigned set = 0; set < naive->sets; set++) {
        NaiveLine sorted[8] = { 0 };
        memcpy(sorted, &naive->lines[set * naive->ways], sizeof *sorted * naive->ways);
        qsort(sorted, naive->ways, sizeof *sorted, later);
        for (unsigned i = 0; i < naive->ways; i++) {
            uint64_t entry = l1->entries[set * naive->ways + i];
            cr_assert_eq(!!(entry & L1_VALID), sorted[i].valid, "%s", pair->what);
            if (!sorted[i].valid)
                continue;
            cr_assert_eq(l1_line(entry), sorted[i].line, "%s", pair->what);
            cr_assert_eq(!!(entry & L1_DIRTY), sorted[i].dirty, "%s", pair->what);
            cr_assert_eq(!!(entry & L1_EXCLUSIVE), sorted[i].exclusive, "%s", pair->what);
            cr_assert_not_null(naive_timing_find(pair->naive, &pair->naive->llc, sorted[i].line),
                               "%s: the shared cache includes it", pair->what);
        }
    }
}

static void compare_line(const Pair *pair, unsigned set, unsigned way)
{
    const Llc *llc = &pair->model->llc;
    const NaiveLine *naive = &pair->naive->llc.lines[set * llc->cache.ways + way];
    uint64_t tag = llc->cache.tags[set * llc->cache.ways + way];
    const LlcLine *what = llc_line(llc, set, way);
    cr_assert_eq(tag, naive->valid ? naive->line : CACHE_NONE, "%s: set %u way %u", pair->what, set,
                 way);
    if (!naive->valid)
        return;
    cr_assert_eq(what->owner, pair->owners[naive->owner], "%s", pair->what);
    cr_assert_eq(!!(what->flags & LLC_DIRTY), naive->dirty, "%s", pair->what);
    cr_assert_eq(!!(what->flags & LLC_CODE), naive->code, "%s", pair->what);
    for (unsigned i = 0; i < NAIVE_HARTS; i++) {
        const NaiveHart *h = &pair->naive->harts[i];
        cr_assert_eq(what->data >> i & 1, naive_timing_find(pair->naive, &h->data, tag) != NULL);
        cr_assert_eq(what->code >> i & 1, naive_timing_find(pair->naive, &h->code, tag) != NULL);
    }
}

static void compare_contents(const Pair *pair)
{
    const Llc *llc = &pair->model->llc;
    uint32_t occupancy[OWNERS_MAX][4] = { { 0 } };
    for (unsigned set = 0; set < cache_sets(&llc->cache); set++) {
        for (unsigned way = 0; way < llc->cache.ways; way++) {
            compare_line(pair, set, way);
            uint64_t tag = llc->cache.tags[set * llc->cache.ways + way];
            if (tag != CACHE_NONE)
                occupancy[llc_line(llc, set, way)->owner][tag * 64 / 4096 % llc->colors]++;
        }
    }
    for (unsigned i = 0; i < NAIVE_HARTS; i++) {
        const TimingHart *h = timing_hart(pair->model, i);
        compare_l1(pair, &h->data, &pair->naive->harts[i].data);
        compare_l1(pair, &h->code, &pair->naive->harts[i].code);
        for (unsigned color = 0; color < llc->colors; color++)
            cr_assert_eq(llc->occupancy[pair->owners[i] * llc->colors + color],
                         occupancy[pair->owners[i]][color], "%s: occupancy", pair->what);
    }
}

static void run(Pair *pair, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        step(pair);
        if (i % 256 == 0)
            compare_counts(pair);
        if (i % 32768 == 0)
            compare_contents(pair);
    }
    compare_counts(pair);
    compare_contents(pair);
}

enum { STEPS = 1700000 };

Test(timing_naive, same_hits_victims_owners_and_waits, .timeout = 120)
{
    for (Replacement replacement = 0; replacement < REPLACE_COUNT; replacement++) {
        for (CacheHash hash = 0; hash < HASH_COUNT; hash++) {
            TimingProfile profile = small_profile(replacement, hash);
            Pair *pair = pair_new(&profile, 1 + replacement * 2 + hash);
            g_autofree char *what = g_strdup_printf("%s, hash %s", replacement_names[replacement],
                                                    cache_hash_names[hash]);
            pair->what = what;
            run(pair, STEPS);
            cr_expect(pair->naive->write_backs[0] > STEPS / 1000, "%s: there is something to see",
                      what);
            cr_expect(pair->naive->evictions[0][1] && pair->naive->waits[0][1]);
            pair_free(pair);
        }
    }
}

/* Harts 0 and 1 have half of the ways each, hart 2 one way for data and another for code, hart 3 all. */
Test(timing_naive, limits_of_ways_are_kept_and_seen_through, .timeout = 60)
{
    static const uint64_t ways[NAIVE_HARTS][2] = { { 3, 3 }, { 12, 12 }, { 2, 8 }, { 15, 15 } };
    for (Replacement replacement = 0; replacement < REPLACE_COUNT; replacement++) {
        TimingProfile profile = small_profile(replacement, HASH_NONE);
        Pair *pair = pair_new(&profile, 77 + replacement);
        Qos *qos = qos_new(&(QosConfig){ .n_rcids = 4, .n_mcids = 4, .ways = 4 }, NULL);
        pair->what = replacement_names[replacement];
        timing_use_qos(pair->model, qos);
        for (unsigned i = 0; i < NAIVE_HARTS; i++) {
            timing_hart_qos(timing_hart(pair->model, i), i, 3 - i);
            for (unsigned type = 0; type < QOS_TYPES; type++) {
                qos->capacity[qos_account(i, type)].ways = ways[i][type];
                pair->naive->harts[i].allowed[type] = ways[i][type];
            }
            /* Of the bus each may have as much as there is. */
            qos->bandwidth[qos_account(i, QOS_DATA)].reserved = QOS_BLOCKS;
        }
        run(pair, 300000);
        uint64_t lines = 0;
        for (unsigned i = 0; i < NAIVE_HARTS; i++)
            lines += timing_llc_occupancy(pair->model, 3 - i, QOS_DATA) +
                     timing_llc_occupancy(pair->model, 3 - i, QOS_CODE);
        cr_expect_eq(lines, profile.llc.size, "%s: all is somebody's", pair->what);
        for (unsigned i = 0; i < NAIVE_HARTS; i++) {
            uint64_t own = timing_llc_occupancy(pair->model, 3 - i, QOS_DATA) / profile.line;
            cr_expect_eq(own, qos->lines[qos_account(i, QOS_DATA)], "%s: both count", pair->what);
        }
        timing_use_qos(pair->model, NULL);
        qos_free(qos);
        pair_free(pair);
    }
}

static void save(Timing *model, GByteArray *out)
{
    StateSaver saver;
    state_saver_init(&saver, out);
    timing_visit(model, &saver.visitor);
}

Test(timing_naive, a_saved_model_goes_on_the_same_way, .timeout = 60)
{
    for (Replacement replacement = 0; replacement < REPLACE_COUNT; replacement++) {
        TimingProfile profile = small_profile(replacement, HASH_XOR);
        Pair *pair = pair_new(&profile, 5 + replacement);
        g_autoptr(GByteArray) saved = g_byte_array_new(), again = g_byte_array_new();
        StateLoader loader;
        pair->what = replacement_names[replacement];
        run(pair, 100000);
        save(pair->model, saved);
        TimingConfig config = { profile, 12345 };
        Timing *other = timing_new(&config, NAIVE_HARTS, &pair->trace, pair->parts);
        for (unsigned i = 0; i < NAIVE_HARTS; i++)
            timing_hart_clock(timing_hart(other, i), &pair->units[i], &pair->left[i]);
        timing_dma(other, (Spa){ BASE }, 4096, true, requester_device(3), 0);
        timing_data(timing_hart(other, 1), (Spa){ BASE }, 8, true);
        state_loader_init(&loader, saved->data, saved->len);
        timing_visit(other, &loader.visitor);
        cr_assert_null(loader.error, "%s", loader.error ? loader.error->message : "");
        cr_expect(loader.at == loader.end);
        save(other, again);
        cr_assert(saved->len == again->len && !memcmp(saved->data, again->data, saved->len));
        timing_free(pair->model);
        pair->model = other;
        run(pair, 100000);
        pair_free(pair);
    }
}
