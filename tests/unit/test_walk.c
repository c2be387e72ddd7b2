/* SPDX-License-Identifier: MIT */
/*
 * test_walk.c - how many entries the page table walker reads. What it finds is the business of test_walk_naive.c.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "mmu/pte.h"
#include "mmu/walk.h"

enum { PAGES = 64, MEMORY = PAGES * PAGE_SIZE };

typedef struct {
    uint8_t bytes[MEMORY];
} Memory;

static bool read_pte(void *opaque, Spa at, uint64_t *pte)
{
    Memory *memory = opaque;
    if (at.v >= MEMORY)
        return false;
    memcpy(pte, memory->bytes + at.v, 8);
    return true;
}

static bool update_pte(void *opaque, Spa at, uint64_t set, uint64_t *pte)
{
    Memory *memory = opaque;
    if (at.v >= MEMORY)
        return false;
    memcpy(pte, memory->bytes + at.v, 8);
    *pte |= set;
    memcpy(memory->bytes + at.v, pte, 8);
    return true;
}

/* How many PTEs a full walk reads: what the two-dimensional walk costs. */
Test(walk, counts_references)
{
    static const struct {
        uint8_t s, g;
        unsigned steps;
        bool clear_a; /* of the first stage's leaf: its place is asked for again, to be written */
    } cases[] = {
        { ATP_SV39, ATP_BARE, 3, false },  { ATP_SV48, ATP_BARE, 4, false },
        { ATP_SV57, ATP_BARE, 5, false },  { ATP_BARE, ATP_SV39, 3, false },
        { ATP_SV39, ATP_SV39, 15, false }, { ATP_SV48, ATP_SV48, 24, false },
        { ATP_SV57, ATP_SV57, 35, false }, { ATP_SV39, ATP_SV57, 23, false },
        { ATP_SV39, ATP_BARE, 3, true },   { ATP_SV57, ATP_SV57, WALK_MAX_STEPS, true },
    };
    static Memory memory;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* Page 0 is a table whose entry 0 points at itself; at the last level the same bits must be a leaf, so each
         * level has its own table: pages 4.. for the first stage, pages 16.. for G (16 KiB aligned root). */
        memset(&memory, 0, sizeof memory);
        unsigned s_levels = cases[i].s ? atp_levels(cases[i].s) : 0,
                 g_levels = cases[i].g ? atp_levels(cases[i].g) : 0;
        for (unsigned l = 0; l < s_levels; l++) {
            bool last = l + 1 == s_levels;
            uint64_t leaf = cases[i].clear_a ? 0xdf & ~PTE_A : 0xdf;
            uint64_t pte = (uint64_t)(last ? 0 : 4 + l + 1) << 10 | (last ? leaf : 1);
            memcpy(memory.bytes + (4 + l) * PAGE_SIZE, &pte, 8);
        }
        for (unsigned l = 0; l < g_levels; l++) {
            bool last = l + 1 == g_levels;
            unsigned table = l ? 20 + l : 16, next = 20 + l + 1;
            for (unsigned page = 0; page < (last ? 16 : 1); page++) {
                uint64_t pte = (uint64_t)(last ? page : next) << 10 | (last ? 0xdf : 1);
                memcpy(memory.bytes + table * PAGE_SIZE + page * 8, &pte, 8);
            }
        }
        WalkRequest q = { .access = ACCESS_READ,
                          .user = true,
                          .s = { .mode = cases[i].s, .hardware_ad = true, .root = 4 * PAGE_SIZE },
                          .g = { .mode = cases[i].g, .root = 16 * PAGE_SIZE } };
        WalkMemory access = { .read = read_pte, .update = update_pte, .opaque = &memory };
        WalkResult r;
        walk(&q, &access, &r);
        cr_expect_eq(r.status, WALK_OK, "case %u ends with %d, why %d", i, (int)r.status,
                     (int)r.why);
        cr_expect_eq(r.n_steps, cases[i].steps, "case %u reads %u PTEs, not %u", i, r.n_steps,
                     cases[i].steps);
    }
}
