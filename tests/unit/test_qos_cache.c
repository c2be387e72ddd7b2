/* SPDX-License-Identifier: MIT */
/*
 * test_qos_cache.c - limits by RCID in the modelled cache and on its bus: who drives out whom, whose lines are where, and
 * that the monitors count what the model counts.
 */
#include <criterion/criterion.h>

#include "emu/base/random.h"
#include "mmu/timing/path.h"

enum { HARTS = 2, MCIDS = 16, LINE = 64 };

static Trace trace;
static Partitions *parts;
static Timing *t;
static Qos *qos;
static uint64_t units[HARTS];
static const int64_t none_left;

/* Two harts with requests of RCID and MCID 1 and 2. */
static void start(const char *profile)
{
    TimingConfig config = { *timing_profile_find(profile), 1 };
    parts = partitions_new();
    t = timing_new(&config, HARTS, &trace, parts);
    QosConfig limits = { .n_rcids = 16, .n_mcids = MCIDS, .ways = config.profile.llc.ways };
    qos = qos_new(&limits, NULL);
    timing_use_qos(t, qos);
    for (unsigned i = 0; i < HARTS; i++) {
        units[i] = 0;
        timing_hart_clock(timing_hart(t, i), &units[i], &none_left);
        timing_hart_who(timing_hart(t, i), true, i + 1);
        timing_hart_qos(timing_hart(t, i), i + 1, i + 1);
        qos->occupancy[i + 1].event = QOS_COUNT_LINES;
        qos->traffic[i + 1].event = QOS_MOVED_BYTES;
    }
}

static void stop(void)
{
    timing_free(t);
    qos_free(qos);
    partitions_free(parts);
}

static void set_ways(unsigned rcid, uint64_t data, uint64_t code)
{
    qos->capacity[qos_account(rcid, QOS_DATA)].ways = data;
    qos->capacity[qos_account(rcid, QOS_CODE)].ways = code;
}

/* One access of the hart whose time is behind: to `span` bytes of its own or, now and then, of the other's; what it waits
 * passes. */
static void access_somewhere(uint64_t *random, uint64_t span)
{
    unsigned hart = units[1] < units[0];
    TimingHart *h = timing_hart(t, hart);
    uint64_t r = random_next(random);
    unsigned whose = r % 16 ? hart : 1 - hart;
    Spa at = { 0x80000000 + whose * 0x2000000 + (r >> 8) % span };
    if (r >> 4 & 1)
        timing_data(h, at, 1, r >> 5 & 1);
    else if (r >> 5 & 1)
        timing_fetch(h, at);
    else
        timing_walk(h, (Spa){ at.v & ~7ull }, false, true);
    units[hart] += 1 + h->stall;
    h->stall = 0;
}

static uint64_t evictions_between(void)
{
    uint64_t sum = 0;
    for (unsigned victim = 0; victim < OWNERS_MAX; victim++)
        for (unsigned by = 0; by < OWNERS_MAX; by++)
            sum += victim == by ? 0 : t->counts.evictions[victim][by];
    return sum;
}

/* Lines by MCID, and that each is where its RCID may allocate. Counted line by line. */
static void count_lines(uint64_t lines[MCIDS], bool in_place)
{
    for (uint64_t i = 0; i < t->llc.n_lines; i++) {
        const LlcLine *what = &t->llc.lines[i];
        if (t->llc.cache.tags[i] == CACHE_NONE)
            continue;
        lines[what->mcid]++;
        if (in_place)
            cr_assert(qos_ways(qos, llc_tag(what)) >> i % t->llc.cache.ways & 1);
    }
}

static void expect_monitors_agree(bool in_place)
{
    uint64_t lines[MCIDS] = { 0 };
    count_lines(lines, in_place);
    for (unsigned mcid = 1; mcid <= HARTS; mcid++) {
        cr_expect_eq(qos->occupancy[mcid].value, lines[mcid]);
        cr_expect_eq(timing_llc_occupancy(t, mcid, false) + timing_llc_occupancy(t, mcid, true),
                     lines[mcid] * LINE);
        cr_expect_eq(qos->traffic[mcid].value,
                     timing_bus_bytes(t, mcid, false) + timing_bus_bytes(t, mcid, true));
    }
}

/* rocket6 has 8 ways: 0x0f and 0xf0 are 256 KiB each. Each side's own memory is twice that, and some is both's, in which
 * hits in the other's ways are allowed. */
