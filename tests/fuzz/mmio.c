/* SPDX-License-Identifier: MIT */
/*
 * mmio.c - fuzzing: registers of every device, in any order, at any time.
 *
 * Harts are held, so that time passes only where the case says so and any amount of it is cheap. After every action the
 * interrupt wires must be what the registers of CLINT and PLIC say.
 */
#include "tests/lib/fuzz.h"

enum { HARTS = 2, MTIP = 1 << 7, MSIP = 1 << 3, MEIP = 1 << 11, SEIP = 1 << 9 };

static uint64_t read_at(Machine *m, uint64_t at, unsigned size)
{
    uint64_t value = 0;
    if (!bus_read(&m->bus, (Spa){ at }, size, &value, requester_hart(0)))
        fuzz_fail("0x%" G_GINT64_MODIFIER "x cannot be read", at);
    return value;
}

/* Does some source interrupt `context`, by the PLIC's own registers? */
static bool plic_raises(Machine *m, unsigned context)
{
    uint64_t threshold = read_at(m, BOARD_PLIC + 0x200000 + 0x1000 * context, 4);
    for (unsigned word = 0; word < 3; word++) {
        uint64_t both = read_at(m, BOARD_PLIC + 0x1000 + 4 * word, 4) &
                        read_at(m, BOARD_PLIC + 0x2000 + 0x80 * context + 4 * word, 4);
        for (; both; both &= both - 1)
            if (read_at(m, BOARD_PLIC + 4 * (32 * word + (unsigned)__builtin_ctzll(both)), 4) >
                threshold)
                return true;
    }
    return false;
}

static void check_wires(Machine *m)
{
    uint64_t mtime = read_at(m, BOARD_CLINT + 0xbff8, 8);
    for (unsigned i = 0; i < HARTS; i++) {
        uint64_t lines = m->harts[i].mip_lines;
        if (!!(lines & MTIP) != (mtime >= read_at(m, BOARD_CLINT + 0x4000 + 8 * i, 8)))
            fuzz_fail("MTIP of hart %u is not mtime >= mtimecmp", i);
        if (!!(lines & MSIP) != (read_at(m, BOARD_CLINT + 4 * i, 4) & 1))
            fuzz_fail("MSIP of hart %u is not msip", i);
        if (!!(lines & MEIP) != plic_raises(m, 2 * i) ||
            !!(lines & SEIP) != plic_raises(m, 2 * i + 1))
            fuzz_fail("external interrupts of hart %u are not what the PLIC says", i);
    }
}

/* Where registers are, and how many bytes of them are worth a try. */
static uint64_t take_register(Bytes *in)
{
    // clang-format off
    static const struct { uint64_t base; uint32_t span; } places[] = {
        { BOARD_UART, 0x10 }, { BOARD_UART, 0x100 }, { BOARD_TYPEWRITER, 0x10 }, { BOARD_TYPEWRITER + 0x1000, 0x10 }, { BOARD_RTC, 0x30 }, { BOARD_RTC, 0x1000 },
        { BOARD_CLINT, 0x10 }, { BOARD_CLINT + 0x4000, 0x20 }, { BOARD_CLINT + 0xbff8, 8 }, { BOARD_CLINT, 0x10000 },
        { BOARD_PLIC, 0x30 }, { BOARD_PLIC + 0x1000, 0x10 }, { BOARD_PLIC + 0x2000, 0x200 },
        { BOARD_PLIC + 0x200000, 8 }, { BOARD_PLIC + 0x201000, 8 }, { BOARD_PLIC + 0x202000, 0x2000 },
        { BOARD_VIRTIO, 0x110 }, { BOARD_VIRTIO + 0x7000, 0x110 }, { BOARD_VIRTIO, 0x8000 },
        { BOARD_CBQRI_CAPACITY, 0x30 }, { BOARD_CBQRI_BANDWIDTH, 0x30 },
        { BOARD_FINISHER, 8 }, { BOARD_ROM, 0x10000 }, { 0, 0x10000 },
    };
    // clang-format on
    unsigned at = take_below(in, G_N_ELEMENTS(places));
    return places[at].base + take(in, places[at].span > 256 ? 2 : 1) % places[at].span;
}

static void access_register(Machine *m, Bytes *in)
{
    uint64_t at = take_register(in);
    unsigned kind = take_below(in, 16), size = kind & 8 ? 1u << (kind >> 1 & 3) : 4;
    uint64_t value = 0;
    bool bytes = (at >= BOARD_UART && at < BOARD_UART + 0x100) || at >= BOARD_TYPEWRITER;
    /* Registers have their own size and stand at multiples of it. */
    if (kind & 8 || bytes)
        size = bytes && !(kind & 8) ? 1 : size;
    else
        at &= ~3ull;
    if (kind & 1)
        (void)!bus_write(&m->bus, (Spa){ at }, size, take_value(in), requester_hart(0));
    else
        (void)!bus_read(&m->bus, (Spa){ at }, size, &value, requester_hart(0));
}

/* Lines of the board's port and of two typewriters. */
enum { LINES = 3 };

static void receive(HostChar *lines, Bytes *in)
{
    HostChar *chr = &lines[take_below(in, LINES)];
    size_t size = take_below(in, 40), left = bytes_left(in);
    in->at += chr->receive(chr->device, in->at, MIN(size, left));
}

static void act(Machine *m, HostChar *lines, Bytes *in)
{
    switch (take_below(in, 8)) {
    case 0: fuzz_run(m, take(in, 2)); break;
    case 1: fuzz_run(m, take_value(in)); break;
    case 2: receive(lines, in); break;
    case 3: plic_set_source(m->plic, 1 + take_below(in, PLIC_SOURCES), take_below(in, 2)); break;
    default: access_register(m, in); break;
    }
}

static void drop(void *host, const uint8_t *data, size_t size)
{
    (void)host;
    (void)data;
    (void)size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzMachine its;
    static HostChar lines[LINES] = { { .write = drop }, { .write = drop }, { .write = drop } };
    Bytes in = { data, data + size };
    if (!its.machine) {
        MachineConfig config = { .n_harts = HARTS,
                                 .serial = &lines[0],
                                 .rtc_base_ns = 1767225600ull * 1000000000,
                                 .stop_on_reset = true,
                                 .cbqri = true,
                                 .rcid_bits = 2,
                                 .mcid_bits = 3,
                                 .virtio[7] = { .driver = "virtio-rng-device" } };
        for (unsigned i = 1; i < LINES; i++)
            if (plugs_read(&config.plugs, "typewriter,cps=100000"))
                config.plugs.at[config.plugs.n - 1].chr = &lines[i];
        if (!timed_parse(&config.timed, "-timing",
                         "rocket6,start=monitor,llc.size=64K,l1d.size=1K,l1i.size=1K", NULL))
            fuzz_fail("no timed mode");
        its = fuzz_machine(&config, NULL);
        its.machine->restraint.held = ~0u;
    }
    fuzz_restart(&its);
    while (bytes_left(&in)) {
        act(its.machine, lines, &in);
        check_wires(its.machine);
    }
    fuzz_reload_devices(its.machine);
    check_wires(its.machine);
    return 0;
}
