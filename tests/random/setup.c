/* SPDX-License-Identifier: MIT */
/*
 * setup.c - what comes before a body: literals, and code that loads them into CSRs and registers and returns into the
 * body.
 */
#include <string.h>

#include "cpu/csr.h"
#include "cpu/hart.h"
#include "episode.h"
#include "runtime.h"

enum { LITERALS = 160 };

/* The literals of an episode while its setup code is written; x31 points at them. */
typedef struct {
    uint32_t at;
    unsigned count;
} Pool;

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

/* Bits of menvcfg, henvcfg and senvcfg, each in some of the cases. PMM = 1 and CBIE = 2 are reserved. */
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
    if (!program->isa->has[EXT_Smstateen])
        return;
    if (!program->isa->has[EXT_Sscsrind])
        any &= ~STATEEN_CSRIND;
    set_csr(program, pool, CSR_mstateen0, any);
    if (program->isa->has[EXT_H])
        set_csr(program, pool, CSR_hstateen0, rng_next(rng) & any);
}

static uint64_t random_hstatus(Episode *episode, Rng *rng)
{
    static const uint8_t pmm[] = { 0, 0, 2, 3 };
    uint64_t value = rng_next(rng) & (HSTATUS_SPVP | HSTATUS_HU | HSTATUS_GVA);
    bool waits = rng_chance(rng, 1, 8);
    episode->no_guest_fences = rng_chance(rng, 1, 8);
    episode->wfi_traps |= waits && episode->guest;
    value |= episode->no_guest_fences ? HSTATUS_VTVM : 0;
    value |= waits ? HSTATUS_VTW : 0;
    value |= rng_chance(rng, 1, 12) ? HSTATUS_VTSR : 0;
    value |= episode->by_sret ? HSTATUS_SPV : 0;
    uint64_t mask = pmm[rng_below(rng, sizeof pmm)];
    return episode->program->isa->has[EXT_Ssnpm] ? value | mask << 48 : value;
}

/* Of all virtual machines: an item that was interrupted may not have done it. */
static void put_guest_fences(const Episode *episode, Pool *pool)
{
    Program *program = episode->program;
    for (unsigned i = 0; i < program->n_stages; i++) {
        set_csr(program, pool, CSR_hgatp, program->stages[i].atp);
        asm_emit(program, INSN_hfence_vvma, OPS(OP_RD = 0));
    }
    set_csr(program, pool, CSR_hgatp, episode->guest_space->under->atp);
    set_csr(program, pool, CSR_vsatp, episode->guest_space->atp);
    asm_emit(program, INSN_hfence_gvma, OPS(OP_RD = 0));
}

static void set_hypervisor(Episode *episode, Rng *rng, Pool *pool)
{
    Program *program = episode->program;
    uint64_t vector = RAM_BASE + asm_find(program, "vector_v");
    uint64_t status = rng_chance(rng, 19, 20) && program->isa->has[EXT_F] ? MSTATUS_FS : 0;
    uint64_t pending = rng_chance(rng, 1, 2) ? rng_next(rng) & IRQS_VS : 0;
    uint64_t environment = random_envcfg(rng, program->isa) & ~MENVCFG_CDE;
    status |=
        rng_next(rng) & (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_SUM | MSTATUS_MXR);
    status |= rng_chance(rng, 1, 12) && program->isa->has[EXT_Ssdbltrp] ? MSTATUS_SDT : 0;
    if (!program->isa->has[EXT_Ssnpm])
        environment &= ~ENVCFG_PMM;
    set_csr(program, pool, CSR_henvcfg, environment);
    set_csr(program, pool, CSR_hedeleg, rng_next(rng) & 0xb1ff);
    set_csr(program, pool, CSR_hideleg, rng_next(rng) & IRQS_VS);
    set_csr(program, pool, CSR_hie, rng_chance(rng, 3, 4) ? rng_next(rng) & IRQS_VS : 0);
    set_csr(program, pool, CSR_hvip, pending);
    set_csr(program, pool, CSR_hcounteren, rng_next(rng) & 0xffffffff);
    set_csr(program, pool, CSR_htimedelta, rng_next(rng));
    set_csr(program, pool, CSR_hstatus, random_hstatus(episode, rng));
    set_csr(program, pool, CSR_vsstatus, status);
    set_csr(program, pool, CSR_vstvec, vector + rng_below(rng, 2));
    put_guest_fences(episode, pool);
}

/* Which interrupts M-mode passes on by hand, what is pending and enabled of them, for that is open after the change,
 * and one that the hypervisor makes up. AIA, "Interrupt filtering and virtual interrupts for supervisor level" */
