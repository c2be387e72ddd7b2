/* SPDX-License-Identifier: MIT */
/* test_cbqri.c - the controllers' registers against the text of the CBQRI specification, version 1.0. */
#include <criterion/criterion.h>

#include "devices/cbqri.h"
#include "tests/lib/device_rig.h"

/* Offsets and encodings as the specification prints them. */
enum { CAPABILITIES = 0, MON_CTL = 8, MON_CTR_VAL = 16, ALLOC_CTL = 24, LIMIT = 32, CUNITS = 40 };
enum { CONFIG_EVENT = 1, READ_COUNTER = 2 };
enum { CONFIG_LIMIT = 1, READ_LIMIT = 2, FLUSH_RCID = 3 };
enum { RCIDS = 16, MCIDS = 64, WAYS = 8 };

static Rig rig;
static Qos *qos;
static Cbqri *it;

static void start(const DeviceType *type)
{
    const QosConfig config = { .n_rcids = RCIDS, .n_mcids = MCIDS, .ways = WAYS };
    rig_init(&rig);
    qos = qos_new(&config, &rig.trace);
    DeviceSite site = rig_site(&rig, "qos");
    it = (Cbqri *)device_alloc(type, &site);
    it->qos = qos;
    rig_start(&it->dev);
}

static void start_capacity(void)
{
    start(&cbqri_capacity_type);
}

static void start_bandwidth(void)
{
    start(&cbqri_bandwidth_type);
}

static void stop(void)
{
    device_free(&it->dev);
    qos_free(qos);
    rig_free(&rig);
}

TestSuite(cbqri_capacity, .init = start_capacity, .fini = stop);
TestSuite(cbqri_bandwidth, .init = start_bandwidth, .fini = stop);

/* STATUS is bits 38:32, BUSY bit 39. */
static unsigned status_of(uint64_t control)
{
    cr_expect_eq(control >> 39 & 1, 0, "still busy");
    cr_expect_eq(control >> 40, 0, "reserved bits read as zero");
    return control >> 32 & 0x7f;
}

static unsigned monitor(uint64_t op, uint64_t mcid, uint64_t event, uint64_t atv, uint64_t at)
{
    rig_write(&rig, MON_CTL, 8, op | at << 5 | mcid << 8 | event << 20 | atv << 28);
    return status_of(rig_read(&rig, MON_CTL, 8));
}

static unsigned allocate(uint64_t op, uint64_t rcid, uint64_t at)
{
    rig_write(&rig, ALLOC_CTL, 8, op | at << 5 | rcid << 8);
    return status_of(rig_read(&rig, ALLOC_CTL, 8));
}

static unsigned limit(uint64_t rcid, uint64_t at, uint64_t value)
{
    rig_write(&rig, LIMIT, 8, value);
    return allocate(CONFIG_LIMIT, rcid, at);
}

static uint64_t limit_of(uint64_t rcid, uint64_t at)
{
    rig_write(&rig, LIMIT, 8, 0);
    cr_expect_eq(allocate(READ_LIMIT, rcid, at), 1);
    return rig_read(&rig, LIMIT, 8);
}

/* Operations 0 and from 3 or 4 on are reserved; then the ID, then what else was asked for. */
static void check_monitoring(unsigned last_event)
{
    for (unsigned op = 0; op < 32; op++)
        cr_expect_eq(monitor(op, 0, 1, 0, 0), op == CONFIG_EVENT || op == READ_COUNTER ? 1 : 2);
    for (unsigned mcid = 0; mcid < 4096; mcid += 21) {
        cr_expect_eq(monitor(CONFIG_EVENT, mcid, 0xff, 1, 7), mcid < MCIDS ? 4 : 3);
        cr_expect_eq(monitor(READ_COUNTER, mcid, 0xff, 1, 7), mcid < MCIDS ? 1 : 3);
    }
    for (unsigned event = 0; event < 256; event++)
        cr_expect_eq(monitor(CONFIG_EVENT, 3, event, 0, 7), event <= last_event ? 1 : 4, "event %u",
                     event);
    for (unsigned at = 0; at < 8; at++)
        cr_expect_eq(monitor(CONFIG_EVENT, 3, 1, 1, at), at <= 1 ? 1 : 5, "AT %u", at);
}

