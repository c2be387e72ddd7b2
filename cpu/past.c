/* SPDX-License-Identifier: MIT */
/* past.c - the last traps of a hart; see past.h. */
#include "cpu/past.h"

#include <string.h>

void past_keep(Hart *hart)
{
    if (!hart->past)
        hart->past = g_new0(Past, 1);
    if (!hart->mmu.fault_walks)
        hart->mmu.fault_walks = g_new0(FaultWalk, MMU_FAULT_WALKS);
}

void past_forget(Hart *hart, bool midway)
{
    if (hart->past)
        *hart->past = (Past){ .midway = midway };
}

/* Is it the same once more, with nothing done between? A handler that traps at its own first instruction is such, too. */
static bool comes_again(const Hart *hart, const PastTrap *last, const Trap *trap, uint64_t retired)
{
    return last->back_pc == hart->pc && last->back_retired == retired && last->epc == hart->pc &&
           last->trap.cause == trap->cause && last->trap.tval == trap->tval &&
           last->trap.tval2 == trap->tval2 && last->mode == hart_mode(hart);
}

/* Did the walk that failed last end in this trap? */
static bool was_walked(const Hart *hart, const Trap *trap)
{
    const Fault *fault = &hart->mmu.fault;
    return fault->walked && trap->cause == fault->cause && trap->tval == fault->gva.v;
}

void past_trap(Hart *hart, const Trap *trap, Level level)
{
    Past *past = hart->past;
    PastTrap *t = &past->traps[level][(past->next[level] - 1) % PAST_TRAPS];
    const uint64_t retired = hart_retired(hart);
    if (UNLIKELY(comes_again(hart, t, trap, retired))) {
        t->times++;
    } else {
        t = &past->traps[level][past->next[level]++ % PAST_TRAPS];
        t->trap = *trap;
        t->epc = t->back_pc = hart->pc;
        t->times = 1;
        t->returns = 0;
        t->mode = (uint8_t)hart_mode(hart);
        t->level = (uint8_t)level;
    }
    t->id = ++past->count;
    t->retired = t->back_retired = retired;
    t->returned = false;
    t->walk = was_walked(hart, trap) ? hart->mmu.n_fault_walks : 0;
}

void past_return(Hart *hart, unsigned to, bool guest)
{
    const Level from = hart->mmu.priv == PRIV_M ? LEVEL_M
                       : hart_is_guest(hart)    ? LEVEL_VS
                                                : LEVEL_HS;
    Past *past = hart->past;
    PastTrap *t = &past->traps[from][(past->next[from] - 1) % PAST_TRAPS];
    past->back_pc = hart->pc;
    past->back_mode = (uint8_t)mode_of(to, guest);
    past->entered |= (uint8_t)(1u << past->back_mode);
    if (!t->id || t->returned)
        return;
    t->returned = true;
    t->returns++;
    t->back_pc = hart->pc;
    t->back_mode = past->back_mode;
    t->back_retired = hart_retired(hart) + 1; /* the xRET retires yet */
}

/* The one of the VMID, or the one that was used longest ago; it becomes the first. */
static PastRoot *take_root(Past *past, uint64_t vmid)
{
    unsigned i = 0;
    while (i < PAST_ROOTS - 1 && bits(past->roots[i].now, 57, 44) != vmid)
        i++;
    PastRoot found = past->roots[i];
    memmove(&past->roots[1], &past->roots[0], i * sizeof found);
    past->roots[0] = bits(found.now, 57, 44) == vmid ? found : (PastRoot){ 0 };
    return &past->roots[0];
}

void past_hgatp(Hart *hart, uint64_t wanted)
{
    const uint64_t value = hart->csr.hgatp;
    if (!hart->past)
        return;
    hart->past->hgatp_wanted = wanted;
    if (!bits(value, 63, 60))
        return;
    PastRoot *root = take_root(hart->past, bits(value, 57, 44));
    if (root->now == value)
        return;
    root->before = root->now;
    root->now = value;
}

void past_hvip(Hart *hart)
{
    if (hart->past)
        hart->past->hvip_ever |= hart->csr.hvip;
}

const PastTrap *past_find(const Past *past, uint64_t id)
{
    for (unsigned level = LEVEL_VS; id && level <= LEVEL_M; level++)
        for (unsigned i = 0; i < PAST_TRAPS; i++)
            if (past->traps[level][i].id == id)
                return &past->traps[level][i];
    return NULL;
}

/* The one with the greatest number below that; NULL: there is none. */
static const PastTrap *find_below(const Past *past, uint64_t below)
{
    const PastTrap *found = NULL;
    for (unsigned level = LEVEL_VS; level <= LEVEL_M; level++)
        for (unsigned i = 0; i < PAST_TRAPS; i++) {
            const PastTrap *t = &past->traps[level][i];
            if (t->id && t->id < below && (!found || t->id > found->id))
                found = t;
        }
    return found;
}

const PastTrap *past_last(const Past *past, unsigned n)
{
    const PastTrap *found = find_below(past, UINT64_MAX);
    while (found && n--)
        found = find_below(past, found->id);
    return found;
}

const FaultWalk *past_walk(const Hart *hart, const PastTrap *trap)
{
    return trap->walk ? mmu_fault_walk(&hart->mmu, trap->walk) : NULL;
}
