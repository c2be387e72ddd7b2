/* SPDX-License-Identifier: MIT */
/* items_system.c - the items about privilege: fences, page tables, changes of mode, what must be illegal. */
#include "cpu/csr.h"
#include "cpu/hart.h"
#include "episode.h"

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

/* Calls, breakpoints, hints; returns and waiting where they trap. Only instructions without operands. */
void item_system(Episode *episode)
{
    enum { FROM_U = 1, NOT_FROM_M = 2, TRAPS = 3 };
    // clang-format off
    static const struct { InsnId id; unsigned when; } simple[] = {
        { INSN_ecall, 0 }, { INSN_ebreak, 0 }, { INSN_c_ebreak, 0 }, { INSN_pause, 0 }, { INSN_wrs_sto, 0 },
        { INSN_mret, NOT_FROM_M }, { INSN_sret, FROM_U }, { INSN_wfi, TRAPS },
    };
    // clang-format on
    Rng *rng = &episode->rng;
    unsigned which = rng_below(rng, G_N_ELEMENTS(simple) + 1), first = episode->first_mode;
    if (which == G_N_ELEMENTS(simple)) {
        asm_raw(episode->program, 0x0000000f | (uint32_t)rng_below(rng, 4096) << 20); /* a fence */
        return;
    }
    const InsnDef *def = &insn_table[simple[which].id];
    bool from_u = first == PRIV_U && episode->program->isa->has[EXT_S];
    bool traps = from_u || (first != PRIV_M && episode->wfi_traps);
    bool never = (simple[which].when == FROM_U && !from_u) ||
                 (simple[which].when == TRAPS && !traps) ||
                 (simple[which].when == NOT_FROM_M && first == PRIV_M);
    if (!never && episode->program->isa->has[def->extension])
        asm_raw(episode->program, def->match);
}

void item_fence(Episode *episode)
{
    static const InsnId ids[] = { INSN_sfence_vma,      INSN_sinval_vma,  INSN_sfence_w_inval,
                                  INSN_sfence_inval_ir, INSN_hfence_vvma, INSN_hfence_gvma,
                                  INSN_hinval_vvma,     INSN_hinval_gvma };
    InsnId id = ids[rng_below(&episode->rng, episode->program->isa->has[EXT_H] ? 8 : 4)];
    uint32_t raw;
    if (episode->program->isa->has[insn_table[id].extension] && !episode->program->omit[id] &&
        rows_fill(episode, &insn_table[id], (Fixed){ -1, 0 }, &raw))
        asm_raw(episode->program, raw);
}

/* A fence of `address`, mostly, and of the space's number, sometimes, in two registers; half of them, if there are
 * any, in three instructions. With a number it does not cover what is global. norm:sfence_vma_va_asid */
void items_put_fence(Episode *episode, InsnId fence, const unsigned reg[2], uint64_t address,
                     const Space *space)
{
    Program *program = episode->program;
    Rng *rng = &episode->rng;
    bool by_address = rng_chance(rng, 2, 3);
    bool by_id = rng_chance(rng, 1, 2) && (space->is_g || space->no_global);
    bool fine = program->isa->has[EXT_Svinval] && rng_chance(rng, 1, 2);
    InsnId inval = fence == INSN_sfence_vma    ? INSN_sinval_vma
                   : fence == INSN_hfence_vvma ? INSN_hinval_vvma
                                               : INSN_hinval_gvma;
    asm_constant(program, reg[0], address);
    asm_constant(program, reg[1], bits(space->atp, space->is_g ? 57 : 59, 44));
    fine = fine && !program->omit[INSN_sfence_w_inval];
    if (fine)
        asm_emit(program, INSN_sfence_w_inval, OPS(OP_RD = 0));
    asm_emit(program, fine ? inval : fence,
             OPS(OP_RS1 = by_address ? reg[0] : 0, OP_RS2 = by_id ? reg[1] : 0));
    if (fine)
        asm_emit(program, INSN_sfence_inval_ir, OPS(OP_RD = 0));
}

