/* SPDX-License-Identifier: MIT */
/* test_virtio_mmio.c - transport and queues, with friendly and hostile drivers. */
#include <string.h>

#include <criterion/criterion.h>

#include "devices/virtio_rng.h"
#include "tests/lib/virtio_driver.h"

enum { STATUS = 0x70, ISR = 0x60, ACK = 0x64, NEEDS_RESET = 64 };

#define VERSION_1 BIT(32)
#define INDIRECT  BIT(28)
#define EVENT_IDX BIT(29)

static Rig rig;
static VirtioMmio *mmio;
static Vq vq;

static void setup(void)
{
    rig_init(&rig);
}

static void teardown(void)
{
    device_free(&mmio->dev);
    rig_free(&rig);
}

TestSuite(virtio_mmio, .init = setup, .fini = teardown);

static void start(bool modern, uint64_t features)
{
    mmio = vq_device(&rig, virtio_rng_new(1), modern);
    vq_start(&rig, modern, features, &vq, 1);
}

/* One buffer of 16 random bytes. True: it came back filled. */
static bool ask(void)
{
    uint32_t head, written;
    uint8_t bytes[16] = { 0 }, zeros[16] = { 0 };
    vq_poke(&rig, VQ_BUFFERS, zeros, sizeof zeros);
    uint16_t sent = vq_send(&vq, &(VqPart){ VQ_BUFFERS, 16, true }, 1);
    if (!vq_take(&vq, &head, &written))
        return false;
    vq_peek(&rig, VQ_BUFFERS, bytes, sizeof bytes);
    return head == sent && written == 16 && memcmp(bytes, zeros, sizeof bytes);
}

Test(virtio_mmio, an_empty_slot_has_device_number_zero)
{
    mmio = vq_device(&rig, NULL, false);
    cr_expect_eq(rig_read(&rig, 0x000, 4), 0x74726976);
    cr_expect_eq(rig_read(&rig, 0x004, 4), 1);
    cr_expect_eq(rig_read(&rig, 0x008, 4), 0);
    rig_write(&rig, STATUS, 4, 3);
    cr_expect_eq(rig_read(&rig, STATUS, 4), 0);
}

Test(virtio_mmio, the_version_follows_the_configuration)
{
    for (unsigned modern = 0; modern < 2; modern++) {
        Rig other;
        rig_init(&other);
        VirtioMmio *made = vq_device(&other, virtio_rng_new(1), modern);
        cr_expect_eq(rig_read(&other, 0x004, 4), 1 + modern);
        cr_expect_eq(rig_read(&other, 0x008, 4), 4);
        rig_write(&other, 0x14, 4, 1);
        cr_expect_eq(rig_read(&other, 0x10, 4) & 1, modern, "VERSION_1 is offered");
        rig_write(&other, 0x14, 4, 2);
        cr_expect_eq(rig_read(&other, 0x10, 4), 0);
        device_free(&made->dev);
        rig_free(&other);
    }
    start(false, 0);
}

Test(virtio_mmio, control_registers_are_words)
{
    static const unsigned sizes[] = { 1, 2, 8 };
    start(true, VERSION_1);
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        cr_expect(rig_read_faults(&rig, 0, sizes[i]));
        cr_expect(rig_write_faults(&rig, STATUS, sizes[i], 0));
    }
}

Test(virtio_mmio, requests_complete_in_both_versions)
{
    static const struct {
        bool modern;
        uint64_t features;
    } vectors[] = { { false, 0 },
                    { false, EVENT_IDX | INDIRECT },
                    { true, 0 },
                    { true, VERSION_1 },
                    { true, VERSION_1 | EVENT_IDX } };
    for (unsigned i = 0; i < G_N_ELEMENTS(vectors); i++) {
        if (i) {
            device_free(&mmio->dev);
            rig_free(&rig);
            rig_init(&rig);
        }
        start(vectors[i].modern, vectors[i].features);
        for (unsigned n = 0; n < 3 * VQ_NUM; n++)
            cr_assert(ask(), "vector %u, request %u", i, n);
        cr_expect_eq(rig_guest_errors(&rig), 0);
    }
}

