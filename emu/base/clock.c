/* SPDX-License-Identifier: MIT */
/*
 * clock.c - virtual time and the timers that wait on it; see clock.h.
 *
 * Timers are few (two a hart and one or two a device), so they are kept in an array and the earliest deadline in a
 * word beside it: looking costs nothing and setting costs a scan of a few dozen words.
 */
#include "emu/base/clock.h"

#include "emu/base/bits.h"

void clock_init(Clock *clock, unsigned n_harts)
{
    *clock = (Clock){ .n_harts = n_harts,
                      .span = { .per_units = n_harts, .per_ns = 1 },
                      .spans = g_array_new(FALSE, FALSE, sizeof(ClockSpan)),
                      .next = CLOCK_NEVER,
                      .timers = g_ptr_array_new() };
    g_array_append_val(clock->spans, clock->span);
    clock->left = &clock->none;
    clock->spent = &clock->spent_none;
}

void clock_free(Clock *clock)
{
    g_array_free(clock->spans, TRUE);
    g_ptr_array_free(clock->timers, TRUE);
}

/* Spans. Exact: no rounding adds up, however long a span is. */

static uint64_t time_in(const ClockSpan *span, uint64_t units)
{
    uint64_t passed = units - span->units, whole = passed / span->per_units;
    if (LIKELY(span->per_ns == 1))
        return span->ns + whole;
    return span->ns + whole * span->per_ns +
           passed % span->per_units * span->per_ns / span->per_units;
}

uint64_t clock_now(const Clock *clock)
{
    return time_in(&clock->span, clock->units - (uint64_t)*clock->left);
}

uint64_t clock_units_at(const Clock *clock, uint64_t deadline)
{
    const ClockSpan *span = &clock->span;
    uint64_t ns = deadline - span->ns, units, part = 0;
    if (deadline <= span->ns)
        return span->units;
    if (UNLIKELY(span->per_ns != 1))
        part = (ns % span->per_ns * span->per_units + span->per_ns - 1) / span->per_ns;
    if (__builtin_mul_overflow(ns / span->per_ns, span->per_units, &units) ||
        __builtin_add_overflow(units, part, &units) ||
        __builtin_add_overflow(units, span->units, &units))
        return UINT64_MAX;
    return units;
}

uint64_t clock_time_at(const Clock *clock, uint64_t units)
{
    unsigned i = clock->spans->len;
    while (i > 1 && g_array_index(clock->spans, ClockSpan, i - 1).units > units)
        i--;
    return time_in(&g_array_index(clock->spans, ClockSpan, i - 1), units);
}

static bool is_present(const Clock *clock, unsigned index)
{
    const ClockSpan *a = &clock->span, *b = &g_array_index(clock->spans, ClockSpan, index);
    return a->units == b->units && a->ns == b->ns && a->per_ns == b->per_ns &&
           a->per_units == b->per_units;
}

/* The present span may be one that is known, after a step back; otherwise it takes the place of all that came later. */
static void know_span(Clock *clock)
{
    unsigned i = 0;
    while (i < clock->spans->len && !is_present(clock, i) &&
           g_array_index(clock->spans, ClockSpan, i).units < clock->span.units)
        i++;
    if (i < clock->spans->len && is_present(clock, i))
        return;
    g_array_set_size(clock->spans, i);
    g_array_append_val(clock->spans, clock->span);
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    return b ? common_divisor(b, a % b) : a;
}

static void begin_span(Clock *clock, uint64_t units, uint64_t ns, uint64_t hz)
{
    const uint64_t second = 1000000000;
    uint64_t divisor = common_divisor(second, hz * clock->n_harts);
    clock->span = (ClockSpan){ units, ns, clock->n_harts, 1 };
    if (hz) {
        clock->span.per_units = hz * clock->n_harts / divisor;
        clock->span.per_ns = second / divisor;
    }
    know_span(clock);
}

void clock_set_rate(Clock *clock, uint64_t hz)
{
    g_assert(*clock->left == 0);
    begin_span(clock, clock->units, clock_now(clock), hz);
}

void clock_loaded_span(Clock *clock, uint64_t hz)
{
    begin_span(clock, MIN(clock->span.units, clock->units), clock->span.ns, hz);
}

void clock_add_timer(Clock *clock, Timer *timer, void (*fire)(void *opaque), void *opaque)
{
    *timer = (Timer){ .deadline = CLOCK_NEVER, .fire = fire, .opaque = opaque };
    g_ptr_array_add(clock->timers, timer);
}

static void find_next(Clock *clock)
{
    clock->next = CLOCK_NEVER;
    for (unsigned i = 0; i < clock->timers->len; i++) {
        const Timer *timer = g_ptr_array_index(clock->timers, i);
        clock->next = MIN(clock->next, timer->deadline);
    }
}

void clock_loaded(Clock *clock)
{
    find_next(clock);
}

/* Ends the running slice at `deadline`, but not before the instruction that runs now. */
static void shorten_slice(Clock *clock, uint64_t deadline)
{
    uint64_t units = clock_units_at(clock, deadline);
    if (units >= clock->units)
        return;
    int64_t cut = (int64_t)MIN(clock->units - units, (uint64_t)MAX(*clock->left - 1, 0));
    clock->units -= (uint64_t)cut;
    *clock->spent -= (uint64_t)cut;
    *clock->left -= cut;
}

void timer_set(Clock *clock, Timer *timer, uint64_t deadline)
{
    timer->deadline = deadline;
    timer->order = clock->order++;
    find_next(clock);
    if (*clock->left > 0 && deadline != CLOCK_NEVER)
        shorten_slice(clock, deadline);
}

static bool fires_before(const Timer *a, const Timer *b)
{
    return a->deadline < b->deadline || (a->deadline == b->deadline && a->order < b->order);
}

static Timer *earliest(const Clock *clock)
{
    Timer *first = g_ptr_array_index(clock->timers, 0);
    for (unsigned i = 1; i < clock->timers->len; i++) {
        Timer *timer = g_ptr_array_index(clock->timers, i);
        if (fires_before(timer, first))
            first = timer;
    }
    return first;
}

void clock_run_timers(Clock *clock)
{
    uint64_t now = clock_now(clock);
    while (clock->next <= now) {
        Timer *first = earliest(clock);
        first->deadline = CLOCK_NEVER;
        find_next(clock);
        first->fire(first->opaque);
    }
}
