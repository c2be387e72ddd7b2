/* SPDX-License-Identifier: MIT */
/*
 * virtio_mmio.h - a virtio device as a block of registers: the MMIO transport, version 2 and the
 * legacy version 1.
 *
 * A slot without a backend has device number 0, which tells drivers to leave it alone.
 */
#ifndef DEVICES_VIRTIO_MMIO_H
#define DEVICES_VIRTIO_MMIO_H

#include "devices/virtio.h"

typedef struct {
    Device dev;
    VirtioBackend *backend; /* configuration: what is plugged in, taken over; NULL: nothing */
    bool modern;            /* configuration: version 2 rather than legacy */
    Virtio virtio;
    uint32_t isr;
    uint32_t offered_half, accepted_half; /* DeviceFeaturesSel, DriverFeaturesSel */
    uint32_t queue_sel;
    uint32_t page_size;                /* legacy */
    uint32_t align[VIRTIO_MAX_QUEUES]; /* legacy, of each queue */
} VirtioMmio;

extern const DeviceType virtio_mmio_type;

#endif
