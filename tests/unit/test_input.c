/* SPDX-License-Identifier: MIT */
/* test_input.c - what people do at keyboard and pointer, as devices hear of it. */
#include <string.h>

#include <criterion/criterion.h>

#include "emu/display/input.h"
#include "emu/display/keys.h"
#include "tests/lib/machine_rig.h"

#include <linux/input-event-codes.h> /* whose KEY_V is not that of mmu.h */

enum { KEYBOARD = 7, TABLET = 6, MOUSE = 5, RAM = 1 << 20, MS = 1000000 };

/* What a device heard, and when. */
typedef struct {
    unsigned slot;
    uint64_t ns;
    VirtioInputEvent event;
} Heard;

static Input *input;
static Machine *m;
static HostChar *chrs[VIRTIO_SLOTS];
static GArray *heard;
static unsigned room; /* events that devices take yet */
static bool modern;
static size_t (*devices_own)(void *device, const uint8_t *data, size_t size); /* the keyboard's */

static size_t hear(unsigned slot, const uint8_t *data, size_t size)
{
    size_t n = MIN(size / sizeof(VirtioInputEvent), room);
    room -= (unsigned)n;
    for (size_t i = 0; i < n; i++) {
        Heard one = { .slot = slot, .ns = clock_now(&m->clock) };
        memcpy(&one.event, data + i * sizeof one.event, sizeof one.event);
        g_array_append_val(heard, one);
    }
    return n * sizeof(VirtioInputEvent);
}

static size_t hear_keyboard(void *device, const uint8_t *data, size_t size)
{
    (void)device;
    return hear(KEYBOARD, data, size);
}

static size_t hear_tablet(void *device, const uint8_t *data, size_t size)
{
    (void)device;
    return hear(TABLET, data, size);
}

static size_t hear_mouse(void *device, const uint8_t *data, size_t size)
{
    (void)device;
    return hear(MOUSE, data, size);
}

/* Somebody else listens in the place of the devices. */
static void start(void)
{
    static const uint32_t stay = 0x0000006f; /* j . */
    MachineConfig config = {
        .n_harts = 1, .ram_size = RAM, .quantum = 10000, .virtio_modern = modern
    };
    GError *error = NULL;
    input = input_new();
    heard = g_array_new(FALSE, FALSE, sizeof(Heard));
    room = UINT_MAX;
    for (unsigned slot = KEYBOARD; slot >= MOUSE; slot--) {
        static const char *const drivers[] = { "virtio-mouse-device", "virtio-tablet-device",
                                               "virtio-keyboard-device" };
        VirtioInputKind kind;
        config.virtio[slot].driver = drivers[slot - MOUSE];
        cr_assert(virtio_input_find(config.virtio[slot].driver, &kind));
        chrs[slot] = config.virtio[slot].chr = input_add(input, kind, slot);
    }
    cr_assert(isa_parse(&config.isa, NULL, &error));
    m = machine_new(&config, &error);
    cr_assert(m);
    devices_own = chrs[KEYBOARD]->receive;
    chrs[KEYBOARD]->receive = hear_keyboard;
    chrs[TABLET]->receive = hear_tablet;
    chrs[MOUSE]->receive = hear_mouse;
    input_attach(input, m);
    m->reset_pc = BOARD_RAM;
    cr_assert(machine_reset(m, &error) && bus_poke(&m->bus, (Spa){ BOARD_RAM }, &stay, 4));
}

static void end(void)
{
    machine_free(m);
    input_free(input);
    g_array_free(heard, TRUE);
}

TestSuite(input, .init = start, .fini = end);

typedef struct {
    unsigned slot, type, code;
    int value;
} Expected;

