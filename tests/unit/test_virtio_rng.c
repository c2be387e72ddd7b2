/* SPDX-License-Identifier: MIT */
/* test_virtio_rng.c - random numbers that are the same in every run. */
#include <string.h>

#include <criterion/criterion.h>

#include "devices/virtio_rng.h"
#include "tests/lib/virtio_driver.h"

/* Fills `bytes` with what a device of `seed` gives first. */
static void first_numbers(uint64_t seed, uint8_t bytes[32])
{
    Rig rig;
    Vq vq;
    rig_init(&rig);
    VirtioMmio *mmio = vq_device(&rig, virtio_rng_new(seed), true);
    vq_start(&rig, true, BIT(32), &vq, 1);
    vq_send(&vq, &(VqPart){ VQ_BUFFERS, 32, true }, 1);
    vq_peek(&rig, VQ_BUFFERS, bytes, 32);
    device_free(&mmio->dev);
    rig_free(&rig);
}

Test(virtio_rng, numbers_follow_from_the_seed)
{
    /* The first output of splitmix64 seeded with 0, as published with the algorithm. */
    static const uint64_t published = 0xe220a8397b1dcdaf;
    uint8_t a[32], b[32];
    first_numbers(0, a);
    cr_expect(!memcmp(a, &published, 8));
    first_numbers(0, b);
    cr_expect(!memcmp(a, b, 32));
    first_numbers(1, b);
    cr_expect(memcmp(a, b, 32));
}

Test(virtio_rng, a_large_request_is_answered_in_part_and_resets_do_not_repeat)
{
    Rig rig;
    Vq vq;
    uint32_t head, written;
    uint8_t first[16], second[16];
    rig_init(&rig);
    VirtioMmio *mmio = vq_device(&rig, virtio_rng_new(5), true);
    vq_start(&rig, true, BIT(32), &vq, 1);
    vq_send(&vq, &(VqPart){ VQ_BUFFERS, 0x100000, true }, 1);
    cr_assert(vq_take(&vq, &head, &written));
    cr_expect(written > 0 && written <= 0x100000);
    vq_peek(&rig, VQ_BUFFERS, first, 16);
    vq_poke16(&rig, vq.avail + 2, 0);
    vq_start(&rig, true, BIT(32), &vq, 1);
    vq_send(&vq, &(VqPart){ VQ_BUFFERS, 16, true }, 1);
    vq_peek(&rig, VQ_BUFFERS, second, 16);
    cr_expect(memcmp(first, second, 16));
    device_free(&mmio->dev);
    rig_free(&rig);
}
