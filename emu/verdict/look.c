/* SPDX-License-Identifier: MIT */
/* look.c - see look.h. */
#include "emu/verdict/look.h"

#include "emu/verdict/inside.h"

bool verdict_look(const Verdict *v, unsigned number, VerdictLook *look)
{
    const PartCounts *c = &v->counts[number];
    if (!c->seen)
        return false;
    *look = (VerdictLook){
        .name = partitions_get(v->parts, number)->name,
        .harts = c->harts,
        .guest_ns = c->ns[SPENT_VU] + c->ns[SPENT_VS],
        .host_ns = c->ns[SPENT_U] + c->ns[SPENT_HS] + c->ns[SPENT_M],
        .idle_ns = c->ns[SPENT_IDLE],
        .exits = c->exits + c->mtraps,
        .longest_ns = longest_stay(c),
    };
    for (unsigned kind = 0; kind < KINDS; kind++) {
        const Histogram *late = &c->irq[kind].total;
        look->interrupts += late->n;
        look->latest_ns = MAX(look->latest_ns, late->n ? late->max : 0);
    }
    return true;
}