Test(virtio_mmio, an_interrupt_is_a_level_until_acknowledged)
{
    start(true, VERSION_1);
    cr_expect(ask());
    cr_expect_eq(rig_read(&rig, ISR, 4), 1);
    cr_expect(rig.level[0]);
    rig_write(&rig, ACK, 4, 2);
    cr_expect(rig.level[0], "another bit");
    rig_write(&rig, ACK, 4, 1);
    cr_expect_not(rig.level[0]);
    cr_expect_eq(rig_read(&rig, ISR, 4), 0);
}

Test(virtio_mmio, the_available_flag_suppresses_interrupts)
{
    start(true, VERSION_1);
    vq_poke16(&rig, vq.avail, 1);
    cr_expect(ask());
    cr_expect_not(rig.level[0]);
}

Test(virtio_mmio, event_indices_decide_on_interrupts_and_kicks)
{
    static const bool interrupts[] = { true, false, false, true, false };
    start(true, VERSION_1 | EVENT_IDX);
    for (unsigned i = 0; i < G_N_ELEMENTS(interrupts); i++) {
        vq_poke16(&rig, vq.avail + 4 + 2 * VQ_NUM, i ? 3 : 0);
        cr_expect(ask());
        cr_expect_eq(rig.level[0], interrupts[i], "request %u", i);
        cr_expect_eq(vq_peek16(&rig, vq.used + 4 + 8 * VQ_NUM), i + 1, "avail_event");
        rig_write(&rig, ACK, 4, 1);
    }
}

Test(virtio_mmio, indirect_tables_are_followed)
{
    uint32_t head, written;
    uint64_t table = VQ_BUFFERS + 0x1000;
    start(true, VERSION_1 | INDIRECT);
    vq_desc(&vq, 0, table, 32, VQ_INDIRECT, 0);
    Vq inner = { .rig = &rig, .desc = table };
    vq_desc(&inner, 0, VQ_BUFFERS, 8, VQ_WRITE | VQ_NEXT, 1);
    vq_desc(&inner, 1, VQ_BUFFERS + 64, 24, VQ_WRITE, 0);
    vq_offer(&vq, 0);
    vq_kick(&vq);
    cr_assert(vq_take(&vq, &head, &written));
    cr_expect(head == 0 && written == 32);
}

Test(virtio_mmio, features_are_settled_at_features_ok)
{
    mmio = vq_device(&rig, virtio_rng_new(1), true);
    rig_write(&rig, STATUS, 4, 3);
    rig_write(&rig, 0x24, 4, 0);
    rig_write(&rig, 0x20, 4, 1); /* nobody offered bit 0 */
    rig_write(&rig, STATUS, 4, 11);
    cr_expect_eq(rig_read(&rig, STATUS, 4), 3);
    rig_write(&rig, 0x20, 4, 0);
    rig_write(&rig, STATUS, 4, 11);
    cr_expect_eq(rig_read(&rig, STATUS, 4), 11);
    rig_write(&rig, 0x20, 4, 1);
    rig_write(&rig, STATUS, 4, 15);
    cr_expect_eq(rig_read(&rig, STATUS, 4), 15, "features written too late do not count");
}

Test(virtio_mmio, queue_registers_follow_the_selector)
{
    start(true, VERSION_1);
    cr_expect_eq(rig_read(&rig, 0x44, 4), 1);
    cr_expect_geq(rig_read(&rig, 0x34, 4), VQ_NUM);
    rig_write(&rig, 0x30, 4, 1);
    cr_expect_eq(rig_read(&rig, 0x34, 4), 0, "no such queue");
    rig_write(&rig, 0x44, 4, 1);
    cr_expect_eq(rig_read(&rig, 0x44, 4), 0);
    rig_write(&rig, STATUS, 4, 0);
    rig_write(&rig, 0x30, 4, 0);
    cr_expect_eq(rig_read(&rig, 0x44, 4), 0, "reset takes queues away");
}

