/* SPDX-License-Identifier: MIT */
/*
 * virtio_blk.h - a disk behind virtio-mmio, with legacy or modern registers: one request at a time.
 *
 * Virtual I/O Device 1.2, sections "Virtio Over MMIO", "Legacy interface" and "Block Device".
 * Addresses given to the device are physical: the program has its memory mapped so, or translation
 * off.
 */
#ifndef HYP_LIB_VIRTIO_BLK_H
#define HYP_LIB_VIRTIO_BLK_H

#include "lib/fdt.h"

enum { SECTOR = 512 };

typedef struct VirtioBlk {
    uintptr_t base;
    unsigned source; /* of its interrupt */
    bool legacy;
    uint64_t sectors; /* what the disk holds */
    uint16_t seen;    /* requests of which we know that they are done */
    uint8_t status;   /* written by the device */
    struct {
        uint32_t type, reserved;
        uint64_t sector;
    } header; /* read by the device */
} VirtioBlk;

/* Finds the first disk and starts its driver. False: there is none, or the device refuses. */
bool virtio_blk_open(VirtioBlk *disk, const Fdt *fdt);

/* Begins to read `size` bytes, whole sectors, at `sector` into `to`. */
void virtio_blk_read(VirtioBlk *disk, uint64_t sector, void *to, uint32_t size);
/* Is the request done? Once only; then virtio_blk_failed says how. */
bool virtio_blk_done(VirtioBlk *disk);
bool virtio_blk_failed(const VirtioBlk *disk);
/* Takes the interrupt back. */
void virtio_blk_acknowledge(VirtioBlk *disk);
/* Whether the device shall interrupt when a request is done. At first it does not. */
void virtio_blk_interrupts(VirtioBlk *disk, bool on);

#endif
