/* SPDX-License-Identifier: MIT */
/* test_virtio_input.c - what a keyboard, tablet and mouse say of themselves, and how events get to a driver. */
#include <linux/input-event-codes.h>
#include <string.h>

#include <criterion/criterion.h>

#include "devices/virtio_input.h"
#include "tests/lib/virtio_driver.h"

enum { EVENTS, STATUS, CONFIG = 0x100, BYTES = CONFIG + 8, ROOM = 8 };

/* 5.8.2 */
enum { ID_NAME = 1, ID_SERIAL, ID_DEVIDS, PROP_BITS = 0x10, EV_BITS, ABS_INFO };

static Rig rig;
static VirtioMmio *mmio;
static VirtioBackend *backend;
static HostChar chr;
static Vq queues[2];
static unsigned n_ready;

static void host_ready(void *host)
{
    (void)host;
    n_ready++;
}

static void start(VirtioInputKind kind, const char *serial)
{
    rig_init(&rig);
    chr = (HostChar){ .ready = host_ready };
    backend = virtio_input_new(kind, serial, &chr);
    mmio = vq_device(&rig, backend, true);
    vq_start(&rig, true, BIT(32), queues, 2);
}

static void end(void)
{
    device_free(&mmio->dev);
    rig_free(&rig);
}

/* The size of what was selected; its bytes. */
static unsigned selected(unsigned select, unsigned subsel, uint8_t bytes[128])
{
    rig_write(&rig, CONFIG, 1, select);
    rig_write(&rig, CONFIG + 1, 1, subsel);
    for (unsigned i = 0; i < 128; i++)
        bytes[i] = (uint8_t)rig_read(&rig, BYTES + i, 1);
    return (unsigned)rig_read(&rig, CONFIG + 2, 1);
}

static unsigned count_bits(unsigned type)
{
    uint8_t bytes[128];
    unsigned n = 0, size = selected(EV_BITS, type, bytes);
    for (unsigned i = 0; i < size; i++)
        n += (unsigned)__builtin_popcount(bytes[i]);
    return n;
}

static bool has_bit(unsigned type, unsigned code)
{
    uint8_t bytes[128];
    return selected(EV_BITS, type, bytes) > code / 8 && bytes[code / 8] >> code % 8 & 1;
}

/* Names and numbers are those of QEMU's devices, which guests' rules know. */
Test(virtio_input, each_says_what_it_is)
{
    static const struct {
        const char *name;
        uint16_t ids[4];
        unsigned n_keys, n_rel, n_abs, n_leds;
    } expected[] = {
        { "QEMU Virtio Keyboard", { 6, 0x627, 1, 1 }, 0, 0, 0, 3 },
        { "QEMU Virtio Tablet", { 6, 0x627, 3, 2 }, 8, 1, 2, 0 },
        { "QEMU Virtio Mouse", { 6, 0x627, 2, 2 }, 8, 3, 0, 0 },
    };
    for (unsigned kind = 0; kind < G_N_ELEMENTS(expected); kind++) {
        uint8_t bytes[128];
        start(kind, NULL);
        cr_expect_eq(rig_read(&rig, 8, 4), 18);
        cr_expect_eq(selected(ID_NAME, 0, bytes), strlen(expected[kind].name) + 1);
        cr_expect_str_eq((char *)bytes, expected[kind].name);
        cr_expect_eq(selected(ID_DEVIDS, 0, bytes), 8);
        cr_expect(!memcmp(bytes, expected[kind].ids, 8));
        cr_expect_eq(selected(ID_SERIAL, 0, bytes), 0);
        cr_expect_eq(selected(PROP_BITS, 0, bytes), 0);
        cr_expect(!expected[kind].n_keys || count_bits(EV_KEY) == expected[kind].n_keys);
        cr_expect_eq(count_bits(EV_REL), expected[kind].n_rel);
        cr_expect_eq(count_bits(EV_ABS), expected[kind].n_abs);
        cr_expect_eq(count_bits(EV_LED), expected[kind].n_leds);
        cr_expect_eq(selected(EV_BITS, EV_REP, bytes), kind == VIRTIO_INPUT_KEYBOARD);
        end();
    }
}

Test(virtio_input, what_there_is_not_has_no_size)
{
    uint8_t bytes[128];
    start(VIRTIO_INPUT_TABLET, "left");
    for (unsigned select = 0; select < 256; select++)
        for (unsigned subsel = 0; subsel < 256; subsel++) {
            bool there =
                (select >= ID_NAME && select <= ID_DEVIDS && !subsel) ||
                (select == EV_BITS && (subsel == EV_KEY || subsel == EV_REL || subsel == EV_ABS)) ||
                (select == ABS_INFO && subsel <= ABS_Y);
            rig_write(&rig, CONFIG, 2, select | subsel << 8);
            cr_assert_eq(rig_read(&rig, CONFIG + 2, 1) > 0, there, "%u %u", select, subsel);
        }
    cr_expect_eq(selected(ID_SERIAL, 0, bytes), 4);
    cr_expect(!memcmp(bytes, "left", 5));
    end();
}

