/* SPDX-License-Identifier: MIT */
/*
 * test_timing.c - facts about the model of the shared machine that the reference and the profiles give: colours, what an
 * access costs alone, who is to blame for what, what is legal in a saved state.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "emu/base/random.h"
#include "mmu/timing/timing.h"

enum { HARTS = 3, BASE = 0x80000000, NS_A53_MISS = 111 };

typedef struct {
    Timing *t;
    Partitions *parts;
    Trace trace;
    uint64_t units[HARTS];
    int64_t left[HARTS];
} Rig;

static Rig *rig_new(const TimingProfile *profile)
{
    Rig *rig = g_new0(Rig, 1);
    TimingConfig config = { *profile, 1 };
    rig->parts = partitions_new();
    rig->t = timing_new(&config, HARTS, &rig->trace, rig->parts);
    for (unsigned i = 0; i < HARTS; i++)
        timing_hart_clock(timing_hart(rig->t, i), &rig->units[i], &rig->left[i]);
    return rig;
}

static void rig_free(Rig *rig)
{
    timing_free(rig->t);
    partitions_free(rig->parts);
    g_free(rig);
}

/* Cycles that the hart waits for an access, which pass. */
static uint64_t access(Rig *rig, unsigned hart, uint64_t at, bool write)
{
    TimingHart *h = timing_hart(rig->t, hart);
    timing_data(h, (Spa){ at }, 8, write);
    uint64_t stall = h->stall;
    rig->units[hart] += stall + 1;
    h->stall = 0;
    return stall;
}

static uint64_t load(Rig *rig, unsigned hart, uint64_t at)
{
    return access(rig, hart, at, false);
}

static uint64_t store(Rig *rig, unsigned hart, uint64_t at)
{
    return access(rig, hart, at, true);
}

static OwnerCounts *counts(Rig *rig, unsigned hart)
{
    return timing_hart(rig->t, hart)->mine;
}

static TimingProfile named(const char *name)
{
    return *timing_profile_find(name);
}

Test(timing, colors_are_those_of_the_reference)
{
    TimingProfile rocket = named("rocket6"), a53 = named("a53x4");
    cr_expect_eq(timing_color(&rocket, 0x80417000), 7);
    cr_expect_eq(timing_colors(&rocket), 16);
    cr_expect_eq(rocket.llc.size / timing_colors(&rocket), 32 << 10, "32 KiB a colour");
    cr_expect_eq(timing_colors(&a53), 16);
    Llc llc;
    llc_init(&llc, &(TimingConfig){ rocket, 0 });
    cr_expect_eq(cache_sets(&llc.cache), 1024);
    cr_expect_eq(cache_set(&llc.cache, 0x80417000 / 64), 7 * 64);
    cr_expect_eq(cache_set(&llc.cache, 0x80417fc0 / 64), 7 * 64 + 63);
    cr_expect_eq(llc_color(&llc, 0x80417fc0 / 64), 7);
    for (unsigned page = 0; page < 4096; page++) {
        uint64_t at = BASE + page * UINT64_C(4096);
        unsigned set = cache_set(&llc.cache, at / 64 + page % 64);
        cr_assert_eq(set / 64, timing_color(&rocket, at), "sets of other colours are others");
    }
    llc_free(&llc);
}

