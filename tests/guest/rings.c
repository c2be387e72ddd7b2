/* SPDX-License-Identifier: MIT */
/*
 * rings.c - virtqueues that break every rule: loops, indices out of range, tables in tables, buffers and rings in
 * nowhere, sizes that are none; on every queue of every virtio device there is.
 *
 * The devices may give up (DEVICE_NEEDS_RESET) or not, but they must not write outside what a descriptor allows, and
 * after a reset each must do its work.
 *
 * args: -drive file=disk.img,if=none,format=raw,id=d0 -snapshot -device virtio-blk-device,drive=d0 -device virtio-rng-device -chardev null,id=c0 -device virtio-serial-device -device virtconsole,chardev=c0
 * files: disk.img 65536
 * variants: -smp 1
 * variants: -global virtio-mmio.force-legacy=false
 * variants: -netdev user,id=n0,restrict=on -device virtio-net-device,netdev=n0
 * variants: -netdev user,id=n0,restrict=on -device virtio-net-device,netdev=n0 -global virtio-mmio.force-legacy=false
 * skip: -quantum
 * exit: 0
 * console: rings: done
 */
#include "lib/guest.h"

enum { NUM = 8, NEXT = 1, WRITE = 2, INDIRECT = 4, CANARY = 0xa5 };
enum { NET = 1, BLK = 2, CONSOLE = 3, RNG = 4 };
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };

typedef struct {
    uint64_t address;
    uint32_t size;
    uint16_t flags, next;
} Descriptor;

typedef struct {
    uint16_t flags, index, ring[NUM], event;
} Available;

typedef struct {
    uint16_t flags, index;
    struct {
        uint32_t id, size;
    } ring[NUM];
    uint16_t event;
} Used;

/* In memory: guard, both pages of the rings, guard. */
static struct {
    uint8_t before[PAGE];
    Descriptor desc[NUM];
    Available avail;
    uint8_t between[PAGE - NUM * 16 - sizeof(Available)];
    Used used;
    uint8_t behind[2 * PAGE - sizeof(Used)];
} rings __attribute__((aligned(4096)));
static Descriptor table[NUM] __attribute__((aligned(16)));
static uint8_t buffer[PAGE] __attribute__((aligned(4096)));
static uint8_t after_buffer[PAGE];

typedef struct {
    uintptr_t base;
    bool modern, with_features;
    unsigned kind;
} Dev;

static void reg(const Dev *dev, unsigned offset, uint32_t value)
{
    write32(dev->base + offset, value);
}

static void set_address(const Dev *dev, unsigned offset, uint64_t address)
{
    reg(dev, offset, (uint32_t)address);
    reg(dev, offset + 4, (uint32_t)(address >> 32));
}

static void start_queue(const Dev *dev, unsigned queue, uint64_t desc, uint64_t avail,
                        uint64_t used)
{
    reg(dev, 0x30, queue);
    reg(dev, 0x38, NUM);
    if (dev->modern) {
        set_address(dev, 0x80, desc);
        set_address(dev, 0x90, avail);
        set_address(dev, 0xa0, used);
        reg(dev, 0x44, 1);
    } else {
        reg(dev, 0x28, PAGE);
        reg(dev, 0x3c, PAGE);
        reg(dev, 0x40, (uint32_t)(desc / PAGE));
    }
}

/* From reset to FEATURES_OK, with everything accepted that is offered or with nothing. */
static void begin(const Dev *dev)
{
    reg(dev, 0x70, 0);
    reg(dev, 0x70, ACKNOWLEDGE | DRIVER);
    for (unsigned half = 0; half < 2; half++) {
        reg(dev, 0x14, half);
        reg(dev, 0x24, half);
        uint32_t offered = read32(dev->base + 0x10);
        uint32_t needed = dev->modern && half ? 1 : 0; /* VERSION_1 */
        reg(dev, 0x20, dev->with_features ? offered : needed);
    }
    if (dev->modern)
        reg(dev, 0x70, ACKNOWLEDGE | DRIVER | FEATURES_OK);
}

static void drive(const Dev *dev)
{
    reg(dev, 0x70, ACKNOWLEDGE | DRIVER | DRIVER_OK | (dev->modern ? FEATURES_OK : 0));
}

static void clear_rings(void)
{
    memset(&rings, 0, sizeof rings);
    memset(rings.before, CANARY, sizeof rings.before);
    memset(rings.between, CANARY, sizeof rings.between);
    memset(rings.behind, CANARY, sizeof rings.behind);
    memset(table, 0, sizeof table);
    memset(after_buffer, CANARY, sizeof after_buffer);
}