static void expect(const Expected *list, size_t n)
{
    cr_expect_eq(heard->len, n, "%u events, not %zu", heard->len, n);
    for (size_t i = 0; i < MIN(n, heard->len); i++) {
        const Heard *got = &g_array_index(heard, Heard, i);
        cr_expect(got->slot == list[i].slot && got->event.type == list[i].type &&
                      got->event.code == list[i].code && (int)got->event.value == list[i].value,
                  "event %zu: %u of %u: %u %d", i, got->slot, got->event.type, got->event.code,
                  (int)got->event.value);
    }
    g_array_set_size(heard, 0);
}

#define EXPECT(...)                               \
    do {                                          \
        const Expected list_[] = { __VA_ARGS__ }; \
        expect(list_, G_N_ELEMENTS(list_));       \
    } while (0)
#define SYN(slot)                   \
    {                               \
        slot, EV_SYN, SYN_REPORT, 0 \
    }

/* The keyboard says it has just the keys that have names. */
Test(input, names_and_the_keyboards_keys_are_the_same)
{
    static unsigned named[VIRTIO_INPUT_CODES];
    for (const KeyName *key = key_names; key->name; key++) {
        named[key->code]++;
        cr_expect_eq(key_find(key->name, strlen(key->name)), key->code, "%s", key->name);
        for (const KeyName *other = key + 1; other->name; other++)
            cr_expect(strcmp(key->name, other->name) != 0 &&
                          (key->number != other->number || key->code == other->code),
                      "%s", key->name);
    }
    for (unsigned code = 0; code < VIRTIO_INPUT_CODES; code++) {
        cr_expect_eq(virtio_input_has_key(VIRTIO_INPUT_KEYBOARD, code), named[code] > 0, "%u",
                     code);
        cr_expect_eq(key_name(code) != NULL, named[code] > 0);
    }
    cr_expect_eq(key_find("0x1e", 4), KEY_A);
    cr_expect_eq(key_find("0xe0", 4), 0);
    cr_expect_eq(key_find("<", 1), KEY_102ND);
    cr_expect_eq(key_find("Ctrl", 4), 0);
    cr_expect_eq(key_find("ctrl-alt", 4), KEY_LEFTCTRL);
    cr_expect_eq(key_find("", 0), 0);
}

Test(input, keys_are_said_once)
{
    input_key(m, KEY_A, true);
    input_key(m, KEY_A, true);
    input_key(m, KEY_A, false);
    input_key(m, KEY_A, false);
    input_key(m, KEY_RESERVED, true);
    input_key(m, BTN_LEFT, true);
    input_key(m, 100000, true);
    EXPECT({ KEYBOARD, EV_KEY, KEY_A, 1 }, SYN(KEYBOARD), { KEYBOARD, EV_KEY, KEY_A, 0 },
           SYN(KEYBOARD));
}

Test(input, a_tablet_is_told_places)
{
    cr_expect(input_is_absolute(m));
    input_pointer_to(m, 0, 0, 0, 1280, 800);
    input_pointer_to(m, 0, 1279, 799, 1280, 800);
    input_pointer_to(m, 0, -5, 10000, 1280, 800);
    input_pointer_to(m, 0, 3, 3, 0, 1);
    EXPECT({ TABLET, EV_ABS, ABS_X, 12 }, { TABLET, EV_ABS, ABS_Y, 20 }, SYN(TABLET),
           { TABLET, EV_ABS, ABS_X, 32754 }, { TABLET, EV_ABS, ABS_Y, 32746 }, SYN(TABLET),
           { TABLET, EV_ABS, ABS_X, 12 }, { TABLET, EV_ABS, ABS_Y, 32746 }, SYN(TABLET),
           { TABLET, EV_ABS, ABS_X, 16383 }, { TABLET, EV_ABS, ABS_Y, 16383 }, SYN(TABLET));
}

