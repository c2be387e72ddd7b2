/* SPDX-License-Identifier: MIT */
/*
 * virtio_input.c - fuzzing: a driver that breaks every rule, against a keyboard, a tablet and a mouse, with a host that
 * sends what no host should.
 *
 * The devices are set up as a good driver would do it, sometimes; the case then writes registers, configuration,
 * descriptors, rings and memory as it likes, and events come, whole, in part, or as bytes that are none.
 */
#include <string.h>

#include "devices/virtio_input.h"
#include "tests/lib/fuzz_virtio.h"

enum { DEVICES = 3, QUEUES = 2, QUEUE = 0x4000, USED = 0x1000, BUFFERS = 0x40000, CONFIG = 0x100 };

typedef struct {
    FuzzMachine its;
    HostChar chr[DEVICES];
} Board;

typedef struct {
    Bytes in;
    Board *board;
    Machine *m;
    unsigned device;
    unsigned queue, num;
    uint16_t offered[DEVICES][QUEUES];
} Case;

static void board_make(Board *board, bool modern)
{
    static const char *const drivers[DEVICES] = { "virtio-keyboard-device", "virtio-tablet-device",
                                                  "virtio-mouse-device" };
    static char serial[] = "serial";
    MachineConfig config = { .n_harts = 1, .virtio_modern = modern };
    for (unsigned i = 0; i < DEVICES; i++)
        config.virtio[i] =
            (VirtioConfig){ .driver = drivers[i], .chr = &board->chr[i], .serial = serial };
    board->its = fuzz_machine(&config, NULL);
}

static uint64_t base(const Case *c)
{
    return BOARD_VIRTIO + 0x1000ull * c->device;
}

static uint64_t queue_at(const Case *c)
{
    return BOARD_RAM + (1 + c->device * QUEUES + c->queue) * QUEUE;
}

static void poke(Case *c, uint64_t at, const void *data, size_t size)
{
    if (!bus_write_bytes(&c->m->bus, (Spa){ at }, data, size, requester_hart(0)))
        return; /* not RAM: the case may try */
}

static void write_register(Case *c, unsigned offset, uint64_t value)
{
    fuzz_virtio_write(c->m, base(c), offset, value);
}

/* Mostly a buffer, sometimes the queue itself, the edges of RAM, or nothing. */
static uint64_t take_address(Case *c)
{
    switch (take_below(&c->in, 8)) {
    case 0: return queue_at(c) + take(&c->in, 2) % QUEUE;
    case 1: return BOARD_RAM + FUZZ_RAM - take(&c->in, 1);
    case 2: return take_value(&c->in);
    default: return BOARD_RAM + BUFFERS + take(&c->in, 2);
    }
}

static void set_up(Case *c)
{
    static const uint16_t sizes[] = { 8, 16, 64, 2, 1, 3, 0 };
    uint64_t features = take_below(&c->in, 2) ? UINT64_MAX : take_value(&c->in);
    c->num = sizes[take_below(&c->in, G_N_ELEMENTS(sizes))];
    c->queue = 0;
    memset(c->offered[c->device], 0, sizeof c->offered[0]);
    fuzz_virtio_set_up(c->m, base(c), features, c->num,
                       (FuzzQueues){ queue_at(c), QUEUE, USED, QUEUES });
}

static void any_register(Case *c)
{
    unsigned at =
        take_below(&c->in, 2) ? CONFIG + take_below(&c->in, 0x100) : take_below(&c->in, 0x40) * 4;
    unsigned size = 1u << take_below(&c->in, 4);
    uint64_t value = take_value(&c->in);
    if (take_below(&c->in, 2))
        (void)!bus_write(&c->m->bus, (Spa){ base(c) + at }, size, value, requester_hart(0));
    else
        (void)!bus_read(&c->m->bus, (Spa){ base(c) + at }, size, &value, requester_hart(0));
}

/* What a driver asks before anything else: the size it is told must be that of what there is. */
static void ask(Case *c)
{
    uint64_t select = take_below(&c->in, 0x14), subsel = take_below(&c->in, 0x20), size = 0;
    (void)!bus_write(&c->m->bus, (Spa){ base(c) + CONFIG }, 1, select, requester_hart(0));
    (void)!bus_write(&c->m->bus, (Spa){ base(c) + CONFIG + 1 }, 1, subsel, requester_hart(0));
    if (!bus_read(&c->m->bus, (Spa){ base(c) + CONFIG + 2 }, 1, &size, requester_hart(0)) ||
        size > 128)
        fuzz_fail("a selection of size %u", (unsigned)size);
}

