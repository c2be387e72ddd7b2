/* SPDX-License-Identifier: MIT */
/* naive_timing.c - see naive_timing.h. */
#include "tests/lib/naive_timing.h"

#include <string.h>

#include "emu/base/random.h"

static void make_cache(NaiveCache *cache, CacheSize size, unsigned line)
{
    cache->ways = size.ways;
    cache->sets = (unsigned)(size.size / size.ways / line);
    cache->lines = g_new0(NaiveLine, cache->sets * cache->ways);
}

Naive *naive_timing_new(const TimingProfile *profile, uint64_t seed)
{
    Naive *n = g_new0(Naive, 1);
    n->profile = *profile;
    n->random = seed;
    make_cache(&n->llc, profile->llc, profile->line);
    n->tree = g_new0(bool, n->llc.sets * n->llc.ways);
    for (unsigned i = 0; i < NAIVE_HARTS; i++) {
        make_cache(&n->harts[i].data, profile->l1d, profile->line);
        make_cache(&n->harts[i].code, profile->l1i, profile->line);
        n->harts[i].owner = i;
        n->harts[i].allowed[0] = n->harts[i].allowed[1] = UINT64_MAX;
    }
    n->bus = g_new(int16_t, NAIVE_SLOTS);
    memset(n->bus, 0xff, sizeof *n->bus * NAIVE_SLOTS);
    n->slot256 = (uint64_t)profile->service_ps * (profile->clock_hz / 1000000) * 256 / 1000000;
    return n;
}

void naive_timing_free(Naive *n)
{
    for (unsigned i = 0; i < NAIVE_HARTS; i++) {
        g_free(n->harts[i].data.lines);
        g_free(n->harts[i].code.lines);
    }
    g_free(n->llc.lines);
    g_free(n->tree);
    g_free(n->bus);
    g_free(n);
}

/* Bit by bit: bit i of a set is bit i of the line, and with xor also bits i + width, i + 2 width, ... */
static unsigned set_of(const Naive *n, const NaiveCache *cache, uint64_t line)
{
    bool hashed = cache == &n->llc && n->profile.llc_hash == HASH_XOR;
    if (!hashed)
        return (unsigned)(line % cache->sets);
    unsigned set = 0, width = 0;
    while (1u << width < cache->sets)
        width++;
    for (unsigned i = 0; i < width; i++) {
        for (unsigned bit = i; bit < 64; bit += width)
            set ^= (unsigned)(line >> bit & 1) << i;
    }
    return set;
}

NaiveLine *naive_timing_find(const Naive *n, const NaiveCache *cache, uint64_t line)
{
    NaiveLine *set = &cache->lines[set_of(n, cache, line) * cache->ways];
    for (unsigned way = 0; way < cache->ways; way++) {
        if (set[way].valid && set[way].line == line)
            return &set[way];
    }
    return NULL;
}

static NaiveLine *least_used(NaiveLine *set, unsigned ways, uint64_t allowed)
{
    NaiveLine *best = NULL;
    for (unsigned way = 0; way < ways; way++) {
        if (allowed >> way & 1 && (!best || set[way].used < best->used))
            best = &set[way];
    }
    return best;
}

/* Halves of `size` ways from `first` on; `node` is the one that decides between them. */
static unsigned tree_way(const bool *tree, unsigned node, unsigned first, unsigned size,
                         uint64_t allowed)
{
    if (size == 1)
        return first;
    bool left = false, right = false;
    for (unsigned way = first; way < first + size; way++)
        *(way < first + size / 2 ? &left : &right) |= allowed >> way & 1;
    bool used_left = tree[node];
    if (left && (!right || !used_left))
        return tree_way(tree, 2 * node, first, size / 2, allowed);
    return tree_way(tree, 2 * node + 1, first + size / 2, size / 2, allowed);
}

static void use_tree(bool *tree, unsigned node, unsigned first, unsigned size, unsigned way)
{
    if (size == 1)
        return;
    tree[node] = way < first + size / 2;
    if (tree[node])
        use_tree(tree, 2 * node, first, size / 2, way);
    else
        use_tree(tree, 2 * node + 1, first + size / 2, size / 2, way);
}

static NaiveLine *nth_allowed(NaiveLine *set, unsigned ways, uint64_t allowed, uint64_t n)
{
    for (unsigned way = 0; way < ways; way++) {
        if (allowed >> way & 1 && !n--)
            return &set[way];
    }
    return NULL;
}

