/* SPDX-License-Identifier: MIT */
/* test_virtio_net.c - frames out and in. */
#include <string.h>

#include <criterion/criterion.h>

#include "devices/virtio_net.h"
#include "tests/lib/virtio_driver.h"

static Rig rig;
static VirtioMmio *mmio;
static HostNet net;
static Vq queues[2];
static uint8_t sent[16384];
static size_t sent_size;
static unsigned n_sent, n_ready;

static void host_send(void *host, const uint8_t *frame, size_t size)
{
    (void)host;
    memcpy(sent, frame, size);
    sent_size = size;
    n_sent++;
}

static void host_ready(void *host)
{
    (void)host;
    n_ready++;
}

static void start(bool modern)
{
    rig_init(&rig);
    n_sent = n_ready = 0;
    net = (HostNet){ .send = host_send, .ready = host_ready };
    mmio = vq_device(&rig, virtio_net_new(&net, virtio_net_default_mac), modern);
    vq_start(&rig, modern, modern ? BIT(32) : 0, queues, 2);
}

static void stop(void)
{
    device_free(&mmio->dev);
    rig_free(&rig);
}

static bool receive(const void *frame, size_t size)
{
    return net.receive(net.device, frame, size);
}

Test(virtio_net, address_and_link_are_in_the_configuration)
{
    static const uint8_t mac[] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
    start(true);
    cr_expect_eq(rig_read(&rig, 0x10, 4) & (BIT(5) | BIT(16)), BIT(5) | BIT(16));
    for (unsigned i = 0; i < 6; i++)
        cr_expect_eq(rig_read(&rig, 0x100 + i, 1), mac[i]);
    cr_expect_eq(rig_read(&rig, 0x106, 2), 1);
    stop();
}

Test(virtio_net, frames_pass_both_ways_with_the_header_of_the_version)
{
    for (unsigned modern = 0; modern < 2; modern++) {
        uint32_t before = modern ? 12 : 10, head, written;
        uint8_t frame[60], bytes[80];
        start(modern);
        for (unsigned i = 0; i < sizeof frame; i++)
            frame[i] = (uint8_t)(i + 1);
        vq_poke(&rig, VQ_BUFFERS + before, frame, sizeof frame);
        vq_send(&queues[1], &(VqPart){ VQ_BUFFERS, before + 60, false }, 1);
        cr_expect_eq(sent_size, 60);
        cr_expect(!memcmp(sent, frame, 60), "version %u", 1 + modern);
        vq_send(&queues[0], &(VqPart){ VQ_BUFFERS + 0x1000, 1526, true }, 1);
        cr_expect_eq(n_ready, 1);
        cr_expect(receive(frame, 60));
        cr_assert(vq_take(&queues[0], &head, &written));
        cr_expect_eq(written, before + 60);
        vq_peek(&rig, VQ_BUFFERS + 0x1000, bytes, before + 60);
        cr_expect(!memcmp(bytes + before, frame, 60));
        cr_expect_eq(bytes[10], modern ? 1 : frame[0], "number of buffers, or the frame");
        stop();
    }
}

Test(virtio_net, frames_wait_for_buffers_but_not_for_a_driver)
{
    uint8_t frame[64] = { 0 };
    uint32_t head, written;
    start(true);
    cr_expect_not(receive(frame, sizeof frame), "no buffer yet");
    vq_send(&queues[0], &(VqPart){ VQ_BUFFERS, 70, true }, 1);
    cr_expect(receive(frame, sizeof frame), "too long: dropped");
    cr_expect_not(vq_take(&queues[0], &head, &written));
    cr_expect(receive(frame, 58));
    cr_assert(vq_take(&queues[0], &head, &written));
    cr_expect_eq(written, 70, "the buffer was kept for a frame that fits");
    rig_write(&rig, 0x70, 4, 0);
    cr_expect(receive(frame, sizeof frame), "nobody there: dropped");
    stop();
}

Test(virtio_net, malformed_frames_do_no_harm)
{
    static const uint32_t sizes[] = { 0, 1, 11, 0x10000, 0xffffffff };
    start(true);
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++)
        vq_send(&queues[1], &(VqPart){ RIG_RAM, sizes[i], false }, 1);
    cr_expect_eq(n_sent, 0);
    cr_expect_eq(rig_guest_errors(&rig), G_N_ELEMENTS(sizes));
    vq_send(&queues[1], &(VqPart){ VQ_BUFFERS, 76, false }, 1);
    cr_expect_eq(n_sent, 1);
    stop();
}
