/* SPDX-License-Identifier: MIT */
/*
 * test_device_state.c - what a device saves is all it is.
 *
 * A device is driven at random, saved, and loaded into a second one. From there on both get the
 * same accesses, input and time: a field that was not saved shows as a different answer or a
 * different wire.
 */
#include <string.h>

#include <criterion/criterion.h>

#include "devices/aplic.h"
#include "devices/clint.h"
#include "devices/imsic.h"
#include "devices/plic.h"
#include "devices/rtc.h"
#include "devices/uart.h"
#include "devices/virtio_rng.h"
#include "tests/lib/virtio_driver.h"

enum { HARTS = 2, ROUNDS = 200, MAX_WARM_UP = 400, COMPARED = 80 };

typedef struct {
    Rig rig;
    Device *dev;
    HostChar chr;
    IrqLine wires[2 * HARTS];
    ImsicPort port;
    uint64_t answers; /* hash over what the device answered */
} Side;

typedef struct {
    const char *name;
    void (*make)(Side *side, DeviceSite *site);
    /* Something from outside at random; `value` decides. May be NULL. */
    void (*poke)(Side *side, uint32_t value);
    struct {
        uint32_t offset, size;
    } windows[8];    /* where registers are, so that most accesses hit one */
    unsigned size;   /* of most accesses */
    uint32_t values; /* written values are below this; 0: any */
} Subject;

static void make_uart(Side *side, DeviceSite *site)
{
    Uart *uart = (Uart *)device_alloc(&uart_type, site);
    uart->chr = &side->chr;
    side->dev = &uart->dev;
}

static void make_typewriter(Side *side, DeviceSite *site)
{
    Uart *uart = (Uart *)device_alloc(&typewriter_type, site);
    uart->chr = &side->chr;
    uart->char_ns = 70000;
    side->dev = &uart->dev;
}

/* Types up to four characters, or sets the port up: 115200 baud, FIFOs, trigger 8, receive
 * interrupt. */
static void type_in(Side *side, uint32_t value)
{
    static const uint8_t set_up[][2] = { { 3, 0x83 }, { 0, 2 },    { 1, 0 }, { 3, 3 },
                                         { 4, 0 },    { 2, 0x81 }, { 1, 1 } };
    uint8_t bytes[4];
    for (unsigned i = 0; value % 4 == 0 && i < G_N_ELEMENTS(set_up); i++)
        rig_write(&side->rig, set_up[i][0], 1, set_up[i][1]);
    memcpy(bytes, &value, sizeof bytes);
    side->answers = hash_word(side->answers, side->chr.receive(side->chr.device, bytes, value % 5));
}

static void make_clint(Side *side, DeviceSite *site)
{
    Clint *clint = (Clint *)device_alloc(&clint_type, site);
    for (unsigned i = 0; i < 2 * HARTS; i++)
        side->wires[i] = rig_wire(&side->rig, i);
    clint->n_harts = HARTS;
    clint->msip = side->wires;
    clint->mtip = side->wires + HARTS;
    side->dev = &clint->dev;
}

static void make_plic(Side *side, DeviceSite *site)
{
    Plic *plic = (Plic *)device_alloc(&plic_type, site);
    for (unsigned i = 0; i < 2 * HARTS; i++)
        side->wires[i] = rig_wire(&side->rig, i);
    plic->n_contexts = 2 * HARTS;
    plic->out = side->wires;
    side->dev = &plic->dev;
}

/* Moves the level of a source, or completes one. */
static void set_source(Side *side, uint32_t value)
{
    if (value & BIT(17))
        rig_write(&side->rig, 0x200004 + (value & BIT(12)), 4, 1 + value % 8);
    else
        plic_set_source(side->dev, 1 + value % 8, value & BIT(16));
}

