/* SPDX-License-Identifier: MIT */
/* test_vc.c - lines in the window: nothing is lost either way, and nobody waits for who does not read. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "emu/console/console.h"
#include "emu/console/vc.h"
#include "tests/lib/machine_rig.h"

enum { MUCH = 1 << 20 };

static gint n_wakes;

static void wake(void *opaque)
{
    (void)opaque;
    g_atomic_int_inc(&n_wakes);
}

static uint8_t *pattern(size_t size)
{
    uint8_t *bytes = g_malloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    return bytes;
}

static gpointer write_much(gpointer vc)
{
    g_autofree uint8_t *bytes = pattern(MUCH);
    vc_write(vc, bytes, MUCH);
    return NULL;
}

Test(vc, what_is_said_waits_for_a_reader)
{
    uint8_t data[100];
    Vc *vc = vc_new("x", false, 0, 0);
    vc_write(vc, (const uint8_t *)"early", 5);
    vc_open(vc, wake, NULL);
    cr_expect_eq(n_wakes, 1);
    cr_expect_eq(vc_read(vc, data, 3), 3);
    cr_expect_eq(vc_read(vc, data + 3, sizeof data - 3), 2);
    cr_expect(!memcmp(data, "early", 5));
    vc_write(vc, (const uint8_t *)"a", 1);
    vc_write(vc, (const uint8_t *)"b", 1);
    cr_expect_eq(n_wakes, 2, "once for what waits");
    cr_expect_eq(vc_read(vc, data, sizeof data), 2);
    cr_expect_eq(vc_read(vc, data, sizeof data), 0);
    vc_free(vc);
}

/* More than fits: the writer waits, and everything comes. */
Test(vc, a_slow_reader_gets_everything)
{
    g_autofree uint8_t *expected = pattern(MUCH), *got = g_malloc(MUCH);
    Vc *vc = vc_new("x", false, 0, 0);
    size_t size = 0;
    vc_open(vc, NULL, NULL);
    GThread *writer = g_thread_new("writer", write_much, vc);
    while (size < MUCH)
        size += vc_read(vc, got + size, MIN(5000, MUCH - size));
    g_thread_join(writer);
    cr_expect(!memcmp(expected, got, MUCH));
    cr_expect_eq(vc_dropped(vc), 0);
    vc_free(vc);
}

Test(vc, nobody_waits_for_who_does_not_read)
{
    Vc *vc = vc_new("x", false, 0, 0);
    write_much(vc);
    cr_expect_eq(vc_dropped(vc), MUCH - VC_MOST_SAID);
    vc_open(vc, NULL, NULL);
    GThread *writer = g_thread_new("writer", write_much, vc);
    g_usleep(20000);
    vc_close(vc);
    g_thread_join(writer);
    cr_expect_eq(vc_dropped(vc), 2 * MUCH - VC_MOST_SAID);
    vc_flush(vc);
    vc_free(vc);
}

/* A window that hangs is waited for once, and again when it has gone on. */
Test(vc, a_reader_that_hangs)
{
    g_autofree uint8_t *got = g_malloc(MUCH);
    Vc *vc = vc_new("x", false, 0, 0);
    size_t size = 0;
    vc_open(vc, wake, NULL);
    for (unsigned i = 1; i <= 20; i++) {
        write_much(vc);
        cr_expect_eq(vc_dropped(vc), i * MUCH - VC_MOST_SAID, "time %u", i);
        vc_flush(vc);
    }
    cr_expect_eq(vc_read(vc, got, MUCH), VC_MOST_SAID, "what there was room for is there");
    GThread *writer = g_thread_new("writer", write_much, vc);
    while (size < MUCH)
        size += vc_read(vc, got, MUCH);
    g_thread_join(writer);
    cr_expect_eq(vc_dropped(vc), 20 * MUCH - VC_MOST_SAID, "then nothing is lost");
    vc_free(vc);
}

/* Between a window and a device, with the console and a machine's inbox. */

typedef struct {
    Terminal *terminal;
    Console *console;
    Machine *machine;
    Vc *vc;
    HostChar *chr;
    GByteArray *got;
    size_t room; /* that the device has now */
} Rig;

