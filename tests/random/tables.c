/* SPDX-License-Identifier: MIT */
/*
 * tables.c - address spaces for random programs.
 *
 * Each maps, at random places of its own: the code twice, for S and for U, at the same offset in 2 MiB as in memory;
 * a window of small pages on the data with permissions of every kind; a large page on the same data. What handlers and
 * records need is mapped at its own address, for S only.
 */
#include <string.h>

#include "emu/base/bits.h"
#include "mmu/pte.h"
#include "program.h"

enum { LEAF_RW = PTE_V | PTE_R | PTE_W | PTE_A | PTE_D, LEAF_RX = PTE_V | PTE_R | PTE_X | PTE_A };

static uint64_t *table_at(Program *program, uint64_t pa)
{
    return (uint64_t *)(void *)(program->image + (pa - RAM_BASE));
}

static uint64_t new_table(Program *program)
{
    uint64_t pa = RAM_BASE + program->tables_end;
    program->tables_end += PAGE;
    g_assert(RAM_BASE + program->tables_end <= EPISODES);
    return pa;
}

static uint64_t make_entry(uint64_t pa, uint64_t flags)
{
    return pa >> 12 << 10 | flags;
}

/* The place of the entry for `va` at `level`, with the tables above it made as needed. */
static uint64_t *entry_for(Program *program, const Space *space, uint64_t va, unsigned level,
                           uint64_t *table)
{
    uint64_t pa = (space->satp & MASK(43, 0)) << 12;
    for (unsigned at = atp_levels(space->mode); at-- > 0;) {
        uint64_t *entry = table_at(program, pa) + (va >> (12 + 9 * at) & 511);
        if (table)
            *table = pa;
        if (at == level)
            return entry;
        if (!(*entry & PTE_V))
            *entry = make_entry(new_table(program), PTE_V);
        pa = *entry >> 10 << 12;
    }
    g_assert_not_reached();
}

static void map(Program *program, const Space *space, uint64_t va, uint64_t pa, unsigned level,
                uint64_t flags)
{
    *entry_for(program, space, va, level, NULL) = make_entry(pa, flags);
}

/* A random gigabyte of the address space, sign-extended, that nothing else uses: `salt` differs for each. */
static uint64_t random_place(Rng *rng, const Space *space, unsigned salt)
{
    unsigned width = 12 + 9 * atp_levels(space->mode);
    uint64_t any = rng_next(rng);
    if (rng_chance(rng, 1, 3))
        any = rng_chance(rng, 1, 2) ? 0 : ~0ull;
    /* The lowest index of a gigabyte decides who it belongs to; 2 is where RAM is. */
    uint64_t va = set_bits(any & MASK(width - 1, 0), 32, 30, salt);
    return (uint64_t)sign_extend(va & ~MASK(29, 0), width);
}

/* The code, as one large page or as small ones, of which a few are broken. */
static void map_code(Program *program, Rng *rng, const Space *space, uint64_t va, uint64_t user)
{
    if (rng_chance(rng, 1, 3)) {
        map(program, space, va, RAM_BASE, 1, LEAF_RX | user | PTE_D);
        return;
    }
    for (unsigned page = 0; page < 512; page++) {
        uint64_t flags = LEAF_RX | user;
        if (rng_chance(rng, 1, 8))
            flags ^= rng_chance(rng, 1, 2) ? PTE_W | PTE_D : PTE_R;
        if (rng_chance(rng, 1, 100))
            flags ^= (uint64_t[]){ PTE_A, PTE_X, PTE_U, PTE_V }[rng_below(rng, 4)];
        map(program, space, va + page * PAGE, RAM_BASE + page * PAGE, 0, flags);
    }
    for (unsigned group = 0; group < 512; group += 16) {
        if (!program->isa->has[EXT_Svnapot] || !rng_chance(rng, 1, 4))
            continue;
        for (unsigned page = group; page < group + 16; page++)
            *entry_for(program, space, va + page * PAGE, 0, NULL) =
                make_entry(RAM_BASE + group * PAGE + 0x8000, LEAF_RX | user) | PTE_N;
    }
}

/* Entries that are never right, or only with an extension. */
static uint64_t odd_entry(Rng *rng, uint64_t entry)
{
    switch (rng_below(rng, 9)) {
    case 0: return entry & ~(uint64_t)PTE_V;
    case 1: return (entry & ~(uint64_t)PTE_R) | PTE_W;
    case 2: return entry | BIT(54 + rng_below(rng, 7));
    case 3: return entry & ~(uint64_t)(PTE_R | PTE_W | PTE_X);
    case 4: return (entry & 0x3ff) | HOLE >> 2;
    case 5: return entry | PTE_N;
    case 6: return entry | BIT(61);
    case 7: return entry | BIT(62);
    default: return entry | 3ull << 61;
    }
}

