/* SPDX-License-Identifier: MIT */
/* test_virtio_console.c - one port, both ways. */
#include <string.h>

#include <criterion/criterion.h>

#include "devices/virtio_console.h"
#include "tests/lib/virtio_driver.h"

static Rig rig;
static VirtioMmio *mmio;
static HostChar chr;
static Vq queues[2];
static GString *output;
static unsigned n_ready;

static void host_write(void *host, const uint8_t *data, size_t size)
{
    (void)host;
    g_string_append_len(output, (const char *)data, (gssize)size);
}

static void host_ready(void *host)
{
    (void)host;
    n_ready++;
}

static void setup(void)
{
    rig_init(&rig);
    output = g_string_new(NULL);
    chr = (HostChar){ .write = host_write, .ready = host_ready };
    mmio = vq_device(&rig, virtio_console_new(&chr), true);
    vq_start(&rig, true, BIT(32), queues, 2);
}

static void teardown(void)
{
    device_free(&mmio->dev);
    g_string_free(output, TRUE);
    rig_free(&rig);
}

TestSuite(virtio_console, .init = setup, .fini = teardown);

static size_t type_in(const char *text)
{
    return chr.receive(chr.device, (const uint8_t *)text, strlen(text));
}

Test(virtio_console, output_is_written_in_order)
{
    uint32_t head, written;
    vq_poke(&rig, VQ_BUFFERS, "hello, world", 12);
    vq_send(&queues[1], (const VqPart[]){ { VQ_BUFFERS, 7, false }, { VQ_BUFFERS + 7, 5, false } },
            2);
    cr_expect_str_eq(output->str, "hello, world");
    cr_assert(vq_take(&queues[1], &head, &written));
    cr_expect_eq(written, 0);
}

Test(virtio_console, input_waits_for_buffers)
{
    uint32_t head, written;
    char text[8] = { 0 };
    cr_expect_eq(type_in("abc"), 0);
    vq_send(&queues[0], &(VqPart){ VQ_BUFFERS, 4, true }, 1);
    cr_expect_eq(n_ready, 1);
    vq_send(&queues[0], &(VqPart){ VQ_BUFFERS + 4, 4, true }, 1);
    cr_expect_eq(type_in("abcdefghij"), 8);
    vq_peek(&rig, VQ_BUFFERS, text, 8);
    cr_expect(!memcmp(text, "abcdefgh", 8));
    for (unsigned i = 0; i < 2; i++) {
        cr_assert(vq_take(&queues[0], &head, &written));
        cr_expect_eq(written, 4);
    }
    cr_expect(rig.level[0]);
}

Test(virtio_console, emergency_write_needs_no_driver)
{
    rig_write(&rig, 0x70, 4, 0);
    rig_write(&rig, 0x108, 4, '!');
    cr_expect_str_eq(output->str, "!");
}

Test(virtio_console, unwritable_and_huge_buffers_do_no_harm)
{
    vq_send(&queues[1], &(VqPart){ RIG_RAM, 0xffffffff, false }, 1);
    cr_expect_str_empty(output->str);
    vq_send(&queues[0], &(VqPart){ VQ_BUFFERS, 4, false }, 1);
    cr_expect_eq(type_in("abc"), 0);
    cr_expect_eq(rig_read(&rig, 0x70, 4) & 64, 64);
}
