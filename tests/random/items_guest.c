/* SPDX-License-Identifier: MIT */
/* items_guest.c - the items about virtual machines: accesses as a guest, their page tables, interrupts for them. */
#include "cpu/csr.h"
#include "cpu/hart.h"
#include "episode.h"
#include "mmu/pte.h"

static bool has_h(const Episode *episode)
{
    return episode->program->isa->has[EXT_H];
}

/* M-mode or the hypervisor: who may access its registers. */
static bool is_hypervisor(const Episode *episode)
{
    return has_h(episode) && !episode->guest && episode->mode != PRIV_U;
}

/* Two registers that are not to be chosen until `episode->pinned` is what it was. */
static uint32_t pin_two(Episode *episode, unsigned reg[2])
{
    uint32_t was = episode->pinned;
    for (unsigned i = 0; i < 2; i++) {
        reg[i] = rows_temporary(episode);
        episode->pinned |= 1u << reg[i];
    }
    return was;
}

/* Where a guest's loads and stores go, in another address space than the present; not to its handler, which it could
 * overwrite with the rights of VS-mode. */
static uint64_t guest_pointer(const Episode *episode, Rng *rng, const Space *space, bool user,
                              Edges edges)
{
    Episode as = *episode;
    as.guest = true;
    as.guest_space = space;
    as.mode = user ? PRIV_U : PRIV_S;
    as.first_mode = PRIV_S;
    if (space == episode->guest_space && rng_chance(rng, 1, 2))
        return episode->guest_places[user];
    return rng_chance(rng, 1, 16) ? address_wild(&as, rng) : address_pointer(&as, rng, edges);
}

/* One of hlv, hlvx, hsv; hlvx sometimes reads code. */
static void put_guest_access(Episode *episode, const Space *space, unsigned base, bool user)
{
    Program *program = episode->program;
    Rng *rng = &episode->rng;
    Edges edges = rng_chance(rng, 1, 2) ? EDGES_LOADS : EDGES_ALIGNED;
    uint64_t address = guest_pointer(episode, rng, space, user, edges);
    /* Over the end of a page, or code. */
    if (edges == EDGES_LOADS && space_translates(space) && rng_chance(rng, 1, 6))
        address = (address | (PAGE - 1)) - rng_below(rng, 7);
    else if (edges == EDGES_LOADS && rng_chance(rng, 1, 4))
        address = RAM_BASE + program->at - 2 * rng_below(rng, 64) + space->code[user];
    asm_constant(program, base, address);
    rows_guest_access(episode, base, edges);
}

/* hstatus.SPVP decides with whose rights. */
void item_guest_access(Episode *episode)
{
    unsigned reg[2];
    if (!has_h(episode))
        return;
    uint32_t was = pin_two(episode, reg);
    bool user = rng_chance(&episode->rng, 1, 2);
    if (is_hypervisor(episode) && rng_chance(&episode->rng, 1, 2)) {
        asm_constant(episode->program, reg[1], HSTATUS_SPVP);
        items_put_csr(episode, user ? INSN_csrrc : INSN_csrrs, 0, CSR_hstatus, reg[1]);
    }
    put_guest_access(episode, episode->guest_space, reg[0], user);
    episode->pinned = was;
}

static void put_entry(Episode *episode, const unsigned reg[2], uint64_t place, uint64_t entry)
{
    asm_constant(episode->program, reg[0], place);
    asm_constant(episode->program, reg[1], entry);
    asm_emit(episode->program, INSN_sd, OPS(OP_RS1 = reg[0], OP_RS2 = reg[1]));
}

/* An entry of the guest's own window. The hypervisor does it for the guest, or the guest itself. */
static void change_first_stage(Episode *episode, const unsigned reg[2])
{
    const Space *space = episode->guest_space;
    Rng *rng = &episode->rng;
    bool good, own = episode->guest;
    unsigned page = address_page(episode, rng, space);
    uint64_t entry = tables_random_leaf(rng, space, rng_chance(rng, 1, 2), &good);
    put_entry(episode, reg, space->leaves + 8 * page, entry);
    items_put_fence(episode, own ? INSN_sfence_vma : INSN_hfence_vvma, reg,
                    space->window + page * PAGE, space);
}

/* An entry of the G stage, for the window or for what the guest's own page tables are in. Fences get the guest physical
 * address shifted. norm:hfence-gvma_op */
static void change_g_stage(Episode *episode, const unsigned reg[2])
{
    const Space *space = episode->guest_space, *under = space->under;
    Rng *rng = &episode->rng;
    bool good, tables = space->mode && rng_chance(rng, 1, 3);
    unsigned page = address_page(episode, rng, under);
    uint64_t place = under->leaves + 8 * page, address = under->window + page * PAGE;
    uint64_t entry = tables_random_leaf(rng, under, rng_chance(rng, 15, 16), &good);
    if (tables) {
        uint64_t offset = space->leaves - RAM_BASE;
        place = under->table_leaves + 8 * (offset / PAGE);
        address = under->tables + offset;
        entry = guests_random_table_leaf(rng, space->leaves);
    }
    put_entry(episode, reg, place, entry);
    items_put_fence(episode, INSN_hfence_gvma, reg, address >> 2, under);
    /* Translations of the first stage that are known need no access to its tables. */
    if (tables)
        asm_emit(episode->program, INSN_hfence_vvma, OPS(OP_RD = 0));
}

