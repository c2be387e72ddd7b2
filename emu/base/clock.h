/* SPDX-License-Identifier: MIT */
/*
 * clock.h - virtual time and the timers that wait on it.
 *
 * Time is counted in units: one retired instruction or one trap taken is one unit, and one unit is one nanosecond
 * of its hart (ADR 0003). The machine's time T is the units of all harts together divided by their number, so the
 * clock needs no host clock and runs the same on every host. While a hart runs, `left` points at the units it may
 * still use in its slice, which makes "now" exact in the middle of a slice.
 *
 * With -M pdp-time=on a unit is 10 us, from the start (ADR 0044). In timed mode a unit is a cycle of the profile's clock
 * (ADR 0025). Time is then a stretch of its own, a ClockSpan, that
 * begins where the one before it ended.
 */
#ifndef EMU_BASE_CLOCK_H
#define EMU_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define CLOCK_NEVER UINT64_MAX

typedef struct Clock Clock;

/* Something to happen at a moment of virtual time. Belongs to its device; set and cancelled through the clock. */
typedef struct {
    uint64_t
        deadline; /* ns of virtual time, CLOCK_NEVER when idle; saved by the owner as a state field */
    uint64_t order; /* ties fire in the order they were set */
    void (*fire)(void *opaque);
    void *opaque;
} Timer;

/* How units become time: T was `ns` when all harts together had used `units`, and since then `per_units` more of them
 * make `per_ns` ns more. */
typedef struct {
    uint64_t units, ns;
    uint64_t per_units, per_ns; /* without common divisor; their product fits 64 bits */
} ClockSpan;

struct Clock {
    uint64_t units;  /* units of all harts at the end of the slice that runs, or now if none does */
    int64_t *left;   /* units of that slice not used yet, below 0: so many too many were used;
                      * points at `none` between slices */
    uint64_t *spent; /* units of the hart whose slice it is, up to the end of that slice */
    int64_t none;    /* always 0 */
    uint64_t spent_none;
    unsigned n_harts;
    ClockSpan span; /* the present one */
    GArray *spans;  /* of ClockSpan, all that are known, by `units`; not state */
    uint64_t next;  /* earliest deadline, ns */
    uint64_t order;
    GPtrArray *timers; /* of Timer, every registered one; a machine has a few dozen */
};

void clock_init(Clock *clock, unsigned n_harts);
void clock_free(Clock *clock);

/* Virtual time in ns, exact to the unit, also in the middle of a slice. */
uint64_t clock_now(const Clock *clock);

/* T when all harts together had used `units`, whether that is past or to come. */
uint64_t clock_time_at(const Clock *clock, uint64_t units);

/* From now on a unit of each hart is a cycle of a clock of `hz`; 0: a nanosecond. T goes on where it is. Between slices
 * only. */
void clock_set_rate(Clock *clock, uint64_t hz);

/* After the span's `units` and `ns` were loaded: what follows from them and from `hz`. */
void clock_loaded_span(Clock *clock, uint64_t hz);

/* Makes `timer` known. Must come before timer_set; the owner's state holds `deadline`. */
void clock_add_timer(Clock *clock, Timer *timer, void (*fire)(void *opaque), void *opaque);

/* Arms `timer` for `deadline` ns (CLOCK_NEVER disarms). A deadline in the past fires at the end of the current
 * instruction. Shortens the running slice when it would run past the deadline. */
void timer_set(Clock *clock, Timer *timer, uint64_t deadline);

/* Fires every timer whose deadline is not after now, in order of deadline, then of setting. */
void clock_run_timers(Clock *clock);

/* Recomputes `next` after timers' deadlines were loaded from a snapshot. */
void clock_loaded(Clock *clock);

/* Units of all harts that must have passed before T reaches `deadline` ns; saturates at UINT64_MAX. If that was before
 * the present span: where the span began. */
uint64_t clock_units_at(const Clock *clock, uint64_t deadline);

#endif
