/* SPDX-License-Identifier: MIT */
/*
 * tables.c - address spaces for random programs.
 *
 * Each maps, at random places of its own: the code twice, for S and for U, at the same offset in 2 MiB as in memory;
 * a window of small pages on the data with permissions of every kind; a large page on the same data. What handlers and
 * records need is mapped at its own address, for S only.
 */
#include <string.h>

#include "tables.h"

uint64_t *table_at(Program *program, uint64_t pa)
{
    return (uint64_t *)(void *)(program->image + (pa - RAM_BASE));
}

static uint64_t new_table(Program *program, unsigned pages)
{
    program->tables_end = (program->tables_end + pages * PAGE - 1) & ~(pages * PAGE - 1);
    uint64_t pa = RAM_BASE + program->tables_end;
    program->tables_end += pages * PAGE;
    g_assert(RAM_BASE + program->tables_end <= EPISODES);
    return pa;
}

/* A G stage's root is four pages. norm:hgatp_mode_x4 */
void tables_make_root(Program *program, Space *space, uint64_t id)
{
    uint64_t root = new_table(program, space->is_g ? 4 : 1);
    space->atp = (uint64_t)space->mode << 60 | id << 44 | root >> 12;
}

/* Where a table is that an entry points at: guests may see it somewhere else. */
static uint64_t table_of(const Space *space, uint64_t pa)
{
    const Space *under = space->under;
    bool moved = under && under->mode && pa - under->tables < IMAGE_SIZE;
    return moved ? pa - under->tables + RAM_BASE : pa;
}

uint64_t *table_entry(Program *program, const Space *space, uint64_t va, unsigned level,
                      uint64_t *table)
{
    uint64_t pa = (space->atp & MASK(43, 0)) << 12, mask = space->is_g ? 2047 : 511;
    for (unsigned at = atp_levels(space->mode); at-- > 0; mask = 511) {
        uint64_t *entry = table_at(program, pa) + (va >> (12 + 9 * at) & mask);
        if (table)
            *table = pa;
        if (at == level)
            return entry;
        if (!(*entry & PTE_V))
            *entry = make_entry(new_table(program, 1) + space->moved, PTE_V);
        pa = table_of(space, pte_address(*entry));
    }
    g_assert_not_reached();
}

void tables_map(Program *program, const Space *space, uint64_t va, uint64_t pa, unsigned level,
                uint64_t flags)
{
    *table_entry(program, space, va, level, NULL) = make_entry(pa, flags);
}

/* Virtual addresses repeat their highest bit; guest physical ones have two bits more, and must fit in an entry. */
uint64_t tables_place(Rng *rng, const Space *space, unsigned salt)
{
    unsigned width = 12 + 9 * atp_levels(space->mode);
    uint64_t any = rng_next(rng);
    if (space->is_g)
        width = MIN(width + 2, 56u);
    if (rng_chance(rng, 1, 3))
        any = rng_chance(rng, 1, 2) ? 0 : ~0ull;
    /* The lowest index of a gigabyte decides who it belongs to; 2 is where RAM is. */
    uint64_t va = set_bits(any & MASK(width - 1, 0), 32, 30, salt) & ~MASK(29, 0);
    return space->is_g ? va : (uint64_t)sign_extend(va, width);
}

/* The same address of memory as `pa`, as entries of the space must name it. */
static uint64_t code_target(const Space *space, uint64_t pa)
{
    return space->under ? pa + space->under->code[0] : pa;
}

/* The code, as one large page or as small ones, of which a few are broken. */
void tables_map_code(Program *program, Rng *rng, const Space *space, uint64_t va, uint64_t user)
{
    uint64_t pa = code_target(space, RAM_BASE);
    if (rng_chance(rng, 1, 3)) {
        tables_map(program, space, va, pa, 1, LEAF_RX | user | PTE_D);
        return;
    }
    for (unsigned page = 0; page < 512; page++) {
        uint64_t flags = LEAF_RX | user;
        if (rng_chance(rng, 1, 8))
            flags ^= rng_chance(rng, 1, 2) ? PTE_W | PTE_D : PTE_R;
        if (rng_chance(rng, 1, 60))
            flags ^= (uint64_t[]){ PTE_A, PTE_X, PTE_U, PTE_V }[rng_below(rng, 4)];
        tables_map(program, space, va + page * PAGE, pa + page * PAGE, 0, flags);
    }
    for (unsigned group = 0; group < 512; group += 16) {
        if (!program->isa->has[EXT_Svnapot] || !rng_chance(rng, 1, 4))
            continue;
        for (unsigned page = group; page < group + 16; page++)
            *table_entry(program, space, va + page * PAGE, 0, NULL) =
                make_entry(pa + group * PAGE + 0x8000, LEAF_RX | user) | PTE_N;
    }
}

