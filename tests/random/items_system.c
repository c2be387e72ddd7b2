/* SPDX-License-Identifier: MIT */
/* items_system.c - the items about privilege: CSRs, fences, page tables, changes of mode, what must be illegal. */
#include "cpu/csr.h"
#include "cpu/hart.h"
#include "episode.h"

enum {
    READ = 1, /* the value may be looked at */
    SWAP = 2  /* all bits of the mask may be written at once */
};

/* CSRs whose values are the same everywhere, and the bits of them that may be changed. What is left out would break the
 * handlers (their own registers, delegation of environment calls from S, MPRV) or items (TVM), changes STIP at a time
 * that is open (STCE), or is for each implementation to choose. Any other CSR is read into x0, to see whether that is
 * allowed. */
// clang-format off
static const struct { const char *name; uint64_t mask; unsigned what; } known[] = {
    { "fflags",     0x1f,               READ | SWAP }, { "frm",        3,                READ | SWAP },
    { "fcsr",       0x7f,               READ | SWAP }, { "sstatus",    0xc0122,          READ },
    { "sie",        0x222,              READ | SWAP }, { "sip",        2,                READ },
    { "scounteren", 0xffffffff,         READ | SWAP }, { "senvcfg",    0xc0,             READ },
    { "sepc",       ~0ull,              READ | SWAP }, { "scause",     1ull << 63 | 15,  READ | SWAP },
    { "stval",      ~0ull,              READ | SWAP }, { "stvec",      0,                READ },
    { "satp",       0,                  READ },        { "sscratch",   0,                READ },
    { "mstatus",    0x6c01aa,           READ },        { "medeleg",    0xb1fe & ~0x200,  READ | SWAP },
    { "mideleg",    0x222,              SWAP }, { "mie",        0xaaa,            READ | SWAP },
    { "mip",        0x222,              READ },        { "mcounteren", 0xffffffff,       READ | SWAP },
    { "menvcfg",    0x60000000000000c0, READ },        { "mepc",       ~0ull,            READ | SWAP },
    { "mcause",     1ull << 63 | 15,    READ | SWAP }, { "mtval",      ~0ull,            READ | SWAP },
    { "mtvec",      0,                  READ },        { "mscratch",   0,                READ },
    { "mhartid",    0,                  READ },        { "pmpcfg0",    0,                READ },
    { "pmpaddr4",   ~0ull,              READ | SWAP }, { "pmpaddr7",   ~0ull,            READ | SWAP },
    { "pmpaddr15",  ~0ull,              READ | SWAP },
};
// clang-format on

static int find_known(const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_str_equal(known[i].name, name))
            return (int)i;
    return -1;
}

/* Triggers: how many and of what kind there are is open. */
static bool is_trigger(unsigned number)
{
    return number >> 4 == 0x7a || number == 0x5a8 || number == 0x6a8;
}

/* A CSR there is, mostly one that this mode may access; known ones more often than others. */
static unsigned pick_csr(Episode *episode, int *is_known)
{
    Rng *rng = &episode->rng;
    bool any_mode = rng_chance(rng, 1, 12), any_csr = rng_chance(rng, 1, 6);
    unsigned found = CSR_mhartid, seen = 0;
    for (unsigned number = 0; number < CSR_COUNT; number++) {
        if (!csr_configured(episode->program->isa, number) ||
            (!any_mode && (number >> 8 & 3) > episode->mode))
            continue;
        const char *name = csr_name(number);
        if (!is_trigger(number) && (any_csr || find_known(name) >= 0) && rng_chance(rng, 1, ++seen))
            found = number;
    }
    *is_known = find_known(csr_name(found));
    return found;
}

static void put_csr(Episode *episode, InsnId id, unsigned rd, unsigned number, unsigned rs1)
{
    asm_emit(episode->program, id, OPS(OP_RD = rd, OP_RS1 = rs1, OP_CSR = number));
}

static uint64_t writable(const Program *program, unsigned number, uint64_t mask)
{
    if (program->omit_kind[OMIT_INTERRUPTS] && number == CSR_mip)
        return mask & BIT(IRQ_SSI);
    if (program->omit_kind[OMIT_BITS] && (number == CSR_mepc || number == CSR_sepc))
        return mask & ~1ull;
    return program->omit_kind[OMIT_BITS] && number >> 4 == 0x3b ? mask & MASK(53, 0) : mask;
}

