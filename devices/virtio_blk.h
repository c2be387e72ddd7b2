/* SPDX-License-Identifier: MIT */
/* virtio_blk.h - a disk behind a virtqueue (section 5.2). */
#ifndef DEVICES_VIRTIO_BLK_H
#define DEVICES_VIRTIO_BLK_H

#include "devices/block_image.h"
#include "devices/virtio.h"

/* A disk whose bytes are `image` (taken over). `serial` is what GET_ID tells, at most 20
 * characters; NULL: empty. */
VirtioBackend *virtio_blk_new(BlockImage *image, const char *serial);

#endif