/* Replaces an entry and fences what it meant; not where the fence may be refused. */
void item_guest_table(Episode *episode)
{
    const Space *space = episode->guest_space;
    unsigned reg[2];
    if (!has_h(episode) || episode->mode == PRIV_U)
        return;
    bool g_stage = !episode->guest && space->under->mode && rng_chance(&episode->rng, 1, 2);
    bool possible = g_stage           ? !episode->no_fences
                    : !episode->guest ? space->mode != 0
                                      : space->mode && !episode->no_guest_fences;
    if (!possible)
        return;
    uint32_t was = pin_two(episode, reg);
    (g_stage ? change_g_stage : change_first_stage)(episode, reg);
    episode->pinned = was;
}

static void put_address_space(Episode *episode, const Space *space, unsigned reg)
{
    asm_constant(episode->program, reg, space->under->atp);
    items_put_csr(episode, INSN_csrrw, 0, CSR_hgatp, reg);
    asm_constant(episode->program, reg, space->atp);
    items_put_csr(episode, INSN_csrrw, 0, CSR_vsatp, reg);
}

/* To another guest's address space, a few accesses there, and back, without a fence: no two have the same number. */
void item_guest_switch(Episode *episode)
{
    const Program *program = episode->program;
    unsigned reg[2];
    if (!is_hypervisor(episode) || episode->no_fences)
        return;
    uint32_t was = pin_two(episode, reg);
    const Space *other = &program->guests[rng_below(&episode->rng, program->n_guests)];
    put_address_space(episode, other, reg[0]);
    for (unsigned i = 1 + rng_below(&episode->rng, 3); i-- > 0;)
        put_guest_access(episode, other, reg[0], rng_chance(&episode->rng, 1, 2));
    put_address_space(episode, episode->guest_space, reg[0]);
    episode->pinned = was;
}

/* A MODE that is reserved, or a root that is not aligned, for a moment in which nobody translates by it: the other
 * fields of hgatp are written all the same; satp, the guest's too, stays as it was. norm:hgatp_mode_warl,
 * norm:vsatp_mode_unsupported_v1 */
void item_odd_root(Episode *episode)
{
    static const uint8_t reserved[] = { 1, 2, 5, 7, 11, 13, 15 };
    Program *program = episode->program;
    Rng *rng = &episode->rng;
    unsigned value = rows_temporary(episode), rd = rows_temporary(episode);
    uint64_t mode = reserved[rng_below(rng, sizeof reserved)];
    uint64_t odd = (rng_next(rng) & MASK(59, 0)) | mode << 60;
    bool is_h = is_hypervisor(episode) && rng_chance(rng, 2, 3);
    unsigned number = is_h ? CSR_hgatp : CSR_satp;
    if (!has_h(episode) || episode->mode == PRIV_U || value == rd || (is_h && episode->no_fences))
        return;
    if (is_h && rng_chance(rng, 1, 2))
        odd = episode->guest_space->under->atp | rng_below(rng, 4);
    asm_constant(program, value, odd);
    items_put_csr(episode, INSN_csrrw, 0, number, value);
    items_put_csr(episode, INSN_csrrs, rd, number, 0);
    if (!is_h)
        return;
    asm_constant(program, value, episode->guest_space->under->atp);
    items_put_csr(episode, INSN_csrrw, 0, number, value);
}

/* Sets or clears interrupts of the VS level, or what enables them; or its timer has passed, or never will. */
void item_guest_interrupt(Episode *episode)
{
    // clang-format off
    typedef struct { unsigned number; uint64_t mask; } Field;
    static const Field own[] = { { CSR_sip, 2 }, { CSR_sie, 0x222 } };
    static const Field hypervisors[] = {
        { CSR_hvip, IRQS_VS }, { CSR_hip, 4 }, { CSR_hie, IRQS_VS }, { CSR_hideleg, IRQS_VS }, { CSR_vsip, 2 },
        { CSR_vsie, 0x222 }, { CSR_hvip, IRQS_VS },
    };
    // clang-format on
    Program *program = episode->program;
    Rng *rng = &episode->rng;
    unsigned value = rows_temporary(episode), which = rng_below(rng, 8);
    if (!has_h(episode) || episode->mode == PRIV_U)
        return;
    /* hvictl may take all of these away from the guest; Spike only looks at the timer. */
    bool mine = episode->guest, timer = which == 7 || (mine && program->isa->has[EXT_Ssaia]);
    if (timer && (!program->isa->has[EXT_Sstc] || episode->first_guest != mine))
        return;
    bool set = rng_chance(rng, 2, 3);
    if (timer) {
        asm_constant(program, value, set ? 0 : ~0ull);
        items_put_csr(episode, INSN_csrrw, 0, mine ? CSR_stimecmp : CSR_vstimecmp, value);
        return;
    }
    Field field = mine ? own[which & 1] : hypervisors[which];
    asm_constant(program, value, rng_next(rng) & field.mask);
    items_put_csr(episode, set ? INSN_csrrs : INSN_csrrc, 0, field.number, value);
}