Test(virtio_input, axes_and_keys)
{
    uint8_t bytes[128];
    uint32_t info[5];
    start(VIRTIO_INPUT_TABLET, NULL);
    for (unsigned axis = ABS_X; axis <= ABS_Y; axis++) {
        cr_expect_eq(selected(ABS_INFO, axis, bytes), 20);
        memcpy(info, bytes, sizeof info);
        cr_expect(info[0] == 0 && info[1] == 32767 && !info[2] && !info[3] && !info[4]);
    }
    cr_expect(has_bit(EV_KEY, BTN_LEFT) && has_bit(EV_REL, REL_WHEEL) && !has_bit(EV_REL, REL_X));
    end();
    start(VIRTIO_INPUT_KEYBOARD, NULL);
    for (unsigned code = 0; code < 1024; code++)
        cr_expect_eq(has_bit(EV_KEY, code), virtio_input_has_key(VIRTIO_INPUT_KEYBOARD, code));
    cr_expect(has_bit(EV_KEY, KEY_A) && has_bit(EV_KEY, KEY_F12) && has_bit(EV_KEY, KEY_DELETE));
    cr_expect(!has_bit(EV_KEY, KEY_RESERVED) && !has_bit(EV_KEY, BTN_LEFT));
    end();
}

Test(virtio_input, only_the_selection_is_writable)
{
    uint8_t before[128], after[128];
    start(VIRTIO_INPUT_MOUSE, NULL);
    unsigned size = selected(ID_NAME, 0, before), errors = rig_guest_errors(&rig);
    for (unsigned at = 2; at < 136; at++)
        rig_write(&rig, CONFIG + at, 1, 0xff);
    cr_expect_eq(rig_guest_errors(&rig), errors + 134);
    cr_expect_eq(rig_read(&rig, CONFIG + 2, 1), size);
    selected(ID_NAME, 0, after);
    cr_expect(!memcmp(before, after, sizeof after));
    end();
}

/* Events. */

static size_t happens(const VirtioInputEvent *events, size_t n)
{
    return chr.receive(chr.device, (const uint8_t *)events, n * sizeof *events) / sizeof *events;
}

static void add_buffers(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        vq_send(&queues[EVENTS],
                &(VqPart){ VQ_BUFFERS + ROOM * queues[EVENTS].next_desc, ROOM, true }, 1);
}

/* The next event that the driver was given; type 0xff: there is none. */
static VirtioInputEvent next_event(void)
{
    uint32_t head, written;
    VirtioInputEvent event = { .type = 0xff };
    if (!vq_take(&queues[EVENTS], &head, &written))
        return event;
    cr_expect_eq(written, sizeof event);
    vq_peek(&rig, VQ_BUFFERS + ROOM * head, &event, sizeof event);
    return event;
}

static const VirtioInputEvent press_a[] = { { EV_KEY, KEY_A, 1 }, { EV_SYN, SYN_REPORT, 0 } };
static const VirtioInputEvent release_a[] = { { EV_KEY, KEY_A, 0 }, { EV_SYN, SYN_REPORT, 0 } };

static void expect_events(const VirtioInputEvent *events, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        VirtioInputEvent got = next_event();
        cr_expect(!memcmp(&got, &events[i], sizeof got), "event %zu", i);
    }
    cr_expect_eq(next_event().type, 0xff);
}

Test(virtio_input, events_come_in_order)
{
    start(VIRTIO_INPUT_KEYBOARD, NULL);
    add_buffers(4);
    cr_expect_eq(happens(press_a, 2), 2);
    cr_expect(virtio_input_is_down(backend, KEY_A));
    cr_expect(rig.level[0]);
    expect_events(press_a, 2);
    cr_expect_eq(happens(release_a, 2), 2);
    cr_expect(!virtio_input_is_down(backend, KEY_A));
    expect_events(release_a, 2);
    end();
}

Test(virtio_input, all_of_a_report_or_nothing)
{
    VirtioInputEvent both[4] = { press_a[0], press_a[1], release_a[0], release_a[1] };
    start(VIRTIO_INPUT_KEYBOARD, NULL);
    cr_expect_eq(happens(both, 4), 0);
    add_buffers(1);
    cr_expect_eq(happens(both, 4), 0);
    cr_expect_eq(next_event().type, 0xff);
    add_buffers(2);
    cr_expect_eq(n_ready, 3);
    cr_expect_eq(happens(both, 4), 2);
    expect_events(press_a, 2);
    cr_expect_eq(happens(release_a, 1), 0, "its end has not come yet");
    cr_expect_eq(next_event().type, 0xff);
    end();
}