Test(timing, all_profiles_can_be_modelled_and_bad_ones_say_why)
{
    static const struct {
        size_t at;
        unsigned value;
        const char *what;
    } bad[] = {
        { offsetof(TimingProfile, line), 48, "line=48" },
        { offsetof(TimingProfile, llc.ways), 0, "llc.ways=0" },
        { offsetof(TimingProfile, llc.ways), 65, "llc.ways=65" },
        { offsetof(TimingProfile, llc.ways), 12, "llc.size=" },
        { offsetof(TimingProfile, l1d.ways), 3, "l1d.size=" },
        { offsetof(TimingProfile, outstanding), 0, "bus.outstanding=0" },
        { offsetof(TimingProfile, outstanding), 17, "bus.outstanding=17" },
        { offsetof(TimingProfile, service_ps), 0, "bus.service=0" },
        { offsetof(TimingProfile, service_ps), 100, "bus.service=100" },
        { offsetof(TimingProfile, tlb_d.entries), 0, "tlb_d.entries=0" },
        { offsetof(TimingProfile, tlb_l2.ways), 5, "tlb_l2.ways=5" },
    };
    for (unsigned i = 0; timing_profile_at(i); i++)
        cr_expect(timing_profile_check(timing_profile_at(i), NULL));
    cr_expect_null(timing_profile_find("a53x5"));
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        TimingProfile profile = named("a53x4");
        g_autoptr(GError) error = NULL;
        memcpy((char *)&profile + bad[i].at, &bad[i].value, sizeof bad[i].value);
        cr_assert(!timing_profile_check(&profile, &error), "%s", bad[i].what);
        cr_expect(g_str_has_prefix(error->message, bad[i].what), "%s: %s", bad[i].what,
                  error->message);
    }
    TimingProfile profile = named("a53x4");
    profile.llc = (CacheSize){ 12 << 16, 12 };
    cr_expect(timing_profile_check(&profile, NULL), "12 ways of 1024 sets");
    profile.llc_replacement = REPLACE_PLRU;
    cr_expect(!timing_profile_check(&profile, NULL), "which no tree has");
}

Test(timing, what_an_access_costs_alone)
{
    TimingProfile p = named("a53x4");
    Rig *rig = rig_new(&p);
    uint64_t miss = load(rig, 0, BASE);
    double ns = (double)miss * 1e9 / (double)p.clock_hz;
    cr_expect(ns > NS_A53_MISS - 1 && ns < NS_A53_MISS + 1, "%.1f ns; published about 111", ns);
    cr_expect_eq(load(rig, 0, BASE + 56), 0, "the L1D has it");
    for (unsigned i = 1; i <= p.l1d.ways; i++) /* far apart: of another sequence each time */
        load(rig, 0, BASE + i * 16 * p.l1d.size);
    cr_expect_eq(load(rig, 0, BASE), p.llc_cycles, "the LLC still has it");
    cr_expect_eq(load(rig, 1, BASE), p.llc_cycles, "for others too");
    cr_expect_eq(store(rig, 1, BASE), 0, "nobody waits for a store");
    cr_expect_eq(load(rig, 0, BASE), p.llc_cycles + p.snoop_cycles, "another hart changed it");
    cr_expect_eq(counts(rig, 1)->n[COUNT_UPGRADES], 1);
    cr_expect_eq(counts(rig, 0)->n[COUNT_SNOOPS], 1);
    TimingHart *h = timing_hart(rig->t, 0);
    timing_data(h, (Spa){ BASE + 0x5003c }, 8, false);
    cr_expect_eq(h->mine->n[COUNT_LLC_MISSES], 1 + p.l1d.ways + 2, "across two lines");
    rig_free(rig);
}

Test(timing, stores_wait_only_when_m_lines_are_on_their_way)
{
    for (unsigned m = 1; m <= 8; m++) {
        TimingProfile p = named("a53x4");
        p.outstanding = m;
        Rig *rig = rig_new(&p);
        for (unsigned i = 0; i < m; i++)
            cr_expect_eq(store(rig, 0, BASE + i * 0x1040), 0, "%u of %u", i, m);
        uint64_t stall = store(rig, 0, BASE + m * 0x1040);
        cr_expect(stall > 0, "no place for one more than %u", m);
        cr_expect_eq(counts(rig, 0)->stall[STALL_OUTSTANDING], stall);
        cr_expect(load(rig, 0, BASE + m * 0x1040) > 0, "that one is still on its way");
        cr_expect_eq(load(rig, 0, BASE + m * 0x1040), 0);
        cr_expect_eq(load(rig, 0, BASE), 0, "the first has come");
        rig_free(rig);
    }
}

