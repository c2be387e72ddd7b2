/* SPDX-License-Identifier: MIT */
/* items.c - the items every mode has: computing, memory, jumps, loops, and code that is rewritten. */
#include <string.h>

#include "episode.h"

static unsigned safe_pointer(const Episode *episode)
{
    return episode->pointer[POINTERS - 1];
}

/* Any pointer; the safe one if `omit` says so. */
static unsigned pick_pointer(Episode *episode, unsigned omit)
{
    unsigned which = rng_below(&episode->rng, POINTERS);
    return episode->program->omit_kind[omit] ? safe_pointer(episode) : episode->pointer[which];
}

static void put_random(Episode *episode, InsnClass class)
{
    const InsnDef *def = rows_pick(episode, &episode->rng, class);
    uint32_t raw;
    if (def && rows_fill(episode, def, (Fixed){ -1, 0 }, &raw))
        asm_raw(episode->program, raw);
}

void item_compute(Episode *episode)
{
    put_random(episode, CLASS_ALU);
}

/* Two values at which something changes, and what is computed of both. */
void item_edges(Episode *episode)
{
    Program *program = episode->program;
    unsigned one = rows_temporary(episode), other = rows_temporary(episode);
    const InsnDef *def = rows_pick(episode, &episode->rng, CLASS_ALU);
    uint32_t raw;
    Ops ops;
    if (!def || one == other || !rows_fill(episode, def, (Fixed){ -1, 0 }, &raw))
        return;
    insn_operands(def, raw, ops.v);
    ops.v[SLOT_RS1] = one;
    ops.v[SLOT_RS2] = other;
    if (!asm_encode(def, &ops, &raw))
        return;
    asm_constant(program, one, value_edge(&episode->rng));
    asm_constant(program, other, value_edge(&episode->rng));
    asm_raw(program, raw);
}

void item_float(Episode *episode)
{
    put_random(episode, CLASS_FP);
}

void item_constant(Episode *episode)
{
    asm_constant(episode->program, rows_temporary(episode), value_integer(&episode->rng));
}

void item_memory(Episode *episode)
{
    static const Edges edges[POINTERS] = { EDGES_ALIGNED, EDGES_ALIGNED, EDGES_LOADS, EDGES_SAFE };
    unsigned which = rng_below(&episode->rng, POINTERS);
    rows_access(episode, episode->pointer[which], edges[which]);
}

/* An address nobody should use. */
void item_wild(Episode *episode)
{
    unsigned base = rows_temporary(episode);
    asm_constant(episode->program, base, address_wild(episode, &episode->rng));
    rows_access(episode, base, EDGES_ALIGNED);
}

/* A load that begins in a page, mostly a good one, and ends in the next, whatever that is. */
void item_crossing(Episode *episode)
{
    Rng *rng = &episode->rng;
    const Space *space = episode_space(episode);
    const InsnDef *def = rows_pick(episode, rng, CLASS_LOAD);
    unsigned base = rows_temporary(episode), user = episode->mode == PRIV_U;
    unsigned page = rng_below(rng, WINDOW_PAGES - 1);
    uint32_t raw;
    Ops ops;
    if (!def || episode_is_bare(episode) || !rows_fill(episode, def, (Fixed){ (int)base, 0 }, &raw))
        return;
    if (space->n_good[user] && rng_chance(rng, 3, 4))
        page = space->good[user][rng_below(rng, space->n_good[user])];
    insn_operands(def, raw, ops.v);
    ops.v[SLOT_IMM] = 0;
    if (!asm_encode(def, &ops, &raw))
        return;
    asm_constant(episode->program, base, space->window + (page + 1) * PAGE - 1 - rng_below(rng, 7));
    asm_raw(episode->program, raw);
}

static bool is_reserving(const InsnDef *def)
{
    return g_str_has_prefix(def->name, "lr_") || g_str_has_prefix(def->name, "sc_");
}

/* A copy of a pointer, moved a little and aligned for all atomics: what else they raise is open.
 * norm:amo_alignment */