static void make_aplic(Side *side, DeviceSite *site)
{
    Aplic *aplic = (Aplic *)device_alloc(&aplic_type, site);
    for (unsigned i = 0; i < HARTS; i++)
        side->wires[i] = rig_wire(&side->rig, i);
    aplic->n_harts = HARTS;
    aplic->has_direct = aplic->has_msi = true;
    aplic->out = side->wires;
    side->dev = &aplic->dev;
}

/* Moves the level of a source, or writes its number to setipnum or setienum, or its mode or target. */
static void set_aplic_source(Side *side, uint32_t value)
{
    static const uint32_t regs[] = { 0x1cdc, 0x1ddc, 0x1edc, 0x1fdc };
    unsigned source = 1 + value % 7, kind = value >> 16 & 7;
    if (kind < 4)
        rig_write(&side->rig, regs[kind], 4, source);
    else if (kind == 4)
        rig_write(&side->rig, 4 * source, 4, 4 + (value >> 8) % 4);
    else if (kind == 5)
        rig_write(&side->rig, 0x3000 + 4 * source, 4, (value & BIT(18)) | (value >> 8 & 7));
    else
        aplic_set_source(side->dev, source, kind & 1);
}

static void make_imsic(Side *side, DeviceSite *site)
{
    Imsic *imsic = (Imsic *)device_alloc(&imsic_type, site);
    for (unsigned i = 0; i < 2 * HARTS; i++)
        side->wires[i] = rig_wire(&side->rig, i);
    imsic->n_harts = HARTS;
    imsic->guests = 1;
    imsic->may_bypass = true;
    imsic->out = side->wires;
    side->dev = &imsic->dev;
}

/* What a hart does with its file, or an APLIC with its wire. */
static void use_file(Side *side, uint32_t value)
{
    static const uint16_t selects[] = { 0x70, 0x72, 0x80, 0xc0, 0xc2, 0xc6 };
    unsigned file = value & 1 ? AIA_FILE_S : AIA_FILE_GUEST + 1, kind = value >> 8 & 7;
    uint64_t read = 0;
    imsic_port_init(&side->port, (Imsic *)side->dev, (Imsic *)side->dev, value >> 1 & 1);
    const AiaPort *port = &side->port.port;
    if (kind < G_N_ELEMENTS(selects)) {
        port->write(port->to, file, selects[kind],
                    kind ? value * 0x9e3779b97f4a7c15u : value >> 11 & 1);
        port->read(port->to, file, selects[kind], &read);
    } else if (kind == 6) {
        port->claim(port->to, file);
    } else {
        imsic_set_aplic(side->dev, value >> 2 & 1, value >> 3 & 1);
    }
    side->answers = hash_word(side->answers, read ^ port->topei(port->to, file));
}

static void make_rtc(Side *side, DeviceSite *site)
{
    side->dev = device_alloc(&rtc_type, site);
    ((Rtc *)side->dev)->base_ns = 1700000000000000000;
}

/* An alarm within the next two milliseconds. */
static void set_alarm(Side *side, uint32_t value)
{
    uint64_t low = rig_read(&side->rig, 0, 4), alarm = rig_read(&side->rig, 4, 4) << 32 | low;
    alarm += value % 2000000;
    rig_write(&side->rig, 12, 4, alarm >> 32);
    rig_write(&side->rig, 8, 4, (uint32_t)alarm);
}

static void make_virtio(Side *side, DeviceSite *site, bool modern)
{
    VirtioMmio *mmio = (VirtioMmio *)device_alloc(&virtio_mmio_type, site);
    mmio->backend = virtio_rng_new(3);
    mmio->modern = modern;
    side->dev = &mmio->dev;
}

static void make_modern(Side *side, DeviceSite *site)
{
    make_virtio(side, site, true);
}

static void make_legacy(Side *side, DeviceSite *site)
{
    make_virtio(side, site, false);
}