/* Entries that are never right, or only with an extension; of a guest's, one whose address is too wide. */
static uint64_t odd_entry(Rng *rng, const Space *space, uint64_t entry)
{
    switch (rng_below(rng, space->under ? 10 : 9)) {
    case 0: return entry & ~(uint64_t)PTE_V;
    case 1: return (entry & ~(uint64_t)PTE_R) | PTE_W;
    case 2: return entry | BIT(54 + rng_below(rng, 7));
    case 3: return entry & ~(uint64_t)(PTE_R | PTE_W | PTE_X);
    case 4: return (entry & 0x3ff) | HOLE >> 2;
    case 5: return entry | PTE_N | (space->accessed ? PTE_A | PTE_D : 0);
    case 6: return entry | BIT(61);
    case 7: return entry | BIT(62);
    case 8: return entry | 3ull << 61;
    default: return entry | BIT(39 + rng_below(rng, 15));
    }
}

/* What an entry of the window leads to: a page of data, or one of the G stage's window, mostly a good one. */
static uint64_t random_target(Rng *rng, const Space *space, bool *good)
{
    const Space *under = space->under;
    unsigned page = rng_below(rng, DATA_PAGES);
    *good = true;
    if (!under || !under->mode)
        return DATA + page * PAGE;
    *good = under->n_good[0] && rng_chance(rng, 7, 8);
    page = *good ? under->good[0][rng_below(rng, under->n_good[0])] : rng_below(rng, WINDOW_PAGES);
    return under->window + page * PAGE;
}

uint64_t tables_random_leaf(Rng *rng, const Space *space, bool user, bool *good)
{
    static const uint8_t permissions[] = { 3, 3, 3, 3, 1, 1, 7, 5, 4, 3 };
    uint64_t flags = PTE_V | (uint64_t)permissions[rng_below(rng, sizeof permissions)] << 1;
    bool right;
    uint64_t target = random_target(rng, space, &right);
    flags |= rng_chance(rng, 7, 8) ? PTE_A | PTE_D : (rng_below(rng, 4) << 6);
    flags |= user ? PTE_U : 0;
    flags |= rng_chance(rng, 1, 4) && !space->no_global ? PTE_G : 0;
    flags |= (uint64_t)rng_below(rng, 4) << 8;
    *good = right && (flags & (PTE_R | PTE_W)) == (PTE_R | PTE_W) && (user || !space->is_g);
    if (!rng_chance(rng, 1, 5))
        return make_entry(target, flags);
    *good = false;
    /* Page 8 with N would be a right entry for 64 KiB, but its neighbours are others. */
    return odd_entry(rng, space,
                     make_entry(bits(target, 15, 12) == 8 ? target + PAGE : target, flags));
}

/* Those behind stand for more than their own page, or must stay good. */
unsigned tables_random_page(const Space *space, Rng *rng)
{
    return 2 * SAFE_PAGES +
           rng_below(rng, WINDOW_PAGES - 2 * SAFE_PAGES - (space->napot ? NAPOT_PAGES : 0));
}

/* Where the pages lead that are the same for every space: those of the data, or of the window below at the same
 * place. */
static uint64_t fixed_target(const Space *space, unsigned page, uint64_t data)
{
    const Space *under = space->under;
    return under && under->mode ? under->window + page * PAGE : data;
}

/* Sixteen entries that stand for 64 KiB: all the data. */
static void map_napot(Program *program, const Space *space, unsigned first, uint64_t user)
{
    uint64_t *leaves = table_at(program, space->leaves);
    for (unsigned page = first; page < first + NAPOT_PAGES; page++)
        leaves[page] =
            make_entry(fixed_target(space, first, DATA) + 0x8000, LEAF_RW | user) | PTE_N;
}

