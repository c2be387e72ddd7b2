/* SPDX-License-Identifier: MIT */
/*
 * cache.c - replacement; see cache.h.
 *
 * The tree of plru has a bit for each of its ways - 1 nodes, the root in bit 1, the children of node n in bits 2n and
 * 2n + 1. A bit says where to look for a victim: 0 left, the lower ways, 1 right. A touch makes every node on the path
 * point away from it. Where the half that is pointed at holds no allowed way, the other is taken.
 */
#include "mmu/timing/cache.h"

#include <string.h>

#include "emu/base/random.h"

static size_t n_recent(const Cache *cache)
{
    return cache->replacement == REPLACE_LRU    ? (size_t)cache_sets(cache) * cache->ways
           : cache->replacement == REPLACE_PLRU ? cache_sets(cache)
                                                : 0;
}

void cache_init(Cache *cache, const CacheSize *size, unsigned line, Replacement replacement,
                CacheHash hash, uint64_t seed)
{
    uint64_t sets = size->size / size->ways / line;
    *cache = (Cache){ .ways = size->ways,
                      .set_bits = (unsigned)__builtin_ctzll(sets),
                      .replacement = replacement,
                      .hash = hash,
                      .random = seed };
    cache->tags = g_new(uint64_t, sets * cache->ways);
    memset(cache->tags, 0xff, sizeof(uint64_t) * sets * cache->ways);
    cache->recent = g_new0(uint64_t, MAX(n_recent(cache), 1)); /* memory even of nothing */
}

void cache_free(Cache *cache)
{
    g_free(cache->tags);
    g_free(cache->recent);
}

static void touch_tree(uint64_t *tree, unsigned ways, unsigned way)
{
    unsigned node = 1;
    for (unsigned half = ways / 2; half; half /= 2) {
        bool right = way & half;
        *tree = right ? *tree & ~BIT(node) : *tree | BIT(node);
        node = 2 * node + right;
    }
}

void cache_touch(Cache *cache, unsigned set, unsigned way)
{
    if (cache->replacement == REPLACE_LRU)
        cache->recent[(size_t)set * cache->ways + way] = ++cache->clock;
    else if (cache->replacement == REPLACE_PLRU)
        touch_tree(&cache->recent[set], cache->ways, way);
}

/* Empty ways were never touched, so they are the oldest. */
static unsigned oldest(const Cache *cache, unsigned set, uint64_t allowed)
{
    const uint64_t *recent = &cache->recent[(size_t)set * cache->ways];
    uint64_t best = UINT64_MAX;
    unsigned victim = (unsigned)__builtin_ctzll(allowed);
    for (unsigned way = victim; way < cache->ways; way++) {
        bool older = recent[way] < best && allowed >> way & 1;
        best = older ? recent[way] : best;
        victim = older ? way : victim;
    }
    return victim;
}

static unsigned pointed_at(uint64_t tree, unsigned ways, uint64_t allowed)
{
    unsigned node = 1, way = 0;
    for (unsigned half = ways / 2; half; half /= 2) {
        uint64_t left = (BIT(half) - 1) << way, right = left << half;
        bool to_right = allowed & right && (tree & BIT(node) || !(allowed & left));
        way += to_right ? half : 0;
        node = 2 * node + to_right;
    }
    return way;
}

static unsigned any_of(Cache *cache, uint64_t allowed)
{
    uint64_t skip = random_next(&cache->random) % (unsigned)__builtin_popcountll(allowed);
    for (; skip; skip--)
        allowed &= allowed - 1;
    return (unsigned)__builtin_ctzll(allowed);
}

/* The first of `allowed` that is empty; -1: none is. */
static int first_empty(const Cache *cache, unsigned set, uint64_t allowed)
{
    const uint64_t *tags = cache_tag(cache, set, 0);
    for (; allowed; allowed &= allowed - 1) {
        int way = __builtin_ctzll(allowed);
        if (tags[way] == CACHE_NONE)
            return way;
    }
    return -1;
}

unsigned cache_victim(Cache *cache, unsigned set, uint64_t allowed)
{
    if (cache->replacement == REPLACE_LRU)
        return oldest(cache, set, allowed);
    int empty = first_empty(cache, set, allowed);
    if (empty >= 0)
        return (unsigned)empty;
    return cache->replacement == REPLACE_PLRU ? pointed_at(cache->recent[set], cache->ways, allowed)
                                              : any_of(cache, allowed);
}

void cache_drop(Cache *cache, unsigned set, unsigned way)
{
    *cache_tag(cache, set, way) = CACHE_NONE;
    if (cache->replacement == REPLACE_LRU)
        cache->recent[(size_t)set * cache->ways + way] = 0;
}

// clang-format off
static const StateField cache_fields[] = { STATE(Cache, clock), STATE(Cache, random), STATE_END };
// clang-format on
static const StateDesc cache_state = { "cache", 1, cache_fields, NULL };

void cache_visit(Cache *cache, const char *name, StateVisitor *visitor)
{
    state_visit(visitor, name, &cache_state, cache);
    visitor->blob(visitor, name, cache->tags, sizeof(uint64_t) * cache_sets(cache) * cache->ways);
    visitor->blob(visitor, name, cache->recent, sizeof(uint64_t) * n_recent(cache));
}
