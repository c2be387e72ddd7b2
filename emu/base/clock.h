/* SPDX-License-Identifier: MIT */
/*
 * clock.h - virtual time and the timers that wait on it.
 *
 * Time is counted in units: one retired instruction or one trap taken is one unit, and one unit is one nanosecond
 * of its hart (ADR 0003). The machine's time T is the units of all harts together divided by their number, so the
 * clock needs no host clock and runs the same on every host. While a hart runs, `left` points at the units it may
 * still use in its slice, which makes "now" exact in the middle of a slice.
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

struct Clock {
    uint64_t units;  /* units of all harts at the end of the slice that runs, or now if none does */
    int64_t *left;   /* units of that slice not used yet; points at `none` between slices */
    uint64_t *spent; /* units of the hart whose slice it is, up to the end of that slice */
    int64_t none;    /* always 0 */
    uint64_t spent_none;
    unsigned n_harts;
    uint64_t next; /* earliest deadline, ns */
    uint64_t order;
    GPtrArray *timers; /* of Timer, every registered one; a machine has a few dozen */
};

void clock_init(Clock *clock, unsigned n_harts);
void clock_free(Clock *clock);

/* Virtual time in ns, exact to the unit, also in the middle of a slice. */
uint64_t clock_now(const Clock *clock);

/* Makes `timer` known. Must come before timer_set; the owner's state holds `deadline`. */
void clock_add_timer(Clock *clock, Timer *timer, void (*fire)(void *opaque), void *opaque);

/* Arms `timer` for `deadline` ns (CLOCK_NEVER disarms). A deadline in the past fires at the end of the current
 * instruction. Shortens the running slice when it would run past the deadline. */
void timer_set(Clock *clock, Timer *timer, uint64_t deadline);

/* Fires every timer whose deadline is not after now, in order of deadline, then of setting. */
void clock_run_timers(Clock *clock);

/* Recomputes `next` after timers' deadlines were loaded from a snapshot. */
void clock_loaded(Clock *clock);

/* Units of all harts that must have passed before T reaches `deadline` ns; saturates at UINT64_MAX. */
uint64_t clock_units_at(const Clock *clock, uint64_t deadline);

#endif
