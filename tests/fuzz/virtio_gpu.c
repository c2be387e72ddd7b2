/* SPDX-License-Identifier: MIT */
/*
 * virtio_gpu.c - fuzzing: commands for a graphics device, most of them nearly right.
 *
 * Identifiers are few and rectangles small, so that commands meet each other's resources; every number may be anything
 * instead. Whatever is shown is read, so that a sanitizer sees what lies outside. Every command that is not lost with
 * its queue has one of the answers that there are.
 */
#include <inttypes.h>
#include <string.h>

#include "tests/lib/fuzz.h"

enum { QUEUE_NUM = 32, QUEUES_AT = 0x4000, QUEUE_STRIDE = 0x2000, AVAIL = 0x800, USED = 0x1000 };
enum { COMMAND_AT = 0x10000, ANSWER_AT = 0x18000, PIXELS_AT = 0x20000, MEMORY = 2 << 20 };
enum { N_OUTPUTS = 3, HEADER = 24, MOST_COMMAND = 0x1000 };

typedef struct {
    FuzzMachine its;
    HostDisplay display;
    HostChar control;
} Board;

typedef struct {
    Bytes in;
    Board *board;
    Machine *m;
    uint16_t offered[2];
    bool tidy; /* the queues are as this driver thinks they are */
    uint8_t command[MOST_COMMAND];
    unsigned size;
} Case;

/* The host. */

/* A sanitizer looks at the ends of what is copied. */
static void see(const uint32_t *pixels, size_t n)
{
    static uint32_t seen[MEMORY / 4];
    memcpy(seen, pixels, n * sizeof *pixels);
}

static void show(void *host, unsigned output, const HostImage *image, unsigned x, unsigned y,
                 unsigned width, unsigned height)
{
    (void)host;
    if (output >= N_OUTPUTS || x > image->width || width > image->width - x || y > image->height ||
        height > image->height - y || image->stride < image->width)
        fuzz_fail("output %u shows %u,%u %ux%u of %ux%u", output, x, y, width, height, image->width,
                  image->height);
    for (unsigned line = y; line < y + height; line++)
        see(image->pixels + (size_t)line * image->stride + x, width);
}

static void point(void *host, unsigned output, const HostCursor *cursor)
{
    (void)host;
    if (output >= N_OUTPUTS || cursor->hot_x >= 64 || cursor->hot_y >= 64)
        fuzz_fail("output %u points from %u,%u", output, cursor->hot_x, cursor->hot_y);
    if (cursor->pixels)
        see(cursor->pixels, 64 * 64);
}

static void board_make(Board *board)
{
    MachineConfig config = { .n_harts = 1, .virtio_modern = true };
    board->display = (HostDisplay){ .show = show, .point = point };
    config.virtio[0] = (VirtioConfig){ .driver = "virtio-gpu-device",
                                       .display = &board->display,
                                       .chr = &board->control,
                                       .gpu = { N_OUTPUTS, 640, 480, true, MEMORY } };
    board->its = fuzz_machine(&config, NULL);
}

/* The driver. */

static void poke(const Case *c, uint64_t at, const void *data, size_t size)
{
    if (!bus_write_bytes(&c->m->bus, (Spa){ BOARD_RAM + at }, data, size, requester_hart(0)))
        fuzz_fail("no RAM at 0x%" PRIx64, at);
}

static void peek(const Case *c, uint64_t at, void *data, size_t size)
{
    if (!bus_read_bytes(&c->m->bus, (Spa){ BOARD_RAM + at }, data, size, requester_hart(0)))
        fuzz_fail("no RAM at 0x%" PRIx64, at);
}

static void write_register(const Case *c, unsigned offset, uint64_t value)
{
    if (!bus_write(&c->m->bus, (Spa){ BOARD_VIRTIO + offset }, 4, (uint32_t)value,
                   requester_hart(0)))
        fuzz_fail("register 0x%x is not there", offset);
}

static uint64_t queue_at(unsigned queue)
{
    return QUEUES_AT + queue * QUEUE_STRIDE;
}

static void set_up(Case *c)
{
    static const uint8_t nothing[QUEUE_STRIDE];
    uint32_t features = take_below(&c->in, 8) ? 2 : 0;
    write_register(c, 0x70, 0);
    write_register(c, 0x70, 3);
    write_register(c, 0x24, 0);
    write_register(c, 0x20, features);
    write_register(c, 0x24, 1);
    write_register(c, 0x20, 1);
    write_register(c, 0x70, 11);
    for (unsigned queue = 0; queue < 2; queue++) {
        uint64_t at = BOARD_RAM + queue_at(queue);
        poke(c, queue_at(queue), nothing, sizeof nothing);
        write_register(c, 0x30, queue);
        write_register(c, 0x38, QUEUE_NUM);
        write_register(c, 0x80, at);
        write_register(c, 0x90, at + AVAIL);
        write_register(c, 0xa0, at + USED);
        write_register(c, 0x44, 1);
        c->offered[queue] = 0;
    }
    write_register(c, 0x70, 15);
    c->tidy = true;
}