static NaiveLine *room_in_llc(Naive *n, uint64_t line, uint64_t allowed)
{
    unsigned number = set_of(n, &n->llc, line), ways = n->llc.ways, count = 0;
    NaiveLine *set = &n->llc.lines[number * ways];
    for (unsigned way = 0; way < ways; way++) {
        if (allowed >> way & 1 && !set[way].valid)
            return &set[way];
        count += allowed >> way & 1;
    }
    if (n->profile.llc_replacement == REPLACE_LRU)
        return least_used(set, ways, allowed);
    if (n->profile.llc_replacement == REPLACE_PLRU)
        return &set[tree_way(&n->tree[number * ways], 1, 0, ways, allowed)];
    return nth_allowed(set, ways, allowed, random_next(&n->random) % count);
}

static void use_llc(Naive *n, NaiveLine *at)
{
    unsigned i = (unsigned)(at - n->llc.lines), ways = n->llc.ways;
    at->used = ++n->uses;
    if (n->profile.llc_replacement == REPLACE_PLRU)
        use_tree(&n->tree[i / ways * ways], 1, 0, ways, i % ways);
}

/* Time. */

static uint64_t cycles(const Naive *n, uint64_t ps)
{
    return (uint64_t)((double)ps * (double)n->profile.clock_hz / 1e12 + 0.5);
}

static uint64_t slot_at(const Naive *n, uint64_t cycle)
{
    return cycle * 256 / n->slot256;
}

static uint64_t slot_begin(const Naive *n, uint64_t slot)
{
    return (slot * n->slot256 + 255) / 256;
}

static uint64_t take_bus(Naive *n, uint64_t at, unsigned owner)
{
    uint64_t slot = slot_at(n, at);
    bool mine = n->bus[slot] < 0;
    while (n->bus[slot] >= 0)
        slot++;
    g_assert(slot < NAIVE_SLOTS);
    n->bus[slot] = (int16_t)owner;
    return mine ? at : slot_begin(n, slot);
}

/* Cycle by cycle, until the line is there: was it in the queue, and who had the bus? */
static void wait(Naive *n, NaiveHart *h, const NaiveFlight *f)
{
    for (; h->now < f->done; h->now++, h->waited++) {
        if (h->now < f->asked || h->now >= f->begin)
            continue;
        g_assert(n->bus[slot_at(n, h->now)] >= 0);
        n->waits[h->owner][n->bus[slot_at(n, h->now)]]++;
    }
}

/* When a prefetcher would have asked for the line; UINT64_MAX: it would not. */
static uint64_t follow(Naive *n, NaiveHart *h, uint64_t line)
{
    NaiveStream *oldest = NULL;
    for (unsigned i = 0; i < n->profile.streams; i++) {
        NaiveStream *s = &h->streams[i];
        if (s->there && s->next == line) {
            bool known = s->known;
            s->since = known ? s->since : h->now;
            s->known = true;
            s->next++;
            s->used = ++n->uses;
            return known ? s->since : UINT64_MAX;
        }
        if (!oldest || s->used < oldest->used) /* 0 of one that is not there */
            oldest = s;
    }
    if (oldest)
        *oldest = (NaiveStream){ line + 1, 0, ++n->uses, true, false };
    return UINT64_MAX;
}

/* Copies. */

static bool take_from(Naive *n, NaiveCache *cache, uint64_t line)
{
    NaiveLine *at = naive_timing_find(n, cache, line);
    bool dirty = at && at->dirty;
    if (at)
        memset(at, 0, sizeof *at);
    return dirty;
}

static void give_up(Naive *n, NaiveLine *at, unsigned by, uint64_t when)
{
    for (unsigned i = 0; i < NAIVE_HARTS; i++) {
        at->dirty |= take_from(n, &n->harts[i].data, at->line);
        take_from(n, &n->harts[i].code, at->line);
    }
    n->evictions[at->owner][by]++;
    n->write_backs[by] += at->dirty;
    if (at->dirty)
        take_bus(n, when, by);
    memset(at, 0, sizeof *at);
}

/* The other harts' copies, for one who reads or writes. True: one had been written. */
static bool snoop(Naive *n, int me, NaiveLine *at, bool write)
{
    bool dirty = false;
    for (int i = 0; i < NAIVE_HARTS; i++) {
        NaiveLine *copy = naive_timing_find(n, &n->harts[i].data, at->line);
        if (i == me || !copy)
            continue;
        dirty |= copy->dirty;
        copy->dirty = copy->exclusive = false;
        if (write)
            memset(copy, 0, sizeof *copy);
    }
    at->dirty |= dirty;
    return dirty;
}

static bool others_have(const Naive *n, int me, uint64_t line)
{
    for (int i = 0; i < NAIVE_HARTS; i++) {
        if (i != me && naive_timing_find(n, &n->harts[i].data, line))
            return true;
    }
    return false;
}

