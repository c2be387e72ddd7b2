/* SPDX-License-Identifier: MIT */
/*
 * virtio_rng.c - random numbers behind a virtqueue; see virtio_rng.h.
 *
 * The generator is splitmix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
 * Generators", 2014): a counter and a mixing function. A driver that resets the device does not get
 * the same numbers again.
 */
#include "devices/virtio_rng.h"

/* Most bytes a request gets; drivers must cope with less than they asked for (5.4.6). */
enum { REQUEST_LIMIT = 4096, QUEUE_SIZE = 64 };

typedef struct {
    VirtioBackend backend;
    uint64_t counter;
} VirtioRng;

static uint64_t next(VirtioRng *rng)
{
    uint64_t z = rng->counter += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint32_t handle(VirtioBackend *backend, VirtChain *chain)
{
    uint64_t words[REQUEST_LIMIT / 8];
    size_t size = MIN(chain->in_left, REQUEST_LIMIT);
    for (size_t i = 0; i * 8 < size; i++)
        words[i] = next((VirtioRng *)backend);
    if (virtchain_put(chain, words, size))
        return (uint32_t)size;
    virtio_break(backend->virtio);
    return 0;
}

static void rng_notify(VirtioBackend *backend, unsigned queue)
{
    virtio_drain(backend->virtio, queue, handle);
}

static const StateField rng_fields[] = { STATE(VirtioRng, counter), STATE_END };
static const StateDesc rng_state = { .name = "virtio_rng", .version = 1, .fields = rng_fields };

static const VirtioBackendType rng_type = {
    .name = "rng",
    .device_id = 4,
    .n_queues = 1,
    .queue_max = QUEUE_SIZE,
    .notify = rng_notify,
    .state = &rng_state,
};

VirtioBackend *virtio_rng_new(uint64_t seed)
{
    VirtioRng *rng = g_new0(VirtioRng, 1);
    rng->backend.type = &rng_type;
    rng->counter = seed;
    return &rng->backend;
}