static void start(const Dev *dev, unsigned queue)
{
    clear_rings();
    begin(dev);
    start_queue(dev, queue, (uintptr_t)rings.desc, (uintptr_t)&rings.avail, (uintptr_t)&rings.used);
    drive(dev);
}

static void put(Descriptor *at, uint64_t address, uint32_t size, unsigned flags, unsigned next)
{
    *at = (Descriptor){ address, size, (uint16_t)flags, (uint16_t)next };
}

static void offer(const Dev *dev, unsigned queue, unsigned head)
{
    rings.avail.ring[rings.avail.index % NUM] = (uint16_t)head;
    FENCE();
    rings.avail.index++;
    FENCE();
    reg(dev, 0x50, queue);
}

static bool intact(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != CANARY)
            return false;
    return true;
}

/* Work that a device must be able to do. */

static void read_sector(const Dev *dev)
{
    static struct {
        uint32_t type, reserved;
        uint64_t sector;
    } header = { 0, 0, 3 };
    start(dev, 0);
    put(&rings.desc[0], (uintptr_t)&header, 16, NEXT, 1);
    put(&rings.desc[1], (uintptr_t)buffer, 512, NEXT | WRITE, 2);
    put(&rings.desc[2], (uintptr_t)buffer + 512, 1, WRITE, 0);
    buffer[512] = 99;
    offer(dev, 0, 0);
    guest_check("disk: size", dev->base, rings.used.ring[0].size, 513);
    guest_check("disk: status", dev->base, buffer[512], 0);
    for (unsigned i = 0; i < 512; i++)
        guest_check("disk: byte", i, buffer[i], (3 * 512 + i) * 7 % 251);
}

static void send(const Dev *dev)
{
    start(dev, 1);
    memset(buffer, 0, 100);
    put(&rings.desc[0], (uintptr_t)buffer, 72, 0, 0);
    offer(dev, 1, 0);
}

static void get_random(const Dev *dev)
{
    unsigned same = 0;
    start(dev, 0);
    memset(buffer, CANARY, 64);
    put(&rings.desc[0], (uintptr_t)buffer, 64, WRITE, 0);
    offer(dev, 0, 0);
    guest_check("random: size", dev->base, rings.used.ring[0].size, 64);
    for (unsigned i = 0; i < 64; i++)
        same += buffer[i] == CANARY;
    guest_check("random: bytes left alone", dev->base, same > 8, false);
}

static void check_work(const Dev *dev)
{
    if (dev->kind == BLK)
        read_sector(dev);
    else if (dev->kind == RNG)
        get_random(dev);
    else
        send(dev);
    guest_check("used index", dev->base, *(volatile uint16_t *)&rings.used.index, 1);
    guest_check("used element", dev->base, rings.used.ring[0].id, 0);
    guest_check("interrupt", dev->base, read32(dev->base + 0x60) & 1, 1);
    reg(dev, 0x64, 1);
    guest_check("interrupt is acknowledged", dev->base, read32(dev->base + 0x60) & 1, 0);
}

/* What is wrong with the chain at descriptor 0; each leaves it to the caller to offer it. */

static void make_ring(unsigned length)
{
    for (unsigned i = 0; i < NUM; i++)
        put(&rings.desc[i], (uintptr_t)buffer, 16, NEXT, (i + 1) % length);
}

static void loop_of_one(void)
{
    make_ring(1);
}
static void loop_of_two(void)
{
    make_ring(2);
}
static void loop_of_all(void)
{
    make_ring(NUM);
}
static void next_too_far(void)
{
    put(&rings.desc[0], (uintptr_t)buffer, 16, NEXT, NUM);
}
static void next_much_too_far(void)
{
    put(&rings.desc[0], (uintptr_t)buffer, 16, NEXT, 0xffff);
}
static void no_memory(void)
{
    put(&rings.desc[0], 0, 64, 0, 0);
}
static void no_memory_to_write(void)
{
    put(&rings.desc[0], 0, 64, WRITE, 0);
}
static void device_memory(void)
{
    put(&rings.desc[0], FINISHER, 64, WRITE, 0);
}
static void end_of_memory(void)
{
    put(&rings.desc[0], RAM + RAM_SIZE - 8, 64, WRITE, 0);
}
static void end_of_addresses(void)
{
    put(&rings.desc[0], ~0ul - 7, 64, WRITE, 0);
}
static void all_of_memory(void)
{
    put(&rings.desc[0], RAM + RAM_SIZE - 8, 0xffffffff, 0, 0);
}
static void nothing(void)
{
    put(&rings.desc[0], (uintptr_t)buffer, 0, 0, 0);
}
static void nothing_to_write(void)
{
    put(&rings.desc[0], (uintptr_t)buffer, 0, WRITE, 0);
}

