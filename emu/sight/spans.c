/* SPDX-License-Identifier: MIT */
/* spans.c - what harts did of late; see spans.h. */
#include "emu/sight/spans.h"

#include <inttypes.h>

#include "cpu/notes.h"
#include "emu/sight/owners.h"

/* Where a hart is in what is read. */
typedef struct {
    bool known; /* some event told of it */
    bool idle;
    uint8_t mode;
    SpanWho who;
    bool cut, has_begin;
    uint64_t since, begin; /* ns, pc */
    uint64_t insns;        /* of the hart then */
} At;

typedef struct {
    const Machine *machine;
    const SpanListener *to;
    uint64_t from; /* ns: what was before is not told */
    At harts[MACHINE_MAX_HARTS];
} Reader;

static uint64_t own_ns(const Machine *m, uint64_t spent)
{
    return clock_time_at(&m->clock, spent * m->n_harts);
}

static SpanWho find_who(const Machine *m, bool guest, unsigned vmid, unsigned hart)
{
    return (SpanWho){ guest, guest ? (uint16_t)vmid : 0, owner_find(m, guest, vmid, hart) };
}

static SpanWho who_in(const Reader *it, const RingEntry *entry, unsigned mode)
{
    return find_who(it->machine, mode >= MODE_GUEST, entry->vmid, entry->hart);
}

/* The first event of a hart says where it was before. */
static At *get_hart(Reader *it, const RingEntry *entry)
{
    At *at = &it->harts[entry->hart];
    if (at->known)
        return at;
    *at = (At){ .known = true,
                .mode = entry->mode,
                .idle = entry->kind == TRACE_wake,
                .who = who_in(it, entry, entry->mode),
                .since = at->since,
                .cut = at->since > 0,
                .insns = entry->insns };
    return at;
}

/* Tells what the hart did until `to`, where that is not too long ago, and goes on from there. */
static void tell(Reader *it, unsigned hart, uint64_t to, uint64_t insns, Span end)
{
    At *at = &it->harts[hart];
    uint8_t mode = at->idle ? SPAN_IDLE : at->mode;
    if (to > it->from && to > at->since && it->to->span) {
        end.from = at->since;
        end.to = to;
        end.cut = at->cut;
        end.mode = mode;
        end.who = at->who;
        end.insns = insns - at->insns;
        end.has_begin = at->has_begin;
        end.begin = at->begin;
        end.n = 1;
        end.ns[mode] = to - at->since;
        it->to->span(it->to->opaque, hart, &end);
    }
    at->cut = at->has_begin = false;
    at->since = to;
    at->insns = insns;
}

static void spot(Reader *it, const RingEntry *entry, SpotKind kind, uint64_t number, uint64_t value,
                 uint64_t pc)
{
    Spot there = { .ns = own_ns(it->machine, entry->spent),
                   .hart = entry->hart,
                   .kind = kind,
                   .owner = it->harts[entry->hart].who.owner,
                   .number = number,
                   .value = value,
                   .pc = pc };
    if (there.ns >= it->from && it->to->spot)
        it->to->spot(it->to->opaque, &there);
}

/* A trap, or a return: the mode or, between guests, the partition may change. */
static void see_change(Reader *it, const RingEntry *entry)
{
    At *at = get_hart(it, entry);
    RingGlance glance = notes_ring_glance(entry);
    bool trap = entry->kind == RING_TRAP, irq = glance.cause >= 64;
    SpanWho who = who_in(it, entry, glance.to);
    if (trap && glance.exit)
        spot(it, entry, SPOT_EXIT, glance.cause, glance.exit, glance.pc);
    if (trap && (irq || !glance.exit))
        spot(it, entry, irq ? SPOT_IRQ : SPOT_TRAP, glance.cause, 0, glance.pc);
    if (at->mode == glance.to && at->who.owner == who.owner && !at->idle)
        return;
    tell(it, entry->hart, own_ns(it->machine, entry->spent), entry->insns,
         (Span){ .end = trap ? SPAN_TRAP : SPAN_RETURN,
                 .cause = glance.cause,
                 .exit = glance.exit,
                 .exits = glance.exit != 0,
                 .next = glance.to,
                 .has_last = trap,
                 .last = glance.pc });
    at->idle = false;
    at->mode = glance.to;
    at->who = who;
    at->has_begin = !trap;
    at->begin = glance.pc;
}

static void see_wait(Reader *it, const RingEntry *entry, bool idle)
{
    At *at = get_hart(it, entry);
    tell(it, entry->hart, own_ns(it->machine, entry->spent), entry->insns,
         (Span){ .end = idle ? SPAN_WAITS : SPAN_WAKES,
                 .next = idle ? SPAN_IDLE : at->mode,
                 .has_last = idle,
                 .last = entry->values[0] });
    at->idle = idle;
    at->has_begin = !idle;
    at->begin = entry->values[0];
}

/* All harts begin in M-mode. The event is of none, and no hart's time passes in it. */
static void see_reset(Reader *it, const RingEntry *entry)
{
    uint64_t ns = clock_time_at(&it->machine->clock, entry->units);
    for (unsigned i = 0; i < it->machine->n_harts; i++) {
        At *at = &it->harts[i];
        if (at->known)
            tell(it, i, MAX(ns, at->since), at->insns, (Span){ .end = SPAN_RESET, .next = PRIV_M });
        *at =
            (At){ .known = true, .mode = PRIV_M, .since = MAX(ns, at->since), .insns = at->insns };
        at->who = find_who(it->machine, false, 0, i);
    }
}