void item_csr(Episode *episode)
{
    static const InsnId immediate[] = { INSN_csrrsi, INSN_csrrci, INSN_csrrwi };
    static const InsnId register_[] = { INSN_csrrs, INSN_csrrc, INSN_csrrw };
    Rng *rng = &episode->rng;
    int is;
    unsigned number = pick_csr(episode, &is);
    unsigned value = rows_temporary(episode),
             rd = rng_chance(rng, 1, 4) ? 0 : rows_temporary(episode);
    /* norm:Zicsr_access */
    if (number >> 10 == 3 && rng_chance(rng, 1, 4)) {
        put_csr(episode, INSN_csrrw, 0, number, value);
        return;
    }
    if (is < 0 || !(known[is].what & READ))
        rd = 0;
    if (is < 0 || !known[is].mask || rng_chance(rng, 1, 3)) {
        put_csr(episode, rng_chance(rng, 1, 2) ? INSN_csrrs : INSN_csrrci, rd, number, 0);
        return;
    }
    uint64_t mask = writable(episode->program, number, known[is].mask);
    unsigned action = rng_below(rng, known[is].what & SWAP ? 3 : 2);
    if (rng_chance(rng, 1, 3)) {
        put_csr(episode, immediate[action], rd, number, rng_below(rng, 32) & (unsigned)mask);
        return;
    }
    asm_constant(episode->program, value, value_integer(rng) & mask);
    put_csr(episode, register_[action], rd, number, value);
}

/* Numbers nothing has, or only a debugger, or only RV32: illegal in every mode. */
void item_no_csr(Episode *episode)
{
    static const uint16_t numbers[] = { 0x004, 0x0ff, 0x1c0, 0x1ff, 0x3ff, 0x3a1, 0x3a3,
                                        0x4ff, 0x5c0, 0x6ff, 0x7b0, 0x7b2, 0x7c0, 0x7ff,
                                        0x800, 0x8ff, 0x9ff, 0xb80, 0xb82, 0xbc0, 0xc80,
                                        0xc81, 0xcc0, 0xcff, 0xdff, 0xeff, 0xfc0, 0xfff };
    Rng *rng = &episode->rng;
    put_csr(episode, INSN_csrrw + rng_below(rng, 6), rows_temporary(episode),
            numbers[rng_below(rng, G_N_ELEMENTS(numbers))], rng_below(rng, 32));
}

/* A word no row knows, whatever extensions there are. */
void item_illegal(Episode *episode)
{
    static const uint8_t opcodes[] = { 0x03, 0x0f, 0x13, 0x1b, 0x23, 0x2f, 0x33,
                                       0x3b, 0x43, 0x53, 0x63, 0x67, 0x73 };
    Rng *rng = &episode->rng;
    uint32_t raw;
    bool is_short = rng_chance(rng, 1, 4);
    do {
        raw = (uint32_t)rng_next(rng);
        raw = is_short ? raw & 0xffff : (raw & ~0x7fu) | opcodes[rng_below(rng, sizeof opcodes)];
    } while (insn_lookup(raw, NULL) || (is_short && (raw & 3) == 3));
    if (is_short && !episode->program->isa->has[EXT_Zca])
        return;
    asm_raw(episode->program, raw);
}

/* An instruction of an extension that is off, and of no other that is on. */
void item_absent(Episode *episode)
{
    const Isa *isa = episode->program->isa;
    Rng *rng = &episode->rng;
    for (unsigned tries = 0; tries < 50; tries++) {
        const InsnDef *def = &insn_table[1 + rng_below(rng, INSN_COUNT - 1)];
        Ops ops;
        for (unsigned slot = 0; slot < SLOT_COUNT; slot++)
            ops.v[slot] = (int64_t)(rng_next(rng) & 0xffffffff);
        uint32_t raw = asm_word(def, &ops);
        if (isa->has[def->extension] || insn_lookup(raw, isa) ||
            (def->length == 2 && !isa->has[EXT_Zca]))
            continue;
        asm_raw(episode->program, raw);
        return;
    }
}

/* Calls, breakpoints, hints; returns and waiting where they are illegal. Only instructions without operands. */
void item_system(Episode *episode)
{
    enum { FROM_U = 1, NOT_FROM_M = 2 };
    // clang-format off
    static const struct { InsnId id; unsigned when; } simple[] = {
        { INSN_ecall, 0 }, { INSN_ebreak, 0 }, { INSN_c_ebreak, 0 }, { INSN_pause, 0 }, { INSN_wrs_sto, 0 },
        { INSN_mret, NOT_FROM_M }, { INSN_sret, FROM_U }, { INSN_wfi, FROM_U },
    };
    // clang-format on
    Rng *rng = &episode->rng;
    unsigned which = rng_below(rng, G_N_ELEMENTS(simple) + 1), first = episode->first_mode;
    if (which == G_N_ELEMENTS(simple)) {
        asm_raw(episode->program, 0x0000000f | (uint32_t)rng_below(rng, 4096) << 20); /* a fence */
        return;
    }
    const InsnDef *def = &insn_table[simple[which].id];
    bool never =
        (simple[which].when == FROM_U && (first != PRIV_U || !episode->program->isa->has[EXT_S])) ||
        (simple[which].when == NOT_FROM_M && first == PRIV_M);
    if (!never && episode->program->isa->has[def->extension])
        asm_raw(episode->program, def->match);
}