/* Starts the driver anew, or offers a buffer, or breaks the queue. */
static void drive_virtio(Side *side, uint32_t value)
{
    Vq vq = { .rig = &side->rig, .desc = RIG_RAM + VQ_STRIDE };
    vq.avail = vq.desc + 16 * VQ_NUM;
    vq.avail_idx = vq_peek16(&side->rig, vq.avail + 2);
    if (value % 16 == 0) {
        vq_poke16(&side->rig, vq.avail + 2, 0);
        bool modern = ((VirtioMmio *)side->dev)->modern;
        vq_start(&side->rig, modern, (modern ? BIT(32) : 0) | (value & BIT(29)), &vq, 1);
    }
    vq.next_desc = (value >> 8) % VQ_NUM;
    if (value % 32 == 1)
        vq_offer(&vq, VQ_NUM);
    vq_send(&vq, &(VqPart){ VQ_BUFFERS, value >> 16 & 255, true }, 1);
}

static const Subject subjects[] = {
    { "uart", make_uart, type_in, { { 0, 8 } }, 1, 256 },
    { "typewriter", make_typewriter, type_in, { { 0, 8 } }, 1, 256 },
    { "clint", make_clint, NULL, { { 0, 16 }, { 0x4000, 16 }, { 0xbff8, 8 } }, 8, 1000 },
    { "plic",
      make_plic,
      set_source,
      { { 4, 32 }, { 0x1000, 4 }, { 0x2000, 4 }, { 0x200000, 8 }, { 0x201000, 8 } },
      4,
      0 },
    { "aplic",
      make_aplic,
      set_aplic_source,
      { { 0, 8 },
        { 0x1bc0, 16 },
        { 0x1c00, 4 },
        { 0x1d00, 4 },
        { 0x1e00, 4 },
        { 0x3000, 16 },
        { 0x4000, 64 } },
      4,
      0 },
    { "imsic",
      make_imsic,
      use_file,
      { { 0, 8 }, { 0x1000, 8 }, { 0x2000, 8 }, { 0x3000, 8 } },
      4,
      300 },
    { "rtc", make_rtc, set_alarm, { { 0, 8 }, { 16, 16 } }, 4, 0 },
    { "virtio",
      make_modern,
      drive_virtio,
      { { 0x10, 8 }, { 0x20, 8 }, { 0x30, 24 }, { 0x50, 36 } },
      4,
      4 },
    { "legacy",
      make_legacy,
      drive_virtio,
      { { 0x10, 8 }, { 0x20, 12 }, { 0x30, 20 }, { 0x50, 20 } },
      4,
      4 },
};

static void setup(Side *side, const Subject *subject)
{
    memset(side, 0, sizeof *side);
    rig_init(&side->rig);
    DeviceSite site = rig_site(&side->rig, subject->name);
    subject->make(side, &site);
    rig_start(side->dev);
}

static void teardown(Side *side)
{
    device_free(side->dev);
    rig_free(&side->rig);
}

/* One random event; equal generators make equal events. */
static void step(Side *side, const Subject *subject, GRand *random)
{
    unsigned n_windows = 0, kind = g_rand_int(random) % 16;
    uint32_t value = g_rand_int(random), where = g_rand_int(random);
    unsigned size = where >> 30 ? subject->size : 1u << (where >> 28) % 4;
    uint64_t read = 0, offset;
    bool done = true;
    while (n_windows < G_N_ELEMENTS(subject->windows) && subject->windows[n_windows].size)
        n_windows++;
    unsigned window = (where >> 16) % n_windows;
    offset = subject->windows[window].offset + where % subject->windows[window].size;
    offset &= ~(uint64_t)(size - 1);
    if (kind == 0)
        rig_run_until(&side->rig, side->rig.clock.units + value % 1000000);
    else if (kind < 4 && subject->poke)
        subject->poke(side, value);
    else if (kind < 10)
        done = bus_read(&side->rig.bus, (Spa){ RIG_BASE + offset }, size, &read, requester_hart(0));
    else
        done = bus_write(&side->rig.bus, (Spa){ RIG_BASE + offset }, size,
                         subject->values ? value % subject->values : value, requester_hart(0));
    side->answers = hash_word(side->answers, done);
    side->answers = hash_word(side->answers, read);
}

