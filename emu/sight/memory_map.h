/* SPDX-License-Identifier: MIT */
/* memory_map.h - whose each page of RAM is: 2 MiB at a time where they are alike, else page by page. */
#ifndef EMU_SIGHT_MEMORY_MAP_H
#define EMU_SIGHT_MEMORY_MAP_H

#include <stdbool.h>
#include <stdint.h>

/* Of a page: owner, other, image, flags of MemoryRun, from the low byte on. */
typedef uint32_t PageUse;

static inline PageUse page_use(unsigned owner, unsigned other, unsigned image, unsigned flags)
{
    return owner | other << 8 | image << 16 | (PageUse)flags << 24;
}

static inline uint8_t use_owner(PageUse use)
{
    return (uint8_t)use;
}

static inline uint8_t use_other(PageUse use)
{
    return (uint8_t)(use >> 8);
}

static inline uint8_t use_image(PageUse use)
{
    return (uint8_t)(use >> 16);
}

static inline uint8_t use_flags(PageUse use)
{
    return (uint8_t)(use >> 24);
}

enum { CHUNK_PAGES = 512 };

typedef struct {
    PageUse all;
    PageUse *pages; /* NULL: they are all alike */
} MapChunk;

typedef struct {
    uint64_t n_pages, n_chunks;
    MapChunk *chunks;
} MemoryMap;

void memory_map_init(MemoryMap *map, uint64_t pages);
void memory_map_clear(MemoryMap *map);

/* What becomes of a page. */
typedef PageUse PageChange(void *opaque, PageUse before);
/* Changes `n` pages from `first` on; those beyond the end are left out. Returns what that took, about, in units of what
 * it takes to look at one word. */
uint64_t memory_map_change(MemoryMap *map, uint64_t first, uint64_t n, PageChange *change,
                           void *opaque);

#endif
