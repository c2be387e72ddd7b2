/* SPDX-License-Identifier: MIT */
/*
 * shadow.h - tables of Sv39 that a monitor fills on demand, for a guest whose own tables the hart must not see. A page of the
 * guest's may stand in them in pieces, if it is not in one piece really; it goes as a whole.
 */
#ifndef HYP_LIB_SHADOW_H
#define HYP_LIB_SHADOW_H

#include "lib/paging.h"

/* Tables, given out in order; whoever wants to have them back takes all: `used` is 0 then. */
typedef struct {
    uint64_t (*pages)[PAGE_SIZE / sizeof(uint64_t)];
    unsigned count, used;
} ShadowTables;

/* An empty one. NULL: there is none left. */
uint64_t *shadow_table(ShadowTables *tables);
/* The entry for the page of `size` at `va`, a piece of one of `whole` bytes; tables on the way are made, and a larger leaf
 * there goes. NULL: no table left. */
uint64_t *shadow_entry(ShadowTables *tables, uint64_t *root, uint64_t va, uint64_t size,
                       uint64_t whole);
/* Takes the guest's page at `va` away, with all its pieces; returns how many leaves that were. */
unsigned shadow_clear(uint64_t *root, uint64_t va);

#endif
