/* SPDX-License-Identifier: MIT */
/*
 * random_tables.h - page tables of both stages that are random and yet lead somewhere.
 *
 * A small memory at address 0 holds tables of every level of both stages and pages of data. An entry mostly points at
 * a table of the next lower level of its stage, the G stage mostly maps a guest page to the page of the same number
 * modulo the size of the memory, so walks of 35 references succeed often; and now and then everything is wrong that
 * can be.
 */
#ifndef TESTS_LIB_RANDOM_TABLES_H
#define TESTS_LIB_RANDOM_TABLES_H

#include "emu/base/addr.h"

enum { TABLES_PAGES = 64, TABLES_SIZE = TABLES_PAGES * PAGE_SIZE };

typedef struct {
    uint64_t seed;
    unsigned noise;    /* one entry in so many is wrong; 0: none */
    unsigned clear_ad; /* one leaf in so many lacks A or D */
    unsigned
        far; /* one entry of the first stage in so many points beyond the memory, where only the G stage
                        * finds something */
} RandomTables;

/* A number below `limit`, and whether something happens that happens once in `n` times (never for 0). */
uint64_t tables_below(RandomTables *t, uint64_t limit);
bool tables_one_in(RandomTables *t, unsigned n);

/* An entry that may stand in slot `slot` (0..511) of page `page`. */
uint64_t tables_pte(RandomTables *t, unsigned page, unsigned slot);

/* Fills all of the memory. */
void tables_fill(RandomTables *t, uint8_t *memory);

/* A value for satp or vsatp (`g` false), or hgatp, whose root is a table of the right level; MODE is 0 or 8 to 10.
 * `id` is the ASID or VMID. `guest`: the root may be beyond the memory where the G stage finds it again, or
 * among the tables of the G stage. */
uint64_t tables_atp(RandomTables *t, bool g, bool guest, unsigned mode, unsigned id);

/* An address that translation with MODE `mode` may find, of the G stage's width if `g`. */
uint64_t tables_address(RandomTables *t, unsigned mode, bool g);

#endif
