/* SPDX-License-Identifier: MIT */
/*
 * cache.h - which lines a set-associative cache holds, and which one it gives up: tags, replacement, hash.
 *
 * A line is an address divided by the size of a line. Nothing here knows what is in it, or how long anything takes.
 */
#ifndef MMU_TIMING_CACHE_H
#define MMU_TIMING_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/bits.h"
#include "emu/base/state.h"
#include "mmu/timing/profile.h"

#define CACHE_NONE UINT64_MAX

typedef struct {
    uint64_t *tags;   /* by set and way: the line, or CACHE_NONE */
    uint64_t *recent; /* lru: by set and way, when touched last; plru: by set, the tree */
    unsigned ways, set_bits;
    Replacement replacement;
    CacheHash hash;
    uint64_t clock;  /* of touches */
    uint64_t random; /* state of the generator */
} Cache;

/* `size` must have passed timing_profile_check for lines of `line` bytes. */
void cache_init(Cache *cache, const CacheSize *size, unsigned line, Replacement replacement,
                CacheHash hash, uint64_t seed);
void cache_free(Cache *cache);

static inline unsigned cache_sets(const Cache *cache)
{
    return 1u << cache->set_bits;
}

/* The set of a line: its low bits; with HASH_XOR all higher bits are folded into them. */
static inline unsigned cache_set(const Cache *cache, uint64_t line)
{
    uint64_t set = line;
    if (cache->hash == HASH_XOR && cache->set_bits) {
        for (uint64_t rest = line >> cache->set_bits; rest; rest >>= cache->set_bits)
            set ^= rest;
    }
    return (unsigned)(set & (cache_sets(cache) - 1));
}

/* The line in that way, or CACHE_NONE. */
static inline uint64_t *cache_tag(const Cache *cache, unsigned set, unsigned way)
{
    return &cache->tags[(size_t)set * cache->ways + way];
}

/* The way of `set` that has the line; -1: none has. */
static inline int cache_find(const Cache *cache, unsigned set, uint64_t line)
{
    const uint64_t *tags = cache_tag(cache, set, 0);
    for (unsigned way = 0; way < cache->ways; way++) {
        if (tags[way] == line)
            return (int)way;
    }
    return -1;
}

/* The line in that way was used. */
void cache_touch(Cache *cache, unsigned set, unsigned way);

/* The way that a new line of `set` takes, out of those in `allowed` (bit n: way n; at least one): the first that is
 * empty, else the one that the replacement gives up. */
unsigned cache_victim(Cache *cache, unsigned set, uint64_t allowed);

/* The way is empty from now on. */
void cache_drop(Cache *cache, unsigned set, unsigned way);

/* All of it is state. After loading, whoever owns the cache must make sure that every line is in its set. */
void cache_visit(Cache *cache, const char *name, StateVisitor *visitor);

#endif