/* Replaces an entry of the window and fences what it meant. U may not write it: then nothing changes. */
void item_table(Episode *episode)
{
    Program *program = episode->program;
    const Space *space = episode->space;
    Rng *rng = &episode->rng;
    unsigned reg[2] = { rows_temporary(episode), rows_temporary(episode) };
    bool good;
    if (!space->mode || episode->no_fences || episode->guest || reg[0] == reg[1])
        return;
    unsigned page = address_page(episode, rng, space);
    uint64_t entry = tables_random_leaf(rng, space, rng_chance(rng, 1, 2), &good);
    asm_constant(program, reg[1], entry);
    asm_constant(program, reg[0], space->leaves + 8 * page);
    asm_emit(program, INSN_sd, OPS(OP_RS1 = reg[0], OP_RS2 = reg[1]));
    items_put_fence(episode, INSN_sfence_vma, reg, space->window + page * PAGE, space);
}

/* A mode to go to. */
typedef struct {
    unsigned mode;
    bool guest;
} Mode;

/* What the next return from S-mode finds: a guest or not. */
static void put_spv(Episode *episode, bool guest)
{
    unsigned value = rows_temporary(episode);
    if (episode->mode != PRIV_S || episode->guest || !episode->program->isa->has[EXT_H])
        return;
    asm_constant(episode->program, value, HSTATUS_SPV);
    items_put_csr(episode, guest ? INSN_csrrs : INSN_csrrc, 0, CSR_hstatus, value);
}

/* From auipc to the end of what comes here, 28 bytes: leaves for the following item in a lower mode. */
static void put_return(Episode *episode, Mode to, uint64_t delta)
{
    Program *program = episode->program;
    bool from_m = episode->mode == PRIV_M;
    uint64_t field = from_m ? MSTATUS_MPP | MSTATUS_MPV : MSTATUS_SPP;
    uint64_t value = (uint64_t)to.mode << (from_m ? 11 : 8);
    if (from_m && to.mode != PRIV_M && rng_chance(&episode->rng, 1, 2))
        value |= MSTATUS_MPRV; /* gone when a lower mode is entered */
    value |= from_m && to.guest ? MSTATUS_MPV : 0;
    unsigned status = from_m ? CSR_mstatus : CSR_sstatus;
    uint32_t was = episode->pinned;
    unsigned reg[4];
    for (unsigned i = 0; i < 4; i++) {
        reg[i] = rows_temporary(episode);
        episode->pinned |= 1u << reg[i];
    }
    episode->pinned = was;
    put_spv(episode, to.guest);
    asm_constant(program, reg[1], delta);
    asm_constant(program, reg[2], field);
    asm_constant(program, reg[3], value);
    asm_emit(program, INSN_auipc, OPS(OP_RD = reg[0]));
    asm_emit(program, INSN_addi, OPS(OP_RD = reg[0], OP_RS1 = reg[0], OP_IMM = 28));
    asm_emit(program, INSN_add, OPS(OP_RD = reg[0], OP_RS1 = reg[0], OP_RS2 = reg[1]));
    items_put_csr(episode, INSN_csrrw, 0, from_m ? CSR_mepc : CSR_sepc, reg[0]);
    items_put_csr(episode, INSN_csrrc, 0, status, reg[2]);
    items_put_csr(episode, INSN_csrrs, 0, status, reg[3]);
    asm_emit(program, from_m ? INSN_mret : INSN_sret, OPS(OP_RD = 0));
}

/* Any mode below the present one. */
static Mode lower_mode(Episode *episode)
{
    const Isa *isa = episode->program->isa;
    Rng *rng = &episode->rng;
    Mode to = { PRIV_U, episode->guest };
    if (!episode->guest && isa->has[EXT_H])
        to.guest = rng_chance(rng, 2, 3);
    bool may_be_s = episode->mode == PRIV_M || (to.guest && !episode->guest);
    if (may_be_s && isa->has[EXT_S] && rng_chance(rng, 1, 2))
        to.mode = PRIV_S;
    return to;
}