/* A guest that makes pixels of it again finds the one that was meant. */
Test(input, places_are_exact_to_the_pixel)
{
    for (unsigned width = 1; width < 4000; width += 37) {
        for (unsigned x = 0; x < width; x++) {
            input_pointer_to(m, 0, (int)x, 0, width, 1);
            unsigned at = g_array_index(heard, Heard, 0).event.value;
            cr_assert_eq((uint64_t)at * width / (VIRTIO_INPUT_MAX + 1), x, "%u of %u", x, width);
            g_array_set_size(heard, 0);
        }
    }
}

Test(input, the_current_pointer_has_the_buttons)
{
    bool absolute, current;
    input_pointer_by(m, -3, 4);
    EXPECT({ MOUSE, EV_REL, REL_X, -3 }, { MOUSE, EV_REL, REL_Y, 4 }, SYN(MOUSE));
    input_button(m, INPUT_RIGHT, true);
    input_wheel(m, -2);
    EXPECT({ TABLET, EV_KEY, BTN_RIGHT, 1 }, SYN(TABLET), { TABLET, EV_REL, REL_WHEEL, -2 },
           SYN(TABLET));
    cr_expect(input_choose_pointer(m, 1) && !input_choose_pointer(m, 2));
    cr_expect(!input_is_absolute(m));
    cr_expect_str_eq(input_pointer(m, 1, &absolute, &current), "QEMU Virtio Mouse");
    cr_expect(!absolute && current);
    cr_expect_str_eq(input_pointer(m, 0, &absolute, &current), "QEMU Virtio Tablet");
    cr_expect(absolute && !current);
    input_button(m, INPUT_EXTRA, true);
    EXPECT({ MOUSE, EV_KEY, BTN_EXTRA, 1 }, SYN(MOUSE));
    input_release_all(m);
    EXPECT({ TABLET, EV_KEY, BTN_RIGHT, 0 }, SYN(TABLET), { MOUSE, EV_KEY, BTN_EXTRA, 0 },
           SYN(MOUSE));
}

Test(input, motion_that_waits_becomes_one)
{
    room = 0;
    input_pointer_by(m, 1, 1);
    input_pointer_by(m, 2, -5);
    input_pointer_to(m, 0, 5, 5, 10, 10);
    input_pointer_to(m, 0, 9, 0, 10, 10);
    input_button(m, INPUT_LEFT, true);
    input_pointer_to(m, 0, 0, 9, 10, 10);
    room = UINT_MAX;
    chrs[MOUSE]->ready(chrs[MOUSE]->host);
    EXPECT({ MOUSE, EV_REL, REL_X, 3 }, { MOUSE, EV_REL, REL_Y, -4 }, SYN(MOUSE));
    chrs[TABLET]->ready(chrs[TABLET]->host);
    EXPECT({ TABLET, EV_ABS, ABS_X, 31128 }, { TABLET, EV_ABS, ABS_Y, 1638 }, SYN(TABLET),
           { TABLET, EV_KEY, BTN_LEFT, 1 }, SYN(TABLET), { TABLET, EV_ABS, ABS_X, 1638 },
           { TABLET, EV_ABS, ABS_Y, 31128 }, SYN(TABLET));
}

/* Nothing that was said in part is changed. */
Test(input, motion_that_was_taken_is_another)
{
    room = 3;
    input_pointer_by(m, 1, 1);
    input_pointer_by(m, 2, 2);
    input_pointer_by(m, 3, 3);
    room = UINT_MAX;
    chrs[MOUSE]->ready(chrs[MOUSE]->host);
    EXPECT({ MOUSE, EV_REL, REL_X, 1 }, { MOUSE, EV_REL, REL_Y, 1 }, SYN(MOUSE),
           { MOUSE, EV_REL, REL_X, 5 }, { MOUSE, EV_REL, REL_Y, 5 }, SYN(MOUSE));
}

