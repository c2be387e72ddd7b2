/* SPDX-License-Identifier: MIT */
/*
 * virtio_blk.c - a disk behind a virtqueue; see virtio_blk.h.
 *
 * Requests complete before the driver's notification returns: a disk costs no virtual time, and the
 * order of events does not depend on the host. A request is a header, data, and a status byte at
 * the end, in as many segments as the driver likes.
 */
#include "devices/virtio_blk.h"

#include <string.h>

enum { F_SEG_MAX = 2, F_READ_ONLY = 5, F_BLK_SIZE = 6, F_FLUSH = 9 };
enum { TYPE_IN = 0, TYPE_OUT = 1, TYPE_FLUSH = 4, TYPE_GET_ID = 8 };
enum { STATUS_OK = 0, STATUS_IO_ERROR = 1, STATUS_UNSUPPORTED = 2 };
enum { QUEUE_SIZE = 256, ID_SIZE = 20, CHUNK = 64 * 1024 };

/* Most data of one request; what is longer gets an I/O error, so that one store cannot keep the
 * host busy for long. */
#define REQUEST_LIMIT (256ull << 20)

typedef struct {
    VirtioBackend backend;
    BlockImage *image;
    char serial[ID_SIZE];
} VirtioBlk;

/* 5.2.4 */
typedef struct {
    uint64_t capacity; /* sectors */
    uint32_t size_max, seg_max;
    uint32_t geometry;
    uint32_t blk_size;
} Config;

/* 5.2.6 */
typedef struct {
    uint32_t type, reserved;
    uint64_t sector;
} Header;

static uint64_t blk_features(const VirtioBackend *backend)
{
    const VirtioBlk *blk = (const VirtioBlk *)backend;
    return BIT(F_SEG_MAX) | BIT(F_BLK_SIZE) | BIT(F_FLUSH) |
           (blk->image->read_only ? BIT(F_READ_ONLY) : 0);
}

/* Two descriptors of a full chain are the header and the status. */
static void blk_read_config(const VirtioBackend *backend, uint8_t *bytes)
{
    const VirtioBlk *blk = (const VirtioBlk *)backend;
    Config config = {
        .capacity = blk->image->size / BLOCK_SECTOR,
        .seg_max = QUEUE_SIZE - 2,
        .blk_size = BLOCK_SECTOR,
    };
    memcpy(bytes, &config, sizeof config);
}

/* May `size` bytes be moved at all? `*offset` is where they lie in the image. */
static bool is_possible(const VirtioBlk *blk, uint64_t sector, uint64_t size, uint64_t *offset)
{
    *offset = sector * BLOCK_SECTOR;
    return size <= REQUEST_LIMIT && !(size % BLOCK_SECTOR) &&
           sector <= blk->image->size / BLOCK_SECTOR && size <= blk->image->size - *offset;
}

/* Leaves the status byte, the last writable one, in place. */
static uint8_t read_sectors(VirtioBlk *blk, uint64_t sector, VirtChain *chain)
{
    uint8_t buffer[CHUNK];
    uint64_t offset;
    if (!is_possible(blk, sector, chain->in_left - 1, &offset))
        return STATUS_IO_ERROR;
    while (chain->in_left > 1) {
        size_t part = MIN(chain->in_left - 1, CHUNK);
        if (!block_image_read(blk->image, offset, buffer, part) ||
            !virtchain_put(chain, buffer, part))
            return STATUS_IO_ERROR;
        offset += part;
    }
    return STATUS_OK;
}

static uint8_t write_sectors(VirtioBlk *blk, uint64_t sector, VirtChain *chain)
{
    uint8_t buffer[CHUNK];
    uint64_t offset;
    if (blk->image->read_only || !is_possible(blk, sector, chain->out_left, &offset))
        return STATUS_IO_ERROR;
    while (chain->out_left) {
        size_t part = MIN(chain->out_left, CHUNK);
        if (!virtchain_get(chain, buffer, part) ||
            !block_image_write(blk->image, offset, buffer, part))
            return STATUS_IO_ERROR;
        offset += part;
    }
    return STATUS_OK;
}

static uint8_t get_id(const VirtioBlk *blk, VirtChain *chain)
{
    size_t size = MIN(chain->in_left - 1, ID_SIZE);
    return virtchain_put(chain, blk->serial, size) ? STATUS_OK : STATUS_IO_ERROR;
}

static uint8_t serve(VirtioBlk *blk, const Header *header, VirtChain *chain)
{
    switch (header->type) {
    case TYPE_IN: return read_sectors(blk, header->sector, chain);
    case TYPE_OUT: return write_sectors(blk, header->sector, chain);
    case TYPE_FLUSH: return block_image_flush(blk->image) ? STATUS_OK : STATUS_IO_ERROR;
    case TYPE_GET_ID: return get_id(blk, chain);
    default: return STATUS_UNSUPPORTED;
    }
}

/* A chain without room for header and status cannot even be refused: the driver is broken. */
static uint32_t handle(VirtioBackend *backend, VirtChain *chain)
{
    VirtioBlk *blk = (VirtioBlk *)backend;
    uint64_t room = chain->in_left;
    Header header;
    if (!room || !virtchain_get(chain, &header, sizeof header)) {
        virtio_break(backend->virtio);
        return 0;
    }
    uint8_t status = serve(blk, &header, chain);
    uint32_t written = (uint32_t)(room - chain->in_left) + 1;
    virtchain_skip(chain, chain->in_left - 1);
    if (!virtchain_put(chain, &status, 1))
        virtio_break(backend->virtio);
    return written;
}

static void blk_notify(VirtioBackend *backend, unsigned queue)
{
    virtio_drain(backend->virtio, queue, handle);
}

static void blk_visit(VirtioBackend *backend, StateVisitor *visitor)
{
    VirtioBlk *blk = (VirtioBlk *)backend;
    g_autofree char *name = g_strdup_printf("%s.overlay", backend->virtio->dev->id);
    block_image_visit(blk->image, name, visitor);
}

static void blk_finalize(VirtioBackend *backend)
{
    block_image_free(((VirtioBlk *)backend)->image);
}

static const VirtioBackendType blk_type = {
    .name = "blk",
    .device_id = 2,
    .n_queues = 1,
    .queue_max = QUEUE_SIZE,
    .config_size = sizeof(Config),
    .features = blk_features,
    .read_config = blk_read_config,
    .notify = blk_notify,
    .visit = blk_visit,
    .finalize = blk_finalize,
};

VirtioBackend *virtio_blk_new(BlockImage *image, const char *serial)
{
    VirtioBlk *blk = g_new0(VirtioBlk, 1);
    blk->backend.type = &blk_type;
    blk->image = image;
    if (serial)
        memcpy(blk->serial, serial, MIN(strlen(serial), ID_SIZE));
    return &blk->backend;
}
