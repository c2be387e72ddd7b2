/* SPDX-License-Identifier: MIT */
/* window.c - which events count: from one edge to another; see verdict.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/base/bits.h"
#include "emu/verdict/inside.h"

TraceSet verdict_events(void)
{
    return TRACE_SET(TRACE_reset) | TRACE_SET(TRACE_trap) | TRACE_SET(TRACE_trap_ret) |
           TRACE_SET(TRACE_mark) | TRACE_SET(TRACE_end) | TRACE_SET(TRACE_wfi) |
           TRACE_SET(TRACE_wake) | TRACE_SET(TRACE_irq_line) | TRACE_SET(TRACE_irq_pend) |
           TRACE_SET(TRACE_irq_deliver) | TRACE_SET(TRACE_irq_inject) | TRACE_SET(TRACE_irq_claim) |
           TRACE_SET(TRACE_irq_done) | TRACE_SET(TRACE_imsic_claim) | TRACE_SET(TRACE_timer) |
           TRACE_SET(TRACE_lost);
}

TraceSet verdict_extra_events(void)
{
    return TRACE_SET(TRACE_tlb_flush) | TRACE_SET(TRACE_budget_exhaust) | TRACE_SET(TRACE_handler);
}

/* The declared ones; others are found in the order in which they come. */
static void copy_partitions(Verdict *v, const Partitions *parts)
{
    for (unsigned i = 1; parts && i < partitions_count(parts); i++) {
        const Partition *part = partitions_get(parts, i);
        if (!part->declared)
            continue;
        unsigned number = partitions_declare(v->parts, part->name, part->harts, part->vmid,
                                             part->has_colors ? &part->colors : NULL, part->line);
        v->counts[number].seen = true;
        v->counts[number].harts = part->harts;
        v->declared_devices[number] = partitions_devices(parts, i);
    }
}

Verdict *verdict_new(const VerdictConfig *config, const Partitions *parts, TraceSet shown)
{
    Verdict *v = g_new0(Verdict, 1);
    v->config = config;
    v->shown = shown;
    v->parts = partitions_new();
    copy_partitions(v, parts);
    v->open = !config->from.given;
    for (unsigned i = 0; i < PARTITIONS_MAX; i++) {
        v->counts[i].calls = g_array_new(FALSE, FALSE, sizeof(CallCount));
        v->counts[i].host_calls = g_array_new(FALSE, FALSE, sizeof(CallCount));
        v->counts[i].flags = g_ptr_array_new();
    }
    for (unsigned i = 0; i < VERDICT_HARTS; i++) {
        v->harts[i].part = -1;
        v->harts[i].from = v->open ? 0 : UINT64_MAX;
        v->harts[i].to = UINT64_MAX;
    }
    return v;
}

static void clear_part(PartCounts *c)
{
    g_array_set_size(c->calls, 0);
    g_array_set_size(c->host_calls, 0);
    g_ptr_array_set_size(c->flags, 0);
    g_free(c->reason);
    histogram_clear(&c->stays);
    for (unsigned kind = 0; kind < KINDS; kind++) {
        histogram_clear(&c->irq[kind].total);
        for (unsigned stage = 0; stage < STAGES; stage++)
            histogram_clear(&c->irq[kind].stages[stage]);
    }
    *c = (PartCounts){ .seen = c->seen,
                       .harts = c->harts,
                       .calls = c->calls,
                       .host_calls = c->host_calls,
                       .flags = c->flags };
}

static void free_part(PartCounts *c)
{
    clear_part(c);
    g_array_free(c->calls, TRUE);
    g_array_free(c->host_calls, TRUE);
    g_ptr_array_free(c->flags, TRUE);
}

void verdict_free(Verdict *v)
{
    if (!v)
        return;
    for (unsigned i = 0; i < PARTITIONS_MAX; i++)
        free_part(&v->counts[i]);
    partitions_free(v->parts);
    g_free(v);
}

bool verdict_is_over(const Verdict *v)
{
    return v->closed;
}

bool verdict_is_open(const Verdict *v)
{
    return v->open;
}

const char *window_clock(const Verdict *v)
{
    return v->timed ? "cycles" : "instructions";
}

uint64_t window_ns(const Verdict *v)
{
    if (!v->open)
        return 0;
    return (v->closed ? v->closed_at : v->last_time) - v->opened_at;
}

/* Every hart's own clock is the machine's time at the ends of rounds; of the hart whose mark it is, it is known. */
static void open_window(Verdict *v, uint64_t time)
{
    v->open = true;
    v->opened_at = time;
    for (unsigned i = 0; i < VERDICT_HARTS; i++)
        v->harts[i].from = time;
}

static void close_window(Verdict *v, uint64_t time)
{
    count_end(v);
    v->closed = true;
    v->closed_at = time;
    for (unsigned i = 0; i < VERDICT_HARTS; i++)
        v->harts[i].to = time;
}

void verdict_end(Verdict *v)
{
    if (is_counting(v))
        count_end(v);
}

void verdict_is_cut(Verdict *v)
{
    v->cut = true;
}

