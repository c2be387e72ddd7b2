/* SPDX-License-Identifier: MIT */
/*
 * irq.c - interrupts on their way into a guest: when they were where; see verdict.h.
 *
 * Each hart has one chain of each kind for what comes through its host, and one of each kind, or for each file of
 * guests, for what comes without. A chain begins where the interrupt is pending for the hart and is over with the
 * guest's handler; what the host took for itself, and did not make one of the guest's of, is forgotten. Times are of the
 * hart's own clock. Time that the guest runs, or waits, while one is pending for it is its own fault: it has interrupts off.
 */
#include <string.h>

#include "emu/base/bits.h"
#include "emu/verdict/inside.h"

const char *const kind_names[KINDS] = { "external", "timer", "software" };
const char *const stage_names[STAGES] = { "assert",  "pending", "host",    "injected",
                                          "handler", "claim",   "complete" };

enum { NUMBER_SSI = 1, NUMBER_VSSI, NUMBER_MSI, NUMBER_STI = 5, NUMBER_VSTI, NUMBER_SEI = 9 };
enum { NUMBER_VSEI = 10, NUMBER_SGEI = 12, INPUT_FILES = 64 };
enum { VIA_HVIP, VIA_HVICTL, VIA_VGEIN };

/* The kind of an interrupt by its number, at whatever level; KINDS: none of these. */
static Kind kind_of(uint64_t number)
{
    switch (number) {
    case NUMBER_SSI:
    case NUMBER_VSSI:
    case NUMBER_MSI: return KIND_SOFTWARE;
    case NUMBER_STI:
    case NUMBER_VSTI: return KIND_TIMER;
    case NUMBER_SEI:
    case NUMBER_VSEI: return KIND_EXTERNAL;
    default: return KINDS;
    }
}

static bool has(const Chain *c, Stage stage)
{
    return c->known >> stage & 1;
}

/* Only the first time counts. */
static void reach(Verdict *v, Chain *c, Stage stage, uint64_t own)
{
    if (!c->live) {
        memset(c, 0, sizeof *c);
        c->live = true;
        c->counts = is_counting(v);
    }
    if (has(c, stage))
        return;
    c->at[stage] = own;
    c->known |= 1u << stage;
}

static void is_for_guest(Chain *c, uint64_t own)
{
    c->at_guest = true;
    c->since = own;
    c->masked = c->masked_insns = 0;
}

/* An input of the interrupt controller made it pending, at the same time or earlier. */
static void asserted(Chain *c, uint64_t rise)
{
    if (!c->live || has(c, STAGE_ASSERT) || !has(c, STAGE_PENDING) || !rise || rise - 1 > c->time)
        return;
    c->known |= 1u << STAGE_ASSERT;
    c->lead = c->time - (rise - 1);
}

/* It is pending anew: before that it no longer was, whoever saw to it, unless the host made one of the guest's of it. */
static void withdraw(Chain *c)
{
    if (!has(c, STAGE_INJECT))
        c->live = false;
}

static void on_pend(Verdict *v, VerdictHart *h, const TraceRecord *r)
{
    uint64_t input = r->values[0];
    Kind kind = kind_of(input);
    bool at_once = v->last_rise == r->time + 1;
    if (input >= INPUT_FILES && input < INPUT_FILES + GUEST_FILES) {
        Chain *c = &h->files[input - INPUT_FILES];
        c->live = false;
        reach(v, c, STAGE_PENDING, r->own);
        is_for_guest(c, r->own);
        count_pending(v, r->hart, (unsigned)input - INPUT_FILES, r->own);
        c->time = r->time;
        asserted(c, at_once ? r->time + 1 : 0);
    } else if (kind < KINDS) {
        Chain *c = &h->by_host[kind];
        /* The software interrupt is an edge, that may come while it is pending. */
        if (input != NUMBER_SSI || has(c, STAGE_HOST))
            withdraw(c);
        reach(v, c, STAGE_PENDING, r->own);
        c->time = r->time;
        if (at_once && kind == KIND_EXTERNAL)
            asserted(c, r->time + 1);
    }
}

static void on_timer(Verdict *v, VerdictHart *h, const TraceRecord *r)
{
    enum { BY_VS = 2 };
    Chain *c = r->values[0] == BY_VS ? &h->direct[KIND_TIMER] : &h->by_host[KIND_TIMER];
    withdraw(c);
    reach(v, c, STAGE_PENDING, r->own);
    if (r->values[0] == BY_VS)
        is_for_guest(c, r->own);
}

