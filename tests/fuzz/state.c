/* SPDX-License-Identifier: MIT */
/*
 * state.c - fuzzing: saved states that were damaged, by accident or on purpose.
 *
 * A good state of a machine with every device, in the middle of its work, is changed at places that the case names, and
 * loaded. What machine_load accepts must run, whatever it is, and can be saved and loaded again.
 */
#include <sanitizer/asan_interface.h>
#include <string.h>

#include "tests/lib/fuzz.h"

enum { RUN_NS = 300 };

typedef struct {
    FuzzMachine its;
    HostChar chr, line;
    HostNet net;
    GByteArray *good;
    GArray *values; /* of guint: where in `good` the payloads of its fields begin */
} Board;

static void put_program(Machine *m)
{
    /* Translated by Sv39, U-mode: loads, stores, atomics, a CSR, ecall to a handler that returns. */
    static const uint32_t user[] = { 0x0005b503, 0x00a5b423, 0x00b5a52f, 0x100522af,
                                     0x185522af, 0xc0102373, 0x00000073, 0xfe5ff06f };
    static const uint32_t handler[] = { 0x34102ff3, 0x004f8f93, 0x341f9073, 0x30200073 };
    /* csrw mtvec, pmpaddr0, pmpcfg0, satp, mepc, mret; the values are in a0..a4 */
    static const uint32_t start[] = { 0x30551073, 0x3b059073, 0x3a061073,
                                      0x18069073, 0x34171073, 0x30200073 };
    uint64_t leaf = BOARD_RAM >> 12 << 10 | 0xdf;
    uint64_t values[] = { BOARD_RAM + 0x100, UINT64_MAX, 0x1f,
                          8ull << 60 | (BOARD_RAM + 0x4000) >> 12, BOARD_RAM + 0x200 };
    bool ok = bus_poke(&m->bus, (Spa){ BOARD_RAM }, start, sizeof start) &&
              bus_poke(&m->bus, (Spa){ BOARD_RAM + 0x100 }, handler, sizeof handler) &&
              bus_poke(&m->bus, (Spa){ BOARD_RAM + 0x200 }, user, sizeof user) &&
              bus_poke(&m->bus, (Spa){ BOARD_RAM + 0x4000 + 16 }, &leaf, 8);
    for (unsigned i = 0; i < m->n_harts; i++)
        for (unsigned j = 0; j < G_N_ELEMENTS(values); j++)
            m->harts[i].x[10 + j] = values[j];
    if (!ok)
        fuzz_fail("no RAM");
}

/* Notes where payloads of fields begin: after 'F', a name, and a size. */
static void find_values(Board *board)
{
    const GByteArray *good = board->good;
    for (guint at = 0; at + 10 < good->len; at++) {
        guint length = good->data[at + 1], value = at + 2 + length + 8;
        uint64_t size;
        if (!strchr("FA", good->data[at]) || !good->data[at] || !length || value >= good->len ||
            !g_ascii_isalpha(good->data[at + 2]))
            continue;
        memcpy(&size, good->data + value - 8, 8);
        if (size && size <= 4096 && value + size <= good->len)
            g_array_append_val(board->values, value);
    }
}

static void drop(void *host, const uint8_t *data, size_t size)
{
    (void)host;
    (void)data;
    (void)size;
}

/* A transfer, and two requests. */
static void start_drums(Machine *m)
{
    static const uint32_t requests[16] = {
        PAGING_DRUM_WRITE, 1, (uint32_t)BOARD_RAM,         0, 0, 0, 0, 0,
        PAGING_DRUM_READ,  0, (uint32_t)BOARD_RAM + 0x8000
    };
    static const struct {
        uint64_t at, value;
    } stores[] = { { BOARD_DRUM + 0x10, BOARD_RAM + 0x8000 },
                   { BOARD_DRUM, 1 << 16 | 3 },
                   { BOARD_DRUM + 8, 2 << 16 | 9 },
                   { BOARD_DRUM + 4, 5 },
                   { BOARD_PAGING_DRUM, BOARD_RAM + 0x9000 },
                   { BOARD_PAGING_DRUM + 8, 4 },
                   { BOARD_PAGING_DRUM + 0xc, 2 } };
    bool ok = bus_poke(&m->bus, (Spa){ BOARD_RAM + 0x9000 }, requests, sizeof requests);
    for (unsigned i = 0; i < G_N_ELEMENTS(stores); i++)
        ok &= bus_write(&m->bus, (Spa){ stores[i].at }, 4, stores[i].value, requester_hart(0));
    if (!ok || m->drum->phase == DRUM_IDLE || m->paging_drum->first == m->paging_drum->end)
        fuzz_fail("the drums are not busy");
}

/* A machine for timed mode, whose caches have few lines. */
static const char small[] =
    "a53x4,l1i.size=256,l1i.ways=2,l1d.size=256,l1d.ways=2,llc.size=1K,llc.ways=4,tlb_i.entries=2,"
    "tlb_d.entries=2,tlb_l2.entries=4,tlb_l2.ways=2,bus.latency=5,bus.service=2,mmio=7,quantum=90";

