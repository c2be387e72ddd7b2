/* SPDX-License-Identifier: MIT */
/*
 * chunk.h - pieces of a file, compressed and checked: what snapshots and recordings are made of.
 *
 * A chunk is a Chunk, then `stored` bytes, which zstd made of `size`, or, if both are equal, the bytes themselves. Every
 * chunk says how many were before it, and has a checksum of header and bytes. Numbers are little-endian. The checksum
 * begins with a number of its format's, so that a chunk of one is damaged in the other.
 */
#ifndef EMU_TIME_CHUNK_H
#define EMU_TIME_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zstd.h>

#include "emu/base/state.h"

typedef struct {
    uint32_t kind, number; /* of chunks before it */
    uint32_t stored, size;
    uint64_t check; /* of what is above, and the bytes that follow */
} Chunk;

_Static_assert(sizeof(Chunk) == 24, "the header's size is part of the formats");

enum { CHUNK_MOST = 1 << 20 }; /* bytes, uncompressed */

/* `format`: the number that its checksums begin with. */
static inline uint64_t chunk_check(uint64_t format, const Chunk *chunk, const void *bytes)
{
    return hash_bytes(hash_bytes(format, chunk, offsetof(Chunk, check)), bytes, chunk->stored);
}

/* Makes chunks of one file, one after the other. */
typedef struct {
    uint64_t format;
    uint32_t count; /* of chunks so far */
    ZSTD_CCtx *zstd;
    uint8_t *packed; /* the last one's */
} ChunkPacker;

void chunk_packer_init(ChunkPacker *packer, uint64_t format);
void chunk_packer_free(ChunkPacker *packer);
/* The next chunk of these at most CHUNK_MOST bytes; *stored becomes what follows its header, until the next call. */
Chunk chunk_pack(ChunkPacker *packer, uint32_t kind, const void *data, size_t size,
                 const void **stored);

/* Gets at what is in chunks. Zeros are one that is new. */
typedef struct {
    ZSTD_DCtx *zstd;
    uint8_t *content; /* the last one's, of `size` bytes; not NULL, even of none */
    size_t room;
} ChunkUnpacker;

void chunk_unpacker_free(ChunkUnpacker *unpacker);
/* False: `stored` is not what was written. The chunk's sizes must be sound: stored <= size <= CHUNK_MOST. */
bool chunk_unpack(ChunkUnpacker *unpacker, const Chunk *chunk, const void *stored);

#endif