static void set_advanced_interrupts(Program *program, Rng *rng, Pool *pool)
{
    uint64_t filtered = rng_chance(rng, 1, 2) ? rng_next(rng) & 0x202 : 0;
    uint64_t pending = rng_chance(rng, 1, 3) ? rng_next(rng) & 0x202 : 0;
    if (!program->isa->has[EXT_Ssaia])
        return;
    asm_text(program, "addi x1, x0, 0x202\ncsrrc x0, mie, x1");
    set_csr(program, pool, CSR_mvien, filtered);
    set_csr(program, pool, CSR_mvip, pending);
    set_csr(program, pool, CSR_sie, rng_chance(rng, 1, 2) ? rng_next(rng) & 0x222 : 0);
    if (program->isa->has[EXT_H])
        set_csr(program, pool, CSR_hvictl, rng_chance(rng, 1, 3) ? items_random_injection(rng) : 0);
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
    set_csr(program, pool, CSR_satp, episode->space->atp);
    set_csr(program, pool, CSR_stvec, vector + rng_below(rng, 2));
    asm_emit(program, INSN_sfence_vma, OPS(OP_RD = 0));
    if (program->isa->has[EXT_H])
        set_hypervisor(episode, rng, pool);
    set_advanced_interrupts(program, rng, pool);
}

/* What U and S may do, and where traps go. Returns mstatus. */
static uint64_t set_privileges(Episode *episode, Rng *rng, Pool *pool)
{
    Program *program = episode->program;
    const Isa *isa = program->isa;
    uint64_t status = (uint64_t)episode->mode << 11;
    /* By way of S-mode, whose sret goes on. */
    if (episode->by_sret)
        status = PRIV_S << 11 | (uint64_t)episode->mode << 8;
    else
        status |= episode->guest ? MSTATUS_MPV : 0;
    status |= rng_chance(rng, 19, 20) && isa->has[EXT_F] ? MSTATUS_FS : 0;
    status |= rng_next(rng) & (MSTATUS_SUM | MSTATUS_MXR | MSTATUS_MPIE | MSTATUS_SPIE);
    uint64_t deleg = rng_next(rng) & (isa->has[EXT_H] ? 0xf0b5fe : 0xb1fe);
    episode->no_fences = rng_chance(rng, 1, 8);
    status |= episode->no_fences ? MSTATUS_TVM : 0;
    episode->wfi_traps = rng_chance(rng, 1, 8);
    status |= episode->wfi_traps ? MSTATUS_TW : 0;
    /* The handler of S returns with sret. */
    status |= rng_chance(rng, 1, 12) && !(deleg & 4) && !episode->by_sret ? MSTATUS_TSR : 0;
    if (isa->has[EXT_Sstc])
        set_csr(program, pool, CSR_stimecmp, ~0ull);
    if (isa->has[EXT_Sstc] && isa->has[EXT_H])
        set_csr(program, pool, CSR_vstimecmp, ~0ull);
    /* What was pending goes while software may say so, and SDT while it can be seen. */
    asm_text(program, "lui x1, 0x1000000\ncsrrc x0, mstatus, x1");
    if (isa->has[EXT_H])
        asm_text(program, "csrrc x0, vsstatus, x1");
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

void episode_load_pointers(Episode *episode)
{
    for (unsigned i = 0; i < POINTERS; i++) {
        episode->where[i] = random_pointer(episode, &episode->rng, i);
        asm_constant(episode->program, episode->pointer[i], episode->where[i]);
    }
}

/* Registers last; x31, which points at the literals, at the very end. */
static void set_registers(Episode *episode, Rng *rng, Pool *pool)
{
    for (unsigned n = 1; n < 32; n++) {
        uint64_t value = value_integer(rng);
        for (unsigned i = 0; i < POINTERS; i++)
            if (episode->pointer[i] == n)
                value = episode->where[i] = random_pointer(episode, rng, i);
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

/* Enters the body, which begins behind what is written here: loads of four bytes at most. */
static void enter_body(Episode *episode, Rng *rng, Pool *pool)
{
    Program *program = episode->program;
    const Space *space = episode_space(episode);
    bool lower = episode->mode != PRIV_M && space_translates(space);
    uint64_t moved = lower ? space->code[episode->mode == PRIV_U] : 0;
    uint32_t body = program->at + 4 * (2 + 31 + 1 + (episode->by_sret ? 3 : 0));
    if (episode->by_sret)
        set_csr(program, pool, CSR_sepc, RAM_BASE + body + moved);
    set_csr(program, pool, CSR_mepc, RAM_BASE + body + (episode->by_sret ? -4ull : moved));
    set_registers(episode, rng, pool);
    asm_emit(program, INSN_mret, OPS(OP_RD = 0));
    if (episode->by_sret)
        asm_emit(program, INSN_sret, OPS(OP_RD = 0));
    g_assert(program->at == body);
}

uint32_t setup_make(Episode *episode, Rng *rng)
{
    Program *program = episode->program;
    program->at = (program->at + 7) & ~7u;
    Pool pool = { .at = program->at };
    program->at += 8 * LITERALS;
    uint32_t end = make_setup(episode, rng, &pool);
    enter_body(episode, rng, &pool);
    return end;
}