static void board_make(Board *board, bool timed)
{
    static FuzzFile disk;
    static const uint8_t sectors[16 * 512];
    disk = fuzz_file();
    fuzz_file_set(&disk, sectors, sizeof sectors);
    board->chr = (HostChar){ .write = drop };
    board->line = (HostChar){ .write = drop };
    board->net = (HostNet){ .send = drop };
    MachineConfig config = { .n_harts = timed ? 2 : 1, .quantum = 20, .serial = &board->chr };
    if (timed && !timed_parse(&config.timed, "-timing", small, NULL))
        fuzz_fail("no such machine: %s", small);
    if (plugs_read(&config.plugs, "typewriter,cps=1000000"))
        config.plugs.at[config.plugs.n - 1].chr = &board->line;
    config.virtio[0] =
        (VirtioConfig){ .driver = "virtio-blk-device", .drive_file = disk.path, .snapshot = true };
    config.virtio[1] = (VirtioConfig){ .driver = "virtio-net-device", .net = &board->net };
    config.virtio[2] = (VirtioConfig){ .driver = "virtio-serial-device" };
    config.virtio[3] = (VirtioConfig){ .driver = "virtio-rng-device", .seed = 1 };
    if (!plugs_read(&config.plugs, "drum,word-us=0.05,fields=2,words=16,halt=off") ||
        !plugs_read(&config.plugs, "paging-drum,pages=2,rev-us=100,rate=1000000000"))
        fuzz_fail("no drums");
    board->its = fuzz_machine(&config, NULL);
    board->good = g_byte_array_new();
    board->values = g_array_new(FALSE, FALSE, sizeof(guint));
    put_program(board->its.machine);
    start_drums(board->its.machine);
    fuzz_run(board->its.machine, 200);
    machine_save(board->its.machine, board->good);
    find_values(board);
}

/* A change of the good state, to be undone: a copy of it for each case would take most of the time. */
typedef struct {
    guint at, size;
    uint64_t old;
} Change;

enum { MOST_CHANGES = 32 };

typedef struct {
    Change list[MOST_CHANGES];
    unsigned count;
    guint length; /* of the state; what is behind it must not be read */
} Damage;

static void change(GByteArray *state, Damage *damage, guint at, unsigned size, uint64_t value)
{
    Change *it = &damage->list[damage->count++];
    *it = (Change){ at, size, 0 };
    memcpy(&it->old, state->data + at, size);
    memcpy(state->data + at, &value, size);
}

/* Changes the state as the case says: fields mostly, any byte sometimes, its length rarely. */
static void apply(const Board *board, Bytes *in, Damage *damage)
{
    GByteArray *state = board->good;
    while (bytes_left(in) && damage->count < MOST_CHANGES) {
        unsigned kind = take_below(in, 16), size = 1u << take_below(in, 4);
        guint at = (guint)(take(in, 4) % state->len);
        if (kind < 12)
            at = g_array_index(board->values, guint, at % board->values->len);
        if (kind >= 8 && kind < 12)
            at += (guint)take(in, 1) * 8;
        uint64_t value = take_value(in);
        if (kind == 15)
            damage->length = at;
        else if (at + size <= state->len)
            change(state, damage, at, size, value);
    }
}

static void undo(GByteArray *state, const Damage *damage)
{
    for (unsigned i = damage->count; i-- > 0;)
        memcpy(state->data + damage->list[i].at, &damage->list[i].old, damage->list[i].size);
}

/* What was loaded is a machine like any other: devices work, it can be saved. */
static void use(Board *board)
{
    static const uint8_t frame[64] = "frame";
    Machine *m = board->its.machine;
    m->config.max_insns = 0;
    (void)board->chr.receive(board->chr.device, frame, 20);
    (void)board->net.receive(board->net.device, frame, sizeof frame);
    for (unsigned slot = 0; slot < 4; slot++)
        for (unsigned queue = 0; queue < 2; queue++)
            (void)!bus_write(&m->bus, (Spa){ BOARD_VIRTIO + slot * 0x1000 + 0x50 }, 4, queue,
                             requester_hart(0));
    uint64_t units = m->clock.units;
    if (units < UINT64_MAX / 2)
        fuzz_run(m, RUN_NS);
    fuzz_reload_devices(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Board boards[2];
    g_autoptr(GError) error = NULL;
    Bytes in = { data, data + size };
    bool timed = size % 4 == 3;
    Board *board = &boards[timed];
    if (!board->good)
        board_make(board, timed);
    GByteArray *state = board->good;
    Damage damage = { .length = state->len };
    apply(board, &in, &damage);
    fuzz_restart(&board->its);
    ASAN_POISON_MEMORY_REGION(state->data + damage.length, state->len - damage.length);
    bool ok = machine_load(board->its.machine, state->data, damage.length, &error);
    ASAN_UNPOISON_MEMORY_REGION(state->data, state->len);
    undo(state, &damage);
    if (ok != !error)
        fuzz_fail("%s", ok ? "success with an error" : "failure without an error");
    if (ok)
        use(board);
    return 0;
}
