/* SPDX-License-Identifier: MIT */
/*
 * virtio.c - fuzzing: a driver that breaks every rule, against disk, network card, console and random numbers.
 *
 * Each device is set up as a good driver would do it, sometimes; the case then writes registers, descriptors, rings and
 * memory as it likes, and the outside world sends bytes and frames.
 */
#include <string.h>

#include "tests/lib/fuzz_virtio.h"

enum { DEVICES = 4, DISK_SECTORS = 16, QUEUE = 0x4000, USED = 0x1000, BUFFERS = 0x40000 };

typedef struct {
    FuzzMachine its;
    HostChar chr;
    HostNet net;
} Board;

typedef struct {
    Bytes in;
    Board *board;
    Machine *m;
    uint64_t base; /* of the device the actions mean */
    unsigned queue, num;
    uint16_t offered[DEVICES][VIRTIO_MAX_QUEUES];
} Case;

static void drop(void *host, const uint8_t *data, size_t size)
{
    static volatile uint8_t sum;
    (void)host;
    for (size_t i = 0; i < size; i++)
        sum ^= data[i];
}

static void board_make(Board *board, bool modern)
{
    static FuzzFile disk;
    static const uint8_t sectors[DISK_SECTORS * 512] = "fuzz";
    static char serial[] = "serial";
    MachineConfig config = { .n_harts = 1, .virtio_modern = modern };
    if (!disk.fd) {
        disk = fuzz_file();
        fuzz_file_set(&disk, sectors, sizeof sectors);
    }
    board->chr = (HostChar){ .write = drop };
    board->net = (HostNet){ .send = drop };
    config.virtio[0] = (VirtioConfig){
        .driver = "virtio-blk-device", .drive_file = disk.path, .snapshot = true, .serial = serial
    };
    config.virtio[1] = (VirtioConfig){ .driver = "virtio-net-device", .net = &board->net };
    config.virtio[2] = (VirtioConfig){ .driver = "virtio-serial-device", .chr = &board->chr };
    config.virtio[3] = (VirtioConfig){ .driver = "virtio-rng-device", .seed = 1 };
    board->its = fuzz_machine(&config, NULL);
}

static void poke(Case *c, uint64_t at, const void *data, size_t size)
{
    if (!bus_write_bytes(&c->m->bus, (Spa){ at }, data, size, requester_hart(0)))
        return; /* not RAM: the case may try */
}

static void write_register(Case *c, unsigned offset, uint64_t value)
{
    fuzz_virtio_write(c->m, c->base, offset, value);
}

static uint64_t queue_at(const Case *c)
{
    return BOARD_RAM + (1 + c->queue) * QUEUE;
}

/* Addresses: mostly of buffers, sometimes of the queue itself, the edges of RAM, or nothing. */
static uint64_t take_address(Case *c)
{
    switch (take_below(&c->in, 8)) {
    case 0: return queue_at(c) + take(&c->in, 2) % QUEUE;
    case 1: return BOARD_RAM + FUZZ_RAM - take(&c->in, 1);
    case 2: return take_value(&c->in);
    default: return BOARD_RAM + BUFFERS + take(&c->in, 2);
    }
}

static uint32_t take_length(Case *c)
{
    switch (take_below(&c->in, 8)) {
    case 0: return 0;
    case 1: return (uint32_t)take_value(&c->in);
    case 2: return FUZZ_RAM - BUFFERS - 65536;
    case 3: return 16;
    case 4: return 512;
    default: return (uint32_t)take(&c->in, 1);
    }
}

static void set_up(Case *c)
{
    static const uint16_t sizes[] = { 8, 16, 64, 1024, 1, 3, 0 };
    uint64_t features = take_below(&c->in, 2) ? UINT64_MAX : take_value(&c->in);
    c->num = sizes[take_below(&c->in, G_N_ELEMENTS(sizes))];
    c->queue = 0;
    fuzz_virtio_set_up(c->m, c->base, features, c->num,
                       (FuzzQueues){ queue_at(c), QUEUE, USED, VIRTIO_MAX_QUEUES });
}

static void any_register(Case *c)
{
    unsigned at = take_below(&c->in, 0x40) * 4 + take_below(&c->in, 2) * 0x100;
    unsigned size = 1u << take_below(&c->in, 4);
    uint64_t value = take_value(&c->in);
    Spa spa = { c->base + at + (take_below(&c->in, 16) ? 0 : take_below(&c->in, 8)) };
    if (take_below(&c->in, 2))
        (void)!bus_write(&c->m->bus, spa, size, value, requester_hart(0));
    else
        (void)!bus_read(&c->m->bus, spa, size, &value, requester_hart(0));
}

