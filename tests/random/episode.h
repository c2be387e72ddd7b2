/* SPDX-License-Identifier: MIT */
/*
 * episode.h - one part of a random program: up to a hundred items, executed in one mode and address space.
 *
 * An item is an instruction or a few that belong together. Each has random numbers of its own, so one that is left out
 * does not change the others. Registers that are pinned are not written by random instructions: they are pointers and
 * loop counters.
 */
#ifndef TESTS_RANDOM_EPISODE_H
#define TESTS_RANDOM_EPISODE_H

#include "program.h"

enum { POINTERS = 4, GUEST_PLACES = 2, MAX_LOOPS = 3, MAX_PENDING = 128 };

/* A jump that waits for its target, an item. */
typedef struct {
    uint32_t at, base; /* what is to be patched, and what its distance counts from */
    const InsnDef *def;
    Ops ops;
    unsigned from, target; /* items */
} Pending;

typedef struct {
    uint32_t start;
    unsigned counter;
} Loop;

typedef struct {
    Program *program;
    Rng rng; /* of the current item */
    unsigned mode, first_mode;
    bool guest, first_guest; /* of a virtual machine: with mode, VS or VU */
    bool by_sret;            /* entered from S-mode */
    const Space *space, *guest_space;
    bool no_fences, no_guest_fences; /* TVM, VTVM is set */
    bool wfi_traps;                  /* in the first mode and all below, if that is not M */
    uint32_t pinned;
    uint8_t pointer[POINTERS];           /* the third is for loads only, the last is safe */
    uint64_t where[POINTERS];            /* they point to at first, in the present mode */
    uint64_t guest_places[GUEST_PLACES]; /* of VS-mode and VU-mode, where others look often */
    uint32_t starts[MAX_ITEMS + 1];
    unsigned n_items, count;          /* items so far, and planned */
    unsigned barriers[2], n_barriers; /* no jump from before such an item leads past it */
    Loop loops[MAX_LOOPS];
    unsigned n_loops;
    Pending pending[MAX_PENDING];
    unsigned n_pending;
} Episode;

/* An item: writes itself at program->at; nothing if it is not possible now. */
typedef void ItemFn(Episode *episode);

/* The address space of the present mode. */
static inline const Space *episode_space(const Episode *episode)
{
    return episode->guest ? episode->guest_space : episode->space;
}

/* Are its addresses physical? */
static inline bool episode_is_bare(const Episode *episode)
{
    return episode->mode == PRIV_M || !space_translates(episode_space(episode));
}

/* setup.c: what comes before the body. Returns the place of the literal that must become the offset of the body's
 * end. */
uint32_t setup_make(Episode *episode, Rng *rng);

/* rows.c: random instructions. */

/* A row of `class` among the extensions there are, or NULL. */
const InsnDef *rows_pick(const Episode *episode, Rng *rng, InsnClass class);
/* Random operands, as far as `fixed` does not say otherwise; false if that cannot be done. */
typedef struct {
    int rs1;   /* -1: any */
    int align; /* of the immediate; 0: any */
} Fixed;
bool rows_fill(Episode *episode, const InsnDef *def, Fixed fixed, uint32_t *raw);
/* A register that random instructions may write, not x0. */
unsigned rows_temporary(Episode *episode);
/* What a pointer is good for: an aligned one for aligned stores and any loads, one for loads only, one into pages that
 * do not fault, for everything. */
typedef enum { EDGES_ALIGNED, EDGES_LOADS, EDGES_SAFE } Edges;
/* A random load or store through `base`; false if there is none. */
bool rows_access(Episode *episode, unsigned base, Edges edges);
/* The same as a guest: hlv, hlvx and hsv. */
bool rows_guest_access(Episode *episode, unsigned base, Edges edges);

/* addresses.c: where loads and stores go. */
uint64_t address_pointer(const Episode *episode, Rng *rng, Edges edges);
/* Aligned to eight bytes. */
uint64_t address_wild(const Episode *episode, Rng *rng);
/* Chooses where guests' memory is looked at often. */
void address_choose_places(Episode *episode, Rng *rng);
/* A page of a space's window whose entry may be replaced: mostly one that is looked at often. Of a G stage, by way of
 * the guest's first stage. */
unsigned address_page(const Episode *episode, Rng *rng, const Space *space);

/* items.c, items_system.c, items_csr.c, items_guest.c, items_aia.c: all kinds of items. */
ItemFn item_compute, item_edges, item_constant, item_float, item_memory, item_wild, item_crossing,
    item_atomic, item_reserved, item_conditional, item_branch, item_jump, item_jump_register,
    item_loop, item_block, item_rewrite;
ItemFn item_illegal, item_absent, item_system, item_fence, item_table, item_change, item_mprv;
ItemFn item_csr, item_no_csr;
ItemFn item_priorities, item_inject;
ItemFn item_guest_access, item_guest_table, item_guest_switch, item_guest_interrupt, item_odd_root;
/* A value for hvictl. */
uint64_t items_random_injection(Rng *rng);
/* A CSR instruction. */
void items_put_csr(Episode *episode, InsnId id, unsigned rd, unsigned number, unsigned rs1);
/* A fence of a space's entry at `address`, which for hfence.gvma is shifted, with both registers overwritten. */
void items_put_fence(Episode *episode, InsnId fence, const unsigned reg[2], uint64_t address,
                     const Space *space);
void items_begin_loop(Episode *episode);
void items_end_loop(Episode *episode);

/* Loads new addresses into the pointers, for another mode. */
void episode_load_pointers(Episode *episode);
/* Jumps go to an item a few ahead. */
void episode_wait(Episode *episode, uint32_t at, uint32_t base, const InsnDef *def, Ops ops);

#endif