static void see(void *opaque, const RingEntry *entry)
{
    Reader *it = opaque;
    if (entry->kind == TRACE_reset)
        see_reset(it, entry);
    if (entry->hart >= it->machine->n_harts)
        return;
    switch (entry->kind) {
    case RING_TRAP:
    case RING_RETURN: see_change(it, entry); return;
    case TRACE_wfi:
    case TRACE_wake: see_wait(it, entry, entry->kind == TRACE_wfi); return;
    case TRACE_mark:
        get_hart(it, entry);
        spot(it, entry, SPOT_MARK, entry->values[1], entry->values[2], entry->values[0]);
        return;
    case TRACE_break_hit:
        get_hart(it, entry);
        spot(it, entry, SPOT_BREAK, entry->values[0], 0, entry->values[2]);
        return;
    default: return;
    }
}

/* What lasts. Of a hart that no event told of nothing has changed. */
static void tell_now(Reader *it, unsigned index)
{
    const Hart *hart = &it->machine->harts[index];
    At *at = &it->harts[index];
    if (!at->known)
        *at = (At){ .cut = at->since > 0, .since = at->since, .insns = hart_retired(hart) };
    at->mode = (uint8_t)hart_mode(hart);
    at->idle = hart->idle;
    at->who =
        find_who(it->machine, hart_is_guest(hart), (unsigned)bits(hart->csr.hgatp, 57, 44), index);
    uint64_t own =
        hart_own_time(hart); /* a hart that waits has not been given its time up to now */
    tell(it, index, at->idle ? MAX(own, clock_now(hart->clock)) : own, hart_retired(hart),
         (Span){ .end = SPAN_LASTS,
                 .next = at->idle ? SPAN_IDLE : at->mode,
                 .has_last = true,
                 .last = hart->pc });
}

const char *spans_unknown(const Machine *m)
{
    static const TraceId needed[] = { TRACE_trap, TRACE_wfi, TRACE_wake };
    if (!m->trace.ring)
        return "no events are kept (-trace-ring off); leave that option out";
    for (unsigned i = 0; i < G_N_ELEMENTS(needed); i++)
        if (!(m->trace.on[needed[i]] >> TRACE_TO_RING & 1))
            return "traps and waits are not among the events that are kept; leave events= of "
                   "-trace-ring out, or name trap, wfi, wake and reset there, too";
    return NULL;
}

static const char *why_later(const TraceRing *ring, const RingRecent *recent)
{
    if (!recent->whole)
        return "older events are not kept, or too many to be shown";
    return ring->oldest_units ? "the run began there: with a snapshot, or after it had gone back"
                              : NULL;
}

uint64_t spans_read(const Machine *m, uint64_t from_ns, unsigned most, const SpanListener *listener,
                    const char **why)
{
    const TraceRing *ring = m->trace.ring;
    bool before = from_ns <= m->clock.span.ns;
    RingRecent recent = ring_recent(ring, before ? 0 : clock_units_at(&m->clock, from_ns),
                                    m->silent ? m->clock.units : UINT64_MAX, most);
    uint64_t since = clock_time_at(&m->clock, MIN(recent.since, m->clock.units));
    Reader it = { .machine = m, .to = listener, .from = MAX(from_ns, since) };
    for (unsigned i = 0; i < m->n_harts; i++)
        it.harts[i].since = since;
    ring_each_recent(ring, &recent, see, &it);
    for (unsigned i = 0; i < m->n_harts; i++)
        tell_now(&it, i);
    *why = since > from_ns ? why_later(ring, &recent) : NULL;
    return it.from;
}

static void append_word(GString *out, const char *words, unsigned number, const char *else_)
{
    int length;
    const char *word = trace_word(words, number, &length);
    if (word)
        g_string_append_len(out, word, length);
    else
        g_string_append_printf(out, "%s %u", else_, number % 64);
}

char *span_cause_text(unsigned cause)
{
    GString *out = g_string_new(NULL);
    append_word(out, TRACE_CAUSES, cause, cause < 64 ? "exception" : "interrupt");
    return g_string_free(out, FALSE);
}

char *span_end_text(const Span *span)
{
    static const char *const words[SPAN_ENDS] = { "nothing yet", "",          "xRET",
                                                  "WFI or WRS",  "waking up", "reset" };
    GString *out = g_string_new(NULL);
    if (span->n > 1) {
        g_string_printf(out, "%u stretches, %u exits", span->n, span->exits);
    } else if (span->end == SPAN_TRAP) {
        append_word(out, TRACE_CAUSES, span->cause, span->cause < 64 ? "exception" : "interrupt");
        if (span->exit) {
            g_string_append(out, ", exit ");
            append_word(out, TRACE_EXITS, span->exit, "");
        }
    } else {
        g_string_append(out, words[span->end]);
    }
    return g_string_free(out, FALSE);
}

char *spot_text(const Spot *spot)
{
    GString *out = g_string_new(NULL);
    if (spot->kind == SPOT_EXIT) {
        g_string_append(out, "exit ");
        append_word(out, TRACE_EXITS, (unsigned)spot->value, "");
    } else if (spot->kind == SPOT_TRAP || spot->kind == SPOT_IRQ) {
        append_word(out, TRACE_CAUSES, (unsigned)spot->number,
                    spot->kind == SPOT_TRAP ? "exception" : "interrupt");
    } else if (spot->kind == SPOT_MARK) {
        g_string_append_printf(out, "mark %" PRIu64 " 0x%" PRIx64, spot->number, spot->value);
    } else {
        g_string_append_printf(out, "breakpoint %" PRIu64, spot->number);
    }
    return g_string_free(out, FALSE);
}

const char *span_mode_name(const Machine *m, unsigned mode)
{
    return mode == SPAN_IDLE ? "idle" : hart_mode_name(&m->harts[0], mode);
}
