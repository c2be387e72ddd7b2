/* SPDX-License-Identifier: MIT */
/*
 * block_image.h - a raw disk image: a host file as a run of bytes.
 *
 * In snapshot mode the file is only read. What the guest writes stays in memory, in clusters of 4
 * KiB, and is part of the machine's state.
 */
#ifndef DEVICES_BLOCK_IMAGE_H
#define DEVICES_BLOCK_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "emu/base/state.h"

enum { BLOCK_SECTOR = 512, BLOCK_CLUSTER = 4096 };

/* Most bytes of overlay; a guest that writes more gets an I/O error. */
#define BLOCK_OVERLAY_LIMIT (2048ull << 20)

typedef struct {
    int fd;
    bool read_only;
    bool snapshot;
    uint64_t size;          /* bytes, a whole number of sectors: the file's size rounded up */
    GHashTable *cluster_at; /* overlay: cluster number + 1 -> place in `data` + 1, as pointers */
    GByteArray *index;      /* overlay: cluster numbers (8 bytes each) in the order of `data` */
    GByteArray *data;
} BlockImage;

/* Bytes of the image that `path` is, as the guest will see it; 0: it cannot be read. */
uint64_t block_image_size(const char *path);

/* Opens `path`, a regular file or a block device. Fails when it cannot be read, or, unless
 * `read_only` or `snapshot`, written. */
BlockImage *block_image_open(const char *path, bool read_only, bool snapshot, GError **error);
void block_image_free(BlockImage *image);

/* `size` bytes at `offset`, which must lie inside the image (false otherwise), or an error of
 * the host: false. */
bool block_image_read(BlockImage *image, uint64_t offset, void *data, size_t size);
/* The same; false also when the image is read-only or the overlay is full. */
bool block_image_write(BlockImage *image, uint64_t offset, const void *data, size_t size);
/* Waits until what was written is on the host's disk. */
bool block_image_flush(BlockImage *image);

/* Visits the overlay as arrays named after `name`. */
void block_image_visit(BlockImage *image, const char *name, StateVisitor *visitor);

#endif
