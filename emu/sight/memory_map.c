/* SPDX-License-Identifier: MIT */
/* memory_map.c - see memory_map.h. */
#include "emu/sight/memory_map.h"

#include <glib.h>

void memory_map_init(MemoryMap *map, uint64_t pages)
{
    map->n_pages = pages;
    map->n_chunks = (pages + CHUNK_PAGES - 1) / CHUNK_PAGES;
    map->chunks = g_new0(MapChunk, map->n_chunks);
}

void memory_map_clear(MemoryMap *map)
{
    for (uint64_t i = 0; i < map->n_chunks; i++)
        g_free(map->chunks[i].pages);
    g_clear_pointer(&map->chunks, g_free);
}

static void split(MapChunk *chunk)
{
    if (chunk->pages)
        return;
    chunk->pages = g_new(PageUse, CHUNK_PAGES);
    for (unsigned i = 0; i < CHUNK_PAGES; i++)
        chunk->pages[i] = chunk->all;
}

uint64_t memory_map_change(MemoryMap *map, uint64_t first, uint64_t n, PageChange *change,
                           void *opaque)
{
    uint64_t work = 0, end = first >= map->n_pages ? first : first + MIN(n, map->n_pages - first);
    for (uint64_t at = first, part; at < end; at += part) {
        MapChunk *chunk = &map->chunks[at / CHUNK_PAGES];
        uint64_t from = at % CHUNK_PAGES;
        bool new = !chunk->pages;
        part = MIN(CHUNK_PAGES - from, end - at);
        if (new && (part == CHUNK_PAGES || change(opaque, chunk->all) == chunk->all)) {
            chunk->all = change(opaque, chunk->all);
            work += 4;
            continue;
        }
        split(chunk);
        for (uint64_t i = from; i < from + part; i++)
            chunk->pages[i] = change(opaque, chunk->pages[i]);
        work += part + (new ? CHUNK_PAGES / 4 : 0);
    }
    return work;
}