Test(timing, sequences_are_overlapped_and_strides_are_not)
{
    TimingProfile p = named("a53x4");
    Rig *rig = rig_new(&p);
    uint64_t sequence = 0, stride = 0;
    for (unsigned i = 0; i < 3000; i++)
        sequence += load(rig, 0, BASE + i * 64);
    rig->units[1] = rig->units[0];
    for (unsigned i = 0; i < 3000; i++)
        stride += load(rig, 1, BASE + 0x1000000 + i * 128);
    cr_expect(stride == 3000 * load(rig, 1, BASE + 0x8000000), "each waits for itself");
    double speed = (double)stride / (double)sequence;
    cr_expect(speed > p.outstanding - 0.2 && speed < p.outstanding + 0.2, "%.2f times", speed);
    rig_free(rig);
}

/* Reference, section 3.2: beside two that stream, a miss takes about 168 ns in place of 111. */
Test(timing, two_who_stream_make_a_miss_half_again_as_long)
{
    TimingProfile p = named("a53x4");
    Rig *rig = rig_new(&p);
    uint64_t waited = 0, n = 0, at[HARTS] = { 0 };
    for (unsigned i = 0; i < 400000; i++) {
        unsigned hart = 0;
        for (unsigned j = 1; j < HARTS; j++)
            hart = rig->units[j] < rig->units[hart] ? j : hart;
        uint64_t own = BASE + hart * UINT64_C(0x10000000);
        if (hart) { /* a mebibyte, written, then read */
            uint64_t step = at[hart]++ * 64;
            if (step & 1 << 20)
                load(rig, hart, own + (step & 0xfffff));
            else
                store(rig, hart, own + (step & 0xfffff));
        } else { /* one miss in 300 cycles or so */
            waited += load(rig, 0, own + (random_at(++n) & 0x3ffffc0));
            rig->units[0] += 200;
        }
    }
    double ns = (double)waited / (double)n * 1e9 / (double)p.clock_hz;
    cr_expect(ns > 125 && ns < 200, "%.0f ns", ns);
    const OwnerCounts *c = counts(rig, 0);
    uint64_t sum = 0, queue = 0;
    for (unsigned cause = 0; cause < STALLS; cause++)
        sum += c->stall[cause];
    for (unsigned by = 0; by < HARTS; by++)
        queue +=
            rig->t->counts.waits[timing_hart(rig->t, 0)->owner][timing_hart(rig->t, by)->owner];
    cr_expect_eq(sum, waited, "every cycle has a cause");
    cr_expect_eq(queue, c->stall[STALL_QUEUE], "and in the queue somebody to blame");
    cr_expect(queue > waited / 8);
    rig_free(rig);
}

static unsigned told_lost;
static void hear_lost(void *opaque, const TraceRecord *record)
{
    (void)opaque;
    told_lost++;
    cr_expect_eq(record->values[0], BASE);
    cr_expect_eq(record->values[4], 0, "both are the host's");
}

Test(timing, a_miss_is_blamed_on_who_drove_the_line_out)
{
    Clock clock;
    TimingProfile p = named("a53x4");
    p.llc = (CacheSize){ 64 << 10, 4 };
    p.l1d = (CacheSize){ 1 << 10, 1 };
    Rig *rig = rig_new(&p);
    clock_init(&clock, 1);
    rig->trace.clock = &clock;
    cr_assert(trace_enable(&rig->trace, TRACE_TO_BREAK, "llc.lost", NULL));
    rig->trace.sinks[TRACE_TO_BREAK].put = hear_lost;
    uint64_t way = p.llc.size / p.llc.ways;
    uint8_t a = timing_hart(rig->t, 0)->owner, b = timing_hart(rig->t, 1)->owner;
    load(rig, 0, BASE);
    for (unsigned i = 1; i <= p.llc.ways; i++)
        load(rig, 1, BASE + i * way);
    cr_expect_eq(rig->t->counts.evictions[a][b], 1);
    cr_expect(!l1_find(&timing_hart(rig->t, 0)->data, BASE / 64), "gone from the L1D as well");
    cr_expect_eq(counts(rig, 0)->n[COUNT_INCLUSION_VICTIMS], 1);
    load(rig, 0, BASE);
    cr_expect_eq(rig->t->counts.lost[a][b], 1);
    cr_expect_eq(counts(rig, 0)->n[COUNT_MISSES_BY_OTHERS], 1);
    for (unsigned i = 11; i <= 10 + p.llc.ways; i++) /* the hart's own doing now */
        load(rig, 0, BASE + i * way);
    load(rig, 0, BASE);
    cr_expect_eq(rig->t->counts.lost[a][b], 1);
    cr_expect_eq(counts(rig, 0)->n[COUNT_MISSES_BY_OTHERS], 1);
    cr_expect_eq(told_lost, 1);
    clock_free(&clock);
    rig_free(rig);
}