static void steps(Side *side, const Subject *subject, GRand *random, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        step(side, subject, random);
}

static void copy_ram(Side *to, const Side *from)
{
    for (uint64_t page = 0; page < RIG_RAM_SIZE >> PAGE_SHIFT; page++)
        if (from->rig.bus.page_flags[page])
            memcpy(to->rig.bus.ram + (page << PAGE_SHIFT), from->rig.bus.ram + (page << PAGE_SHIFT),
                   PAGE_SIZE);
}

/* Makes a second `a`, of which only the saved state and the surroundings are known. */
static void load_copy(Side *b, Side *a, const Subject *subject)
{
    setup(b, subject);
    b->rig.clock.units = a->rig.clock.units;
    b->rig.clock.order = a->rig.clock.order;
    copy_ram(b, a);
    g_autoptr(GByteArray) saved = rig_save(a->dev);
    rig_load(&b->rig, b->dev, saved);
    memcpy(b->rig.level, a->rig.level, sizeof a->rig.level);
    cr_expect_eq(rig_hash(a->dev), rig_hash(b->dev), "%s", subject->name);
}

Test(device_state, a_loaded_device_behaves_like_the_saved_one)
{
    for (unsigned i = 0; i < ROUNDS * G_N_ELEMENTS(subjects); i++) {
        const Subject *subject = &subjects[i % G_N_ELEMENTS(subjects)];
        g_autoptr(GRand) random = g_rand_new_with_seed(i);
        Side a, b;
        setup(&a, subject);
        steps(&a, subject, random, 1 + g_rand_int(random) % MAX_WARM_UP);
        load_copy(&b, &a, subject);
        g_autoptr(GRand) same = g_rand_copy(random);
        a.answers = b.answers = 0;
        memset(a.rig.changes, 0, sizeof a.rig.changes);
        memset(b.rig.changes, 0, sizeof b.rig.changes);
        steps(&a, subject, random, COMPARED);
        steps(&b, subject, same, COMPARED);
        cr_assert_eq(a.answers, b.answers, "%s answers differently", subject->name);
        cr_assert_arr_eq(a.rig.changes, b.rig.changes, sizeof a.rig.changes,
                         "%s interrupts differently", subject->name);
        cr_assert_eq(rig_hash(a.dev), rig_hash(b.dev), "%s ends differently", subject->name);
        teardown(&a);
        teardown(&b);
    }
}

/* The clock's date and the generator's numbers go on over a reset; nothing else does. */
Test(device_state, reset_leaves_nothing_behind)
{
    for (unsigned i = 0; i < 20 * G_N_ELEMENTS(subjects); i++) {
        const Subject *subject = &subjects[i % G_N_ELEMENTS(subjects)];
        if (subject->make == make_rtc || subject->make == make_modern ||
            subject->make == make_legacy)
            continue;
        g_autoptr(GRand) random = g_rand_new_with_seed(i);
        Side used, fresh;
        setup(&used, subject);
        setup(&fresh, subject);
        steps(&used, subject, random, MAX_WARM_UP);
        fresh.rig.clock.units = used.rig.clock.units;
        fresh.rig.clock.order = used.rig.clock.order;
        device_reset(used.dev);
        device_reset(fresh.dev);
        cr_assert_eq(rig_hash(used.dev), rig_hash(fresh.dev), "%s", subject->name);
        for (unsigned wire = 0; wire < RIG_WIRES; wire++)
            cr_assert_not(used.rig.level[wire], "%s drives wire %u", subject->name, wire);
        teardown(&used);
        teardown(&fresh);
    }
}