Test(virtio_mmio, legacy_page_size_outlives_the_drivers_reset)
{
    start(false, 0);
    cr_expect_eq(rig_read(&rig, 0x40, 4), vq.desc / 4096);
    rig_write(&rig, STATUS, 4, 0);
    cr_expect_eq(rig_read(&rig, 0x40, 4), 0);
    rig_write(&rig, 0x38, 4, VQ_NUM);
    rig_write(&rig, 0x3c, 4, 4096);
    rig_write(&rig, 0x40, 4, vq.desc / 4096);
    cr_expect_eq(rig_read(&rig, 0x40, 4), vq.desc / 4096);
}

Test(virtio_mmio, nothing_happens_before_driver_ok)
{
    start(true, VERSION_1);
    rig_write(&rig, STATUS, 4, 11);
    cr_expect_not(ask());
    cr_expect_eq(rig_guest_errors(&rig), 0);
}

/* Each breaks the queue in one way; the device must say so, stop, and work again after a reset. */
typedef void Attack(void);

static void loop_of_descriptors(void)
{
    vq_desc(&vq, 0, VQ_BUFFERS, 16, VQ_WRITE | VQ_NEXT, 1);
    vq_desc(&vq, 1, VQ_BUFFERS, 16, VQ_WRITE | VQ_NEXT, 0);
    vq_offer(&vq, 0);
}

static void head_out_of_range(void)
{
    vq_offer(&vq, VQ_NUM);
}

static void next_out_of_range(void)
{
    vq_desc(&vq, 0, VQ_BUFFERS, 16, VQ_WRITE | VQ_NEXT, 0xffff);
    vq_offer(&vq, 0);
}

static void index_too_far_ahead(void)
{
    vq_poke16(&rig, vq.avail + 2, VQ_NUM + 1);
}

static void read_after_write(void)
{
    vq_desc(&vq, 0, VQ_BUFFERS, 16, VQ_WRITE | VQ_NEXT, 1);
    vq_desc(&vq, 1, VQ_BUFFERS, 16, 0, 0);
    vq_offer(&vq, 0);
}

static void buffer_outside_ram(void)
{
    vq_desc(&vq, 0, RIG_BASE, 16, VQ_WRITE, 0);
    vq_offer(&vq, 0);
}

static void buffer_that_wraps(void)
{
    vq_desc(&vq, 0, UINT64_MAX - 7, 16, VQ_WRITE, 0);
    vq_offer(&vq, 0);
}

static void buffer_past_the_end_of_ram(void)
{
    vq_desc(&vq, 0, RIG_RAM + RIG_RAM_SIZE - 8, 0xffffffff, VQ_WRITE, 0);
    vq_offer(&vq, 0);
}

static void indirect_of_odd_size(void)
{
    vq_desc(&vq, 0, VQ_BUFFERS, 17, VQ_INDIRECT, 0);
    vq_offer(&vq, 0);
}

static void indirect_of_no_size(void)
{
    vq_desc(&vq, 0, VQ_BUFFERS, 0, VQ_INDIRECT, 0);
    vq_offer(&vq, 0);
}

static void indirect_too_large(void)
{
    vq_desc(&vq, 0, VQ_BUFFERS, 0xfffffff0, VQ_INDIRECT, 0);
    vq_offer(&vq, 0);
}

static void indirect_in_indirect(void)
{
    Vq inner = { .rig = &rig, .desc = VQ_BUFFERS };
    vq_desc(&vq, 0, VQ_BUFFERS, 16, VQ_INDIRECT, 0);
    vq_desc(&inner, 0, VQ_BUFFERS, 16, VQ_INDIRECT, 0);
    vq_offer(&vq, 0);
}

static void indirect_that_continues(void)
{
    vq_desc(&vq, 0, VQ_BUFFERS, 16, VQ_INDIRECT | VQ_NEXT, 1);
    vq_offer(&vq, 0);
}

static void indirect_outside_ram(void)
{
    vq_desc(&vq, 0, 0x1000, 16, VQ_INDIRECT, 0);
    vq_offer(&vq, 0);
}

