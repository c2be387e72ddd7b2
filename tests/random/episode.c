/* SPDX-License-Identifier: MIT */
/*
 * episode.c - the skeleton of an episode.
 *
 * First come the literals, then setup code that loads them into CSRs and registers and returns into the body, then the
 * body: items, and an environment call that ends it wherever it is executed.
 */
#include "episode.h"

#include <string.h>

#include "cpu/csr.h"
#include "cpu/hart.h"
#include "runtime.h"

enum { LITERALS = 128 };

/* The literals of an episode while its setup code is written; x31 points at them. */
typedef struct {
    uint32_t at;
    unsigned count;
} Pool;

// clang-format off
static const struct { ItemFn *make; unsigned weight; } kinds[] = {
    { item_compute, 40 }, { item_constant, 4 },  { item_float, 30 },  { item_memory, 24 },        { item_wild, 1 },
    { item_atomic, 8 },   { item_reserved, 2 },  { item_conditional, 1 }, { item_branch, 12 },    { item_jump, 4 },
    { item_jump_register, 4 }, { item_loop, 4 }, { item_block, 2 },   { item_rewrite, 1 },        { item_csr, 6 },
    { item_no_csr, 1 },   { item_illegal, 1 },   { item_system, 1 },  { item_fence, 1 },          { item_table, 2 },
    { item_change, 1 },   { item_mprv, 2 },         { item_absent, 1 }, { item_edges, 4 },
};
// clang-format on

static unsigned literal(Program *program, Pool *pool, uint64_t value)
{
    g_assert(pool->count < LITERALS);
    memcpy(program->image + pool->at + 8 * pool->count, &value, 8);
    return 8 * pool->count++;
}

static void load_literal(Program *program, Pool *pool, unsigned rd, uint64_t value)
{
    asm_emit(program, INSN_ld,
             OPS(OP_RD = rd, OP_RS1 = 31, OP_IMM = literal(program, pool, value)));
}

static void set_csr(Program *program, Pool *pool, unsigned number, uint64_t value)
{
    load_literal(program, pool, 1, value);
    asm_emit(program, INSN_csrrw, OPS(OP_RS1 = 1, OP_CSR = number));
}

/* Three regions over parts of the data, the smallest 64 bytes, and everything behind them. */
static void set_pmp(Program *program, Rng *rng, Pool *pool)
{
    uint64_t cfg = 0x1f000000;
    for (unsigned i = 0; i < 3; i++) {
        unsigned size = 6 + rng_below(rng, 8);
        uint64_t at =
            (DATA + (rng_below(rng, (DATA_PAGES - SAFE_PAGES) * PAGE) >> size << size)) >> 2;
        bool is_top = rng_chance(rng, 1, 4);
        unsigned mode = rng_chance(rng, 1, 2) ? 0 : is_top ? 1 : 3; /* off, TOR, NAPOT */
        unsigned rights = (unsigned[]){ 7, 7, 3, 3, 1, 0, 4, 5 }[rng_below(rng, 8)];
        /* The range below the first region's top would be everything. */
        if (!i && mode == 1)
            mode = 3;
        set_csr(program, pool, 0x3b0 + i, mode == 3 ? at | (BIT(size - 3) - 1) : at);
        cfg |= (uint64_t)(mode << 3 | rights) << 8 * i;
    }
    set_csr(program, pool, 0x3b3, MASK(53, 0));
    set_csr(program, pool, CSR_pmpcfg0, cfg);
}

/* Bits of menvcfg and senvcfg, each in some of the cases. PMM = 1 and CBIE = 2 are reserved. */
static uint64_t random_envcfg(Rng *rng, const Isa *isa)
{
    static const uint8_t cbie[] = { 0, 0, 1, 3 }, pmm[] = { 0, 0, 0, 2, 3 };
    // clang-format off
    static const struct { Extension extension; uint64_t bit; unsigned chance; } fields[] = {
        { EXT_Svadu, MENVCFG_ADUE, 6 }, { EXT_Svpbmt, MENVCFG_PBMTE, 4 }, { EXT_Sstc, MENVCFG_STCE, 4 },
        { EXT_Smcdeleg, MENVCFG_CDE, 4 }, { EXT_Ssdbltrp, MENVCFG_DTE, 2 }, { EXT_Zicbom, ENVCFG_CBCFE, 5 },
        { EXT_Zicboz, ENVCFG_CBZE, 5 },
    };
    // clang-format on
    uint64_t value = (uint64_t)cbie[rng_below(rng, sizeof cbie)] << 4;
    for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++)
        if (rng_chance(rng, fields[i].chance, 8) && isa->has[fields[i].extension])
            value |= fields[i].bit;
    return value | (uint64_t)pmm[rng_below(rng, sizeof pmm)] << 32;
}