/* TIMING_ACCESSES: of the LLC, for make check-trends; else enough to see it. */
static uint64_t many_accesses(void)
{
    const char *text = g_getenv("TIMING_ACCESSES");
    return text ? g_ascii_strtoull(text, NULL, 10) : 1000000;
}

/* Two harts read and write 64 MiB, at random; `stripe`: each pages of 8 of the 16 colours. Lines they lost to each other. */
static uint64_t crossed(Rig *rig, bool stripe)
{
    uint8_t a = timing_hart(rig->t, 0)->owner, b = timing_hart(rig->t, 1)->owner;
    const uint64_t *n[2] = { counts(rig, 0)->n, counts(rig, 1)->n };
    uint64_t wanted = many_accesses();
    for (uint64_t i = 0; n[0][COUNT_LLC_HITS] + n[0][COUNT_LLC_MISSES] + n[1][COUNT_LLC_HITS] +
                             n[1][COUNT_LLC_MISSES] <
                         wanted;
         i++) {
        unsigned hart = i % 2;
        uint64_t r = random_at(i) >> 20, half = stripe ? hart * 8 + r % 8 : r % 16;
        uint64_t at = BASE + ((r / 4096 % 1024) * 16 + half) * 4096 + (r / 64 % 64) * 64;
        if (r >> 40 & 1)
            store(rig, hart, at);
        else
            load(rig, hart, at);
    }
    cr_expect(rig->t->counts.evictions[a][a] > wanted / 8, "there is no room for all");
    return rig->t->counts.evictions[a][b] + rig->t->counts.evictions[b][a];
}

Test(timing, disjoint_colors_lose_nothing_to_each_other_until_the_sets_are_hashed, .timeout = 200)
{
    for (CacheHash hash = 0; hash < HASH_COUNT; hash++) {
        TimingProfile p = named("a53x4");
        p.llc_hash = hash;
        Rig *rig = rig_new(&p);
        uint64_t lost = crossed(rig, true);
        cr_expect_eq(lost != 0, hash == HASH_XOR, "hash %s: %lu", cache_hash_names[hash],
                     (unsigned long)lost);
        rig_free(rig);
    }
}

Test(timing, disjoint_ways_lose_nothing_either_and_need_no_colors, .timeout = 200)
{
    TimingProfile p = named("rocket6");
    for (unsigned limited = 0; limited < 2; limited++) {
        Rig *rig = rig_new(&p);
        Qos *qos = qos_new(&(QosConfig){ .n_rcids = 2, .n_mcids = 2, .ways = 8 }, NULL);
        timing_use_qos(rig->t, qos);
        for (unsigned i = 0; i < 2; i++) {
            timing_hart_qos(timing_hart(rig->t, i), i, i);
            qos->capacity[qos_account(i, QOS_DATA)].ways = limited ? 0x0fu << 4 * i : 0xff;
            qos->bandwidth[qos_account(i, QOS_DATA)].reserved = QOS_BLOCKS;
        }
        uint64_t lost = crossed(rig, false);
        cr_expect_eq(lost == 0, limited == 1, "%lu", (unsigned long)lost);
        for (unsigned i = 0; i < 2 && limited; i++)
            cr_expect_eq(timing_llc_occupancy(rig->t, i, QOS_DATA), p.llc.size / 2, "256 KiB each");
        timing_use_qos(rig->t, NULL);
        qos_free(qos);
        rig_free(rig);
    }
}