static void on_inject(Verdict *v, VerdictHart *h, const TraceRecord *r)
{
    unsigned number = (unsigned)r->values[0], via = (unsigned)r->values[1];
    if (via == VIA_VGEIN)
        h->vgein = number % GUEST_FILES;
    Kind kind = via == VIA_VGEIN ? KINDS : kind_of(number);
    if (kind == KINDS)
        return;
    Chain *c = &h->by_host[kind];
    if (c->live && has(c, STAGE_INJECT))
        return;
    reach(v, c, STAGE_INJECT, r->own);
    is_for_guest(c, r->own);
}

/* Pending for the guest while it runs is masked by it, unless it is taken before the next instruction is over. While it waits,
 * too: it would have woken. */
void irq_masked(VerdictHart *h, uint64_t from, uint64_t to, uint64_t insns)
{
    Chain *chains[2 * KINDS + 1] = { &h->files[h->vgein] };
    for (unsigned kind = 0; kind < KINDS; kind++) {
        chains[1 + kind] = &h->by_host[kind];
        chains[1 + KINDS + kind] = &h->direct[kind];
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(chains); i++) {
        Chain *c = chains[i];
        if (!c->live || !c->at_guest || to <= c->since)
            continue;
        c->masked += to - MAX(from, c->since);
        c->masked_insns += insns;
    }
}

static void add_stage(Histogram *h, uint64_t ns, uint64_t masked)
{
    histogram_add(h, ns - MIN(ns, masked));
}

static void note_stages(IrqCounts *counts, const Chain *c, Stage from, Stage to)
{
    int before = -1;
    for (int stage = 0; stage <= (int)to; stage++) {
        if (!has(c, stage))
            continue;
        if (before == STAGE_ASSERT && stage == STAGE_PENDING && stage >= (int)from)
            histogram_add(&counts->stages[stage], c->lead);
        else if (before >= 0 && stage >= (int)from)
            add_stage(&counts->stages[stage], c->at[stage] - c->at[before],
                      stage == STAGE_HANDLER ? c->masked : 0);
        before = stage;
    }
}

static uint64_t first_known(const Chain *c)
{
    unsigned stage = STAGE_PENDING;
    while (stage < STAGE_HANDLER && !has(c, stage))
        stage++;
    return c->at[stage];
}

static Chain *chain_taken(VerdictHart *h, Kind kind)
{
    if (has(&h->by_host[kind], STAGE_INJECT) && h->by_host[kind].live)
        return &h->by_host[kind];
    return kind == KIND_EXTERNAL ? &h->files[h->vgein] : &h->direct[kind];
}

/* The first instruction of a handler is over. */
static void on_handler(Verdict *v, VerdictHart *h, const TraceRecord *r)
{
    if (!h->entering)
        return;
    IrqCounts *counts = &v->counts[count_guest(v, r->vmid, r->hart)].irq[h->entered];
    Chain *c = &h->handled[h->entered];
    h->entering = false;
    reach(v, c, STAGE_HANDLER, r->own);
    if (!is_counting(v) || !c->counts || !(c->known & (BIT(STAGE_HANDLER) - 1)))
        return;
    uint64_t whole = r->own - first_known(c) + c->lead;
    histogram_add(&counts->total, whole - MIN(whole, c->masked));
    note_stages(counts, c, STAGE_ASSERT, STAGE_HANDLER);
}

/* The guest takes an interrupt. From here on its way is the handler's. */
static void on_taken(Verdict *v, VerdictHart *h, const TraceRecord *r, Kind kind)
{
    IrqCounts *counts = &v->counts[count_guest(v, r->vmid, r->hart)].irq[kind];
    Chain *c = chain_taken(h, kind), none = { .live = true, .counts = is_counting(v) };
    const bool known = c->live;
    h->handled[kind] = known ? *c : none;
    c->live = false;
    c = &h->handled[kind];
    c->at_guest = false;
    c->masked = c->masked_insns > 1 ? c->masked : 0;
    bool by_host = has(c, STAGE_INJECT) || has(c, STAGE_HOST);
    if (is_counting(v)) {
        counts->emulated += by_host;
        counts->direct += !by_host;
        counts->masked_ns += c->masked;
        counts->unknown += !known;
    }
    h->entering = true;
    h->entered = kind;
    if (!(v->shown >> TRACE_handler & 1))
        on_handler(v, h, r);
}

