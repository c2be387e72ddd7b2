/* SPDX-License-Identifier: MIT */
/* tables.h - how page tables are written, the same for all kinds of spaces. */
#ifndef TESTS_RANDOM_TABLES_H
#define TESTS_RANDOM_TABLES_H

#include "mmu/pte.h"
#include "program.h"

enum { LEAF_RW = PTE_V | PTE_R | PTE_W | PTE_A | PTE_D, LEAF_RX = PTE_V | PTE_R | PTE_X | PTE_A };

static inline uint64_t make_entry(uint64_t pa, uint64_t flags)
{
    return pa >> 12 << 10 | flags;
}

/* The contents of a table in the image. */
uint64_t *table_at(Program *program, uint64_t pa);
/* A root, and what satp, vsatp or hgatp must hold for it. */
void tables_make_root(Program *program, Space *space, uint64_t id);
/* The place of the entry for `va` at `level`, with the tables above it made as needed; *table: which one it is in. */
uint64_t *table_entry(Program *program, const Space *space, uint64_t va, unsigned level,
                      uint64_t *table);
void tables_map(Program *program, const Space *space, uint64_t va, uint64_t pa, unsigned level,
                uint64_t flags);
/* A random gigabyte of the address space that nothing else uses: `salt`, 3 to 6, differs for each. */
uint64_t tables_place(Rng *rng, const Space *space, unsigned salt);
void tables_map_code(Program *program, Rng *rng, const Space *space, uint64_t va, uint64_t user);
/* What handlers and records need, at its own address, with `user` or without. */
void tables_map_kernel(Program *program, Rng *rng, const Space *space, uint64_t user);
void tables_map_window(Program *program, Rng *rng, Space *space);

#endif