static unsigned seen_violations;
static uint64_t seen_spa;
static void see(void *opaque, const TraceRecord *record)
{
    (void)opaque;
    seen_violations++;
    seen_spa = record->values[1];
    cr_expect_eq(record->values[2], 3);
    cr_expect_eq(record->values[4], 17);
}

Test(timing, lines_of_other_colors_are_told_and_shared_memory_leaks)
{
    TimingProfile p = named("rocket6");
    Rig *rig = rig_new(&p);
    ColorSet colors = { { 0xf0 } };
    Clock clock;
    clock_init(&clock, 1);
    rig->trace.clock = &clock;
    cr_assert(trace_enable(&rig->trace, TRACE_TO_BREAK, "color.violation", NULL));
    rig->trace.sinks[TRACE_TO_BREAK].put = see;
    partitions_declare(rig->parts, "green", 1 << 1, 1, &colors, 17);
    cr_expect(partitions_share(rig->parts, (Spa){ BASE + 0x2000 }, 0x1000));
    load(rig, 1, BASE + 0x3000);
    cr_expect_eq(seen_violations, 0, "the host may have any");
    timing_hart_who(timing_hart(rig->t, 1), true, 1);
    load(rig, 1, BASE + 0x4000);
    load(rig, 1, BASE + 0x2000);
    cr_expect_eq(seen_violations, 0);
    load(rig, 1, BASE + 0x13040);
    cr_expect_eq(seen_violations, 1);
    cr_expect_eq(seen_spa, BASE + 0x13040);
    cr_expect_eq(counts(rig, 1)->n[COUNT_VIOLATIONS], 1);
    cr_expect_eq(counts(rig, 1)->n[COUNT_LEAKS], 1);
    timing_hart_who(timing_hart(rig->t, 1), false, 0);
    cr_expect_eq(counts(rig, 1)->n[COUNT_VIOLATIONS], 0, "the host's counts are others");
    partitions_color_host(rig->parts, &(ColorSet){ { 0xf7 } }, 17);
    load(rig, 1, BASE + 0x22000);
    cr_expect_eq(seen_violations, 1);
    load(rig, 1, BASE + 0x23000);
    cr_expect_eq(seen_violations, 2, "colours of its own");
    cr_expect_eq(counts(rig, 1)->n[COUNT_VIOLATIONS], 1);
    clock_free(&clock);
    rig_free(rig);
}

Test(timing, walks_cost_what_the_cache_and_bus_take)
{
    TimingProfile p = named("a53x4");
    Rig *rig = rig_new(&p);
    TimingHart *h = timing_hart(rig->t, 0);
    timing_walk(h, (Spa){ BASE }, false, false);
    uint64_t first = h->stall;
    cr_expect(first > p.walk_cycles + p.llc_cycles, "from memory");
    cr_expect_eq(h->mine->stall[STALL_WALK], first);
    timing_walk(h, (Spa){ BASE }, false, false);
    cr_expect_eq(h->stall, first, "the walk cache has it");
    cr_expect_eq(h->mine->n[COUNT_WALK_HITS], 1);
    timing_tlb_fence(h, &(TlbFence){ .any_address = true, .any_asid = true });
    timing_walk(h, (Spa){ BASE }, false, false);
    cr_expect_eq(h->stall, first + p.walk_cycles, "the L1D has it");
    timing_walk(h, (Spa){ BASE + 8 }, false, true);
    timing_walk(h, (Spa){ BASE + 8 }, false, true);
    cr_expect_eq(h->stall, first + 3 * p.walk_cycles, "leaves are not kept");
    cr_expect_eq(h->mine->n[COUNT_WALK_READS], 4);
    rig_free(rig);
}

