/* SPDX-License-Identifier: MIT */
/* notes_ring.c - traps and returns in the ring; see notes.h. Putting them there is all that every run pays for. */
#include "cpu/notes.h"

#include <string.h>

/* `own` of a trap. */
enum {
    OWN_CAUSE = 0,
    OWN_IRQ = OWN_CAUSE + 6,
    OWN_LEVEL,
    OWN_EXIT = OWN_LEVEL + 2,
    OWN_IMPLICIT = OWN_EXIT + 4,
    OWN_FAULT, /* there are tval2 and tinst */
    OWN_CALL,  /* there are a0 to a7 */
};
/* Of a return. */
enum { OWN_TO = 0, OWN_WHY = OWN_TO + 4, OWN_SPVP = OWN_WHY + 3, OWN_RESULT /* a0, a1 */ };
/* Behind tval2 and tinst of a guest page fault: the number of the walk, the entry where it ended, and that one's address,
 * above which is */
enum { AT_REASON = 56, AT_LEVEL = AT_REASON + 4, AT_WRITE = AT_LEVEL + 3 };
/* Fills in what both have; the first value is the pc. */
static inline RingEntry *begin(const Hart *hart, unsigned kind)
{
    RingEntry *entry = ring_room(hart->notes->ring);
    entry->kind = (uint8_t)kind;
    entry->hart = (uint8_t)hart->id;
    entry->mode = (uint8_t)hart_mode(hart);
    entry->vmid = (uint16_t)bits(hart->csr.hgatp, 57, 44);
    entry->units = hart->clock->units - (uint64_t)*hart->clock->left;
    entry->insns = hart_retired(hart);
    entry->spent = hart->units - (uint64_t)hart->left;
    entry->values[0] = hart->pc;
    return entry;
}

static inline bool is_guest_page_fault(uint64_t cause)
{
    return cause >= CAUSE_FETCH_GUEST_PAGE && cause <= CAUSE_STORE_GUEST_PAGE &&
           cause != CAUSE_VIRTUAL;
}

static uint64_t *put_refusal(uint64_t *at, const Mmu *mmu)
{
    const Refusal *r = &mmu->refusal;
    *at++ = r->walk;
    *at++ = r->pte;
    *at++ = r->at.v | (uint64_t)mmu->fault.why << AT_REASON | (uint64_t)r->level << AT_LEVEL |
            (uint64_t)mmu->fault.implicit_write << AT_WRITE;
    return at;
}

void notes_ring_trap(const Hart *hart, const Trap *trap, Level level, ExitReason exit)
{
    TrapNotes *notes = hart->notes;
    RingEntry *entry = begin(hart, RING_TRAP);
    uint64_t *at = entry->values + 1;
    const bool refused = is_guest_page_fault(trap->cause), call = notes_is_call(trap);
    const bool fault = (trap->tval2 | trap->tinst) != 0 || refused;
    entry->own = (uint16_t)((trap->cause & 63) << OWN_CAUSE | trap->cause >> 63 << OWN_IRQ |
                            level << OWN_LEVEL | exit << OWN_EXIT |
                            (unsigned)hart->mmu.fault.implicit << OWN_IMPLICIT |
                            (unsigned)fault << OWN_FAULT | (unsigned)call << OWN_CALL);
    *at++ = trap->tval;
    if (exit)
        *at++ = notes_walks(hart);
    if (fault) {
        *at++ = trap->tval2;
        *at++ = trap->tinst;
    }
    if (refused)
        at = put_refusal(at, &hart->mmu);
    notes->kept++;
    notes->calls &= (uint8_t) ~(1u << level);
    if (call) {
        notes->calls |= (uint8_t)(1u << level);
        memcpy(at, &hart->x[REG_A0], 64);
        at += 8;
    }
    ring_put(notes->ring, entry, (size_t)(at - entry->values));
}

void notes_ring_return(const Hart *hart, unsigned to, ModeReason why)
{
    TrapNotes *notes = hart->notes;
    RingEntry *entry = begin(hart, RING_RETURN);
    uint64_t *at = entry->values + 1;
    const unsigned level = hart->mmu.priv == PRIV_M ? LEVEL_M : hart->mmu.v ? LEVEL_VS : LEVEL_HS;
    const unsigned result = notes->calls >> level & 1;
    entry->own = (uint16_t)(to << OWN_TO | (unsigned)why << OWN_WHY |
                            (hart->csr.hstatus >> 8 & 1) << OWN_SPVP | result << OWN_RESULT);
    if (result) {
        *at++ = hart->x[REG_A0];
        *at++ = hart->x[REG_A0 + 1];
    }
    if (to >= MODE_GUEST && !hart->mmu.v)
        *at++ = notes_walks(hart);
    ring_put(notes->ring, entry, (size_t)(at - entry->values));
}

static const uint64_t *get_refusal(const uint64_t *at, TrapFact *f)
{
    f->refusal.walk = *at++;
    f->refusal.pte = *at++;
    f->refusal.at.v = bits(*at, 55, 0);
    f->refusal.level = *at >> AT_LEVEL & 7;
    f->reason = *at >> AT_REASON & 15;
    f->implicit_write = *at >> AT_WRITE & 1;
    return at + 1;
}

static void get_trap(const uint64_t *at, unsigned own, TrapFact *f)
{
    f->level = own >> OWN_LEVEL & 3;
    f->cause = own >> OWN_CAUSE & 63;
    f->irq = own >> OWN_IRQ & 1;
    f->implicit = own >> OWN_IMPLICIT & 1;
    f->exit = own >> OWN_EXIT & 15;
    f->calls = own >> OWN_CALL & 1;
    f->to = notes_mode_of((Level)f->level);
    f->tval = *at++;
    if (f->exit)
        f->walks = *at++;
    if (own >> OWN_FAULT & 1) {
        f->tval2 = *at++;
        f->tinst = *at++;
    }
    f->refused = !f->irq && is_guest_page_fault(f->cause);
    if (f->refused)
        at = get_refusal(at, f);
    if (f->calls)
        memcpy(f->call, at, sizeof f->call);
}

static void get_return(const uint64_t *at, unsigned own, TrapFact *f)
{
    f->to = own >> OWN_TO & 15;
    f->why = own >> OWN_WHY & 7;
    f->spvp = own >> OWN_SPVP & 1;
    if (own >> OWN_RESULT & 1) {
        f->call[0] = *at++;
        f->call[1] = *at++;
    }
    if (f->to >= MODE_GUEST && f->mode < MODE_GUEST)
        f->walks = *at;
}

void notes_ring_fact(const RingEntry *entry, TrapFact *f)
{
    *f = (TrapFact){ .returns = entry->kind == RING_RETURN,
                     .hart = entry->hart,
                     .mode = entry->mode,
                     .vmid = entry->vmid,
                     .units = entry->units,
                     .insns = entry->insns,
                     .pc = entry->values[0] };
    (f->returns ? get_return : get_trap)(entry->values + 1, entry->own, f);
}

RingGlance notes_ring_glance(const RingEntry *entry)
{
    const unsigned own = entry->own;
    if (entry->kind == RING_RETURN)
        return (RingGlance){ .to = own >> OWN_TO & 15, .pc = entry->values[0] };
    return (RingGlance){ .to = notes_mode_of((Level)(own >> OWN_LEVEL & 3)),
                         .cause = own >> OWN_CAUSE & 127,
                         .exit = own >> OWN_EXIT & 15,
                         .pc = entry->values[0] };
}
