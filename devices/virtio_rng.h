/* SPDX-License-Identifier: MIT */
/* virtio_rng.h - random numbers behind a virtqueue (section 5.4), the same ones in every run. */
#ifndef DEVICES_VIRTIO_RNG_H
#define DEVICES_VIRTIO_RNG_H

#include "devices/virtio.h"

/* A source whose numbers follow from `seed`. They are for guests' entropy pools and not for
 * secrets. */
VirtioBackend *virtio_rng_new(uint64_t seed);

#endif