/* A driver with event indices says when it wants to be asked, and so does the device. */
Test(virtio_input, more_buffers_are_asked_for)
{
    start(VIRTIO_INPUT_KEYBOARD, NULL);
    end();
    rig_init(&rig);
    backend = virtio_input_new(VIRTIO_INPUT_KEYBOARD, NULL, &chr);
    mmio = vq_device(&rig, backend, true);
    vq_start(&rig, true, BIT(32) | BIT(29), queues, 2);
    add_buffers(1);
    cr_expect_eq(happens(press_a, 2), 0);
    cr_expect_eq(vq_peek16(&rig, queues[EVENTS].used + 4 + 8 * VQ_NUM), 1);
    end();
}

Test(virtio_input, without_a_driver_events_are_lost)
{
    start(VIRTIO_INPUT_KEYBOARD, NULL);
    add_buffers(2);
    rig_write(&rig, 0x70, 4, 0);
    cr_expect_eq(happens(press_a, 2), 2);
    cr_expect(!virtio_input_is_down(backend, KEY_A));
    cr_expect_eq(rig_guest_errors(&rig), 0);
    end();
}

/* The host never sends such reports; a recording may say it did. */
Test(virtio_input, reports_that_nobody_can_take_are_lost)
{
    VirtioInputEvent many[VIRTIO_INPUT_PACKET + 2] = { 0 };
    start(VIRTIO_INPUT_KEYBOARD, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(many); i++)
        many[i] = press_a[0];
    add_buffers(VQ_NUM);
    cr_expect_eq(happens(many, VIRTIO_INPUT_PACKET), VIRTIO_INPUT_PACKET);
    many[VQ_NUM] = press_a[1];
    cr_expect_eq(happens(many, VQ_NUM + 1), VQ_NUM + 1);
    cr_expect_eq(next_event().type, 0xff);
    many[VQ_NUM - 1] = press_a[1];
    cr_expect_eq(happens(many, VQ_NUM), VQ_NUM);
    expect_events(many, VQ_NUM);
    end();
}

Test(virtio_input, useless_buffers_break_the_device)
{
    start(VIRTIO_INPUT_KEYBOARD, NULL);
    vq_send(&queues[EVENTS], &(VqPart){ VQ_BUFFERS, ROOM, true }, 1);
    vq_send(&queues[EVENTS], &(VqPart){ VQ_BUFFERS, 4, true }, 1);
    cr_expect_eq(happens(press_a, 2), 2);
    cr_expect_eq(rig_read(&rig, 0x70, 4) & 64, 64);
    cr_expect_eq(happens(press_a, 2), 2);
    end();
}

Test(virtio_input, lights)
{
    static const VirtioInputEvent on = { EV_LED, LED_CAPSL, 1 }, off = { EV_LED, LED_CAPSL, 0 },
                                  strange = { EV_SND, 1, 1 }, high = { EV_LED, 200, 1 };
    const VqPart part = { VQ_BUFFERS, sizeof on, false };
    start(VIRTIO_INPUT_KEYBOARD, NULL);
    vq_poke(&rig, VQ_BUFFERS, &on, sizeof on);
    vq_send(&queues[STATUS], &part, 1);
    cr_expect_eq(virtio_input_leds(backend), BIT(LED_CAPSL));
    vq_poke(&rig, VQ_BUFFERS, &strange, sizeof on);
    vq_send(&queues[STATUS], &part, 1);
    vq_poke(&rig, VQ_BUFFERS, &high, sizeof on);
    vq_send(&queues[STATUS], &part, 1);
    vq_send(&queues[STATUS], &(VqPart){ VQ_BUFFERS, 3, false }, 1);
    cr_expect_eq(virtio_input_leds(backend), BIT(LED_CAPSL));
    cr_expect_eq(rig_guest_errors(&rig), 3);
    vq_poke(&rig, VQ_BUFFERS, &off, sizeof on);
    vq_send(&queues[STATUS], &part, 1);
    cr_expect_eq(virtio_input_leds(backend), 0);
    cr_expect_eq(vq_peek16(&rig, queues[STATUS].used + 2), 5, "all came back");
    end();
}

Test(virtio_input, state_is_saved)
{
    start(VIRTIO_INPUT_KEYBOARD, NULL);
    rig_write(&rig, CONFIG, 1, ID_NAME);
    add_buffers(2);
    happens(press_a, 2);
    GByteArray *saved = rig_save(&mmio->dev);
    uint64_t hash = rig_hash(&mmio->dev);
    rig_write(&rig, 0x70, 4, 0);
    cr_expect_eq(rig_read(&rig, CONFIG, 1), 0);
    cr_expect(!virtio_input_is_down(backend, KEY_A));
    rig_load(&rig, &mmio->dev, saved);
    cr_expect_eq(rig_hash(&mmio->dev), hash);
    cr_expect_eq(rig_read(&rig, CONFIG, 1), ID_NAME);
    cr_expect(virtio_input_is_down(backend, KEY_A));
    g_byte_array_unref(saved);
    end();
}
