/* SPDX-License-Identifier: MIT */
/* breakpoint.c - where the debugger wants harts to stop; see breakpoint.h. */
#include "cpu/breakpoint.h"

#include <string.h>

#include "cpu/commit.h"
#include "cpu/hart.h"
#include "mmu/pte.h"

static unsigned filter_bit(uint64_t pc)
{
    return (unsigned)(pc >> 1 & (BREAK_FILTER_BITS - 1));
}

void breakpoints_prepare(Breakpoints *b)
{
    memset(b->filter, 0, sizeof b->filter);
    for (unsigned i = 0; i < b->n_points; i++)
        b->filter[filter_bit(b->points[i].pc) / 64] |= BIT(filter_bit(b->points[i].pc) % 64);
}

static AddressSpace space_of(const Hart *hart, bool guest, unsigned priv)
{
    const Mmu *mmu = &hart->mmu;
    uint64_t atp = guest ? mmu->vsatp : mmu->satp;
    bool translates = priv != PRIV_M && bits(atp, 63, 60) != ATP_BARE;
    return (AddressSpace){ .guest = guest,
                           .vmid = guest ? (uint16_t)bits(mmu->hgatp, 57, 44) : 0,
                           .asid = translates ? (int32_t)bits(atp, 59, 44) : -1 };
}

AddressSpace hart_code_space(const Hart *hart)
{
    return space_of(hart, hart->mmu.v, hart->mmu.priv);
}

AddressSpace hart_data_space(const Hart *hart)
{
    return space_of(hart, hart->mmu.data_v, hart->mmu.data_priv);
}

bool scope_covers(const BreakScope *scope, const AddressSpace *space)
{
    if (scope->kind == SCOPE_ANY)
        return true;
    bool same = scope->space.guest == space->guest && scope->space.vmid == space->vmid;
    return same && (scope->kind == SCOPE_VMID || scope->space.asid == space->asid);
}

bool breakpoints_at(const Breakpoints *b, const Hart *hart, uint64_t pc)
{
    if (!(b->filter[filter_bit(pc) / 64] >> filter_bit(pc) % 64 & 1))
        return false;
    AddressSpace space = hart_code_space(hart);
    for (unsigned i = 0; i < b->n_points; i++)
        if (b->points[i].pc == pc && scope_covers(&b->points[i].scope, &space))
            return true;
    return false;
}

static const Watchpoint *find_watch(const Hart *hart, uint64_t first, uint64_t last, unsigned how)
{
    static const uint8_t wants[] = { [WATCHED_WRITE] = ACCESSED_WRITE,
                                     [WATCHED_READ] = ACCESSED_READ,
                                     [WATCHED_ACCESS] = ACCESSED_BOTH };
    const Breakpoints *b = hart->breakpoints;
    AddressSpace space = hart_data_space(hart);
    for (unsigned i = 0; i < b->n_watches; i++) {
        const Watchpoint *w = &b->watches[i];
        if (w->last >= first && w->first <= last && wants[w->kind] & how &&
            scope_covers(&w->scope, &space))
            return w;
    }
    return NULL;
}

/* Watched addresses are those without a mask. Of several points the first counts. */
bool breakpoints_stop_access(Hart *hart, uint64_t address, unsigned size, unsigned how)
{
    uint64_t first = mmu_unmask(&hart->mmu, (Gva){ address }).v, last = first + size - 1;
    const Watchpoint *w = hart->watch_over ? NULL : find_watch(hart, first, last, how);
    if (w)
        hart->watch_hit = (Watchpoint){ MAX(first, w->first), last, w->kind, w->scope };
    return w;
}