static void write_descriptor(Case *c, uint64_t table, unsigned at)
{
    struct {
        uint64_t address;
        uint32_t size;
        uint16_t flags, next;
    } desc = { take_address(c), take_length(c), (uint16_t)take_below(&c->in, 8),
               (uint16_t)(at + 1) };
    if (!take_below(&c->in, 8))
        desc.next = (uint16_t)take(&c->in, 2);
    if (!take_below(&c->in, 16))
        desc.flags = (uint16_t)take(&c->in, 2);
    poke(c, table + 16 * at, &desc, sizeof desc);
}

/* A chain that begins with what the device expects at its beginning. */
static void write_request(Case *c)
{
    struct {
        uint32_t type, reserved;
        uint64_t sector;
    } header = { take_below(&c->in, 16), 0, take_below(&c->in, 24) };
    unsigned at = take_below(&c->in, 16), n = 1 + take_below(&c->in, 5);
    uint64_t table = take_below(&c->in, 4) ? queue_at(c) : BOARD_RAM + BUFFERS + 0x100 * at;
    poke(c, BOARD_RAM + BUFFERS, &header, sizeof header);
    struct {
        uint64_t address;
        uint32_t size;
        uint16_t flags, next;
    } first = { BOARD_RAM + BUFFERS, 16, 1, (uint16_t)(at + 1) };
    poke(c, table + 16 * at, &first, sizeof first);
    for (unsigned i = 1; i <= n; i++)
        write_descriptor(c, table, at + i);
}

/* The whole table is one long chain of large buffers. */
static void write_long_chain(Case *c)
{
    uint16_t flags = (uint16_t)(1 | take_below(&c->in, 4));
    uint32_t size = take_length(c);
    for (unsigned i = 0; i < c->num; i++) {
        struct {
            uint64_t address;
            uint32_t size;
            uint16_t flags, next;
        } desc = { BOARD_RAM + BUFFERS, size, i + 1 < c->num ? flags : flags & ~1,
                   (uint16_t)(i + 1) };
        poke(c, queue_at(c) + 16 * i, &desc, sizeof desc);
    }
}

static void offer(Case *c)
{
    uint16_t *idx = &c->offered[(c->base - BOARD_VIRTIO) >> 12][c->queue];
    uint16_t head = (uint16_t)take_below(&c->in, 16);
    uint64_t avail = queue_at(c) + 16 * c->num;
    poke(c, avail + 4 + 2 * (*idx % MAX(c->num, 1)), &head, 2);
    *idx = (uint16_t)(*idx + (take_below(&c->in, 16) ? 1 : take(&c->in, 2)));
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

static void receive(Case *c)
{
    uint8_t data[2048] = { 0 };
    size_t size = take(&c->in, 2) % sizeof data;
    size_t given = MIN(bytes_left(&c->in), MIN(size, 64));
    memcpy(data, c->in.at, given);
    c->in.at += given;
    if (take_below(&c->in, 2))
        (void)c->board->net.receive(c->board->net.device, data, size);
    else
        (void)c->board->chr.receive(c->board->chr.device, data, size);
}

static void act(Case *c)
{
    unsigned action = take_below(&c->in, 16);
    switch (action) {
    case 0: c->base = BOARD_VIRTIO + 0x1000ull * take_below(&c->in, DEVICES); break;
    case 1: c->queue = take_below(&c->in, VIRTIO_MAX_QUEUES); break;
    case 2: set_up(c); break;
    case 3:
    case 4: any_register(c); break;
    case 5:
    case 6: write_descriptor(c, queue_at(c), take_below(&c->in, 16)); break;
    case 7:
    case 8: write_request(c); break;
    case 9: write_long_chain(c); break;
    case 10: poke_queue(c); break;
    case 11: receive(c); break;
    case 12: write_register(c, 0x50, take_below(&c->in, 4) ? c->queue : take(&c->in, 4)); break;
    case 13: write_register(c, 0x64, take(&c->in, 1)); break;
    default: offer(c); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Board boards[2];
    Case c = { .in = { data, data + size }, .num = 8, .base = BOARD_VIRTIO };
    if (!boards[0].its.machine) {
        board_make(&boards[0], false);
        board_make(&boards[1], true);
    }
    c.board = &boards[take_below(&c.in, 2)];
    c.m = c.board->its.machine;
    fuzz_restart(&c.board->its);
    c.base += 0x1000ull * take_below(&c.in, DEVICES);
    set_up(&c);
    while (bytes_left(&c.in))
        act(&c);
    fuzz_reload_devices(c.m);
    return 0;
}