static void put(Case *c, uint64_t value, unsigned size)
{
    if (c->size + size > MOST_COMMAND)
        return;
    memcpy(c->command + c->size, &value, size);
    c->size += size;
}

/* A number up to `usual`, or any. */
static void put_number(Case *c, unsigned usual)
{
    put(c, take_below(&c->in, 16) ? take_below(&c->in, usual + 1) : take_value(&c->in), 4);
}

static void put_rect(Case *c)
{
    if (!take_below(&c->in, 4)) { /* all of one that is often there */
        put(c, 0, 8);
        put(c, 64, 4);
        put(c, 64, 4);
        return;
    }
    for (unsigned i = 0; i < 4; i++)
        put_number(c, 64);
}

static void put_create(Case *c)
{
    static const uint32_t formats[] = { 1, 2, 3, 4, 67, 68, 121, 134, 0, 5 };
    put_number(c, 7);
    put(c, formats[take_below(&c->in, G_N_ELEMENTS(formats))], 4);
    bool usual = take_below(&c->in, 2);
    for (unsigned i = 0; i < 2; i++)
        usual ? put(c, 64, 4) : put_number(c, 300);
}

/* Pieces that overlap each other and the queues, are empty, or not there. */
static void put_attach(Case *c)
{
    unsigned n = take_below(&c->in, 12);
    put_number(c, 7);
    put(c, take_below(&c->in, 16) ? n : take_value(&c->in), 4);
    for (unsigned i = 0; i < n; i++) {
        unsigned kind = take_below(&c->in, 16);
        put(c,
            kind == 0   ? take_value(&c->in)
            : kind == 1 ? BOARD_RAM + FUZZ_RAM - take(&c->in, 1)
            : kind == 2 ? BOARD_RAM + queue_at(0)
                        : BOARD_RAM + PIXELS_AT + take(&c->in, 2),
            8);
        put(c, kind == 3 ? take_value(&c->in) : take(&c->in, 2), 4);
        put(c, 0, 4);
    }
}

static void put_body(Case *c, uint32_t type)
{
    switch (type) {
    case 0x101: put_create(c); break;
    case 0x103:
        put_rect(c);
        put_number(c, N_OUTPUTS);
        put_number(c, 7);
        break;
    case 0x104:
        put_rect(c);
        put_number(c, 7);
        break;
    case 0x105:
        put_rect(c);
        put(c, take_below(&c->in, 4) ? take(&c->in, 2) : take_value(&c->in), 8);
        put_number(c, 7);
        break;
    case 0x106: put_attach(c); return;
    case 0x300:
    case 0x301:
        put_number(c, N_OUTPUTS);
        for (unsigned i = 0; i < 3; i++)
            put_number(c, 100);
        put_number(c, 7);
        for (unsigned i = 0; i < 2; i++)
            put_number(c, 64);
        break;
    default: put_number(c, 7); break;
    }
    put(c, 0, 4);
}

typedef struct {
    uint64_t address;
    uint32_t size;
    uint16_t flags, next;
} Descriptor;

/* Writes a chain at the queue's beginning: the command in up to three pieces, then room for the answer. */
static void write_chain(Case *c, unsigned queue, unsigned answer)
{
    unsigned cuts[4] = { 0, take_below(&c->in, c->size + 1), c->size, c->size }, n = 0;
    bool cut = !take_below(&c->in, 4);
    Descriptor chain[4];
    for (unsigned i = cut ? 0 : 1; i < 2; i++) {
        unsigned from = cut ? cuts[i] : 0;
        chain[n] =
            (Descriptor){ BOARD_RAM + COMMAND_AT + from, cuts[i + 1] - from, 1, (uint16_t)(n + 1) };
        n++;
    }
    chain[n++] = (Descriptor){ BOARD_RAM + ANSWER_AT, answer, 2, 0 };
    poke(c, COMMAND_AT, c->command, c->size);
    poke(c, queue_at(queue), chain, n * sizeof *chain);
}

static void offer(Case *c, unsigned queue, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        poke(c, queue_at(queue) + AVAIL + 4 + 2 * ((c->offered[queue] + i) % QUEUE_NUM),
             &(uint16_t){ 0 }, 2);
    c->offered[queue] = (uint16_t)(c->offered[queue] + n);
    poke(c, queue_at(queue) + AVAIL + 2, &c->offered[queue], 2);
    write_register(c, 0x50, queue);
}

static void check_answer(const Case *c, unsigned queue, unsigned room)
{
    struct {
        uint32_t type, flags;
        uint64_t fence;
    } answer, asked;
    uint16_t used;
    peek(c, queue_at(queue) + USED + 2, &used, 2);
    if (used != c->offered[queue])
        return; /* later, or the device is broken */
    peek(c, ANSWER_AT, &answer, sizeof answer);
    memcpy(&asked, c->command, sizeof asked);
    if (room < HEADER)
        return;
    bool ok = answer.type == 0x1100 || answer.type == 0x1101 || answer.type == 0x1104;
    if (!ok && (answer.type < 0x1200 || answer.type > 0x1205))
        fuzz_fail("answer 0x%x to 0x%x", answer.type, asked.type);
    if (asked.flags & 1 && (!(answer.flags & 1) || answer.fence != asked.fence))
        fuzz_fail("the fence of 0x%x is lost", asked.type);
}