/* Of each hart: many loads and stores, walks, translations. */
static void exercise(Rig *rig, unsigned n, uint64_t seed)
{
    for (unsigned i = 0; i < n; i++) {
        uint64_t r = random_at(seed + i);
        TimingHart *h = timing_hart(rig->t, i % HARTS);
        TlbSpace space = tlb_space(r & 1, 3, r >> 1 & 3);
        timing_hart_who(h, r & 1, 1 + (r >> 60 & 1));
        timing_data(h, (Spa){ BASE + (r >> 8 & 0xfffff8) }, 8, r >> 40 & 1);
        timing_fetch(h, (Spa){ BASE + (r >> 12 & 0xffff0) });
        timing_walk(h, (Spa){ BASE + (r >> 30 & 0xffff8) }, r >> 50 & 1, r >> 51 & 1);
        if (!timing_tlb(h, false, r >> 20 & 0x3ff000, space))
            timing_tlb_fill(h, false, r >> 20 & 0x3ff000, (Gpa){ 0 }, 12 + 9 * (r >> 55 & 1), space,
                            r >> 57 & 1);
        timing_dma(rig->t, (Spa){ BASE + (r >> 16 & 0xfffff) }, r >> 44 & 255, r & 2,
                   requester_device(2), rig->units[i % HARTS]);
        rig->units[i % HARTS] += 1 + h->stall;
        h->stall = 0;
    }
}

static void save(Rig *rig, GByteArray *out)
{
    StateSaver saver;
    state_saver_init(&saver, out);
    partitions_visit(rig->parts, &saver.visitor);
    timing_visit(rig->t, &saver.visitor);
}

Test(timing, a_forged_state_breaks_nothing, .timeout = 60)
{
    TimingProfile p = named("rocket6");
    p.llc = (CacheSize){ 8 << 10, 2 };
    p.l1d = p.l1i = (CacheSize){ 1 << 10, 2 };
    p.llc_replacement = REPLACE_PLRU;
    Rig *rig = rig_new(&p);
    g_autoptr(GByteArray) saved = g_byte_array_new();
    exercise(rig, 3000, 1);
    save(rig, saved);
    for (unsigned i = 0; i < 3000; i++) {
        g_autoptr(GByteArray) forged = g_byte_array_new();
        StateLoader loader;
        g_byte_array_append(forged, saved->data, saved->len);
        for (unsigned j = 0; j < 1 + i % 40; j++) {
            uint64_t r = random_at(i * 64 + j);
            forged->data[r % forged->len] = (uint8_t)(r >> 40);
        }
        state_loader_init(&loader, forged->data, i % 3 ? forged->len : random_at(i) % forged->len);
        partitions_visit(rig->parts, &loader.visitor);
        timing_visit(rig->t, &loader.visitor);
        g_clear_error(&loader.error);
        exercise(rig, 60, i);
    }
    rig_free(rig);
}

/* A saved state may say anything of when lines were used. */
Test(timing, only_allowed_ways_are_given_up)
{
    const uint64_t recent[] = { 0, 1, UINT64_MAX - 1, UINT64_MAX };
    Cache cache;
    cache_init(&cache, &(CacheSize){ .size = 1 << 10, .ways = 4 }, 64, REPLACE_LRU, HASH_NONE, 1);
    for (unsigned i = 0; i < G_N_ELEMENTS(recent); i++) {
        for (unsigned way = 0; way < 4; way++)
            cache.recent[4 + way] = recent[i];
        for (uint64_t allowed = 1; allowed < 16; allowed++)
            cr_expect(allowed >> cache_victim(&cache, 1, allowed) & 1);
    }
    cache_free(&cache);
}

Test(timing, events_are_of_the_hart_and_counts_of_who_runs_there)
{
    TimingProfile p = named("a53x4");
    Rig *rig = rig_new(&p);
    TimingHart *h = timing_hart(rig->t, 0);
    for (unsigned i = 0; i < 10; i++)
        load(rig, 0, BASE + i * 0x10000);
    cr_expect_eq(h->events.n[COUNT_LLC_MISSES], 10);
    timing_hart_who(h, true, 5);
    load(rig, 0, BASE + 0x1000000);
    cr_expect_eq(h->events.n[COUNT_LLC_MISSES], 11, "of whoever runs there");
    cr_expect_eq(h->mine->n[COUNT_LLC_MISSES], 1);
    rig_free(rig);
}