void item_fence(Episode *episode)
{
    static const InsnId ids[] = { INSN_sfence_vma, INSN_sinval_vma, INSN_sfence_w_inval,
                                  INSN_sfence_inval_ir };
    InsnId id = ids[rng_below(&episode->rng, 4)];
    uint32_t raw;
    if (episode->program->isa->has[insn_table[id].extension] && !episode->program->omit[id] &&
        rows_fill(episode, &insn_table[id], (Fixed){ -1, 0 }, &raw))
        asm_raw(episode->program, raw);
}

/* Replaces an entry of the window and fences what it meant. U may not write it: then nothing changes. */
void item_table(Episode *episode)
{
    Program *program = episode->program;
    const Space *space = episode->space;
    Rng *rng = &episode->rng;
    unsigned address = rows_temporary(episode), value = rows_temporary(episode);
    bool good;
    if (!space->mode || episode->no_fences || address == value)
        return;
    unsigned page = tables_random_page(space, rng);
    uint64_t entry = tables_random_leaf(rng, rng_chance(rng, 1, 2), &good);
    asm_constant(program, value, entry);
    asm_constant(program, address, space->leaves + 8 * page);
    asm_emit(program, INSN_sd, OPS(OP_RS1 = address, OP_RS2 = value));
    asm_constant(program, address, space->window + page * PAGE);
    bool by_address = rng_chance(rng, 1, 2);
    asm_emit(program, INSN_sfence_vma, OPS(OP_RS1 = by_address ? address : 0));
}

/* From auipc to the end of what comes here, 28 bytes: leaves for the following item in a lower mode. */
static void put_return(Episode *episode, unsigned to, uint64_t delta)
{
    Program *program = episode->program;
    bool from_m = episode->mode == PRIV_M;
    uint64_t field = from_m ? MSTATUS_MPP : MSTATUS_SPP, value = from_m && to == PRIV_S ? 0x800 : 0;
    if (from_m && rng_chance(&episode->rng, 1, 2))
        value |= MSTATUS_MPRV; /* gone when a lower mode is entered */
    unsigned status = from_m ? CSR_mstatus : CSR_sstatus;
    uint32_t was = episode->pinned;
    unsigned reg[4];
    for (unsigned i = 0; i < 4; i++) {
        reg[i] = rows_temporary(episode);
        episode->pinned |= 1u << reg[i];
    }
    episode->pinned = was;
    asm_constant(program, reg[1], delta);
    asm_constant(program, reg[2], field);
    asm_constant(program, reg[3], value);
    asm_emit(program, INSN_auipc, OPS(OP_RD = reg[0]));
    asm_emit(program, INSN_addi, OPS(OP_RD = reg[0], OP_RS1 = reg[0], OP_IMM = 28));
    asm_emit(program, INSN_add, OPS(OP_RD = reg[0], OP_RS1 = reg[0], OP_RS2 = reg[1]));
    put_csr(episode, INSN_csrrw, 0, from_m ? CSR_mepc : CSR_sepc, reg[0]);
    put_csr(episode, INSN_csrrc, 0, status, reg[2]);
    put_csr(episode, INSN_csrrs, 0, status, reg[3]);
    asm_emit(program, from_m ? INSN_mret : INSN_sret, OPS(OP_RD = 0));
}

void item_change(Episode *episode)
{
    const Isa *isa = episode->program->isa;
    const uint64_t *code = episode->space->code;
    unsigned mode = episode->mode;
    if (mode == PRIV_U || episode->n_loops || !isa->has[EXT_U])
        return;
    bool to_s = mode == PRIV_M && isa->has[EXT_S] && rng_chance(&episode->rng, 1, 2);
    uint64_t delta = code[!to_s] - (mode == PRIV_M ? 0 : code[0]);
    put_return(episode, to_s ? PRIV_S : PRIV_U, delta);
    episode->mode = to_s ? PRIV_S : PRIV_U;
    episode->barriers[episode->n_barriers++] = episode->n_items + 1;
}

/* A load or store of M-mode with the rights of another. A trap takes those away: then MPP is U. */
void item_mprv(Episode *episode)
{
    Program *program = episode->program;
    unsigned base = rows_temporary(episode), value = rows_temporary(episode);
    bool to_s = rng_chance(&episode->rng, 1, 2) && program->isa->has[EXT_S];
    if (episode->mode != PRIV_M || base == value || !program->isa->has[EXT_U])
        return;
    uint32_t was = episode->pinned;
    episode->pinned |= 1u << base | 1u << value;
    asm_constant(program, value, MSTATUS_MPP);
    put_csr(episode, INSN_csrrc, 0, CSR_mstatus, value);
    asm_constant(program, value, MSTATUS_MPRV | (to_s ? 0x800 : 0));
    episode->mode = to_s ? PRIV_S : PRIV_U;
    asm_constant(program, base, address_pointer(episode, &episode->rng, EDGES_ALIGNED));
    episode->mode = PRIV_M;
    put_csr(episode, INSN_csrrs, 0, CSR_mstatus, value);
    rows_access(episode, base, EDGES_ALIGNED);
    put_csr(episode, INSN_csrrc, 0, CSR_mstatus, value);
    episode->pinned = was;
}