static void put_in_l1(Naive *n, NaiveCache *l1, NaiveLine new)
{
    NaiveLine *set = &l1->lines[new.line % l1->sets * l1->ways], *at = NULL;
    for (unsigned way = 0; way < l1->ways && !at; way++)
        at = set[way].valid ? NULL : &set[way];
    at = at ? at : least_used(set, l1->ways, UINT64_MAX);
    g_assert(at);
    if (at->valid && at->dirty)
        naive_timing_find(n, &n->llc, at->line)->dirty = true;
    new.used = ++n->uses;
    *at = new;
}

typedef enum { LOAD, STORE, FETCH } Kind;

/* The line in the shared cache, from memory if need be; says when it would be there if asked for at `start`. */
static NaiveLine *get(Naive *n, unsigned hart, uint64_t line, Kind kind, uint64_t start,
                      NaiveFlight *f)
{
    NaiveHart *h = &n->harts[hart];
    NaiveLine *at = naive_timing_find(n, &n->llc, line);
    f->line = line;
    if (at) {
        bool written = snoop(n, kind == FETCH ? -1 : (int)hart, at, kind == STORE);
        n->hits[h->owner]++;
        f->asked = start + n->profile.llc_cycles + (written ? n->profile.snoop_cycles : 0);
        f->begin = f->done = f->asked;
        return at;
    }
    n->misses[h->owner]++;
    f->asked = start + n->profile.llc_cycles;
    f->begin = take_bus(n, f->asked, h->owner);
    f->done = f->begin + cycles(n, n->profile.memory_ps);
    at = room_in_llc(n, line, h->allowed[kind == FETCH]);
    g_assert(at);
    if (at->valid)
        give_up(n, at, h->owner, f->asked);
    *at = (NaiveLine){ .valid = true, .line = line, .owner = h->owner, .code = kind == FETCH };
    return at;
}

static void bring(Naive *n, unsigned hart, uint64_t line, Kind kind)
{
    NaiveHart *h = &n->harts[hart];
    NaiveFlight *f = &h->flights[0];
    for (unsigned i = 1; i < n->profile.outstanding; i++)
        f = h->flights[i].busy < f->busy ? &h->flights[i] : f;
    wait(n, h, f);
    uint64_t early = kind == STORE
    ? UINT64_MAX : follow(n, h, line);
    uint64_t start = early == UINT64_MAX ? h->now : MAX(early, f->busy);
    use_llc(n, get(n, hart, line, kind, start, f));
    if (kind != STORE)
        wait(n, h, f);
    f->busy = MAX(f->done, h->now);
    put_in_l1(
        n, kind == FETCH ? &h->code : &h->data, (NaiveLine) {
            .valid = true, .line = line, .dirty = kind == STORE
            , .pending = kind == STORE
            , .exclusive = kind != FETCH && !others_have(n, (int)hart, line)
        });
}

void naive_timing_load(Naive *n, unsigned hart, uint64_t spa)
{
    NaiveHart *h = &n->harts[hart];
    uint64_t line = spa / n->profile.line;
    NaiveLine *at = naive_timing_find(n, &h->data, line);
    if (!at) {
        bring(n, hart, line, LOAD);
        return;
    }
    at->used = ++n->uses;
    for (unsigned i = 0; at->pending && i < n->profile.outstanding; i++) {
        if (h->flights[i].line == line)
            wait(n, h, &h->flights[i]);
    }
    at->pending = false;
}

void naive_timing_store(Naive *n, unsigned hart, uint64_t spa)
{
    NaiveHart *h = &n->harts[hart];
    uint64_t line = spa / n->profile.line;
    NaiveLine *at = naive_timing_find(n, &h->data, line);
    if (!at) {
        bring(n, hart, line, STORE);
        return;
    }
    at->used = ++n->uses;
    if (!at->exclusive)
        snoop(n, (int)hart, naive_timing_find(n, &n->llc, line), true);
    at->exclusive = at->dirty = true;
}

void naive_timing_fetch(Naive *n, unsigned hart, uint64_t spa)
{
    NaiveHart *h = &n->harts[hart];
    uint64_t line = spa / n->profile.line;
    NaiveLine *at = naive_timing_find(n, &h->code, line);
    if (at)
        at->used = ++n->uses;
    else
        bring(n, hart, line, FETCH);
}

void naive_timing_dma(Naive *n, unsigned owner, uint64_t spa, bool write, uint64_t now)
{
    NaiveLine *at = naive_timing_find(n, &n->llc, spa / n->profile.line);
    if (!at) {
        take_bus(n, slot_begin(n, slot_at(n, now)), owner);
        return;
    }
    snoop(n, -1, at, write);
    at->dirty |= write;
}