static void on_deliver(Verdict *v, VerdictHart *h, const TraceRecord *r)
{
    unsigned to = (unsigned)r->values[0], number = (unsigned)r->values[1];
    Kind kind = kind_of(number);
    if (is_guest_mode(to)) {
        if (kind < KINDS)
            on_taken(v, h, r, kind);
    } else if (number == NUMBER_SGEI) {
        for (unsigned i = 0; i < GUEST_FILES; i++)
            if (h->files[i].live)
                reach(v, &h->files[i], STAGE_HOST, r->own);
    } else if (kind < KINDS && h->by_host[kind].live) {
        reach(v, &h->by_host[kind], STAGE_HOST, r->own);
    }
}

/* The guest's handler comes to a stage behind it. */
static void on_later(Verdict *v, VerdictHart *h, uint64_t own, Stage stage)
{
    Chain *c = &h->handled[KIND_EXTERNAL];
    if (!c->live || !has(c, STAGE_HANDLER) || has(c, stage))
        return;
    c->at[stage] = own;
    c->known |= 1u << stage;
    if (h->part >= 0 && is_counting(v) && c->counts)
        note_stages(&v->counts[h->part].irq[KIND_EXTERNAL], c, stage, stage);
    c->live = stage != STAGE_DONE;
}

static void on_claim(Verdict *v, VerdictHart *h, const TraceRecord *r)
{
    Chain *c = &h->by_host[KIND_EXTERNAL];
    unsigned source = (unsigned)r->values[1];
    if (source)
        on_later(v, h, r->own, STAGE_CLAIM);
    if (source && source < G_N_ELEMENTS(v->line_rise))
        asserted(c, v->line_rise[source]);
}

/* Of an interrupt file of guests, which says so with one write. */
static void on_file_claim(Verdict *v, VerdictHart *h, const TraceRecord *r)
{
    enum { AIA_FILE_GUEST = 2 };
    if (r->values[0] < AIA_FILE_GUEST)
        return;
    on_later(v, h, r->own, STAGE_CLAIM);
    on_later(v, h, r->own, STAGE_DONE);
}

static void on_line(Verdict *v, const TraceRecord *r)
{
    unsigned source = (unsigned)r->values[0];
    if (!r->values[1])
        return;
    v->last_rise = r->time + 1;
    if (source < G_N_ELEMENTS(v->line_rise))
        v->line_rise[source] = r->time + 1;
}

void irq_event(Verdict *v, const TraceRecord *r)
{
    if (r->id == TRACE_irq_line) {
        on_line(v, r);
        return;
    }
    VerdictHart *h = &v->harts[r->hart];
    switch (r->id) {
    case TRACE_irq_pend: on_pend(v, h, r); break;
    case TRACE_timer: on_timer(v, h, r); break;
    case TRACE_irq_inject: on_inject(v, h, r); break;
    case TRACE_irq_deliver: on_deliver(v, h, r); break;
    case TRACE_handler: on_handler(v, h, r); break;
    case TRACE_irq_claim: on_claim(v, h, r); break;
    case TRACE_irq_done: on_later(v, h, r->own, STAGE_DONE); break;
    case TRACE_imsic_claim: on_file_claim(v, h, r); break;
    default: break;
    }
}

/* A guest's access to an imitated interrupt controller in its handler: the first load claims, the next store completes. */
void irq_exit(Verdict *v, const TraceRecord *r)
{
    enum {
        TRAP_NAME = 4,
        TRAP_EXIT = 13,
        EXIT_MMIO = 6,
        LOAD_GUEST_PAGE = 21,
        STORE_GUEST_PAGE = 23
    };
    VerdictHart *h = &v->harts[r->hart];
    if (r->values[TRAP_EXIT] != EXIT_MMIO)
        return;
    if (r->values[TRAP_NAME] == LOAD_GUEST_PAGE)
        on_later(v, h, r->own, STAGE_CLAIM);
    else if (r->values[TRAP_NAME] == STORE_GUEST_PAGE &&
             has(&h->handled[KIND_EXTERNAL], STAGE_CLAIM))
        on_later(v, h, r->own, STAGE_DONE);
}

/* What the hypervisor was entered for, and did not pass on, was its own. A firmware may have passed it on to that. */
void irq_entered(Verdict *v, unsigned hart)
{
    for (unsigned kind = 0; kind < KINDS; kind++) {
        Chain *c = &v->harts[hart].by_host[kind];
        if (c->live && has(c, STAGE_HOST) && !has(c, STAGE_INJECT))
            c->live = false;
    }
}
