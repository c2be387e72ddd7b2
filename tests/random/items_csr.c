/* SPDX-License-Identifier: MIT */
/* items_csr.c - the items that read and write CSRs. */
#include "cpu/csr.h"
#include "cpu/hart.h"
#include "episode.h"

enum {
    READ = 1, /* the value may be looked at */
    SWAP = 2, /* all bits of the mask may be written at once */
    TOP = 4,  /* but not its low half: what number a priority has is open */
    TIME = 8  /* but only its highest bits, which htimedelta makes */
};

/* CSRs whose values are the same everywhere, and the bits of them that may be changed. What is left out would break
 * the handlers (their own registers, delegation of environment calls from S, MPRV) or items (TVM, VTVM, VTW), changes
 * STIP at a time that is open (STCE), or is for each implementation to choose. Any other CSR is read into x0, to see
 * whether that is allowed. */
// clang-format off
static const struct { const char *name; uint64_t mask; unsigned what; } known[] = {
    { "fflags",     0x1f,               READ | SWAP }, { "frm",        3,                READ | SWAP },
    { "fcsr",       0x7f,               READ | SWAP }, { "sstatus",    0xc0122,          READ },
    { "sie",        0x222,              READ | SWAP }, { "sip",        2,                READ },
    { "scounteren", 0xffffffff,         READ | SWAP }, { "senvcfg",    0xc0,             READ },
    { "sepc",       ~0ull,              READ | SWAP }, { "scause",     1ull << 63 | 15,  READ | SWAP },
    { "stval",      ~0ull,              READ | SWAP }, { "stvec",      0,                READ },
    { "satp",       0,                  READ },        { "sscratch",   0,                READ },
    { "mstatus",    0xc0006c01aa,       READ },        { "medeleg",    0xf0b5fe & ~0x200, READ | SWAP },
    { "mideleg",    0x222,              SWAP },        { "mie",        0xeee,            READ | SWAP },
    { "mip",        0x226,              READ },        { "mcounteren", 0xffffffff,       READ | SWAP },
    { "menvcfg",    0x60000000000000c0, READ },        { "mepc",       ~0ull,            READ | SWAP },
    { "mcause",     1ull << 63 | 15,    READ | SWAP }, { "mtval",      ~0ull,            READ | SWAP },
    { "mtvec",      0,                  READ },        { "mscratch",   0,                READ },
    { "mhartid",    0,                  READ },        { "pmpcfg0",    0,                READ },
    { "pmpaddr4",   ~0ull,              READ | SWAP }, { "pmpaddr7",   ~0ull,            READ | SWAP },
    { "pmpaddr15",  ~0ull,              READ | SWAP }, { "mtval2",     ~0ull,            READ | SWAP },
    { "mtinst",     ~0ull,              READ | SWAP }, { "hstatus",    0x43f3c0,         READ },
    { "hedeleg",    0xb1ff,             READ | SWAP }, { "hideleg",    0x444,            READ | SWAP },
    { "hie",        0x444,              READ | SWAP }, { "hip",        4,                READ },
    { "hvip",       0x444,              READ | SWAP }, { "hcounteren", 0xffffffff,       READ | SWAP },
    { "htval",      ~0ull,              READ | SWAP }, { "htinst",     ~0ull,            READ | SWAP },
    { "htimedelta", ~0ull,              READ | SWAP }, { "hgatp",      0,                READ },
    { "hgeie",      ~0ull,              READ | SWAP }, { "hgeip",      0,                READ },
    { "henvcfg",    0x60000000000000c0, READ },        { "hstateen0",  0xd000000000000000, READ | SWAP },
    { "mstateen0",  0xd000000000000000, READ | SWAP }, { "vsstatus",   0xc0122,          READ },
    { "vsie",       0x222,              READ | SWAP }, { "vsip",       2,                READ },
    { "vsepc",      ~0ull,              READ | SWAP }, { "vscause",    1ull << 63 | 15,  READ | SWAP },
    { "vstval",     ~0ull,              READ | SWAP }, { "vstvec",     0,                READ },
    { "vsatp",      0,                  READ },        { "vsscratch",  0,                READ },
    { "stimecmp",   0,                  READ },        { "vstimecmp",  0,                READ },
    { "mtopi",      0,                  READ | TOP },  { "stopi",      0,                READ | TOP },
    { "vstopi",     0,                  READ | TOP },  { "mvien",      0,                READ },
    { "mvip",       0x222,              READ | SWAP }, { "hvien",      0,                READ },
    { "hvictl",     0x100,              READ },        { "hviprio1",   0,                READ },
    { "hviprio2",   0,                  READ },        { "time",       0,                READ | TIME },
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

/* What guests leave out: indirect access, which in VS-mode leads nowhere (norm:vsireg_access_behaviour) and in
 * VU-mode asks mstateen0 first, which Spike does not, nor does it know mireg from sireg there; scountinhibit, which
 * Spike has in VS-mode; sip and sie, which Spike has there whatever hvictl says; and vstopei, which is illegal in
 * Spike without interrupt files. */
static bool is_open(const Episode *episode, unsigned number)
{
    bool may_be_vs = episode->mode == PRIV_S || episode->first_mode != PRIV_U;
    bool asks = episode->program->isa->has[EXT_Smstateen];
    if (!episode->guest)
        return false;
    return ((may_be_vs || asks) && number >= CSR_sireg && number <= CSR_sireg6) ||
           (number >= CSR_mireg && number <= CSR_mireg6) || number == CSR_scountinhibit ||
           number == CSR_vstopei ||
           (episode->program->isa->has[EXT_Ssaia] && (number == CSR_sip || number == CSR_sie));
}

/* A CSR there is, mostly one that this mode may access; known ones more often than others. */
static unsigned pick_csr(Episode *episode, int *is_known)
{
    Rng *rng = &episode->rng;
    bool any_mode = rng_chance(rng, 1, 12), any_csr = rng_chance(rng, 1, 6);
    unsigned level = episode->mode + (episode->mode == PRIV_S && !episode->guest);
    unsigned found = CSR_mhartid, seen = 0;
    for (unsigned number = 0; number < CSR_COUNT; number++) {
        if (!csr_configured(episode->program->isa, number) ||
            (!any_mode && (number >> 8 & 3) > level))
            continue;
        const char *name = csr_name(number);
        if (!is_trigger(number) && !is_open(episode, number) &&
            (any_csr || find_known(name) >= 0) && rng_chance(rng, 1, ++seen))
            found = number;
    }
    *is_known = find_known(csr_name(found));
    return found;
}

void items_put_csr(Episode *episode, InsnId id, unsigned rd, unsigned number, unsigned rs1)
{
    asm_emit(episode->program, id, OPS(OP_RD = rd, OP_RS1 = rs1, OP_CSR = number));
}

/* QEMU has what belongs to the hypervisor without it. A state enable for what is not there is read-only zero, but not
 * in Spike. norm:stateen_unimplemented_state_roz */
static uint64_t writable(const Program *program, unsigned number, uint64_t mask)
{
    if (program->omit_kind[OMIT_BITS] && number == CSR_medeleg)
        mask &= 0xb1fe;
    if (program->omit_kind[OMIT_BITS] && (number == CSR_mie || number == CSR_mip))
        mask &= ~(uint64_t)IRQS_H;
    /* What sie holds then is open. AIA, "Interrupt filtering and virtual interrupts for supervisor level" */
    if (program->isa->has[EXT_Ssaia] && number == CSR_mideleg)
        mask = 0;
    /* Of an interrupt that is pending for M-mode and passed on by mvip, Spike never gets M-mode to hear. */
    if (program->isa->has[EXT_Ssaia] && number == CSR_mie)
        mask &= ~0x202ull;
    if ((number == CSR_mstateen0 || number == CSR_hstateen0) && !program->isa->has[EXT_Sscsrind])
        mask &= ~STATEEN_CSRIND;
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
    /* norm:Zicsr_access; of guests Spike says of scountovf what it says of reading. */
    bool writes = rng_chance(rng, 1, 4) && !(episode->guest && number == CSR_scountovf);
    if (number >> 10 == 3 && writes) {
        items_put_csr(episode, INSN_csrrw, 0, number, value);
        return;
    }
    /* Of the supervisor's, Spike leaves out the guests' interrupts. */
    bool left_out =
        number == CSR_stopi && episode->program->isa->has[EXT_H] && !episode->first_guest;
    if (is < 0 || !(known[is].what & READ) || left_out)
        rd = 0;
    uint64_t mask = is < 0 ? 0 : writable(episode->program, number, known[is].mask);
    if (!mask || rng_chance(rng, 1, 3)) {
        items_put_csr(episode, rng_chance(rng, 1, 2) ? INSN_csrrs : INSN_csrrci, rd, number, 0);
        if (is >= 0 && known[is].what & (TOP | TIME))
            asm_emit(episode->program, INSN_srli,
                     OPS(OP_RD = rd, OP_RS1 = rd, OP_IMM = known[is].what & TOP ? 16 : 56));
        return;
    }
    unsigned action = rng_below(rng, known[is].what & SWAP ? 3 : 2);
    if (rng_chance(rng, 1, 3)) {
        items_put_csr(episode, immediate[action], rd, number, rng_below(rng, 32) & (unsigned)mask);
        return;
    }
    asm_constant(episode->program, value, value_integer(rng) & mask);
    items_put_csr(episode, register_[action], rd, number, value);
}

/* Numbers nothing has, or only a debugger, or only RV32: illegal in every mode. */
void item_no_csr(Episode *episode)
{
    static const uint16_t numbers[] = { 0x004, 0x0ff, 0x1c0, 0x1ff, 0x3ff, 0x3a1, 0x3a3,
                                        0x4ff, 0x5c0, 0x6ff, 0x7b0, 0x7b2, 0x7c0, 0x7ff,
                                        0x800, 0x8ff, 0x9ff, 0xb80, 0xb82, 0xbc0, 0xc80,
                                        0xc81, 0xcc0, 0xcff, 0xdff, 0xeff, 0xfc0, 0xfff };
    Rng *rng = &episode->rng;
    items_put_csr(episode, INSN_csrrw + rng_below(rng, 6), rows_temporary(episode),
                  numbers[rng_below(rng, G_N_ELEMENTS(numbers))], rng_below(rng, 32));
}