static uint64_t code_offset(const Episode *episode)
{
    return episode_is_bare(episode) ? 0 : episode_space(episode)->code[episode->mode == PRIV_U];
}

/* M-mode returns to M-mode whatever MPV says, and sees that MPV is clear then: it looks at that and the bits next to
 * it. */
static void return_to_itself(Episode *episode)
{
    Program *program = episode->program;
    unsigned rd = rows_temporary(episode);
    put_return(episode, (Mode){ PRIV_M, program->isa->has[EXT_H] }, 0);
    items_put_csr(episode, INSN_csrrs, rd, CSR_mstatus, 0);
    asm_emit(program, INSN_slli, OPS(OP_RD = rd, OP_RS1 = rd, OP_IMM = 1));
    asm_emit(program, INSN_srli, OPS(OP_RD = rd, OP_RS1 = rd, OP_IMM = 37));
}

void item_change(Episode *episode)
{
    if (episode->mode == PRIV_U || episode->n_loops || !episode->program->isa->has[EXT_U])
        return;
    if (episode->mode == PRIV_M && rng_chance(&episode->rng, 1, 6)) {
        return_to_itself(episode);
        return;
    }
    Mode to = lower_mode(episode);
    Episode then = *episode;
    then.mode = to.mode;
    then.guest = to.guest;
    put_return(episode, to, code_offset(&then) - code_offset(episode));
    episode->mode = to.mode;
    episode->guest = to.guest;
    episode_load_pointers(episode);
    episode->barriers[episode->n_barriers++] = episode->n_items + 1;
}

/* Where the loads and stores of another mode go. */
static uint64_t pointer_of(const Episode *episode, Rng *rng, Mode mode)
{
    Episode as = *episode;
    as.mode = mode.mode;
    as.guest = mode.guest;
    if (mode.mode == PRIV_M && rng_chance(rng, 1, 2))
        return address_wild(&as, rng);
    return address_pointer(&as, rng, EDGES_ALIGNED);
}

/* A load or store of M-mode with the rights of another, or as a guest, which asks hstatus alone. A trap takes those
 * rights away: then MPP is U. With MPP = 3 MPV does not count. */
void item_mprv(Episode *episode)
{
    Program *program = episode->program;
    const Isa *isa = program->isa;
    Rng *rng = &episode->rng;
    unsigned base = rows_temporary(episode), value = rows_temporary(episode);
    Mode as = { PRIV_U, isa->has[EXT_H] && rng_chance(rng, 1, 2) }, goes;
    bool as_guest = isa->has[EXT_H] && rng_chance(rng, 1, 6);
    if (rng_chance(rng, 1, 2) && isa->has[EXT_S])
        as.mode = rng_chance(rng, 1, 6) ? PRIV_M : PRIV_S;
    if (episode->mode != PRIV_M || base == value || !isa->has[EXT_U])
        return;
    uint32_t was = episode->pinned;
    episode->pinned |= 1u << base | 1u << value;
    asm_constant(program, value, MSTATUS_MPP | MSTATUS_MPV);
    items_put_csr(episode, INSN_csrrc, 0, CSR_mstatus, value);
    asm_constant(program, value,
                 MSTATUS_MPRV | (uint64_t)as.mode << 11 | (as.guest ? MSTATUS_MPV : 0));
    goes = as_guest ? (Mode){ rng_below(rng, 2), true } : as;
    asm_constant(program, base, pointer_of(episode, rng, goes));
    items_put_csr(episode, INSN_csrrs, 0, CSR_mstatus, value);
    if (as_guest)
        rows_guest_access(episode, base, EDGES_ALIGNED);
    else
        rows_access(episode, base, EDGES_ALIGNED);
    items_put_csr(episode, INSN_csrrc, 0, CSR_mstatus, value);
    episode->pinned = was;
}