static void check_allocation(unsigned last_operation, uint64_t legal)
{
    for (unsigned op = 0; op < 32; op++) {
        rig_write(&rig, LIMIT, 8, legal);
        cr_expect_eq(allocate(op, 0, 0), op >= 1 && op <= last_operation ? 1 : 2, "operation %u",
                     op);
    }
    for (unsigned rcid = 0; rcid < 4096; rcid += 7)
        for (unsigned at = 0; at < 8; at++)
            cr_expect_eq(allocate(READ_LIMIT, rcid, at), rcid >= RCIDS ? 3 : at > 1 ? 4 : 1);
}

/* Either half alone; only a write of the low one is a request. */
static void check_halves(void)
{
    rig_write(&rig, MON_CTL, 4, CONFIG_EVENT | 999u << 8);
    cr_expect_eq(rig_read(&rig, MON_CTL + 4, 4), 3);
    rig_write(&rig, MON_CTL + 4, 4, 0xffffffff);
    cr_expect_eq(rig_read(&rig, MON_CTL + 4, 4), 3, "BUSY and STATUS are read-only");
    cr_expect_eq(rig_read(&rig, MON_CTL, 4), CONFIG_EVENT | 999u << 8);
    rig_write(&rig, MON_CTR_VAL, 8, ~0ull);
    cr_expect_eq(rig_read(&rig, MON_CTR_VAL, 8), 0, "read-only");
    uint64_t capabilities = rig_read(&rig, CAPABILITIES, 8);
    rig_write(&rig, CAPABILITIES, 8, ~capabilities);
    cr_expect_eq(rig_read(&rig, CAPABILITIES, 4), (uint32_t)capabilities, "read-only");
    cr_expect_eq(rig_read(&rig, CAPABILITIES + 4, 4), capabilities >> 32);
    cr_expect(rig_read_faults(&rig, 4, 8), "an access that spans registers");
    cr_expect(rig_read_faults(&rig, 0x800, 8));
}

/* All state of both, there and back. */
static void check_saved(void)
{
    GByteArray *saved = rig_save(&it->dev);
    uint64_t hash = rig_hash(&it->dev);
    device_reset(&it->dev);
    cr_expect_neq(rig_hash(&it->dev), hash);
    rig_load(&rig, &it->dev, saved);
    g_byte_array_free(saved, TRUE);
}

/* VER 7:0, NCBLKS 23:8, FRCID 24, CUNITS 25, RPFX 26, P 30:27. */
Test(cbqri_capacity, says_what_it_can)
{
    cr_expect_eq(rig_read(&rig, CAPABILITIES, 8), 0x10 | WAYS << 8 | 1 << 24 | 1 << 25);
    check_halves();
}

Test(cbqri_capacity, answers_every_request_with_its_status)
{
    check_monitoring(1);
    check_allocation(FLUSH_RCID, 0xff);
}

/* "at reset must allocate all available capacity to RCID value of 0" */
Test(cbqri_capacity, gives_rcid_0_everything_at_reset)
{
    cr_expect_eq(limit(0, 0, 0x0f), 1);
    device_reset(&it->dev);
    for (unsigned at = 0; at < 2; at++)
        cr_expect_eq(limit_of(0, at), 0xff);
}