static void write_descriptor(Case *c, unsigned at)
{
    struct {
        uint64_t address;
        uint32_t size;
        uint16_t flags, next;
    } desc = { take_address(c), take_below(&c->in, 4) ? 8 : (uint32_t)take_value(&c->in),
               c->queue ? 0 : 2, (uint16_t)(at + 1) };
    if (!take_below(&c->in, 4))
        desc.flags = (uint16_t)take_below(&c->in, 8);
    if (!take_below(&c->in, 16))
        desc.next = (uint16_t)take(&c->in, 2);
    poke(c, queue_at(c) + 16 * at, &desc, sizeof desc);
}

static void offer(Case *c)
{
    uint16_t *idx = &c->offered[c->device][c->queue];
    unsigned n = 1 + take_below(&c->in, 4);
    uint64_t avail = queue_at(c) + 16 * c->num;
    for (unsigned i = 0; i < n; i++) {
        uint16_t head = (uint16_t)take_below(&c->in, 16);
        poke(c, avail + 4 + 2 * ((*idx)++ % MAX(c->num, 1)), &head, 2);
    }
    if (!take_below(&c->in, 16))
        *idx = (uint16_t)take(&c->in, 2);
    poke(c, avail + 2, idx, 2);
    if (take_below(&c->in, 4))
        write_register(c, 0x50, c->queue);
}

static void poke_queue(Case *c)
{
    uint64_t value = take_value(&c->in);
    unsigned where = take_below(&c->in, 4), size = 1 + take_below(&c->in, 8);
    uint64_t at = where == 0 ? 0 : where == 1 ? 16 * c->num : where == 2 ? USED : take(&c->in, 2);
    poke(c, queue_at(c) + at + take_below(&c->in, 8), &value, size);
}

/* Events: their types are often those that mean something, and most reports have an end. */
static void happen(Case *c)
{
    VirtioInputEvent events[VIRTIO_INPUT_PACKET * 3] = { 0 };
    unsigned n = take_below(&c->in, 8) ? take_below(&c->in, 8) : take_below(&c->in, 192);
    for (unsigned i = 0; i < n; i++) {
        static const uint16_t types[] = { 0, 1, 2, 3, 0x11, 0x14, 0x15, 0xffff };
        events[i].type = types[take_below(&c->in, G_N_ELEMENTS(types))];
        events[i].code = (uint16_t)(events[i].type ? take(&c->in, 2) : take_below(&c->in, 2));
        events[i].value = take_below(&c->in, 3);
    }
    size_t size = n * sizeof *events + (take_below(&c->in, 8) ? 0 : take_below(&c->in, 8));
    HostChar *chr = &c->board->chr[c->device];
    size_t taken = chr->receive(chr->device, (const uint8_t *)events, MIN(size, sizeof events));
    if (taken > size || taken % sizeof *events)
        fuzz_fail("%zu bytes of %zu were taken", taken, size);
}

static void act(Case *c)
{
    switch (take_below(&c->in, 16)) {
    case 0: c->device = take_below(&c->in, DEVICES); break;
    case 1: c->queue = take_below(&c->in, QUEUES); break;
    case 2: set_up(c); break;
    case 3: any_register(c); break;
    case 4: ask(c); break;
    case 5:
    case 6: write_descriptor(c, take_below(&c->in, 16)); break;
    case 7: poke_queue(c); break;
    case 8: write_register(c, 0x50, take_below(&c->in, 4) ? c->queue : take(&c->in, 4)); break;
    case 9: write_register(c, 0x64, take(&c->in, 1)); break;
    case 10:
    case 11:
    case 12: happen(c); break;
    default: offer(c); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Board boards[2];
    Case c = { .in = { data, data + size }, .num = 8 };
    if (!boards[0].its.machine) {
        board_make(&boards[0], false);
        board_make(&boards[1], true);
    }
    c.board = &boards[take_below(&c.in, 4) > 0];
    c.m = c.board->its.machine;
    fuzz_restart(&c.board->its);
    c.device = take_below(&c.in, DEVICES);
    set_up(&c);
    for (unsigned i = 0; i < 4; i++)
        write_descriptor(&c, i);
    while (bytes_left(&c.in))
        act(&c);
    fuzz_reload_devices(c.m);
    return 0;
}