static void nothing_eight_times(void)
{
    for (unsigned i = 0; i < NUM; i++)
        put(&rings.desc[i], 0, 0, i + 1 < NUM ? NEXT : 0, i + 1);
}

static void write_before_read(void)
{
    put(&rings.desc[0], (uintptr_t)buffer, 64, NEXT | WRITE, 1);
    put(&rings.desc[1], (uintptr_t)buffer, 64, 0, 0);
}

static void header_too_short(void)
{
    put(&rings.desc[0], (uintptr_t)buffer, 5, NEXT, 1);
    put(&rings.desc[1], (uintptr_t)buffer + 64, 64, WRITE, 0);
}

static void strange_request(void)
{
    memset(buffer, 0xff, 16);
    put(&rings.desc[0], (uintptr_t)buffer, 16, NEXT, 1);
    put(&rings.desc[1], (uintptr_t)buffer + 64, 513, WRITE, 0);
}

static void sector_behind_the_end(void)
{
    memset(buffer, 0, 16);
    memset(buffer + 8, 0xff, 7);
    put(&rings.desc[0], (uintptr_t)buffer, 16, NEXT, 1);
    put(&rings.desc[1], (uintptr_t)buffer + 64, 513, WRITE, 0);
}

static void unknown_flags(void)
{
    put(&rings.desc[0], (uintptr_t)buffer, 64, 0xfff8, 0);
}

/* A good chain of two in `table`, and descriptor 0 pointing at `size` bytes of it. */
static void point_at_table(uint32_t size, unsigned flags)
{
    put(&table[0], (uintptr_t)buffer, 64, NEXT, 1);
    put(&table[1], (uintptr_t)buffer + 64, 64, WRITE, 0);
    put(&rings.desc[0], (uintptr_t)table, size, INDIRECT | flags, 1);
}

static void table_in_table(void)
{
    point_at_table(32, 0);
    put(&table[1], (uintptr_t)table, 32, INDIRECT, 0);
}

static void table_of_itself(void)
{
    point_at_table(32, 0);
    put(&table[0], (uintptr_t)table, 32, INDIRECT, 0);
}

static void table_loop(void)
{
    point_at_table(32, 0);
    put(&table[1], (uintptr_t)buffer, 16, NEXT, 0);
}

static void table_too_short(void)
{
    point_at_table(32, 0);
    put(&table[1], (uintptr_t)buffer, 16, NEXT, 2);
}

static void table_odd(void)
{
    point_at_table(31, 0);
}
static void table_empty(void)
{
    point_at_table(0, 0);
}
static void table_huge(void)
{
    point_at_table(0xfffffff0, 0);
}
static void table_and_next(void)
{
    point_at_table(32, NEXT);
}
static void table_to_write(void)
{
    point_at_table(32, WRITE);
}

static void table_nowhere(void)
{
    put(&rings.desc[0], FINISHER, 32, INDIRECT, 0);
}

static void (*const chains[])(void) = {
    loop_of_one,        loop_of_two,         loop_of_all,
    next_too_far,       next_much_too_far,   no_memory,
    no_memory_to_write, device_memory,       end_of_memory,
    end_of_addresses,   all_of_memory,       nothing,
    nothing_to_write,   nothing_eight_times, write_before_read,
    header_too_short,   strange_request,     sector_behind_the_end,
    unknown_flags,      table_in_table,      table_of_itself,
    table_loop,         table_too_short,     table_odd,
    table_empty,        table_huge,          table_and_next,
    table_to_write,     table_nowhere,
};

/* Nothing but rings and buffer may have been written; then the device must work after a reset. */
static void check_after(const Dev *dev, uint64_t number)
{
    guest_check("written before the rings", number, intact(rings.before, sizeof rings.before),
                true);
    guest_check("written between the rings", number, intact(rings.between, sizeof rings.between),
                true);
    guest_check("written behind the rings", number, intact(rings.behind, sizeof rings.behind),
                true);
    guest_check("written behind the buffer", number, intact(after_buffer, sizeof after_buffer),
                true);
    check_work(dev);
}

static void try_chains(const Dev *dev, unsigned queue)
{
    for (unsigned i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        start(dev, queue);
        chains[i]();
        offer(dev, queue, 0);
        offer(dev, queue, 0); /* once more, broken or not */
        check_after(dev, i);
    }
}

