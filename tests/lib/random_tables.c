/* SPDX-License-Identifier: MIT */
/* random_tables.c - random page tables; see random_tables.h. */
#include "tests/lib/random_tables.h"

#include <string.h>

#include "emu/base/bits.h"
#include "emu/base/random.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, G = 32, A = 64, D = 128 };

/* Which pages are tables of which level: four each, so that the roots of the G stage are aligned. Beyond: data. */
enum { POOL = 4, LEVELS = 5, S_TABLES = POOL * LEVELS, DATA = 2 * S_TABLES };

uint64_t tables_below(RandomTables *t, uint64_t limit)
{
    return random_next(&t->seed) % limit;
}

bool tables_one_in(RandomTables *t, unsigned n)
{
    return n && tables_below(t, n) == 0;
}

/* The first page of a pool. */
static unsigned pool_of(bool g, unsigned level)
{
    return (g ? 0 : S_TABLES) + POOL * (LEVELS - 1 - level);
}

/* Another number for a guest page, which the G stage mostly maps to the same page of memory. */
static uint64_t far_page(RandomTables *t, uint64_t page)
{
    page |= tables_below(t, 8) * TABLES_PAGES;
    for (unsigned shift = 9; shift < 29; shift += 9)
        page |= tables_one_in(t, 2) ? tables_below(t, 4) << shift : 0;
    return page;
}

static uint64_t random_flags(RandomTables *t, bool g)
{
    static const uint8_t permissions[] = { R | W | X, R | X, R | W, R, X, X };
    bool all = tables_one_in(t, 2) || (g && !tables_one_in(t, 4));
    uint64_t flags = V | permissions[all ? 0 : tables_below(t, 6)];
    flags |= tables_one_in(t, t->clear_ad) ? tables_below(t, 3) << 6 & (A | D) : A | D;
    flags |= tables_one_in(t, g ? 32 : 2) ? 0 : U;
    flags |= tables_one_in(t, 8) ? G : 0;
    flags |= tables_below(t, 4) << 8; /* software's */
    return flags | (tables_one_in(t, 16) ? tables_below(t, 3) << 61 : 0);
}

static uint64_t random_leaf(RandomTables *t, bool g, unsigned level, unsigned slot)
{
    uint64_t page = g ? slot % TABLES_PAGES : tables_below(t, TABLES_PAGES), napot = 0;
    if (tables_one_in(t, 16))
        page = tables_below(t, TABLES_PAGES);
    if (!g && tables_one_in(t, t->far))
        page = far_page(t, page);
    if (level)
        page &= ~MASK(9 * level - 1, 0);
    else if (tables_one_in(t, 8)) {
        napot = BIT(63);
        page = (page & ~15ull) | 8;
    }
    return napot | page << 10 | random_flags(t, g);
}

/* Something that should not be. */
static uint64_t spoil(RandomTables *t, uint64_t pte)
{
    switch (tables_below(t, 6)) {
    case 0: return pte ^ BIT(tables_below(t, 64));
    case 1: return pte ^ BIT(tables_below(t, 8));
    case 2: return pte ^ BIT(10 + tables_below(t, 6));
    case 3: return pte ^ tables_below(t, 4) << 61;
    case 4: return pte ^ BIT(63);
    default: return pte | BIT(54 + tables_below(t, 7));
    }
}

uint64_t tables_pte(RandomTables *t, unsigned page, unsigned slot)
{
    if (page >= DATA)
        return random_next(&t->seed);
    bool g = page < S_TABLES;
    unsigned level = LEVELS - 1 - page % S_TABLES / POOL;
    bool leaf = level == 0 || tables_one_in(t, 12);
    if (tables_one_in(t, t->noise))
        leaf = tables_one_in(t, 2);
    uint64_t pte, next = pool_of(g, level ? level - 1 : 0) + tables_below(t, POOL);
    if (leaf)
        pte = random_leaf(t, g, level, slot);
    else
        pte = (!g && tables_one_in(t, t->far) ? far_page(t, next) : next) << 10 | V |
              (tables_one_in(t, 16) ? G : 0);
    return tables_one_in(t, t->noise) ? spoil(t, pte) : pte;
}

void tables_fill(RandomTables *t, uint8_t *memory)
{
    for (unsigned page = 0; page < TABLES_PAGES; page++) {
        for (unsigned slot = 0; slot < PAGE_SIZE / 8; slot++) {
            uint64_t pte = tables_pte(t, page, slot);
            memcpy(memory + page * PAGE_SIZE + slot * 8, &pte, 8);
        }
    }
}

uint64_t tables_atp(RandomTables *t, bool g, bool guest, unsigned mode, unsigned id)
{
    if (!mode)
        return 0;
    uint64_t page = pool_of(g || (guest && tables_one_in(t, 4)), mode - 8 + 2);
    if (!g)
        page += tables_below(t, POOL);
    if (guest && tables_one_in(t, t->far))
        page = far_page(t, page);
    return (uint64_t)mode << 60 | (uint64_t)id << 44 | page;
}

uint64_t tables_address(RandomTables *t, unsigned mode, bool g)
{
    unsigned levels = mode ? mode - 8 + 3 : 3, width = 12 + 9 * levels + (g ? 2 : 0);
    uint64_t address = tables_below(t, TABLES_SIZE);
    if (tables_one_in(t, 8)) /* entries that map their own table are there */
        address = set_bits(address, 17, 12, pool_of(true, 0) + tables_below(t, POOL));
    for (unsigned i = 1; i < levels; i++)
        if (tables_one_in(t, mode ? 2 : 16))
            address |= tables_below(t, 512) << (12 + 9 * i);
    if (g && tables_one_in(t, 2))
        address |= tables_below(t, 4) << (width - 2);
    if (tables_one_in(t, mode ? 4 : 16))
        address |= tables_below(t, 8) << 18;
    if (!g)
        address = mode ? (uint64_t)sign_extend(address, width) : address;
    return tables_one_in(t, 24) ? address ^ BIT(38 + tables_below(t, 26)) : address;
}