static const struct {
    const char *name;
    Attack *attack;
} attacks[] = {
    { "loop of descriptors", loop_of_descriptors },
    { "head out of range", head_out_of_range },
    { "next out of range", next_out_of_range },
    { "index too far ahead", index_too_far_ahead },
    { "read after write", read_after_write },
    { "buffer outside RAM", buffer_outside_ram },
    { "buffer that wraps", buffer_that_wraps },
    { "buffer past the end of RAM", buffer_past_the_end_of_ram },
    { "indirect of odd size", indirect_of_odd_size },
    { "indirect of no size", indirect_of_no_size },
    { "indirect too large", indirect_too_large },
    { "indirect in indirect", indirect_in_indirect },
    { "indirect that continues", indirect_that_continues },
    { "indirect outside RAM", indirect_outside_ram },
};

Test(virtio_mmio, a_hostile_driver_breaks_only_its_device)
{
    start(true, VERSION_1 | INDIRECT);
    for (unsigned i = 0; i < G_N_ELEMENTS(attacks); i++) {
        unsigned before = rig_guest_errors(&rig);
        attacks[i].attack();
        vq_kick(&vq);
        cr_expect(rig_read(&rig, STATUS, 4) & NEEDS_RESET, "%s", attacks[i].name);
        cr_expect_eq(rig_read(&rig, ISR, 4) & 2, 2, "%s", attacks[i].name);
        cr_expect_gt(rig_guest_errors(&rig), before, "%s", attacks[i].name);
        cr_expect_not(ask(), "%s: it has stopped", attacks[i].name);
        uint8_t zeros[0x2000] = { 0 };
        vq_poke(&rig, vq.desc, zeros, sizeof zeros);
        vq_start(&rig, true, VERSION_1 | INDIRECT, &vq, 1);
        cr_expect_not(rig.level[0]);
        cr_expect(ask(), "%s: it works again", attacks[i].name);
        rig_write(&rig, STATUS, 4, 0);
        vq_poke(&rig, vq.desc, zeros, sizeof zeros);
        vq_start(&rig, true, VERSION_1 | INDIRECT, &vq, 1);
    }
}

Test(virtio_mmio, rings_that_are_misaligned_or_not_ram_are_refused)
{
    static const struct {
        uint64_t desc, avail, used;
    } vectors[] = {
        { RIG_RAM + 8, RIG_RAM + 0x1000, RIG_RAM + 0x2000 },
        { RIG_RAM, RIG_RAM + 0x1001, RIG_RAM + 0x2000 },
        { RIG_RAM, RIG_RAM + 0x1000, RIG_RAM + 0x2002 },
        { RIG_RAM, 0, RIG_RAM + 0x2000 },
        { RIG_RAM, UINT64_MAX - 1, RIG_RAM + 0x2000 },
        { UINT64_MAX - 15, RIG_RAM + 0x1000, RIG_RAM + 0x2000 },
        { RIG_RAM, RIG_RAM + 0x1000, RIG_BASE },
    };
    start(true, VERSION_1);
    for (unsigned i = 0; i < G_N_ELEMENTS(vectors); i++) {
        const uint64_t parts[] = { vectors[i].desc, vectors[i].avail, vectors[i].used };
        uint8_t page[0x3000] = { 0 };
        vq_poke(&rig, RIG_RAM, page, sizeof page);
        vq_start(&rig, true, VERSION_1, &vq, 0);
        for (unsigned part = 0; part < 3; part++) {
            rig_write(&rig, 0x80 + 16 * part, 4, (uint32_t)parts[part]);
            rig_write(&rig, 0x84 + 16 * part, 4, parts[part] >> 32);
        }
        vq.desc = RIG_RAM;
        vq_desc(&vq, 0, VQ_BUFFERS, 16, VQ_WRITE, 0);
        vq_poke16(&rig, RIG_RAM + 0x1002, 1);
        rig_write(&rig, 0x44, 4, 1);
        vq_kick(&vq);
        cr_expect(rig_read(&rig, STATUS, 4) & NEEDS_RESET, "vector %u", i);
    }
}