uint64_t tables_random_leaf(Rng *rng, bool user, bool *good)
{
    static const uint8_t permissions[] = { 3, 3, 3, 3, 1, 1, 7, 5, 4, 3 };
    uint64_t flags = PTE_V | (uint64_t)permissions[rng_below(rng, sizeof permissions)] << 1;
    uint64_t page = rng_below(rng, DATA_PAGES);
    flags |= rng_chance(rng, 7, 8) ? PTE_A | PTE_D : (rng_below(rng, 4) << 6);
    flags |= user ? PTE_U : 0;
    flags |= rng_chance(rng, 1, 4) ? PTE_G : 0;
    flags |= (uint64_t)rng_below(rng, 4) << 8;
    *good = (flags & (PTE_R | PTE_W)) == (PTE_R | PTE_W);
    if (!rng_chance(rng, 1, 5))
        return make_entry(DATA + page * PAGE, flags);
    *good = false;
    /* Page 8 with N would be a right entry for 64 KiB, but its neighbours are others. */
    return odd_entry(rng, make_entry(DATA + (page == 8 ? 0 : page) * PAGE, flags));
}

/* Those behind stand for more than their own page, or must stay good. */
unsigned tables_random_page(const Space *space, Rng *rng)
{
    return 2 * SAFE_PAGES +
           rng_below(rng, WINDOW_PAGES - 2 * SAFE_PAGES - (space->napot ? NAPOT_PAGES : 0));
}

/* Sixteen entries that stand for 64 KiB: all the data. */
static void map_napot(Program *program, const Space *space, unsigned first, uint64_t user)
{
    uint64_t *leaves = table_at(program, space->leaves);
    for (unsigned page = first; page < first + NAPOT_PAGES; page++)
        leaves[page] = make_entry(DATA + 0x8000, LEAF_RW | user) | PTE_N;
}

/* The first pages are good ones, for S and then for U, so that accesses across their edges do not fault half-way: what
 * becomes of the first part then is open. norm:misaligned_ldst_eei_dependent_behavior */
static void map_safe_pages(Rng *rng, uint64_t *leaves)
{
    for (unsigned page = 0; page < 2 * SAFE_PAGES; page++) {
        uint64_t pa = DATA + (DATA_PAGES - 1 - rng_below(rng, SAFE_PAGES)) * PAGE;
        leaves[page] = make_entry(pa, LEAF_RW | (page >= SAFE_PAGES ? PTE_U : 0));
    }
}

static void map_window(Program *program, Rng *rng, Space *space)
{
    entry_for(program, space, space->window, 0, &space->leaves);
    uint64_t *leaves = table_at(program, space->leaves);
    for (unsigned page = 2 * SAFE_PAGES; page < WINDOW_PAGES; page++) {
        bool user = rng_chance(rng, 1, 2), good;
        leaves[page] = tables_random_leaf(rng, user, &good);
        if (good)
            space->good[user][space->n_good[user]++] = (uint8_t)page;
    }
    map_safe_pages(rng, leaves);
    space->napot = program->isa->has[EXT_Svnapot] && rng_chance(rng, 1, 2);
    if (space->napot)
        map_napot(program, space, WINDOW_PAGES - NAPOT_PAGES, rng_chance(rng, 1, 2) ? PTE_U : 0);
    uint64_t flags = LEAF_RW | (rng_chance(rng, 1, 2) ? PTE_U : 0);
    uint64_t pa = rng_chance(rng, 1, 6) ? DATA + 0x8000 : DATA; /* the first is not aligned */
    map(program, space, space->super, pa, 1, flags);
    /* A table where no table can be, and one with bits that only leaves may have. */
    map(program, space, space->super + (2 << 20), HOLE, 1, PTE_V);
    map(program, space, space->super + (4 << 20), space->leaves, 1,
        PTE_V | (uint64_t[]){ PTE_A, PTE_D, PTE_U, PTE_G }[rng_below(rng, 4)]);
}

/* One gigabyte, or four times two megabytes: the image, the data, and the records. */
static void map_kernel(Program *program, Rng *rng, const Space *space)
{
    uint64_t flags = LEAF_RW | PTE_X;
    if (rng_chance(rng, 1, 2)) {
        map(program, space, RAM_BASE, RAM_BASE, 2, flags);
        return;
    }
    for (uint64_t pa = RAM_BASE; pa <= LOG_S; pa += 2 << 20)
        map(program, space, pa, pa, 1, flags);
}

static void make_space(Program *program, Rng *rng, Space *space, unsigned mode)
{
    *space = (Space){ .mode = mode };
    if (!mode)
        return;
    uint64_t asid = rng_below(rng, 4);
    space->satp = (uint64_t)mode << 60 | asid << 44 | new_table(program) >> 12;
    space->window = random_place(rng, space, 3) + (rng_next(rng) & MASK(28, 21));
    space->super = random_place(rng, space, 4) + (rng_next(rng) & MASK(28, 23));
    for (unsigned user = 0; user < 2; user++) {
        uint64_t va = random_place(rng, space, 5 + user) + (rng_next(rng) & MASK(29, 21));
        space->code[user] = va - RAM_BASE;
        map_code(program, rng, space, va, user ? PTE_U : 0);
    }
    map_kernel(program, rng, space);
    map_window(program, rng, space);
}

/* The first is without translation. */
void tables_make(Program *program, Rng *rng)
{
    static const Extension modes[] = { EXT_Sv39, EXT_Sv48, EXT_Sv57 };
    program->tables_end = TABLES - RAM_BASE;
    make_space(program, rng, &program->spaces[program->n_spaces++], 0);
    for (unsigned i = 1; i < MAX_SPACES; i++) {
        unsigned mode = rng_below(rng, 3);
        Rng own = rng_split(rng);
        if (program->isa->has[modes[mode]])
            make_space(program, &own, &program->spaces[program->n_spaces++], 8 + mode);
    }
}