static void set_state_enables(Program *program, Rng *rng, Pool *pool)
{
    uint64_t any = rng_next(rng) & (STATEEN_SE | STATEEN_ENVCFG | STATEEN_CSRIND);
    if (program->isa->has[EXT_Smstateen])
        set_csr(program, pool, CSR_mstateen0, any);
}

static void set_supervisor(Episode *episode, Rng *rng, Pool *pool, uint64_t deleg)
{
    Program *program = episode->program;
    uint64_t vector = RAM_BASE + asm_find(program, "vector_s");
    set_state_enables(program, rng, pool);
    set_csr(program, pool, CSR_medeleg, deleg);
    set_csr(program, pool, CSR_mideleg, rng_next(rng) & 0x222);
    set_csr(program, pool, CSR_senvcfg, random_envcfg(rng, program->isa) & (ENVCFG_PMM | 0xf0));
    set_csr(program, pool, CSR_scounteren, rng_next(rng) & 0xffffffff);
    set_csr(program, pool, CSR_satp, episode->space->satp);
    set_csr(program, pool, CSR_stvec, vector + rng_below(rng, 2));
    asm_emit(program, INSN_sfence_vma, OPS(OP_RD = 0));
}

/* What U and S may do, and where traps go. Returns mstatus. */
static uint64_t set_privileges(Episode *episode, Rng *rng, Pool *pool)
{
    Program *program = episode->program;
    const Isa *isa = program->isa;
    uint64_t status = (uint64_t)episode->mode << 11;
    status |= rng_chance(rng, 19, 20) && isa->has[EXT_F] ? MSTATUS_FS : 0;
    status |= rng_next(rng) & (MSTATUS_SUM | MSTATUS_MXR | MSTATUS_MPIE | MSTATUS_SPIE);
    uint64_t deleg = rng_next(rng) & 0xb1fe;
    episode->no_fences = rng_chance(rng, 1, 8);
    status |= episode->no_fences ? MSTATUS_TVM : 0;
    status |= rng_chance(rng, 1, 8) ? MSTATUS_TW : 0;
    /* The handler of S returns with sret. */
    status |= rng_chance(rng, 1, 12) && !(deleg & 4) ? MSTATUS_TSR : 0;
    if (isa->has[EXT_Sstc])
        set_csr(program, pool, CSR_stimecmp, ~0ull);
    /* What was pending goes while software may say so, and SDT while it can be seen. */
    asm_text(program, "lui x1, 0x1000000\ncsrrc x0, mstatus, x1");
    if (isa->has[EXT_U])
        set_csr(program, pool, CSR_menvcfg, 0);
    set_csr(program, pool, CSR_mip, 0);
    if (isa->has[EXT_U]) {
        set_csr(program, pool, CSR_menvcfg, random_envcfg(rng, isa));
        set_csr(program, pool, CSR_mcounteren, rng_next(rng) & 0xffffffff);
    }
    uint64_t pending = rng_chance(rng, 1, 4) ? rng_next(rng) & 0x202 : 0;
    if (program->omit_kind[OMIT_INTERRUPTS])
        pending &= BIT(IRQ_SSI);
    set_csr(program, pool, CSR_mip, pending);
    set_csr(program, pool, CSR_mie, rng_chance(rng, 1, 2) ? rng_next(rng) & 0x222 : 0);
    if (isa->has[EXT_S])
        set_supervisor(episode, rng, pool, deleg);
    return status;
}

