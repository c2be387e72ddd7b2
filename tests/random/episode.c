/* SPDX-License-Identifier: MIT */
/*
 * episode.c - the skeleton of an episode.
 *
 * First comes what setup.c makes, then the body: items, and an environment call that ends it wherever it is executed.
 */
#include "episode.h"

#include <string.h>

// clang-format off
static const struct { ItemFn *make; unsigned weight; } kinds[] = {
    { item_compute, 40 }, { item_constant, 4 },  { item_float, 30 },  { item_memory, 24 },        { item_wild, 1 },
    { item_atomic, 8 },   { item_reserved, 2 },  { item_conditional, 1 }, { item_branch, 12 },    { item_jump, 4 },
    { item_jump_register, 4 }, { item_loop, 4 }, { item_block, 2 },   { item_rewrite, 1 },        { item_csr, 6 },
    { item_no_csr, 1 },   { item_illegal, 1 },   { item_system, 1 },  { item_fence, 1 },          { item_table, 2 },
    { item_change, 1 },   { item_mprv, 2 },      { item_absent, 1 },   { item_edges, 4 },
    { item_guest_access, 6 }, { item_guest_table, 5 }, { item_guest_switch, 1 }, { item_guest_interrupt, 2 },
    { item_priorities, 1 }, { item_inject, 2 }, { item_odd_root, 1 }, { item_crossing, 2 },
};
// clang-format on

void episode_wait(Episode *episode, uint32_t at, uint32_t base, const InsnDef *def, Ops ops)
{
    if (episode->n_pending == MAX_PENDING)
        g_error("an episode has too many jumps");
    unsigned from = episode->n_items, target = from + 1 + rng_below(&episode->rng, 6);
    episode->pending[episode->n_pending++] = (Pending){ at, base, def, ops, from, target };
}

/* An item nearer by if the distance does not fit, or a change of mode is between. */
static void settle(Episode *episode)
{
    Program *program = episode->program;
    for (unsigned i = 0; i < episode->n_pending; i++) {
        Pending *p = &episode->pending[i];
        unsigned target = MIN(p->target, episode->n_items);
        uint32_t raw;
        for (unsigned b = 0; b < episode->n_barriers; b++)
            if (p->from < episode->barriers[b])
                target = MIN(target, episode->barriers[b]);
        do
            p->ops.v[SLOT_IMM] = (int64_t)episode->starts[target] - (int64_t)p->base;
        while (!asm_encode(p->def, &p->ops, &raw) && --target > p->from);
        g_assert(target > p->from);
        memcpy(program->image + p->at, &raw, insn_length((uint16_t)raw));
    }
}

/* Each episode has its own taste. */
static void pick_weights(Rng *rng, unsigned weights[G_N_ELEMENTS(kinds)])
{
    static const uint8_t factors[] = { 0, 2, 2, 2, 2, 2, 4, 8 };
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++)
        weights[i] = kinds[i].weight * factors[rng_below(rng, sizeof factors)];
    weights[0]++;
}

static ItemFn *pick_kind(Rng *rng, const unsigned weights[G_N_ELEMENTS(kinds)])
{
    unsigned sum = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++)
        sum += weights[i];
    unsigned at = rng_below(rng, sum), kind = 0;
    for (; at >= weights[kind]; kind++)
        at -= weights[kind];
    return kinds[kind].make;
}

static void close_item(Episode *episode)
{
    Program *program = episode->program;
    uint32_t start = episode->starts[episode->n_items];
    Item item = { start, program->at - start, program->n_episodes };
    g_array_append_val(program->items, item);
    episode->n_items++;
}

static void open_item(Episode *episode, Rng *rng)
{
    episode->rng = rng_split(rng);
    episode->starts[episode->n_items] = episode->program->at;
}

static void make_body(Episode *episode, Rng *rng)
{
    unsigned weights[G_N_ELEMENTS(kinds)];
    pick_weights(rng, weights);
    /* Most bodies are executed several times; in the others modes can change. */
    if (rng_chance(rng, 3, 4)) {
        open_item(episode, rng);
        items_begin_loop(episode);
        close_item(episode);
    }
    while (episode->n_items < episode->count) {
        open_item(episode, rng);
        ItemFn *make = pick_kind(&episode->rng, weights);
        make(episode);
        close_item(episode);
    }
    while (episode->n_loops) {
        open_item(episode, rng);
        items_end_loop(episode);
        close_item(episode);
    }
    episode->starts[episode->n_items] = episode->program->at;
    settle(episode);
}

/* The stack pointer, mostly, and one that short instructions can name are among the pointers. */
static void pick_pointers(Episode *episode, Rng *rng)
{
    episode->pointer[0] = rng_chance(rng, 1, 8) ? 1 : 2;
    episode->pointer[1] = (uint8_t)(8 + rng_below(rng, 8));
    episode->pointer[2] = (uint8_t)(16 + rng_below(rng, 8));
    episode->pointer[3] = (uint8_t)(24 + rng_below(rng, 8));
    for (unsigned i = 0; i < POINTERS; i++)
        episode->pinned |= 1u << episode->pointer[i];
}

/* Half of the episodes are in virtual machines, if there are any. */
static void pick_mode(Episode *episode, Rng *rng)
{
    const Isa *isa = episode->program->isa;
    episode->guest = isa->has[EXT_H] && rng_chance(rng, 1, 2);
    if (isa->has[EXT_S] && rng_chance(rng, episode->guest ? 3 : 2, episode->guest ? 5 : 6))
        episode->mode = PRIV_S;
    else if (isa->has[EXT_U] && (episode->guest || rng_chance(rng, 1, 2)))
        episode->mode = PRIV_U;
    else
        episode->mode = PRIV_M;
    episode->by_sret = episode->guest && rng_chance(rng, 1, 4);
    episode->first_mode = episode->mode;
    episode->first_guest = episode->guest;
}

void episode_make(Program *program, Rng *rng)
{
    Episode episode = { .program = program };
    pick_mode(&episode, rng);
    episode.space = &program->spaces[rng_below(rng, program->n_spaces)];
    if (program->n_guests)
        episode.guest_space = &program->guests[rng_below(rng, program->n_guests)];
    address_choose_places(&episode, rng);
    episode.count = 10 + rng_below(rng, MAX_ITEMS - MAX_LOOPS - 10);
    pick_pointers(&episode, rng);
    uint32_t end = setup_make(&episode, rng);
    make_body(&episode, rng);
    uint64_t place = program->at;
    memcpy(program->image + end, &place, 8);
    asm_emit(program, INSN_ecall, OPS(OP_RD = 0));
    program->n_episodes++;
}
