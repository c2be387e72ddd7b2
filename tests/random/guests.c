/* SPDX-License-Identifier: MIT */
/*
 * guests.c - what virtual machines see: G stages, and the address spaces of guests on top of them.
 *
 * A G stage maps what a guest's handlers need at its own address, always well; at random places of its own it maps the
 * code, a window on the data and a large page, as a space does, and the page tables of guests once more: there their
 * own accesses may fail. Only the tables for a guest's window and large page are used through that.
 */
#include "emu/base/bits.h"
#include "tables.h"

/* Mostly a good one; one that may be read but not updated; any other. */
uint64_t guests_random_table_leaf(Rng *rng, uint64_t pa)
{
    uint64_t good = LEAF_RW | PTE_U;
    switch (rng_below(rng, 24)) {
    case 0: return make_entry(pa, good & ~(uint64_t)(PTE_W | PTE_D));
    case 1: return make_entry(pa, good & ~(uint64_t)PTE_D);
    case 2: return make_entry(pa, good & ~(uint64_t)(PTE_D | PTE_A));
    case 3: return make_entry(pa, (good & ~(uint64_t)(PTE_R | PTE_W)) | PTE_X);
    case 4: return make_entry(pa, good & ~(uint64_t[]){ PTE_V, PTE_U, PTE_R }[rng_below(rng, 3)]);
    case 5: return make_entry(HOLE, good);
    default: return make_entry(pa, good | (rng_chance(rng, 1, 4) ? PTE_X : 0));
    }
}

static void map_tables(Program *program, Rng *rng, Space *stage)
{
    table_entry(program, stage, stage->tables, 0, &stage->table_leaves);
    uint64_t *leaves = table_at(program, stage->table_leaves);
    for (unsigned page = 0; page < IMAGE_SIZE / PAGE; page++)
        leaves[page] = guests_random_table_leaf(rng, RAM_BASE + page * PAGE);
}

static void make_stage(Program *program, Rng *rng, Space *stage, unsigned mode, unsigned number)
{
    *stage = (Space){ .mode = mode, .is_g = true };
    if (!mode)
        return;
    tables_make_root(program, stage, (rng_next(rng) & 0x3f00) | number);
    stage->window = tables_place(rng, stage, 3) + (rng_next(rng) & MASK(28, 21));
    stage->super = tables_place(rng, stage, 4) + (rng_next(rng) & MASK(28, 23));
    uint64_t code = tables_place(rng, stage, 5) + (rng_next(rng) & MASK(29, 21));
    stage->code[0] = stage->code[1] = code - RAM_BASE;
    stage->tables = tables_place(rng, stage, 6) + (rng_next(rng) & MASK(29, 21));
    tables_map_code(program, rng, stage, code, PTE_U);
    tables_map_kernel(program, rng, stage, PTE_U);
    map_tables(program, rng, stage);
    tables_map_window(program, rng, stage);
}

/* Without a first stage: what the second offers. */
static void make_bare_guest(Space *guest, const Space *under)
{
    *guest = *under;
    guest->is_g = false;
    guest->under = under;
    guest->mode = 0;
    guest->atp = 0;
    memcpy(guest->good[1], under->good[0], sizeof guest->good[1]);
    guest->n_good[1] = under->n_good[0];
}

static void make_guest(Program *program, Rng *rng, Space *guest, unsigned number)
{
    *guest =
        (Space){ .mode = guest->mode, .under = guest->under, .no_global = rng_chance(rng, 1, 2) };
    tables_make_root(program, guest, (rng_next(rng) & 0xff00) | number);
    guest->window = tables_place(rng, guest, 3) + (rng_next(rng) & MASK(28, 21));
    guest->super = tables_place(rng, guest, 4) + (rng_next(rng) & MASK(28, 23));
    for (unsigned user = 0; user < 2; user++) {
        uint64_t va = tables_place(rng, guest, 5 + user) + (rng_next(rng) & MASK(29, 21));
        guest->code[user] = va - RAM_BASE;
        tables_map_code(program, rng, guest, va, user ? PTE_U : 0);
    }
    tables_map_kernel(program, rng, guest, 0);
    guest->moved = guest->under->mode ? guest->under->tables - RAM_BASE : 0;
    tables_map_window(program, rng, guest);
}

static unsigned random_mode(const Program *program, Rng *rng)
{
    static const Extension modes[] = { EXT_Sv39, EXT_Sv48, EXT_Sv57 };
    unsigned mode = rng_below(rng, 3);
    return program->isa->has[modes[mode]] ? ATP_SV39 + mode : ATP_BARE;
}

void guests_make(Program *program, Rng *rng)
{
    if (!program->isa->has[EXT_H])
        return;
    make_stage(program, rng, &program->stages[program->n_stages++], ATP_BARE, 0);
    while (program->n_stages < MAX_STAGES) {
        Rng own = rng_split(rng);
        unsigned number = program->n_stages++;
        make_stage(program, &own, &program->stages[number], random_mode(program, &own), number);
    }
    make_bare_guest(&program->guests[program->n_guests++], &program->stages[0]);
    while (program->n_guests < MAX_GUESTS) {
        Rng own = rng_split(rng);
        unsigned number = program->n_guests++;
        Space *guest = &program->guests[number];
        guest->under = &program->stages[number % MAX_STAGES];
        guest->mode = rng_chance(&own, 1, 5) ? ATP_BARE : random_mode(program, &own);
        if (guest->mode)
            make_guest(program, &own, guest, number);
        else
            make_bare_guest(guest, guest->under);
    }
}
