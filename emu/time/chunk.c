/* SPDX-License-Identifier: MIT */
/* chunk.c - packing and unpacking pieces of files; see chunk.h. */
#include "emu/time/chunk.h"

#include <string.h>

#include <glib.h>

void chunk_packer_init(ChunkPacker *p, uint64_t format)
{
    *p = (ChunkPacker){ .format = format, .zstd = ZSTD_createCCtx() };
    p->packed = g_malloc(ZSTD_compressBound(CHUNK_MOST));
    ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, 1);
}

void chunk_packer_free(ChunkPacker *p)
{
    ZSTD_freeCCtx(p->zstd);
    g_free(p->packed);
}

Chunk chunk_pack(ChunkPacker *p, uint32_t kind, const void *data, size_t size, const void **stored)
{
    g_assert(size <= CHUNK_MOST);
    size_t room = ZSTD_compressBound(CHUNK_MOST);
    size_t packed = size ? ZSTD_compress2(p->zstd, p->packed, room, data, size) : 0;
    bool shorter = size && !ZSTD_isError(packed) && packed < size;
    Chunk chunk = { .kind = kind,
                    .number = p->count++,
                    .stored = (uint32_t)(shorter ? packed : size),
                    .size = (uint32_t)size };
    *stored = shorter ? p->packed : data;
    chunk.check = chunk_check(p->format, &chunk, *stored);
    return chunk;
}

void chunk_unpacker_free(ChunkUnpacker *u)
{
    ZSTD_freeDCtx(u->zstd);
    g_free(u->content);
}

bool chunk_unpack(ChunkUnpacker *u, const Chunk *chunk, const void *stored)
{
    if (!u->zstd)
        u->zstd = ZSTD_createDCtx();
    if (chunk->size >= u->room)
        u->content = g_realloc(u->content, u->room = (size_t)chunk->size + 1);
    if (chunk->stored != chunk->size)
        return ZSTD_decompressDCtx(u->zstd, u->content, chunk->size, stored, chunk->stored) ==
               chunk->size;
    if (chunk->size)
        memcpy(u->content, stored, chunk->size);
    return true;
}