static size_t receive(void *device, const uint8_t *data, size_t size)
{
    Rig *r = device;
    size_t n = MIN(size, r->room);
    g_byte_array_append(r->got, data, (guint)n);
    r->room -= n;
    return n;
}

static void rig_begin(Rig *r, CharSpec *spec)
{
    static const uint32_t loop = 0x6f;
    g_autoptr(GError) error = NULL;
    *r = (Rig){ .terminal = terminal_new(0, NULL), .got = g_byte_array_new() };
    r->console = console_new(1, r->terminal);
    cr_assert(console_connect(r->console, spec, &r->chr, &error));
    r->chr->receive = receive;
    r->chr->device = r;
    r->machine = rig_new(1, NULL, &loop, 1);
    cr_assert(console_start(r->console, r->machine, false, &error));
    cr_assert_eq(console_vcs(r->console)->len, 1);
    r->vc = g_ptr_array_index(console_vcs(r->console), 0);
}

static void rig_end(Rig *r)
{
    cr_expect(console_free(r->console));
    terminal_close(r->terminal);
    machine_free(r->machine);
    g_byte_array_unref(r->got);
}

/* A device that has room for a few bytes now and then, as a 16550 with its FIFO. */
Test(vc, a_paste_arrives_whole)
{
    Rig r;
    CharSpec spec = { .kind = CHAR_VC, .name = "serial0" };
    g_autofree uint8_t *expected = pattern(MUCH);
    rig_begin(&r, &spec);
    cr_expect_str_eq(vc_name(r.vc), "serial0");
    cr_expect(console_is_live(r.console));
    cr_expect_eq(vc_type(r.vc, expected, MUCH), MUCH);
    while (r.got->len < MUCH) {
        inbox_apply(&r.machine->inbox);
        r.room = 16;
        r.chr->ready(r.chr->host);
        cr_assert_eq(r.room == 16, false);
    }
    cr_expect(!memcmp(r.got->data, expected, MUCH));
    cr_expect_eq(vc_to_type(r.vc), 0);
    rig_end(&r);
}

/* Beyond what the line may hold, typing says how much there was room for. */
Test(vc, typing_is_bounded)
{
    Vc *vc = vc_new("x", false, 0, 0);
    g_autofree uint8_t *bytes = pattern(MUCH);
    size_t typed = 0;
    for (unsigned i = 0; i < VC_MOST_TYPED / MUCH + 2; i++)
        typed += vc_type(vc, bytes, MUCH);
    cr_expect_eq(typed, VC_MOST_TYPED);
    cr_expect_eq(vc_to_type(vc), VC_MOST_TYPED);
    vc_free(vc);
}

/* The emulator's keys work there as on a terminal. */
Test(vc, escape_keys_of_a_shared_line)
{
    Rig r;
    CharSpec spec = { .kind = CHAR_VC, .id = (char *)"tab", .mux = true };
    uint8_t text[1000];
    rig_begin(&r, &spec);
    vc_open(r.vc, NULL, NULL);
    r.room = 100;
    vc_type(r.vc, (const uint8_t *)"a\001hb\001\001c", 7);
    inbox_apply(&r.machine->inbox);
    cr_expect_eq(r.got->len, 4);
    cr_expect(!memcmp(r.got->data, "ab\001c", 4));
    size_t n = vc_read(r.vc, text, sizeof text - 1);
    text[n] = 0;
    cr_expect(strstr((char *)text, "C-a x    end the run"), "%s", text);
    rig_end(&r);
}

Test(vc, a_log_has_what_was_said)
{
    Rig r;
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "bulkhead-vc-XXXXXX", NULL);
    close(g_mkstemp(path));
    CharSpec spec = { .kind = CHAR_VC, .name = "serial0", .log = path };
    g_autofree char *log = NULL;
    uint8_t text[10];
    rig_begin(&r, &spec);
    r.chr->write(r.chr->host, (const uint8_t *)"hello", 5);
    cr_expect_eq(vc_read(r.vc, text, sizeof text), 5);
    rig_end(&r);
    cr_assert(g_file_get_contents(path, &log, NULL, NULL));
    cr_expect_str_eq(log, "hello");
    unlink(path);
}