/* Stays that last began before it. */
void verdict_restart(Verdict *v, uint64_t time)
{
    for (unsigned i = 0; i < PARTITIONS_MAX; i++)
        clear_part(&v->counts[i]);
    v->closed = false;
    v->lost = 0;
    v->last_time = time;
    open_window(v, time);
    for (unsigned i = 0; i < VERDICT_HARTS; i++) {
        VerdictHart *h = &v->harts[i];
        h->to = UINT64_MAX;
        h->stay_counts = h->is_cut = false;
        for (unsigned kind = 0; kind < KINDS; kind++)
            h->by_host[kind].counts = h->direct[kind].counts = h->handled[kind].counts = false;
        for (unsigned file = 0; file < GUEST_FILES; file++)
            h->files[file].counts = false;
    }
}

void verdict_see_clock(Verdict *v, unsigned hart, uint64_t time, uint64_t own, uint64_t insns,
                       bool timed)
{
    if (v->harts[hart].known)
        count_spend(v, hart, own, insns, false);
    if (is_counting(v))
        v->last_time = MAX(v->last_time, time);
    v->timed = timed;
}

void verdict_begin(Verdict *v, uint64_t time)
{
    if (v->open && !v->config->from.given && !v->last_time)
        open_window(v, time);
}

void verdict_see_hart(Verdict *v, unsigned hart, unsigned mode, bool idle, unsigned vmid,
                      uint64_t own, uint64_t insns)
{
    VerdictHart *h = &v->harts[hart];
    if (h->known)
        return;
    h->known = true;
    h->idle = idle;
    h->mode = (uint8_t)mode;
    h->since = own;
    h->insns = insns;
    h->part = is_guest_mode(mode) ? count_guest(v, vmid, hart) : -1;
    v->n_harts = MAX(v->n_harts, hart + 1);
}

static bool is_mark(const VerdictEdge *edge, const TraceRecord *r)
{
    enum { ID = 1, VALUE = 2 };
    return edge->given && edge->is_mark && r->id == TRACE_mark && r->values[ID] == edge->id &&
           (!edge->has_value || r->values[VALUE] == edge->value);
}

static bool is_time(const VerdictEdge *edge, const TraceRecord *r)
{
    return edge->given && !edge->is_mark && r->time >= edge->ns;
}

/* Edges that are times come before what happens then. */
static void look_at_time(Verdict *v, const TraceRecord *r)
{
    const VerdictConfig *c = v->config;
    if (!v->open && is_time(&c->from, r))
        open_window(v, c->from.ns);
    if (is_counting(v) && is_time(&c->to, r))
        close_window(v, MAX(c->to.ns, v->opened_at));
}

/* The mark that opens it does not close it, too. */
static void look_at_mark(Verdict *v, const TraceRecord *r)
{
    if (!v->open && is_mark(&v->config->from, r)) {
        open_window(v, r->time);
        v->harts[r->hart].from = r->own;
    } else if (is_counting(v) && is_mark(&v->config->to, r)) {
        close_window(v, r->time);
        v->harts[r->hart].to = r->own;
    }
}

/* All harts begin where machines begin. */
static void begin_harts(Verdict *v, const TraceRecord *r)
{
    for (unsigned i = 0; i < VERDICT_HARTS; i++) {
        VerdictHart *h = &v->harts[i];
        unsigned bare = partitions_find(v->parts, false, 0, i);
        h->known = true;
        h->idle = h->outside = false;
        h->mode = IN_M;
        h->since = MAX(h->since, r->time);
        h->part = bare == PARTITION_HOST ? -1 : (int)bare;
    }
}

/* The hart that an event is about, with its numbers; VERDICT_HARTS: it is about none. */
static unsigned hart_of(Verdict *v, const TraceRecord *r)
{
    if (r->hart >= VERDICT_HARTS || r->id == TRACE_reset)
        return VERDICT_HARTS;
    v->n_harts = MAX(v->n_harts, r->hart + 1u);
    VerdictHart *h = &v->harts[r->hart];
    if (!h->known) {
        h->known = true;
        h->mode = r->mode;
        h->since = r->own;
        h->insns = r->insns;
    }
    return r->hart;
}

static void count(Verdict *v, const TraceRecord *r, unsigned hart)
{
    enum { UNIT = 1 };
    switch (r->id) {
    case TRACE_reset: begin_harts(v, r); break;
    case TRACE_trap: count_trap(v, r); break;
    case TRACE_trap_ret: count_return(v, r); break;
    case TRACE_tlb_flush: count_fence(v, r); break;
    case TRACE_budget_exhaust: count_throttle(v, r); break;
    case TRACE_lost: v->lost += is_counting(v) ? r->values[0] : 0; break;
    case TRACE_wfi: v->harts[hart].idle = true; break;
    case TRACE_wake: v->harts[hart].idle = false; break;
    case TRACE_end:
        v->ended = true;
        v->timed = r->values[UNIT];
        break;
    default: irq_event(v, r); break;
    }
}

void verdict_event(Verdict *v, const TraceRecord *r)
{
    unsigned hart = hart_of(v, r);
    look_at_time(v, r);
    if (hart < VERDICT_HARTS && r->id == TRACE_mark)
        look_at_mark(v, r);
    if (hart < VERDICT_HARTS)
        count_spend(v, hart, r->own, r->insns, r->id == TRACE_wake);
    v->newest = MAX(v->newest, r->time);
    if (is_counting(v))
        v->last_time = MAX(v->last_time, r->time);
    /* Most are of no use without a hart. */
    if (hart < VERDICT_HARTS || r->id == TRACE_reset || r->id == TRACE_lost ||
        r->id == TRACE_irq_line || r->id == TRACE_budget_exhaust)
        count(v, r, hart);
}