Test(qos_cache, disjoint_ways_drive_out_nobody_else)
{
    enum { ACCESSES = 2000000, SPAN = 1 << 19 };
    for (unsigned partitioned = 0; partitioned < 2; partitioned++) {
        uint64_t random = 1, foreign_hits = 0;
        start("rocket6");
        if (partitioned) {
            set_ways(1, 0x0f, 0x0f);
            set_ways(2, 0xf0, 0xf0);
        }
        for (unsigned i = 0; i < ACCESSES; i++)
            access_somewhere(&random, SPAN);
        cr_expect_eq(evictions_between() == 0, partitioned, "%llu",
                     (unsigned long long)evictions_between());
        for (uint64_t i = 0; i < t->llc.n_lines; i++)
            foreign_hits += t->llc.lines[i].mcid == 1 && t->llc.lines[i].data >> 1 & 1;
        cr_expect_gt(foreign_hits, 0, "lines of the other's ways are used");
        expect_monitors_agree(partitioned);
        stop();
    }
}

/* Ways for code and for data, overlapping between the RCIDs. */
Test(qos_cache, code_and_data_have_ways_of_their_own)
{
    uint64_t random = 2;
    start("a53x4");
    set_ways(1, 0x00ff, 0x0100);
    set_ways(2, 0x0ff0, 0xf000);
    for (unsigned i = 0; i < 1000000; i++)
        access_somewhere(&random, 1 << 20);
    expect_monitors_agree(true);
    cr_expect_gt(evictions_between(), 0);
    stop();
}

/* cc_cunits: never more lines than that, and all other lines stay where they are allowed. */
Test(qos_cache, limits_of_lines_are_kept)
{
    static const unsigned limits[] = { 1, 7, 1000, 2000 };
    for (unsigned n = 0; n < G_N_ELEMENTS(limits); n++) {
        uint64_t random = n;
        start("rocket6");
        set_ways(1, 0x3f, 0xff);
        for (unsigned i = 0; i < 100000; i++)
            access_somewhere(&random, 1 << 19);
        qos->capacity[qos_account(1, QOS_DATA)].units = limits[n];
        uint64_t most = 0;
        for (unsigned i = 0; i < 100000; i++) {
            access_somewhere(&random, 1 << 19);
            if (i > 1000)
                most = MAX(most, qos->lines[qos_account(1, QOS_DATA)]);
        }
        cr_expect_eq(most, limits[n], "%llu lines", (unsigned long long)most);
        cr_expect_gt(qos->lines[qos_account(1, QOS_CODE)], 0);
        expect_monitors_agree(false);
        stop();
    }
}

/* FLUSH_RCID takes what came with the RCID and access type, and nothing else. */
Test(qos_cache, flushing_takes_one_kind_of_lines)
{
    uint64_t random = 3, before;
    start("rocket6");
    for (unsigned i = 0; i < 300000; i++)
        access_somewhere(&random, 1 << 19);
    before = qos->lines[qos_account(1, QOS_DATA)] + qos->lines[qos_account(2, QOS_CODE)] +
             qos->lines[qos_account(2, QOS_DATA)];
    cr_expect_gt(qos->lines[qos_account(1, QOS_CODE)], 0);
    qos->flush(qos->opaque, 1, QOS_CODE);
    cr_expect_eq(qos->lines[qos_account(1, QOS_CODE)], 0);
    cr_expect_eq(qos->lines[qos_account(1, QOS_DATA)] + qos->lines[qos_account(2, QOS_CODE)] +
                     qos->lines[qos_account(2, QOS_DATA)],
                 before);
    qos->flush(qos->opaque, 2, QOS_DATA);
    cr_expect_eq(qos->lines[qos_account(2, QOS_DATA)], 0);
    expect_monitors_agree(false);
    for (unsigned i = 0; i < 300000; i++)
        access_somewhere(&random, 1 << 19);
    expect_monitors_agree(false);
    stop();
}

