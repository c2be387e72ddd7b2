/* SPDX-License-Identifier: MIT */
/*
 * virtio_rng.c - random numbers behind a virtqueue; see virtio_rng.h. A driver that resets the device does not get
 * the same numbers again.
 */
#include "devices/virtio_rng.h"

#include "emu/base/random.h"

/* Most bytes a request gets; drivers must cope with less than they asked for (5.4.6). */
enum { REQUEST_LIMIT = 4096, QUEUE_SIZE = 64 };

typedef struct {
    VirtioBackend backend;
    uint64_t counter;
} VirtioRng;

static uint32_t handle(VirtioBackend *backend, VirtChain *chain)
{
    uint64_t words[REQUEST_LIMIT / 8];
    size_t size = MIN(chain->in_left, REQUEST_LIMIT);
    for (size_t i = 0; i * 8 < size; i++)
        words[i] = random_next(&((VirtioRng *)backend)->counter);
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