/* Each key that the driver is told of goes up again, however many were pressed in vain. */
Test(input, what_waits_is_bounded)
{
    room = 0;
    for (unsigned i = 0; i < 100000; i++) {
        input_key(m, KEY_A + i % 3, !(i / 3 % 2));
        input_wheel(m, 1);
    }
    for (unsigned i = 0; i < 3; i++)
        input_key(m, KEY_A + i, false);
    room = UINT_MAX;
    chrs[KEYBOARD]->ready(chrs[KEYBOARD]->host);
    chrs[TABLET]->ready(chrs[TABLET]->host);
    cr_expect(heard->len > 4000 && heard->len < 10000, "%u", heard->len);
    int down = 0;
    for (guint i = 0; i < heard->len; i++) {
        const VirtioInputEvent *event = &g_array_index(heard, Heard, i).event;
        down += event->type == EV_KEY ? (event->value ? 1 : -1) : 0;
    }
    cr_expect_eq(down, 0);
}

/* Held keys go up in virtual time, and the next wait for that. */
Test(input, keys_are_held_for_a_time)
{
    static const unsigned chord[] = { KEY_LEFTCTRL, KEY_C }, key = KEY_B;
    static const uint64_t times[] = { 0, 0, 100, 100, 100, 150 };
    static const Expected events[] = {
        { KEYBOARD, EV_KEY, KEY_LEFTCTRL, 1 }, SYN(KEYBOARD),
        { KEYBOARD, EV_KEY, KEY_C, 1 },        SYN(KEYBOARD),
        { KEYBOARD, EV_KEY, KEY_C, 0 },        SYN(KEYBOARD),
        { KEYBOARD, EV_KEY, KEY_LEFTCTRL, 0 }, SYN(KEYBOARD),
        { KEYBOARD, EV_KEY, KEY_B, 1 },        SYN(KEYBOARD),
        { KEYBOARD, EV_KEY, KEY_B, 0 },        SYN(KEYBOARD),
    };
    machine_run_until(m, 7 * MS);
    uint64_t start = clock_now(&m->clock);
    cr_expect(input_hold_keys(m, chord, 2, 100));
    cr_expect(input_hold_keys(m, &key, 1, 50));
    machine_run_until(m, 300 * MS);
    for (guint i = 0; i < heard->len; i++)
        cr_expect_eq(g_array_index(heard, Heard, i).ns, start + times[i / 2] * MS, "event %u", i);
    expect(events, G_N_ELEMENTS(events));
}

Test(input, keys_that_wait_for_their_time_are_bounded)
{
    static const unsigned key = KEY_B;
    unsigned n = 0;
    while (n < 10000 && input_hold_keys(m, &key, 1, 1))
        n++;
    cr_expect(n > 100 && n < 2000, "%u", n);
}

/* A driver of the keyboard: what it has got so far. */
enum { QUEUE = BOARD_RAM + 0x10000, BUFFERS = BOARD_RAM + 0x20000, GIVEN = 8 };

static void write_register(unsigned offset, uint64_t value)
{
    Spa at = { BOARD_VIRTIO + 0x1000ull * KEYBOARD + offset };
    cr_assert(bus_write(&m->bus, at, 4, (uint32_t)value, requester_hart(0)));
}

static void drive_keyboard(void)
{
    write_register(0x70, 3);
    write_register(0x24, 1);
    write_register(0x20, 1);
    write_register(0x70, 11);
    write_register(0x38, GIVEN);
    for (unsigned i = 0; i < 3; i++)
        write_register(0x80 + 0x10 * i, QUEUE + 0x1000 * i);
    write_register(0x44, 1);
    write_register(0x70, 15);
    for (unsigned i = 0; i < GIVEN; i++) {
        struct {
            uint64_t address;
            uint32_t size;
            uint16_t flags, next;
        } desc = { BUFFERS + 8 * i, 8, 2, 0 };
        uint16_t head = (uint16_t)i;
        cr_assert(bus_poke(&m->bus, (Spa){ QUEUE + 16 * i }, &desc, sizeof desc));
        cr_assert(bus_poke(&m->bus, (Spa){ QUEUE + 0x1004 + 2 * i }, &head, 2));
    }
    cr_assert(bus_poke(&m->bus, (Spa){ QUEUE + 0x1002 }, &(uint16_t){ GIVEN }, 2));
}

