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
    cache->recent = g_new0(uint64_t, n_recent(cache));
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

static unsigned oldest(const Cache *cache, unsigned set, uint64_t allowed)
{
    const uint64_t *recent = &cache->recent[(size_t)set * cache->ways];
    unsigned best = (unsigned)__builtin_ctzll(allowed);
    for (; allowed; allowed &= allowed - 1) {
        unsigned way = (unsigned)__builtin_ctzll(allowed);
        best = recent[way] < recent[best] ? way : best;
    }
    return best;
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

unsigned cache_victim(Cache *cache, unsigned set, uint64_t allowed)
{
    const uint64_t *tags = &cache->tags[(size_t)set * cache->ways];
    for (uint64_t rest = allowed; rest; rest &= rest - 1) {
        unsigned way = (unsigned)__builtin_ctzll(rest);
        if (tags[way] == CACHE_NONE)
            return way;
    }
    switch (cache->replacement) {
    case REPLACE_LRU: return oldest(cache, set, allowed);
    case REPLACE_PLRU: return pointed_at(cache->recent[set], cache->ways, allowed);
    default: return any_of(cache, allowed);
    }
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
