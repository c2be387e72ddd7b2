/* SPDX-License-Identifier: MIT */
/*
 * virtio_gpu.h - a graphics device in 2D behind virtqueues (section 5.7).
 *
 * The driver makes resources (pictures that the device holds), copies guest memory into them, and says which part of
 * which resource an output shows. Nothing is drawn by the device. It has no legacy interface.
 */
#ifndef DEVICES_VIRTIO_GPU_H
#define DEVICES_VIRTIO_GPU_H

#include "devices/virtio.h"
#include "emu/base/host.h"

enum {
    VIRTIO_GPU_MOST_OUTPUTS = 16,
    VIRTIO_GPU_LEAST_SIDE = 64, /* pixels of an output */
    VIRTIO_GPU_MOST_SIDE = 4095,
};

#define VIRTIO_GPU_MEMORY (256ull << 20)

typedef struct {
    unsigned n_outputs;
    unsigned width, height; /* pixels that outputs would like to have */
    bool edid;
    uint64_t memory; /* bytes that all resources together may take */
} VirtioGpuConfig;

/* A device that shows its outputs on `display`. `control` brings sizes: records of 16 bytes (output, width, height, 0;
 * 32 bits each, little-endian), of which only whole ones are taken; sizes outside the limits are brought inside, 0 x 0
 * unplugs the output. Both stay the machine's and may be NULL. */
VirtioBackend *virtio_gpu_new(const VirtioGpuConfig *config, HostDisplay *display,
                              HostChar *control);

#endif
