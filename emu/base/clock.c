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
    *clock = (Clock){ .n_harts = n_harts, .next = CLOCK_NEVER, .timers = g_ptr_array_new() };
    clock->left = &clock->none;
    clock->spent = &clock->spent_none;
}

void clock_free(Clock *clock)
{
    g_ptr_array_free(clock->timers, TRUE);
}

uint64_t clock_now(const Clock *clock)
{
    return (clock->units - (uint64_t)*clock->left) / clock->n_harts;
}

uint64_t clock_units_at(const Clock *clock, uint64_t deadline)
{
    uint64_t units;
    return __builtin_mul_overflow(deadline, clock->n_harts, &units) ? UINT64_MAX : units;
}

void clock_add_timer(Clock *clock, Timer *timer, void (*fire)(void *opaque), void *opaque)
{
    *timer = (Timer){ .deadline = CLOCK_NEVER, .fire = fire, .opaque = opaque };
    g_ptr_array_add(clock->timers, timer);
}

void clock_loaded(Clock *clock)
{
    clock->next = CLOCK_NEVER;
    for (unsigned i = 0; i < clock->timers->len; i++) {
        const Timer *timer = g_ptr_array_index(clock->timers, i);
        clock->next = MIN(clock->next, timer->deadline);
    }
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
    clock_loaded(clock);
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
        clock_loaded(clock);
        first->fire(first->opaque);
    }
}