static VirtioInputEvent given(unsigned index)
{
    uint64_t word = rig_read64(m, BUFFERS + 8 * index);
    return (VirtioInputEvent){ (uint16_t)word, (uint16_t)(word >> 16), (uint32_t)(word >> 32) };
}

/* The machine goes back to when a key was down that was let go since: it goes up again. */
Test(input_time, keys_that_nobody_holds_any_more_go_up, .fini = end)
{
    modern = true;
    start();
    chrs[KEYBOARD]->receive = devices_own;
    drive_keyboard();
    input_key(m, KEY_A, true);
    input_key(m, KEY_B, true);
    cr_expect(given(0).code == KEY_A && given(2).code == KEY_B && given(2).value == 1);
    StateSaver saver;
    GByteArray *saved = g_byte_array_new();
    state_saver_init(&saver, saved);
    device_visit(m->virtio[KEYBOARD], &saver.visitor);
    input_key(m, KEY_A, false);
    cr_expect(given(4).code == KEY_A && given(4).value == 0);
    rig_write64(m, BUFFERS + 32, ~0ull);
    StateLoader loader;
    state_loader_init(&loader, saved->data, saved->len);
    device_visit(m->virtio[KEYBOARD], &loader.visitor);
    cr_assert(!loader.error);
    chrs[KEYBOARD]->ready(chrs[KEYBOARD]->host);
    cr_expect(given(4).type == EV_KEY && given(4).code == KEY_A && given(4).value == 0);
    cr_expect(given(5).type == EV_SYN && !rig_read64(m, BUFFERS + 48), "B is held yet");
    g_byte_array_unref(saved);
}

static void *type_elsewhere(void *unused)
{
    (void)unused;
    input_post_key(m, KEY_A, true);
    input_post_pointer_to(m, 0, 1, 1, 2, 2);
    input_post_pointer_by(m, 1, 2);
    input_post_button(m, INPUT_LEFT, true);
    input_post_wheel(m, 1);
    input_post_release_all(m);
    return NULL;
}

Test(input, other_threads_post)
{
    g_thread_join(g_thread_new("typing", type_elsewhere, NULL));
    expect(NULL, 0);
    inbox_apply(&m->inbox);
    EXPECT({ KEYBOARD, EV_KEY, KEY_A, 1 }, SYN(KEYBOARD), { TABLET, EV_ABS, ABS_X, 24575 },
           { TABLET, EV_ABS, ABS_Y, 24575 }, SYN(TABLET), { MOUSE, EV_REL, REL_X, 1 },
           { MOUSE, EV_REL, REL_Y, 2 }, SYN(MOUSE), { TABLET, EV_KEY, BTN_LEFT, 1 }, SYN(TABLET),
           { TABLET, EV_REL, REL_WHEEL, 1 }, SYN(TABLET), { KEYBOARD, EV_KEY, KEY_A, 0 },
           SYN(KEYBOARD), { TABLET, EV_KEY, BTN_LEFT, 0 }, SYN(TABLET));
}

Test(input, without_devices_nothing_happens)
{
    Machine *bare = rig_new(1, NULL, NULL, 0);
    bool absolute, current;
    input_key(bare, KEY_A, true);
    input_pointer_to(bare, 0, 1, 1, 2, 2);
    input_pointer_by(bare, 1, 1);
    input_button(bare, INPUT_LEFT, true);
    input_wheel(bare, 1);
    input_release_all(bare);
    cr_expect(!input_has_keyboard(bare) && !input_has_pointer(bare) && !input_is_absolute(bare));
    cr_expect(!input_choose_pointer(bare, 0) && !input_pointer(bare, 0, &absolute, &current));
    cr_expect_eq(input_leds(bare), 0);
    machine_free(bare);
}
