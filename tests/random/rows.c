/* SPDX-License-Identifier: MIT */
/* rows.c - random instructions out of the rows: any operands that fit, but no pinned register written. */
#include <string.h>

#include "episode.h"

/* hlv and its kind go where a guest's addresses lead: they have items of their own. */
static bool is_guest_access(const InsnDef *def)
{
    return def->extension == EXT_H && (def->class == CLASS_LOAD || def->class == CLASS_STORE);
}

const InsnDef *rows_pick(const Episode *episode, Rng *rng, InsnClass class)
{
    /* Compressed rows and others in turn, so that the many of one do not hide the few of the other. */
    unsigned length = rng_chance(rng, 1, 4) ? 2 : 4;
    for (unsigned turn = 0; turn < 2; turn++, length ^= 2 ^ 4) {
        const InsnDef *found = NULL;
        unsigned seen = 0;
        for (const InsnDef *def = insn_table + 1; def < insn_table + INSN_COUNT; def++)
            if (def->class == class && def->length == length && !is_guest_access(def) &&
                episode->program->isa->has[def->extension] && rng_chance(rng, 1, ++seen))
                found = def;
        /* Only now: what is left out does not change the rest of the program. */
        if (found)
            return episode->program->omit[found - insn_table] ? NULL : found;
    }
    return NULL;
}

unsigned rows_temporary(Episode *episode)
{
    for (;;) {
        unsigned reg = rng_below(&episode->rng, 32);
        if (reg && !(episode->pinned >> reg & 1))
            return reg;
    }
}

static int64_t random_register(Rng *rng, const InsnDef *def, unsigned slot)
{
    for (unsigned i = 0; i < def->n_fields; i++)
        if (def->fields[i].slot == slot && def->fields[i].bias)
            return 8 + rng_below(rng, 8);
    return rng_below(rng, 32);
}

/* Rounding modes 5 and 6 are reserved: rare. */
static int64_t random_rounding(Rng *rng)
{
    static const uint8_t modes[] = { 0, 1, 2, 3, 4, 7, 7, 7 };
    return rng_chance(rng, 1, 40) ? 5 + rng_below(rng, 2) : modes[rng_below(rng, sizeof modes)];
}

static void random_operands(Rng *rng, const InsnDef *def, Fixed fixed, Ops *ops)
{
    for (unsigned slot = 0; slot < SLOT_COUNT; slot++)
        ops->v[slot] = (int64_t)(rng_next(rng) & 0xffffffff);
    for (unsigned slot = SLOT_RD; slot <= SLOT_RS3; slot++)
        ops->v[slot] = random_register(rng, def, slot);
    ops->v[SLOT_RM] = random_rounding(rng);
    if (fixed.rs1 >= 0)
        ops->v[SLOT_RS1] = fixed.rs1;
    if (fixed.align)
        ops->v[SLOT_IMM] &= -(int64_t)fixed.align;
}

/* Some instructions write a pair of registers. */
static bool writes_pinned(const Episode *episode, const InsnDef *def, const int64_t *operands)
{
    const InsnDef *base = &insn_table[def->base];
    unsigned rd = (unsigned)operands[SLOT_RD];
    if (!base->has_rd || base->rd_is_f)
        return false;
    bool pair = !strcmp(base->name, "amocas_q");
    return (episode->pinned >> rd & 1) || (pair && episode->pinned >> ((rd + 1) & 31) & 1);
}

bool rows_fill(Episode *episode, const InsnDef *def, Fixed fixed, uint32_t *raw)
{
    const Isa *isa = episode->program->isa;
    for (unsigned tries = 0; tries < 20; tries++) {
        Ops ops;
        int64_t is[SLOT_COUNT];
        random_operands(&episode->rng, def, fixed, &ops);
        *raw = asm_word(def, &ops);
        if (insn_lookup(*raw, isa) != def)
            continue;
        insn_operands(def, *raw, is);
        if (!writes_pinned(episode, def, is) && (fixed.rs1 < 0 || is[SLOT_RS1] == fixed.rs1))
            return true;
    }
    return false;
}

bool rows_access(Episode *episode, unsigned base, Edges edges)
{
    Rng *rng = &episode->rng;
    for (unsigned tries = 0; tries < 10; tries++) {
        bool store = edges != EDGES_LOADS && rng_chance(rng, 1, 2);
        int align = rng_chance(rng, 3, 4) || (store && edges == EDGES_ALIGNED) ? 8 : 0;
        const InsnDef *def = rows_pick(episode, rng, store ? CLASS_STORE : CLASS_LOAD);
        uint32_t raw;
        if (!def || !rows_fill(episode, def, (Fixed){ (int)base, align }, &raw))
            continue;
        asm_raw(episode->program, raw);
        return true;
    }
    return false;
}

bool rows_guest_access(Episode *episode, unsigned base, Edges edges)
{
    const InsnDef *found = NULL;
    unsigned seen = 0;
    uint32_t raw;
    for (const InsnDef *def = insn_table + 1; def < insn_table + INSN_COUNT; def++)
        if (is_guest_access(def) && (edges != EDGES_LOADS || def->class == CLASS_LOAD) &&
            rng_chance(&episode->rng, 1, ++seen))
            found = def;
    if (!found || !rows_fill(episode, found, (Fixed){ (int)base, 0 }, &raw))
        return false;
    asm_raw(episode->program, raw);
    return true;
}