/* The allocations of the specification's example, and that the mask has NCBLKS bits. */
Test(cbqri_capacity, keeps_ways_by_rcid_and_access_type)
{
    static const struct {
        unsigned rcid, at, mask;
    } rows[] = { { 3, 0, 0x18 }, { 3, 1, 0x18 }, { 5, 0, 0x03 }, { 5, 1, 0x04 }, { 6, 0, 0x18 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        cr_expect_eq(limit(rows[i].rcid, rows[i].at, ~0xffull | rows[i].mask), 1);
        cr_expect_eq(rig_read(&rig, LIMIT, 8), rows[i].mask, "bits of no block read as zero");
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        QosTag tag = { .rcid = (uint16_t)rows[i].rcid, .type = (uint8_t)rows[i].at };
        cr_expect_eq(limit_of(rows[i].rcid, rows[i].at), rows[i].mask);
        cr_expect_eq(qos_ways(qos, tag), rows[i].mask, "what the cache asks for");
    }
    cr_expect_eq(limit(5, 0, ~0xffull), 5, "no block at all");
    cr_expect_eq(limit_of(5, 0), 0x03, "what is refused changes nothing");
    check_saved();
    cr_expect_eq(limit_of(5, 1), 0x04);
}

Test(cbqri_capacity, keeps_limits_of_units)
{
    QosTag tag = { .rcid = 2 };
    rig_write(&rig, CUNITS, 8, 3);
    cr_expect_eq(limit(2, 0, 0xff), 1);
    rig_write(&rig, CUNITS, 8, 0);
    cr_expect_eq(limit_of(2, 0), 0xff);
    cr_expect_eq(rig_read(&rig, CUNITS, 8), 3);
    for (unsigned i = 0; i < 3; i++) {
        cr_expect_eq(qos_excess(qos, tag, 0), 0);
        qos_line_in(qos, tag);
    }
    cr_expect_eq(qos_excess(qos, tag, 0), 1, "one must go before another comes");
    qos_line_out(qos, tag);
    cr_expect_eq(qos_excess(qos, tag, 0), 0);
    tag.type = QOS_CODE;
    for (unsigned i = 0; i < 9; i++)
        qos_line_in(qos, tag);
    cr_expect_eq(qos_excess(qos, tag, 0), 0, "code is not limited");
}

static struct {
    unsigned rcid, type, calls;
} flushed;

static void on_flush(void *opaque, unsigned rcid, QosType type)
{
    (void)opaque;
    flushed.rcid = rcid;
    flushed.type = type;
    flushed.calls++;
}

Test(cbqri_capacity, flushes_what_an_rcid_has)
{
    qos->flush = on_flush;
    cr_expect_eq(limit(7, 1, 0x3), 1);
    cr_expect_eq(allocate(FLUSH_RCID, 7, 1), 1);
    cr_expect_eq(flushed.calls, 1);
    cr_expect_eq(flushed.rcid, 7);
    cr_expect_eq(flushed.type, 1);
    cr_expect_eq(limit_of(7, 1), 0x3, "the allocation is not changed");
    cr_expect_eq(allocate(FLUSH_RCID, RCIDS, 1), 3);
    cr_expect_eq(allocate(FLUSH_RCID, 7, 2), 4);
    cr_expect_eq(flushed.calls, 1);
}

static uint64_t counter(unsigned mcid)
{
    cr_expect_eq(monitor(READ_COUNTER, mcid, 0, 0, 0), 1);
    return rig_read(&rig, MON_CTR_VAL, 8);
}

/* Occupancy: one up when a unit is allocated, one down when it is freed, never below zero. */
Test(cbqri_capacity, counts_occupancy)
{
    const QosTag data = { .rcid = 1, .mcid = 9 }, code = { .rcid = 2, .mcid = 9, .type = QOS_CODE };
    qos_line_in(qos, data);
    cr_expect_eq(counter(9), 0, "not told to count");
    cr_expect_eq(monitor(CONFIG_EVENT, 9, 1, 0, 1), 1);
    qos_line_out(qos, data);
    cr_expect_eq(counter(9), 0, "not below zero");
    qos_line_in(qos, data);
    qos_line_in(qos, code);
    cr_expect_eq(counter(9), 2);
    cr_expect_eq(counter(8), 0, "another MCID's");
    qos_line_out(qos, code);
    cr_expect_eq(rig_read(&rig, MON_CTR_VAL, 8), 0, "a snapshot");
    cr_expect_eq(counter(9), 1);
    cr_expect_eq(monitor(CONFIG_EVENT, 9, 0, 0, 0), 1);
    qos_line_in(qos, data);
    cr_expect_eq(counter(9), 1, "event 0 stops it");
    cr_expect_eq(monitor(CONFIG_EVENT, 9, 1, 1, 1), 1);
    cr_expect_eq(counter(9), 0, "configuring resets it");
    qos_line_in(qos, data);
    qos_line_in(qos, code);
    cr_expect_eq(counter(9), 1, "code only");
    check_saved();
    cr_expect_eq(counter(9), 1);
}

/* VER 7:0, NBWBLKS 23:8, RPFX 24, P 28:25, MRBWB 47:32. */
Test(cbqri_bandwidth, says_what_it_can)
{
    uint64_t capabilities = rig_read(&rig, CAPABILITIES, 8);
    cr_expect_eq(capabilities & 0xff, 0x10);
    cr_expect_eq(capabilities >> 8 & 0xffff, 100);
    cr_expect_eq(capabilities >> 24 & 0xff, 0);
    cr_expect_eq(capabilities >> 32, 90);
    check_halves();
}

Test(cbqri_bandwidth, answers_every_request_with_its_status)
{
    check_monitoring(3);
    check_allocation(READ_LIMIT, 1);
}

/* AT 0 of RCID 0 has everything that can be had, its other access types share that. */
Test(cbqri_bandwidth, gives_rcid_0_everything_at_reset)
{
    cr_expect_eq(limit(0, 0, 1), 1);
    cr_expect_eq(limit(0, 1, 1), 1);
    it->qos->capacity[3].ways = 1;
    device_reset(&it->dev);
    cr_expect_eq(it->qos->capacity[3].ways, 1, "that is the other controller's");
    cr_expect_eq(limit_of(0, 0) & 0xffff, 90);
    cr_expect_eq(limit_of(0, 1), 1u << 31);
}

/* Rbwb 15:0, Mweight 27:20, sharedAT 30:28, useShared 31; the sum of all Rbwb is at most MRBWB. */
Test(cbqri_bandwidth, reserves_no_more_than_there_is)
{
    cr_expect_eq(limit(1, 0, 1), 5, "RCID 0 still has everything");
    cr_expect_eq(limit(0, 0, 30), 1);
    cr_expect_eq(limit(1, 0, 0), 5, "at least one block");
    cr_expect_eq(limit(1, 0, 60 | 7u << 20), 1);
    cr_expect_eq(limit(2, 0, 1), 5, "30 + 60 + 1 > 90");
    cr_expect_eq(limit(1, 0, 59 | 8u << 20), 1, "its own old reservation does not count");
    cr_expect_eq(limit(2, 0, 1), 1);
    cr_expect_eq(limit(2, 1, 1), 5);
    cr_expect_eq(limit(3, 0, 0xffff), 5);
    cr_expect_eq(limit_of(1, 0), 59 | 8u << 20);
    rig_write(&rig, LIMIT, 8, ~0ull);
    cr_expect_eq(rig_read(&rig, LIMIT, 8), 0xfff0ffff, "reserved bits read as zero");
    check_saved();
    cr_expect_eq(rig_read(&rig, LIMIT, 8), 0xfff0ffff);
}

/* useShared: Rbwb and Mweight are ignored, and sharedAT must name a type that has limits of its own. */
Test(cbqri_bandwidth, shares_between_access_types)
{
    cr_expect_eq(limit(0, 0, 10), 1);
    cr_expect_eq(limit(4, 0, 20 | 3u << 20), 1);
    cr_expect_eq(limit(4, 1, 0xffff | 1u << 31), 1, "Rbwb is ignored");
    cr_expect_eq(limit_of(4, 1), 1u << 31);
    cr_expect_eq(limit(4, 0, 1u << 28 | 1u << 31), 4, "AT 1 has no limits of its own");
    cr_expect_eq(limit(4, 1, 1u << 28 | 1u << 31), 4, "nor can it share with itself");
    cr_expect_eq(limit(4, 1, 2u << 28 | 1u << 31), 4);
    cr_expect_eq(limit(4, 1, 60), 1);
    cr_expect_eq(limit(4, 0, 1u << 28 | 1u << 31), 1, "now it has");
    cr_expect_eq(limit_of(4, 0), 1u << 28 | 1u << 31);
    cr_expect_eq(limit(0, 0, 30), 1, "what is shared is not reserved twice: 60 + 30");
    cr_expect_eq(limit(0, 0, 31), 5);
}

/* Bytes of reads, of writes, of both; CTR has 62 bits, OVF is bit 63. */
Test(cbqri_bandwidth, counts_bytes)
{
    const QosTag data = { .rcid = 1, .mcid = 5 }, code = { .rcid = 1, .mcid = 5, .type = QOS_CODE };
    static const uint64_t expected[] = { 0, 192, 128, 64 };
    for (unsigned event = 0; event < 4; event++) {
        cr_expect_eq(monitor(CONFIG_EVENT, 5, event, 0, 0), 1);
        qos_moved(qos, data, 0, 64, false);
        qos_moved(qos, code, 0, 64, false);
        qos_moved(qos, data, 0, 64, true);
        cr_expect_eq(counter(5), expected[event]);
    }
    cr_expect_eq(monitor(CONFIG_EVENT, 5, 1, 1, 1), 1);
    qos_moved(qos, data, 0, 64, false);
    qos_moved(qos, code, 0, 64, false);
    cr_expect_eq(counter(5), 64, "code only");
    qos->traffic[5].value = (1ull << 62) - 64;
    qos_moved(qos, code, 0, 64, false);
    cr_expect_eq(counter(5), 1ull << 63);
    cr_expect_eq(monitor(CONFIG_EVENT, 5, 1, 0, 0), 1);
    cr_expect_eq(counter(5), 0, "configuring clears OVF");
}