static unsigned put_address(Episode *episode, unsigned pointer, int64_t align)
{
    unsigned base = rows_temporary(episode);
    int64_t step = (int64_t)rng_below(&episode->rng, 128) - 64;
    asm_emit(episode->program, INSN_addi, OPS(OP_RD = base, OP_RS1 = pointer, OP_IMM = step));
    asm_emit(episode->program, INSN_andi, OPS(OP_RD = base, OP_RS1 = base, OP_IMM = -align));
    return base;
}

void item_atomic(Episode *episode)
{
    const InsnDef *def = rows_pick(episode, &episode->rng, CLASS_AMO);
    if (!def || is_reserving(def))
        return;
    unsigned base = put_address(episode, pick_pointer(episode, OMIT_ATOMICS), 16);
    uint32_t raw;
    if (rows_fill(episode, def, (Fixed){ (int)base, 0 }, &raw))
        asm_raw(episode->program, raw);
}

/* LR and SC until it works: a reservation may be lost at any time. Where nothing faults, for the same reason as
 * below. */
void item_reserved(Episode *episode)
{
    Program *program = episode->program;
    Rng *rng = &episode->rng;
    if (!program->isa->has[EXT_Zalrsc])
        return;
    bool wide = rng_chance(rng, 1, 2);
    unsigned base = put_address(episode, safe_pointer(episode), 16), old, failed;
    do {
        old = rows_temporary(episode);
        failed = rows_temporary(episode);
    } while (old == base || failed == base || old == failed);
    Ops load = OPS(OP_RD = old, OP_RS1 = base), store = OPS(OP_RD = failed, OP_RS1 = base);
    load.v[SLOT_AQ] = rng_below(rng, 2);
    store.v[SLOT_RL] = rng_below(rng, 2);
    store.v[SLOT_RS2] = rng_below(rng, 32);
    asm_emit(program, wide ? INSN_lr_d : INSN_lr_w, load);
    asm_emit(program, INSN_addi, OPS(OP_RD = failed));
    asm_emit(program, wide ? INSN_sc_d : INSN_sc_w, store);
    asm_emit(program, INSN_bne, OPS(OP_RS1 = failed, OP_IMM = -12));
}

/* Nothing is reserved here, so it must fail. norm:sc_reservation_invalidate. Where a store would fault it may do that
 * instead: in pages that do not. norm:sc_failed_as_store */
void item_conditional(Episode *episode)
{
    if (!episode->program->isa->has[EXT_Zalrsc])
        return;
    bool wide = rng_chance(&episode->rng, 1, 2);
    unsigned base = put_address(episode, safe_pointer(episode), 16);
    asm_emit(
        episode->program, wide ? INSN_sc_d : INSN_sc_w,
        OPS(OP_RD = rows_temporary(episode), OP_RS1 = base, OP_RS2 = rng_below(&episode->rng, 32)));
}

static void put_jump(Episode *episode, InsnClass class)
{
    const InsnDef *def = rows_pick(episode, &episode->rng, class);
    uint32_t raw, at = episode->program->at;
    Ops ops;
    if (!def || !strstr(def->operands, "offset") ||
        !rows_fill(episode, def, (Fixed){ -1, 0 }, &raw))
        return;
    insn_operands(def, raw, ops.v);
    asm_raw(episode->program, raw);
    episode_wait(episode, at, at, def, ops);
}

void item_branch(Episode *episode)
{
    put_jump(episode, CLASS_BRANCH);
}

void item_jump(Episode *episode)
{
    put_jump(episode, CLASS_JUMP);
}

/* The target comes from a register; the distance is in the addi or in the jalr. */
void item_jump_register(Episode *episode)
{
    Program *program = episode->program;
    bool is_short = program->isa->has[EXT_Zca] && rng_chance(&episode->rng, 1, 2);
    unsigned base = rows_temporary(episode), link = rows_temporary(episode);
    bool links = rng_chance(&episode->rng, 1, 2) && !(episode->pinned & 2);
    uint32_t start = program->at;
    Ops jump = OPS(OP_RD = rng_chance(&episode->rng, 1, 2) ? link : 0, OP_RS1 = base);
    Ops step = OPS(OP_RD = base, OP_RS1 = base);
    asm_emit(program, INSN_auipc, OPS(OP_RD = base));
    if (!is_short) {
        episode_wait(episode, program->at, start, &insn_table[INSN_jalr], jump);
        asm_emit(program, INSN_jalr, jump);
        return;
    }
    episode_wait(episode, program->at, start, &insn_table[INSN_addi], step);
    asm_emit(program, INSN_addi, step);
    asm_raw(program, asm_word(&insn_table[links ? INSN_c_jalr : INSN_c_jr], &jump));
}

