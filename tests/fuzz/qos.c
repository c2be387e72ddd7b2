/* SPDX-License-Identifier: MIT */
/*
 * qos.c - fuzzing: the registers of the quality-of-service controllers, while harts and a device use the cache and the bus
 * that they control.
 *
 * After every case each line is counted to the RCID and MCID that it has, limits are ones that software may set, and no
 * counter of lines says more than there are.
 */
#include "devices/cbqri.h"
#include "mmu/timing/timing.h"
#include "tests/lib/fuzz.h"

enum { HARTS = 3, RCIDS = 4, MCIDS = 8 };

typedef struct {
    Bus bus;
    Clock clock;
    Trace trace;
    Partitions *parts;
    Timing *t;
    Qos *qos;
    Cbqri *controllers[2];
    uint64_t units[HARTS];
    GByteArray *fresh;
} World;

static const int64_t none_left;

static void visit(World *w, StateVisitor *visitor)
{
    for (unsigned i = 0; i < 2; i++)
        device_visit(&w->controllers[i]->dev, visitor);
    partitions_visit(w->parts, visitor);
    timing_visit(w->t, visitor);
}

static void load(World *w)
{
    StateLoader loader;
    state_loader_init(&loader, w->fresh->data, w->fresh->len);
    visit(w, &loader.visitor);
    if (loader.error)
        fuzz_fail("%s", loader.error->message);
    memset(w->units, 0, sizeof w->units);
}

static Cbqri *add(World *w, const DeviceType *type, uint64_t base)
{
    DeviceSite site = { .bus = &w->bus,
                        .clock = &w->clock,
                        .trace = &w->trace,
                        .base = { base },
                        .id = type->state->name };
    Cbqri *it = (Cbqri *)device_alloc(type, &site);
    it->qos = w->qos;
    if (!device_realize(&it->dev, NULL))
        fuzz_fail("no controller");
    device_reset(&it->dev);
    return it;
}

/* Small caches: 32 KiB of 8 ways, so that cases fill them. */
static World *make(void)
{
    World *w = g_new0(World, 1);
    TimingConfig config = { *timing_profile_find("rocket6"), 1 };
    config.profile.llc.size = 32 << 10;
    config.profile.l1d.size = config.profile.l1i.size = 2 << 10;
    config.profile.l1d.ways = config.profile.l1i.ways = 2;
    clock_init(&w->clock, 1);
    w->trace.clock = &w->clock;
    if (!bus_init(&w->bus, (Spa){ BOARD_RAM }, FUZZ_RAM, &w->trace, NULL))
        fuzz_fail("no bus");
    w->parts = partitions_new();
    w->t = timing_new(&config, HARTS, &w->trace, w->parts);
    QosConfig limits = { .n_rcids = RCIDS, .n_mcids = MCIDS, .ways = 8, .device = { 1, 1, 0 } };
    w->qos = qos_new(&limits, &w->trace);
    timing_use_qos(w->t, w->qos);
    for (unsigned i = 0; i < HARTS; i++)
        timing_hart_clock(timing_hart(w->t, i), &w->units[i], &none_left);
    w->controllers[0] = add(w, &cbqri_capacity_type, BOARD_CBQRI_CAPACITY);
    w->controllers[1] = add(w, &cbqri_bandwidth_type, BOARD_CBQRI_BANDWIDTH);
    StateSaver saver;
    w->fresh = g_byte_array_new();
    state_saver_init(&saver, w->fresh);
    visit(w, &saver.visitor);
    return w;
}

static void access_register(World *w, Bytes *in)
{
    static const uint8_t sizes[] = { 4, 8, 8, 1 };
    unsigned what = take_below(in, 256), size = sizes[what >> 1 & 3];
    Device *dev = &w->controllers[what & 1]->dev;
    uint64_t offset = what >> 3 & 7 ? (what >> 3 & 7) * 8 - 8 : take_below(in, 4096), value = 0;
    if (what >> 6 == 0)
        (void)!device_read(dev, offset, size, &value);
    else if (what >> 6 == 1)
        (void)!device_write(dev, offset, size, take_value(in));
    else /* an operation that is likely to be one */
        (void)!device_write(dev, what >> 6 == 2 ? 8 : 24, 8,
                            take_below(in, 5) | take_below(in, 4) << 5 | take_below(in, 10) << 8 |
                                (uint64_t)take_below(in, 5) << 20 |
                                (uint64_t)take_below(in, 2) << 28);
}

static void use_memory(World *w, Bytes *in)
{
    unsigned what = take_below(in, 256), hart = what % HARTS;
    TimingHart *h = timing_hart(w->t, hart);
    Spa at = { BOARD_RAM + (uint64_t)take_below(in, 1024) * 64 };
    switch (what >> 5) {
    case 0: timing_hart_qos(h, take_below(in, RCIDS), take_below(in, MCIDS)); break;
    case 1: timing_fetch(h, at); break;
    case 2: timing_walk(h, at, what & 1, what & 2); break;
    case 3:
        timing_dma(w->t, at, take_below(in, 4096), what & 1, requester_device(1), timing_now(h));
        break;
    case 4:
        for (unsigned i = 0; i < 40; i++)
            timing_data(h, (Spa){ BOARD_RAM + (at.v + i * 64) % FUZZ_RAM }, 8, what & 1);
        break;
    default: timing_data(h, at, 8, what & 1); break;
    }
    w->units[hart] += 1 + h->stall;
    h->stall = 0;
}

static void check(const World *w)
{
    uint64_t accounts[QOS_ACCOUNTS] = { 0 }, mcids[MCIDS] = { 0 }, reserved = 0;
    for (uint64_t i = 0; i < w->t->llc.n_lines; i++) {
        QosTag tag = llc_tag(&w->t->llc.lines[i]);
        if (w->t->llc.cache.tags[i] == CACHE_NONE)
            continue;
        accounts[qos_account(tag.rcid, tag.type)]++;
        mcids[tag.mcid]++;
    }
    for (unsigned account = 0; account < QOS_ACCOUNTS; account++) {
        const QosCapacity *capacity = &w->qos->capacity[account];
        if (w->qos->lines[account] != accounts[account])
            fuzz_fail("account %u: %" G_GUINT64_FORMAT " lines", account, w->qos->lines[account]);
        if (!capacity->ways || capacity->ways & ~w->qos->all_ways)
            fuzz_fail("account %u has no ways, or other ways", account);
        if (!w->qos->bandwidth[account].shares)
            reserved += w->qos->bandwidth[account].reserved;
    }
    if (reserved > QOS_RESERVABLE)
        fuzz_fail("%" G_GUINT64_FORMAT " blocks are reserved", reserved);
    for (unsigned mcid = 0; mcid < MCIDS; mcid++)
        if (w->qos->occupancy[mcid].event == QOS_COUNT_LINES &&
            w->qos->occupancy[mcid].value > mcids[mcid])
            fuzz_fail("MCID %u counts more lines than it has", mcid);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static World *w;
    Bytes in = { data, data + size };
    if (!w)
        w = make();
    load(w);
    while (bytes_left(&in)) {
        if (take_below(&in, 3))
            use_memory(w, &in);
        else
            access_register(w, &in);
    }
    check(w);
    return 0;
}
