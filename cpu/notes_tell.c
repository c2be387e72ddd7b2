/* SPDX-License-Identifier: MIT */
/* notes_tell.c - events made of what is known of traps and returns, see notes.h. */
#include "cpu/notes.h"

#include <string.h>

#include "mmu/watch.h"

typedef struct {
    TrapNotes *notes;
    const TrapFact *fact;
    const NotesListener *to;
} Telling;

static unsigned partition_of(const Telling *t)
{
    return partitions_traced(t->to->partitions, t->fact->vmid, t->fact->hart);
}

static void report(const Telling *t, TraceId id, const uint64_t *values, unsigned n)
{
    const TrapFact *fact = t->fact;
    const uint64_t time = clock_time_at(t->to->clock, fact->units);
    TraceRecord record = { .time = time,
                           .insns = fact->insns,
                           .own = fact->own ? fact->own : time,
                           .id = id,
                           .hart = fact->hart,
                           .mode = fact->mode,
                           .vmid = fact->vmid,
                           .partition = fact->mode >= MODE_GUEST ? (uint16_t)partition_of(t)
                                                                 : PARTITION_HOST };
    memcpy(record.values, values, n * sizeof *values);
    t->to->put(t->to->opaque, &record);
}

#define REPORT(telling, id, ...)                                                          \
    do {                                                                                  \
        _Static_assert(sizeof((uint64_t[]){ __VA_ARGS__ }) == 8 * (TRACE_WORDS_##id - 1), \
                       "wrong number of arguments for trace event " #id);                 \
        report((telling), TRACE_##id, (uint64_t[]){ __VA_ARGS__ }, TRACE_WORDS_##id - 1); \
    } while (0)

static uint64_t guest_physical(const TrapFact *fact)
{
    return fact->tval2 << 2 | (fact->implicit ? 0 : fact->tval & 3);
}

static unsigned instruction_kind(uint64_t tinst)
{
    enum { ZERO, TRANSFORMED, PTE_READ, PTE_WRITE };
    return tinst == 0x3000 ? PTE_READ : tinst == 0x3020 ? PTE_WRITE : tinst ? TRANSFORMED : ZERO;
}

static unsigned source_of(uint64_t number)
{
    enum { OTHER, SOFTWARE, TIMER, EXTERNAL, GUEST_EXTERNAL, OVERFLOW };
    switch (number) {
    case IRQ_SSI:
    case IRQ_VSSI:
    case IRQ_MSI: return SOFTWARE;
    case IRQ_STI:
    case IRQ_VSTI:
    case IRQ_MTI: return TIMER;
    case IRQ_SEI:
    case IRQ_VSEI:
    case IRQ_MEI: return EXTERNAL;
    case IRQ_SGEI: return GUEST_EXTERNAL;
    case IRQ_LCOFI: return OVERFLOW;
    default: return OTHER;
    }
}

static void report_call(const Telling *t, const TrapNote *note, bool returned)
{
    const uint64_t *a = note->call;
    REPORT(t, sbi, note->caller, a[7], a[6], a[0], a[1], a[2], a[3], a[4], a[5], returned,
           returned ? t->fact->call[0] : 0, returned ? t->fact->call[1] : 0);
}

static void report_mode(const Telling *t)
{
    const TrapFact *fact = t->fact;
    if (fact->to != fact->mode)
        REPORT(t, mode, fact->mode, fact->to, fact->returns ? fact->why : WHY_TRAP, fact->pc);
}

static void note_trap(const Telling *t, TrapNote *note)
{
    const TrapFact *fact = t->fact;
    if (note->id && note->caller)
        report_call(t, note, false);
    *note =
        (TrapNote){ .id = fact->id, .units = fact->units, .insns = fact->insns, .epc = fact->pc };
    if (fact->calls) {
        note->caller = fact->cause == CAUSE_ECALL_VS ? 1 : 2;
        memcpy(note->call, fact->call, sizeof note->call);
    }
}

static void leave_guest(const Telling *t)
{
    const TrapFact *fact = t->fact;
    TrapNotes *notes = t->notes;
    notes->host.known = true;
    notes->host.partition = partition_of(t);
    notes->host.reason = fact->exit;
    notes->host.trap = fact->id;
    notes->host.units = fact->units;
    notes->host.insns = fact->insns;
    notes->host.walks = fact->walks;
}

/* Only of what comes from the ring: at once, the Mmu tells it itself. */
static void report_refusal(const Telling *t)
{
    static const uint8_t accesses[] = { [CAUSE_FETCH_GUEST_PAGE] = ACCESS_FETCH,
                                        [CAUSE_LOAD_GUEST_PAGE] = ACCESS_READ,
                                        [CAUSE_STORE_GUEST_PAGE] = ACCESS_WRITE };
    const TrapFact *f = t->fact;
    const Refusal *r = &f->refusal;
    const Fault fault = { .implicit = f->implicit,
                          .implicit_write = f->implicit_write,
                          .why = (WalkReason)f->reason };
    REPORT(t, fault_g, r->walk, f->tval, guest_physical(f), accesses[f->cause], f->implicit,
           r->level, r->at.v, r->pte, watch_missing_bits(r->pte, accesses[f->cause], &fault),
           f->reason);
}

/* Whose bit decided that the trap goes where it goes. Of guests' interrupts in HS-mode hideleg's, of others mideleg's.
 * norm:medeleg_mideleg_op1, norm:hedeleg_op, norm:hideleg_op */
static unsigned deciding_register(const TrapFact *f)
{
    enum { NONE, MEDELEG, MIDELEG, HEDELEG, HIDELEG };
    const bool guest = f->mode >= MODE_GUEST;
    const bool guests_own = f->cause == IRQ_VSSI || f->cause == IRQ_VSTI || f->cause == IRQ_VSEI;
    if (f->level == LEVEL_VS)
        return f->irq ? HIDELEG : HEDELEG;
    if (f->irq)
        return f->level == LEVEL_HS && guests_own ? HIDELEG : MIDELEG;
    if (f->level == LEVEL_HS)
        return guest ? HEDELEG : MEDELEG;
    return f->mode == PRIV_M ? NONE : MEDELEG;
}

static void tell_trap(const Telling *t)
{
    const TrapFact *f = t->fact;
    bool faults = !f->irq && f->cause >= CAUSE_FETCH_GUEST_PAGE && f->cause != CAUSE_VIRTUAL &&
                  f->cause <= CAUSE_STORE_GUEST_PAGE;
    note_trap(t, &t->notes->last[f->level]);
    if (f->refused)
        report_refusal(t);
    if (f->irq)
        REPORT(t, irq_deliver, f->to, f->cause, source_of(f->cause));
    REPORT(t, trap, f->id, f->pc, f->cause, f->irq, f->cause | (unsigned)f->irq << 6, f->to,
           f->level, deciding_register(f), f->tval, f->tval2, faults ? guest_physical(f) : 0,
           f->tinst, instruction_kind(f->tinst), f->exit, f->calls ? f->call[7] : 0,
           f->calls ? f->call[6] : 0);
    report_mode(t);
    if (f->exit)
        leave_guest(t);
}

static void tell_guest_entered(const Telling *t)
{
    const TrapFact *f = t->fact;
    const TrapNotes *n = t->notes;
    uint64_t start = clock_time_at(t->to->clock, n->host.units);
    if (n->host.known)
        REPORT(t, hyp_span, n->host.partition, n->host.reason, n->host.trap, start,
               clock_time_at(t->to->clock, f->units) - start, f->insns - n->host.insns,
               f->walks - n->host.walks);
}

static void tell_return(const Telling *t)
{
    const TrapFact *f = t->fact;
    const Clock *clock = t->to->clock;
    TrapNote *note = &t->notes->last[f->mode == PRIV_M       ? LEVEL_M
                                     : f->mode >= MODE_GUEST ? LEVEL_VS
                                                             : LEVEL_HS];
    if (note->id && note->caller)
        report_call(t, note, f->pc == note->epc + 4);
    REPORT(t, trap_ret, note->id, f->pc, f->to, f->to >= MODE_GUEST, f->spvp,
           note->id ? clock_time_at(clock, f->units) - clock_time_at(clock, note->units) : 0,
           note->id ? f->insns - note->insns : 0);
    report_mode(t);
    note->id = 0;
    if (f->to >= MODE_GUEST && f->mode < MODE_GUEST)
        tell_guest_entered(t);
}

void notes_tell(TrapNotes *notes, const TrapFact *fact, const NotesListener *listener)
{
    Telling telling = { notes, fact, listener };
    if (fact->returns)
        tell_return(&telling);
    else
        tell_trap(&telling);
}
