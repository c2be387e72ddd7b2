/* SPDX-License-Identifier: MIT */
/*
 * virtio.h - the half of every virtio device that neither its transport nor its backend cares
 * about.
 *
 * A transport (virtio_mmio.h) owns a Virtio and shows it to the guest as registers. A backend
 * (disk, network, console, random numbers) does the work: it is a struct that begins with a
 * VirtioBackend, and takes chains of buffers from the queues of its Virtio. A driver that breaks
 * the rules breaks the device: it stops, says DEVICE_NEEDS_RESET, and works again after a reset.
 * Section numbers are those of "Virtual I/O Device (VIRTIO) Version 1.2".
 */
#ifndef DEVICES_VIRTIO_H
#define DEVICES_VIRTIO_H

#include "devices/virtqueue.h"

enum { VIRTIO_MAX_QUEUES = 4, VIRTIO_CONFIG_SIZE = 256, VIRTIO_CONFIG_CHANGED = -1 };

/* Device status, 2.1. */
enum {
    VIRTIO_DRIVER_OK = 4,
    VIRTIO_FEATURES_OK = 8,
    VIRTIO_NEEDS_RESET = 64,
};

typedef struct Virtio Virtio;
typedef struct VirtioBackend VirtioBackend;

typedef struct {
    const char *name;   /* "blk" */
    uint32_t device_id; /* section 5 */
    unsigned n_queues;
    uint16_t queue_max; /* entries of each queue, a power of two */
    unsigned config_size;
    /* Feature bits of the device type; NULL: none. */
    uint64_t (*features)(const VirtioBackend *backend);
    /* Writes the configuration space as it is now; it comes zeroed. NULL when config_size is 0. */
    void (*read_config)(const VirtioBackend *backend, uint8_t *config);
    /* The driver wrote to the configuration space; may be NULL. */
    void (*config_written)(VirtioBackend *backend, unsigned offset, unsigned size, uint64_t value);
    void (*plugged)(VirtioBackend *backend); /* `virtio` is set; may be NULL */
    /* The driver made buffers available in `queue`. */
    void (*notify)(VirtioBackend *backend, unsigned queue);
    void (*reset)(VirtioBackend *backend); /* may be NULL */
    const StateDesc *state;                /* of the backend; may be NULL */
    void (*visit)(VirtioBackend *backend,
                  StateVisitor *visitor);     /* what is not fields; may be NULL */
    void (*finalize)(VirtioBackend *backend); /* frees what it owns; may be NULL */
} VirtioBackendType;

struct VirtioBackend {
    const VirtioBackendType *type;
    Virtio *virtio; /* set when it is plugged into a transport */
};

struct Virtio {
    Device *dev;
    VirtioBackend *backend; /* NULL: nothing is plugged in */
    bool modern;            /* the transport follows version 1, not the legacy interface */
    /* Set by the transport: interrupt for queue `queue`, or VIRTIO_CONFIG_CHANGED. */
    void (*interrupt)(Virtio *virtio, int queue);
    uint64_t features;   /* what the driver accepted */
    uint32_t generation; /* of the configuration space */
    uint8_t status;
    bool broken;
    VirtQueue queues[VIRTIO_MAX_QUEUES];
};

/* For transports. */

/* Plugs `backend` (taken over; may be NULL) into `virtio` of `dev`. */
void virtio_init(Virtio *virtio, Device *dev, VirtioBackend *backend);
void virtio_reset(Virtio *virtio);
void virtio_visit(Virtio *virtio, StateVisitor *visitor);

/* Frees `backend` and what it owns; NULL is fine. */
void virtio_backend_free(VirtioBackend *backend);

unsigned virtio_n_queues(const Virtio *virtio);
/* The features offered; the driver's choice: bits `32 * half` and up. */
uint64_t virtio_offered(const Virtio *virtio);
void virtio_accept(Virtio *virtio, unsigned half, uint32_t features);
/* Writes the status register: 0 resets. */
void virtio_set_status(Virtio *virtio, uint8_t status);
void virtio_notify(Virtio *virtio, unsigned queue);
/* Accesses to the configuration space; bytes beyond it read as zero. */
uint64_t virtio_read_config(const Virtio *virtio, uint64_t offset, unsigned size);
void virtio_write_config(Virtio *virtio, uint64_t offset, unsigned size, uint64_t value);

/* For backends. */

/* Takes a chain from `queue`. False: there is none, or the device is broken or not driven. */
bool virtio_pop(Virtio *virtio, unsigned queue, VirtChain *chain);
/* Are there `n` chains to be taken from `queue`? If not, the driver is to notify when it has added one. */
bool virtio_has_buffers(Virtio *virtio, unsigned queue, unsigned n);
/* Gives a chain back and interrupts the driver if it wants that. */
void virtio_push(Virtio *virtio, unsigned queue, const VirtChain *chain, uint32_t written);
/* Takes chains until there are no more, lets `handle` work on each and gives it back with the
 * number of bytes `handle` returns; interrupts at the end. The work is bounded: a driver can
 * have no more than a queue full outstanding, even if what the device writes falls into the
 * queue itself. */
void virtio_drain(Virtio *virtio, unsigned queue,
                  uint32_t (*handle)(VirtioBackend *backend, VirtChain *chain));
/* The driver has gone wrong beyond repair. */
void virtio_break(Virtio *virtio);
/* The configuration space is not what it was: tells the driver. */
void virtio_config_changed(Virtio *virtio);
/* Is there a driver that has finished its set-up? */
bool virtio_is_driven(const Virtio *virtio);

#endif