static void set_floats(Program *program, Rng *rng, Pool *pool)
{
    bool has_d = program->isa->has[EXT_D];
    if (!program->isa->has[EXT_F])
        return;
    asm_text(program, "lui x1, 0x6000");
    asm_emit(program, INSN_csrrs, OPS(OP_RS1 = 1, OP_CSR = CSR_mstatus));
    for (unsigned n = 0; n < 32; n++)
        asm_emit(program, has_d ? INSN_fld : INSN_flw,
                 OPS(OP_RD = n, OP_RS1 = 31, OP_IMM = literal(program, pool, value_float(rng))));
    uint64_t frm = rng_chance(rng, 1, 20) ? rng_below(rng, 8) : rng_below(rng, 5);
    set_csr(program, pool, CSR_fcsr, frm << 5 | (rng_chance(rng, 1, 2) ? 0 : rng_below(rng, 32)));
}

static uint64_t random_pointer(const Episode *episode, Rng *rng, unsigned which)
{
    static const Edges edges[POINTERS] = { EDGES_ALIGNED, EDGES_ALIGNED, EDGES_LOADS, EDGES_SAFE };
    bool wild = edges[which] != EDGES_SAFE && rng_chance(rng, 1, 40);
    return wild ? address_wild(episode, rng) : address_pointer(episode, rng, edges[which]);
}

/* Registers last; x31, which points at the literals, at the very end. */
static void set_registers(Episode *episode, Rng *rng, Pool *pool)
{
    for (unsigned n = 1; n < 32; n++) {
        uint64_t value = value_integer(rng);
        for (unsigned i = 0; i < POINTERS; i++)
            if (episode->pointer[i] == n)
                value = random_pointer(episode, rng, i);
        load_literal(episode->program, pool, n, value);
    }
}

/* Writes setup code; returns the place of the literal that must become the offset of the body's end. */
static uint32_t make_setup(Episode *episode, Rng *rng, Pool *pool)
{
    Program *program = episode->program;
    program->setups[program->n_episodes] = program->at;
    asm_emit(program, INSN_auipc, OPS(OP_RD = 31));
    asm_emit(program, INSN_addi,
             OPS(OP_RD = 31, OP_RS1 = 31, OP_IMM = (int64_t)pool->at - (int64_t)program->at + 4));
    asm_text(program, "la x3, vars\naddi x1, x0, 48\nsd x1, 0(x3)");
    uint32_t end = pool->at + 8 * pool->count;
    load_literal(program, pool, 1, 0);
    asm_text(program, "sd x1, 8(x3)");
    set_pmp(program, rng, pool);
    uint64_t status = set_privileges(episode, rng, pool);
    set_floats(program, rng, pool);
    set_csr(program, pool, CSR_mstatus, status);
    return end;
}

/* Enters the body, which begins behind what is written here: 32 loads of four bytes at most. */
static void enter_body(Episode *episode, Rng *rng, Pool *pool)
{
    Program *program = episode->program;
    bool lower = episode->mode != PRIV_M && episode->space->mode;
    uint64_t moved = lower ? episode->space->code[episode->mode == PRIV_U] : 0;
    uint32_t body = program->at + 4 * (2 + 31 + 1);
    set_csr(program, pool, CSR_mepc, RAM_BASE + body + moved);
    set_registers(episode, rng, pool);
    asm_emit(program, INSN_mret, OPS(OP_RD = 0));
    g_assert(program->at == body);
}

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

static unsigned pick_mode(const Isa *isa, Rng *rng)
{
    if (isa->has[EXT_S] && rng_chance(rng, 1, 3))
        return PRIV_S;
    return isa->has[EXT_U] && rng_chance(rng, 1, 2) ? PRIV_U : PRIV_M;
}

void episode_make(Program *program, Rng *rng)
{
    Episode episode = { .program = program, .mode = pick_mode(program->isa, rng) };
    episode.first_mode = episode.mode;
    episode.space = &program->spaces[rng_below(rng, program->n_spaces)];
    episode.count = 10 + rng_below(rng, MAX_ITEMS - MAX_LOOPS - 10);
    pick_pointers(&episode, rng);
    program->at = (program->at + 7) & ~7u;
    Pool pool = { .at = program->at };
    program->at += 8 * LITERALS;
    uint32_t end = make_setup(&episode, rng, &pool);
    enter_body(&episode, rng, &pool);
    make_body(&episode, rng);
    uint64_t place = program->at;
    memcpy(program->image + end, &place, 8);
    asm_emit(program, INSN_ecall, OPS(OP_RD = 0));
    program->n_episodes++;
}