/* The first pages are good ones, for S and then for U, so that accesses across their edges do not fault half-way: what
 * becomes of the first part then is open. norm:misaligned_ldst_eei_dependent_behavior */
static void map_safe_pages(Rng *rng, const Space *space, uint64_t *leaves)
{
    for (unsigned page = 0; page < 2 * SAFE_PAGES; page++) {
        uint64_t data = DATA + (DATA_PAGES - 1 - rng_below(rng, SAFE_PAGES)) * PAGE;
        bool user = page >= SAFE_PAGES || space->is_g;
        leaves[page] = make_entry(fixed_target(space, page, data), LEAF_RW | (user ? PTE_U : 0));
    }
}

static bool random_user(Rng *rng, const Space *space)
{
    return space->is_g ? rng_chance(rng, 15, 16) : rng_chance(rng, 1, 2);
}

/* A large page, mostly an aligned one: over the data, or over what is large or small below. */
static void map_super(Program *program, Rng *rng, const Space *space)
{
    const Space *under = space->under;
    uint64_t flags = LEAF_RW | (random_user(rng, space) ? PTE_U : 0), pa = DATA;
    if (under && under->mode)
        pa = rng_chance(rng, 1, 2) ? under->super : under->window;
    pa += rng_chance(rng, 1, 6) ? 0x8000 : 0;
    tables_map(program, space, space->super, pa, 1, flags);
    /* A table where no table can be, and one with bits that only leaves may have. */
    tables_map(program, space, space->super + (2 << 20), HOLE, 1, PTE_V);
    tables_map(program, space, space->super + (4 << 20), space->leaves, 1,
               PTE_V | (uint64_t[]){ PTE_A, PTE_D, PTE_U, PTE_G }[rng_below(rng, 4)]);
}

void tables_map_window(Program *program, Rng *rng, Space *space)
{
    table_entry(program, space, space->window, 0, &space->leaves);
    uint64_t *leaves = table_at(program, space->leaves);
    for (unsigned page = 2 * SAFE_PAGES; page < WINDOW_PAGES; page++) {
        bool user = random_user(rng, space), good;
        leaves[page] = tables_random_leaf(rng, space, user, &good);
        bool list = user && !space->is_g;
        if (good)
            space->good[list][space->n_good[list]++] = (uint8_t)page;
    }
    map_safe_pages(rng, space, leaves);
    space->napot = program->isa->has[EXT_Svnapot] && rng_chance(rng, 1, 2);
    if (space->napot)
        map_napot(program, space, WINDOW_PAGES - NAPOT_PAGES, random_user(rng, space) ? PTE_U : 0);
    map_super(program, rng, space);
}

/* One gigabyte, or five times two megabytes: the image, the data, and the records. */
void tables_map_kernel(Program *program, Rng *rng, const Space *space, uint64_t user)
{
    uint64_t flags = LEAF_RW | PTE_X | user;
    if (rng_chance(rng, 1, 2)) {
        tables_map(program, space, RAM_BASE, RAM_BASE, 2, flags);
        return;
    }
    for (uint64_t pa = RAM_BASE; pa <= LOG_V; pa += 2 << 20)
        tables_map(program, space, pa, pa, 1, flags);
}

static void make_space(Program *program, Rng *rng, Space *space, unsigned mode)
{
    *space = (Space){ .mode = mode,
                      .no_global = rng_chance(rng, 1, 2),
                      .accessed = program->omit_kind[OMIT_NAPOT] };
    if (!mode)
        return;
    tables_make_root(program, space, rng_below(rng, 4));
    space->window = tables_place(rng, space, 3) + (rng_next(rng) & MASK(28, 21));
    space->super = tables_place(rng, space, 4) + (rng_next(rng) & MASK(28, 23));
    for (unsigned user = 0; user < 2; user++) {
        uint64_t va = tables_place(rng, space, 5 + user) + (rng_next(rng) & MASK(29, 21));
        space->code[user] = va - RAM_BASE;
        tables_map_code(program, rng, space, va, user ? PTE_U : 0);
    }
    tables_map_kernel(program, rng, space, 0);
    tables_map_window(program, rng, space);
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
