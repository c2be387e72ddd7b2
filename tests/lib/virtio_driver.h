/* SPDX-License-Identifier: MIT */
/*
 * virtio_driver.h - the driver's side of virtio-mmio, as small as tests need it.
 *
 * Queue `q` lies at RIG_RAM + (q + 1) * VQ_STRIDE. Descriptors are used one after another and never
 * freed: a test is over before they run out.
 */
#ifndef TESTS_LIB_VIRTIO_DRIVER_H
#define TESTS_LIB_VIRTIO_DRIVER_H

#include "devices/virtio_mmio.h"
#include "tests/lib/device_rig.h"

enum { VQ_STRIDE = 0x10000, VQ_NUM = 16, VQ_NEXT = 1, VQ_WRITE = 2, VQ_INDIRECT = 4 };

/* Buffers of tests start here. */
#define VQ_BUFFERS (RIG_RAM + 0x100000)

typedef struct {
    Rig *rig;
    unsigned index;
    uint64_t desc, avail, used;
    uint16_t next_desc, avail_idx, used_idx;
} Vq;

typedef struct {
    uint64_t address;
    uint32_t size;
    bool write;
} VqPart;

/* Makes a virtio-mmio device with `backend` and resets it. */
VirtioMmio *vq_device(Rig *rig, VirtioBackend *backend, bool modern);

/* Brings the device up to DRIVER_OK with `features` accepted, and its first `n_queues` queues. */
void vq_start(Rig *rig, bool modern, uint64_t features, Vq *queues, unsigned n_queues);

/* Writes descriptor `at`. */
void vq_desc(Vq *vq, unsigned at, uint64_t address, uint32_t size, uint16_t flags, uint16_t next);
/* Puts `head` into the available ring; the device is not told. */
void vq_offer(Vq *vq, uint16_t head);
void vq_kick(Vq *vq);
/* Makes a chain of `n` parts, offers it and kicks. Returns its head. */
uint16_t vq_send(Vq *vq, const VqPart *parts, unsigned n);
/* Takes the next used element. False: there is none. */
bool vq_take(Vq *vq, uint32_t *head, uint32_t *written);

void vq_poke(Rig *rig, uint64_t address, const void *data, size_t size);
void vq_peek(Rig *rig, uint64_t address, void *data, size_t size);
void vq_poke16(Rig *rig, uint64_t address, uint16_t value);
uint16_t vq_peek16(Rig *rig, uint64_t address);

#endif
