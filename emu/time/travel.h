/* SPDX-License-Identifier: MIT */
/*
 * travel.h - going back in a run: what a debugger asks of whoever can do it.
 *
 * Machine.time_travel is NULL until somebody can; then debuggers offer reverse steps. Emulation thread, machine paused.
 */
#ifndef EMU_TIME_TRAVEL_H
#define EMU_TIME_TRAVEL_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    TRAVEL_ARRIVED,  /* where it was asked to go */
    TRAVEL_AT_POINT, /* at a breakpoint or watchpoint of a hart (Hart.breakpoints, Hart.watch_hit) */
    TRAVEL_AT_START,  /* at the first moment that is remembered */
    TRAVEL_CANCELLED, /* the user did not want to wait */
} TravelEnd;

typedef struct TimeTravel {
    /* Goes back to before hart `hart` did its last `count` units. */
    TravelEnd (*step_back)(void *opaque, unsigned hart, uint64_t count);
    /* Goes back to the last time that a breakpoint or watchpoint of any hart counted; `*hart` says of which. */
    TravelEnd (*run_back)(void *opaque, unsigned *hart);
    void *opaque;
} TimeTravel;

#endif