static void command(Case *c)
{
    static const uint16_t types[] = { 0x100, 0x101, 0x101, 0x102, 0x103, 0x103, 0x104, 0x104,
                                      0x105, 0x105, 0x106, 0x106, 0x107, 0x10a, 0x300, 0x301 };
    uint32_t type = types[take_below(&c->in, G_N_ELEMENTS(types))];
    unsigned room = take_below(&c->in, 8) ? 1100 : take_below(&c->in, 64);
    unsigned queue = (type >= 0x300) ^ !take_below(&c->in, 32);
    c->size = 0;
    put(c, take_below(&c->in, 64) ? type : take_value(&c->in), 4);
    put(c, take_below(&c->in, 4) ? 0 : take(&c->in, 1), 4);
    put(c, 0x1122334455667788, 8);
    put(c, 0, 8);
    put_body(c, type);
    if (!take_below(&c->in, 32))
        c->size = take_below(&c->in, c->size + 1);
    write_chain(c, queue, room);
    poke(c, ANSWER_AT, &(uint32_t){ 0 }, 4);
    unsigned n = take_below(&c->in, 16) ? 1 : take_below(&c->in, QUEUE_NUM + 1);
    offer(c, queue, n);
    if (n == 1 && c->tidy && c->size >= HEADER)
        check_answer(c, queue, room);
}

static void want_sizes(Case *c)
{
    uint32_t records[12];
    for (unsigned i = 0; i < 12; i++)
        records[i] = take_below(&c->in, 8) ? take_below(&c->in, i % 4 ? 2000 : N_OUTPUTS + 1)
                                           : (uint32_t)take_value(&c->in);
    size_t size = take_below(&c->in, sizeof records + 1);
    size_t taken = c->board->control.receive(c->board->control.device, (uint8_t *)records, size);
    if (taken != size / 16 * 16)
        fuzz_fail("%zu of %zu bytes of sizes were taken", taken, size);
}

static void any_register(Case *c)
{
    static const uint16_t places[] = { 0x100, 0x104, 0x108, 0x10c, 0x0fc, 0x60, 0x64, 0x70, 0x44 };
    unsigned size = 1u << take_below(&c->in, 4);
    Spa spa = { BOARD_VIRTIO + places[take_below(&c->in, G_N_ELEMENTS(places))] };
    uint64_t value = take_value(&c->in);
    if (take_below(&c->in, 2))
        (void)!bus_write(&c->m->bus, spa, size, value, requester_hart(0));
    else
        (void)!bus_read(&c->m->bus, spa, size, &value, requester_hart(0));
    c->tidy = false;
}

/* Descriptors, rings and commands as they come. */
static void poke_queue(Case *c)
{
    uint64_t value = take_value(&c->in);
    uint64_t at = queue_at(take_below(&c->in, 2));
    switch (take_below(&c->in, 4)) {
    case 0: at += take_below(&c->in, 64); break;
    case 1: at += AVAIL + take_below(&c->in, 16); break;
    case 2: at += USED + take_below(&c->in, 16); break;
    default: at = COMMAND_AT + take_below(&c->in, 256); break;
    }
    poke(c, at, &value, 1 + take_below(&c->in, 8));
    c->tidy = false;
}

static GByteArray *save(const Case *c)
{
    StateSaver saver;
    state_saver_init(&saver, g_byte_array_new());
    device_visit(c->m->virtio[0], &saver.visitor);
    return saver.out;
}

/* Saves the device alone, which is faster than fuzz_reload_devices, and loads it: nothing may change. */
static void reload(const Case *c)
{
    StateLoader loader;
    g_autoptr(GByteArray) before = save(c);
    state_loader_init(&loader, before->data, before->len);
    device_visit(c->m->virtio[0], &loader.visitor);
    clock_loaded(&c->m->clock);
    g_autoptr(GByteArray) after = save(c);
    if (loader.error || before->len != after->len || memcmp(before->data, after->data, after->len))
        fuzz_fail("loading changes the device: %s", loader.error ? loader.error->message : "");
}

static void act(Case *c)
{
    switch (take_below(&c->in, 32)) {
    case 0: set_up(c); break;
    case 1: want_sizes(c); break;
    case 2: any_register(c); break;
    case 3: poke_queue(c); break;
    case 4: write_register(c, 0x50, take_below(&c->in, 3)); break;
    case 5: (void)fuzz_run(c->m, take(&c->in, 1)); break;
    case 6: reload(c); break;
    default: command(c); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Board board;
    static Case c;
    if (!board.its.machine)
        board_make(&board);
    c = (Case){ .in = { data, data + size }, .board = &board, .m = board.its.machine };
    fuzz_restart(&board.its);
    set_up(&c);
    while (bytes_left(&c.in))
        act(&c);
    if (size % 4 == 0)
        reload(&c);
    return 0;
}