/* The counter is cut to a few bits, so a loop ends wherever it was entered; an outer one turns more often. */
void items_end_loop(Episode *episode)
{
    Loop *loop = &episode->loops[--episode->n_loops];
    Program *program = episode->program;
    Ops ops = OPS(OP_RD = loop->counter, OP_RS1 = loop->counter, OP_IMM = -1);
    asm_emit(program, INSN_addi, ops);
    ops.v[SLOT_IMM] = episode->n_loops ? 3 : 15;
    asm_emit(program, INSN_andi, ops);
    asm_emit(program, INSN_bne,
             OPS(OP_RS1 = loop->counter, OP_IMM = (int64_t)loop->start - (int64_t)program->at));
    episode->pinned &= ~(1u << loop->counter);
}

void items_begin_loop(Episode *episode)
{
    unsigned counter = rows_temporary(episode);
    asm_emit(
        episode->program, INSN_addi,
        OPS(OP_RD = counter, OP_IMM = 1 + rng_below(&episode->rng, episode->n_loops ? 3 : 15)));
    episode->loops[episode->n_loops++] = (Loop){ episode->program->at, counter };
    episode->pinned |= 1u << counter;
}

void item_loop(Episode *episode)
{
    bool ends =
        episode->n_loops == MAX_LOOPS || (episode->n_loops && rng_chance(&episode->rng, 1, 2));
    (ends ? items_end_loop : items_begin_loop)(episode);
}

/* Cache blocks: aligned, because references differ in what they report of an address inside; and not with U alone,
 * where Spike asks senvcfg, which is not there. */
void item_block(Episode *episode)
{
    const Isa *isa = episode->program->isa;
    if (isa->has[EXT_U] && !isa->has[EXT_S])
        return;
    const InsnDef *def = rows_pick(episode, &episode->rng, CLASS_CBO);
    uint32_t raw;
    unsigned pointer = pick_pointer(episode, OMIT_BLOCKS);
    if (def && rows_fill(episode, def, (Fixed){ (int)put_address(episode, pointer, 64), 0 }, &raw))
        asm_raw(episode->program, raw);
}

static uint32_t random_computation(Episode *episode)
{
    for (;;) {
        const InsnDef *def = rows_pick(episode, &episode->rng, CLASS_ALU);
        uint32_t raw;
        if (def && def->length == 4 && rows_fill(episode, def, (Fixed){ -1, 0 }, &raw))
            return raw;
    }
}

/* One instruction is replaced by another, seen by a fence, and executed. U-mode may not write it. */
void item_rewrite(Episode *episode)
{
    Program *program = episode->program;
    const Space *space = episode_space(episode);
    uint32_t old = random_computation(episode), new = random_computation(episode);
    unsigned base = rows_temporary(episode), value = rows_temporary(episode);
    bool bare = episode_is_bare(episode);
    if (base == value || !program->isa->has[EXT_Zifencei])
        return;
    /* Where code is executed it cannot be written; at its own address it can. */
    asm_constant(program, value, bare ? 0 : space->code[episode->mode == PRIV_U]);
    asm_emit(program, INSN_auipc, OPS(OP_RD = base));
    asm_emit(program, INSN_sub, OPS(OP_RD = base, OP_RS1 = base, OP_RS2 = value));
    uint32_t start = program->at - 8;
    asm_constant(program, value, (uint64_t)(int64_t)(int32_t) new);
    asm_emit(program, INSN_sw,
             OPS(OP_RS1 = base, OP_RS2 = value, OP_IMM = program->at + 8 - start));
    asm_emit(program, INSN_fence_i, OPS(OP_RD = 0));
    asm_raw(program, old);
}