Test(virtio_mmio, impossible_queue_sizes_are_refused)
{
    static const uint32_t sizes[] = { 0, 3, 24, 32768, 0x80000000, 0xffffffff };
    start(true, VERSION_1);
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        vq_start(&rig, true, VERSION_1, &vq, 0);
        rig_write(&rig, 0x30, 4, 0);
        unsigned before = rig_guest_errors(&rig);
        rig_write(&rig, 0x38, 4, sizes[i]);
        cr_expect_eq(rig_guest_errors(&rig), before + 1, "size %u", sizes[i]);
    }
    rig_write(&rig, 0x50, 4, 77);
    vq_start(&rig, true, VERSION_1, &vq, 1);
    cr_expect(ask());
}

/* The device writes random numbers over its own available ring: the index it then reads may be
 * anything, but the work of one kick stays bounded. */
Test(virtio_mmio, a_buffer_on_top_of_the_ring_does_not_run_for_ever)
{
    start(true, VERSION_1);
    for (unsigned round = 0; round < 200; round++) {
        uint8_t zeros[0x2000] = { 0 };
        vq_poke(&rig, vq.desc, zeros, sizeof zeros);
        vq_start(&rig, true, VERSION_1, &vq, 1);
        for (unsigned i = 0; i < VQ_NUM; i++)
            vq_desc(&vq, i, vq.avail + 2, 2 + round % 40, VQ_WRITE, 0);
        vq_offer(&vq, 0);
        vq_kick(&vq);
        cr_assert_leq(vq_peek16(&rig, vq.used + 2), VQ_NUM);
    }
}

/* Random bytes in every register and all over the queue. */
Test(virtio_mmio, random_drivers_do_no_harm)
{
    for (unsigned modern = 0; modern < 2; modern++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(modern);
        if (modern) {
            device_free(&mmio->dev);
            rig_free(&rig);
            rig_init(&rig);
        }
        start(modern, EVENT_IDX | INDIRECT | (modern ? VERSION_1 : 0));
        for (unsigned round = 0; round < 2000; round++) {
            for (unsigned i = 0; i < 8; i++)
                vq_desc(&vq, g_rand_int(random) % VQ_NUM,
                        RIG_RAM + g_rand_int(random) % (2 * RIG_RAM_SIZE), g_rand_int(random) >> 16,
                        (uint16_t)g_rand_int(random) & 7, (uint16_t)g_rand_int(random) % 20);
            vq_offer(&vq, (uint16_t)(g_rand_int(random) % (VQ_NUM + 1)));
            vq_kick(&vq);
            rig_write(&rig, g_rand_int(random) % 0x120 & ~3u, 4, g_rand_int(random));
            if (round % 16 == 15)
                vq_start(&rig, modern, INDIRECT | (modern ? VERSION_1 : 0), &vq, 1);
        }
        uint8_t zeros[0x2000] = { 0 };
        vq_poke(&rig, vq.desc, zeros, sizeof zeros);
        rig_write(&rig, 0x28, 4, 4096);
        vq_start(&rig, modern, modern ? VERSION_1 : 0, &vq, 1);
        cr_expect(ask(), "it works again");
    }
}

Test(virtio_mmio, state_survives_saving)
{
    Rig other;
    uint32_t head, written;
    rig_init(&other);
    start(true, VERSION_1 | EVENT_IDX);
    ask();
    g_autoptr(GByteArray) saved = rig_save(&mmio->dev);
    VirtioMmio *copy = vq_device(&other, virtio_rng_new(99), true);
    rig_load(&other, &copy->dev, saved);
    cr_expect_eq(rig_hash(&mmio->dev), rig_hash(&copy->dev));
    memcpy(other.bus.ram, rig.bus.ram, RIG_RAM_SIZE);
    Vq moved = vq;
    moved.rig = &other;
    vq_send(&moved, &(VqPart){ VQ_BUFFERS, 16, true }, 1);
    cr_assert(vq_take(&moved, &head, &written));
    cr_expect(ask());
    cr_expect_arr_eq(bus_ram_at(&rig.bus, (Spa){ VQ_BUFFERS }),
                     bus_ram_at(&other.bus, (Spa){ VQ_BUFFERS }), 16, "the same numbers follow");
    device_free(&copy->dev);
    rig_free(&other);
}