/* A hart that goes through memory as fast as it can has of the bus what its limit says, and loses its time to nothing else. */
Test(qos_cache, the_bus_is_limited)
{
    static const unsigned blocks[] = { 90, 25, 5 };
    for (unsigned n = 0; n < G_N_ELEMENTS(blocks); n++) {
        start("a53x4");
        TimingHart *h = timing_hart(t, 0);
        qos->bandwidth[0].reserved = 1;
        qos->bandwidth[qos_account(1, QOS_DATA)] = (QosBandwidth){ .reserved = blocks[n] };
        for (unsigned i = 0; i < 400000; i++) {
            timing_data(h, (Spa){ 0x80000000 + i * LINE }, 8, true);
            units[0] += 1 + h->stall;
            h->stall = 0;
        }
        double lines = (double)qos->traffic[1].value / LINE;
        double slots = (double)calendar_slot(&t->calendar, units[0]);
        cr_expect_leq(lines, slots * blocks[n] / 100 + QOS_WINDOW, "%u blocks: %.3f", blocks[n],
                      lines / slots);
        if (n)
            cr_expect_geq(lines, slots * blocks[n] / 100 * 0.98, "%u blocks: %.3f", blocks[n],
                          lines / slots);
        stop();
    }
}

/* What a device moves is counted to its MCID; with a hard limit it has no more of the bus than that, and books no slots so
 * far ahead that harts find the calendar forgotten. */
Test(qos_cache, devices_have_identifiers_and_limits)
{
    for (unsigned blocks = 0; blocks <= 5; blocks += 5) {
        start("a53x4");
        qos->config.device = (QosTag){ .rcid = 7, .mcid = 9 };
        qos->traffic[9].event = QOS_MOVED_WRITES;
        if (blocks)
            qos->bandwidth[qos_account(7, QOS_DATA)] = (QosBandwidth){ .reserved = blocks };
        timing_dma(t, (Spa){ 0x88000000 }, 4 * LINE, false, requester_device(1), 0);
        cr_expect_eq(qos->traffic[9].value, 0, "reads");
        timing_dma(t, (Spa){ 0x88000000 }, 100 * LINE, true, requester_device(1), 0);
        cr_expect_eq(qos->traffic[9].value, 100 * LINE);
        timing_dma(t, (Spa){ 0x88000000 }, 1 << 20, true, requester_device(1), 0);
        uint64_t windows = CALENDAR_SLOTS / 2 / QOS_WINDOW + 2;
        if (blocks)
            cr_expect_leq(qos->traffic[9].value / LINE, windows * blocks * QOS_BLOCK_LINES);
        for (unsigned i = 0; i < QOS_WINDOWS && blocks; i++)
            cr_expect_leq(qos->windows[i].used[qos_account(7, QOS_DATA)], blocks * QOS_BLOCK_LINES);
        uint64_t late = t->calendar.late;
        timing_data(timing_hart(t, 0), (Spa){ 0x80000000 }, 8, false);
        cr_expect_eq(t->calendar.late, late, "a hart has its slot");
        stop();
    }
}

/* RCID 1 has written all of the cache at a hundredth of the bus; RCID 2 drives it out as fast as it can. That is charged to
 * RCID 1, but holds up neither RCID 2 nor, for ever, RCID 1. */
Test(qos_cache, what_others_drive_out_holds_up_nobody_for_ever)
{
    start("a53x4");
    TimingHart *first = timing_hart(t, 0), *second = timing_hart(t, 1);
    qos->bandwidth[0].reserved = 1;
    qos->bandwidth[qos_account(1, QOS_DATA)] = (QosBandwidth){ .reserved = 1 };
    for (unsigned i = 0; i < t->llc.n_lines; i++) {
        timing_data(first, (Spa){ 0x80000000 + i * LINE }, 8, true);
        units[0] += 1 + first->stall;
        first->stall = 0;
    }
    units[1] = units[0];
    for (unsigned i = 0; i < t->llc.n_lines; i++) {
        timing_data(second, (Spa){ 0x90000000 + i * LINE }, 8, false);
        units[1] += 1 + second->stall;
        second->stall = 0;
    }
    uint64_t slots = calendar_slot(&t->calendar, units[1]) - calendar_slot(&t->calendar, units[0]);
    cr_expect_geq(t->llc.n_lines * 100 / slots, 30, "%llu slots for %llu lines",
                  (unsigned long long)slots, (unsigned long long)t->llc.n_lines);
    cr_expect_eq(t->calendar.late, 0);
    units[0] = units[1];
    timing_data(first, (Spa){ 0x84000000 }, 8, false);
    cr_expect_leq(calendar_slot(&t->calendar, first->stall), 40 * QOS_WINDOW);
    stop();
}
