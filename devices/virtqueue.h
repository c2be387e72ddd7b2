/* SPDX-License-Identifier: MIT */
/*
 * virtqueue.h - split virtqueues: chains of guest buffers, taken from one ring and given back in
 * another.
 *
 * Everything in guest memory is hostile. A queue that breaks a rule of the specification is refused
 * as a whole (the functions return false) and nothing is allocated: a chain has a fixed number of
 * segments. Section numbers are those of "Virtual I/O Device (VIRTIO) Version 1.2".
 */
#ifndef DEVICES_VIRTQUEUE_H
#define DEVICES_VIRTQUEUE_H

#include "devices/device.h"

enum { VIRTQUEUE_MAX_SIZE = 1024, VIRTQUEUE_MAX_SEGMENTS = 1024 };

#define VIRTIO_F_ANY_LAYOUT BIT(27)
#define VIRTIO_F_INDIRECT   BIT(28)
#define VIRTIO_F_EVENT_IDX  BIT(29)
#define VIRTIO_F_VERSION_1  BIT(32)

typedef struct {
    Device *dev;              /* who does the DMA */
    const uint64_t *features; /* what the driver accepted */
    uint16_t max;             /* largest `num` the driver may choose */
    uint32_t num;             /* entries, a power of two up to `max` */
    bool ready;
    uint64_t desc, avail, used;    /* addresses of the three parts */
    uint16_t last_avail, used_idx; /* chains taken, chains given back; modulo 2^16 */
    uint16_t signalled;            /* used_idx when the driver was last interrupted */
    bool signalled_valid;
} VirtQueue;

extern const StateDesc virtqueue_state;

typedef struct {
    uint64_t address;
    uint32_t size;
} VirtSegment;

/* One chain: `n_out` segments to read, then `n_in` segments to write, each kind read or written
 * from start to end. */
typedef struct {
    Device *dev;
    uint16_t head;
    unsigned n_out, n_in;
    uint64_t out_left, in_left; /* bytes not read and not written yet */
    unsigned out_at, in_at;     /* segment that is next, */
    uint32_t out_done, in_done; /* and what of it is done */
    VirtSegment segments[VIRTQUEUE_MAX_SEGMENTS];
} VirtChain;

/* Back to power-on, as large as it can be. */
void virtqueue_reset(VirtQueue *queue);

/* Are the three parts aligned as 2.7 demands? */
bool virtqueue_is_aligned(const VirtQueue *queue);

/* How many chains are there to take? False: the queue is broken, and `*n` 0. */
bool virtqueue_count(const VirtQueue *queue, unsigned *n) G_GNUC_WARN_UNUSED_RESULT;

/* The driver is to notify when it makes another one available. False: the queue is broken. */
bool virtqueue_ask(VirtQueue *queue) G_GNUC_WARN_UNUSED_RESULT;

/* Is there a chain to take? Sets `*empty`. False: the queue is broken. */
bool virtqueue_is_empty(const VirtQueue *queue, bool *empty) G_GNUC_WARN_UNUSED_RESULT;

/* Takes the next chain; the queue must not be empty. False: the queue is broken. */
bool virtqueue_pop(VirtQueue *queue, VirtChain *chain) G_GNUC_WARN_UNUSED_RESULT;

/* Puts the chain taken last back, as if it had not been taken. */
void virtqueue_unpop(VirtQueue *queue);

/* Gives a chain back, `written` bytes of which were written. False: the queue is broken. */
bool virtqueue_push(VirtQueue *queue, const VirtChain *chain,
                    uint32_t written) G_GNUC_WARN_UNUSED_RESULT;

/* Does the driver want an interrupt for what was given back? Sets `*wanted`. False: the queue is
 * broken. */
bool virtqueue_signal(VirtQueue *queue, bool *wanted) G_GNUC_WARN_UNUSED_RESULT;

/* The next `size` bytes of the chain's readable or writable part. False: it has not that many
 * left, or they are not RAM. */
bool virtchain_get(VirtChain *chain, void *data, size_t size) G_GNUC_WARN_UNUSED_RESULT;
bool virtchain_put(VirtChain *chain, const void *data, size_t size) G_GNUC_WARN_UNUSED_RESULT;

/* Leaves up to `size` writable bytes as they are. */
void virtchain_skip(VirtChain *chain, uint64_t size);

#endif