/* Heads and indices of the available ring that are none. */
static void try_indices(const Dev *dev, unsigned queue)
{
    static const uint16_t wrong[] = { NUM, NUM + 1, 0x7fff, 0x8000, 0xffff };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        start(dev, queue);
        offer(dev, queue, wrong[i]);
        check_after(dev, 100 + i);
        start(dev, queue);
        put(&rings.desc[0], (uintptr_t)buffer, 64, WRITE, 0);
        rings.avail.index =
            wrong[i]; /* NUM is the most there can be: not wrong, but all of head 0 */
        reg(dev, 0x50, queue);
        check_after(dev, 200 + i);
        start(dev, queue);
        put(&rings.desc[0], (uintptr_t)buffer, 64, WRITE, 0);
        offer(dev, queue, 0);
        rings.avail.index = (uint16_t)(0 - wrong[i]); /* backwards */
        reg(dev, 0x50, queue);
        check_after(dev, 300 + i);
    }
    start(dev, queue);
    reg(dev, 0x50, 99); /* no such queue */
    reg(dev, 0x50, ~0u);
    check_after(dev, 400);
}

/* Rings where there is no memory, partly none, or where they may not be. */
static void try_places(const Dev *dev, unsigned queue)
{
    static const uint64_t places[] = {
        0,         16,       FINISHER, 0x10000000, RAM + RAM_SIZE - 16, RAM + RAM_SIZE,
        1ul << 40, ~0xffful, ~15ul,
    };
    uint64_t desc = (uintptr_t)rings.desc, avail = (uintptr_t)&rings.avail,
             used = (uintptr_t)&rings.used;
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        for (unsigned part = 0; part < 4; part++) {
            clear_rings();
            put(&rings.desc[0], (uintptr_t)buffer, 64, WRITE, 0);
            begin(dev);
            start_queue(dev, queue, part == 0 || part == 3 ? places[i] : desc,
                        part == 1 || part == 3 ? places[i] : avail,
                        part == 2 || part == 3 ? places[i] : used + (i & 1)); /* odd: misaligned */
            drive(dev);
            offer(dev, queue, 0);
            check_after(dev, 500 + 10 * i + part);
        }
    }
}

/* Sizes, numbers and orders that are none. */
static void try_registers(const Dev *dev)
{
    static const uint32_t sizes[] = { 0, 3, 0x8001, 0x10000, ~0u };
    begin(dev);
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        reg(dev, 0x30, 0);
        reg(dev, 0x38, sizes[i]);
        reg(dev, 0x30, sizes[i] | 0x100); /* no such queue */
        reg(dev, 0x38, 8);
        reg(dev, dev->modern ? 0x44 : 0x40, 1);
        guest_check("no such queue", sizes[i], read32(dev->base + 0x34), 0);
    }
    drive(dev);
    reg(dev, 0x50, 0); /* a queue that was not set up */
    reg(dev, 0x70, 0xff);
    reg(dev, 0x50, 0);
    check_work(dev);
    if (dev->modern) { /* features nobody offered are not accepted */
        begin(dev);
        reg(dev, 0x70, 0);
        reg(dev, 0x70, ACKNOWLEDGE | DRIVER);
        reg(dev, 0x24, 1);
        reg(dev, 0x20, 0x80000001);
        reg(dev, 0x70, ACKNOWLEDGE | DRIVER | FEATURES_OK);
        guest_check("FEATURES_OK", dev->base, read32(dev->base + 0x70) & FEATURES_OK, 0);
    }
    check_work(dev);
}

static void try_device(Dev *dev)
{
    unsigned queues = dev->kind == BLK || dev->kind == RNG ? 1 : 2;
    for (unsigned features = 0; features < 2; features++) {
        dev->with_features = features;
        check_work(dev);
        for (unsigned queue = 0; queue < queues; queue++) {
            try_chains(dev, queue);
            try_indices(dev, queue);
            try_places(dev, queue);
        }
        try_registers(dev);
    }
}

int main(unsigned hart)
{
    unsigned devices = 0;
    if (hart)
        return 0;
    for (unsigned i = 0; i < 8; i++) {
        Dev dev = { VIRTIO + i * 0x1000, false, false, 0 };
        dev.modern = read32(dev.base + 4) == 2;
        dev.kind = read32(dev.base + 8);
        if (!dev.kind)
            continue;
        devices++;
        try_device(&dev);
    }
    guest_check("devices found", 0, devices >= 3, true);
    guest_print("rings: done\n");
    return (int)guest_failures;
}
