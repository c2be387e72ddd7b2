/* SPDX-License-Identifier: MIT */
/* pace.h - virtual time and the wall's, while somebody may type. The guest cannot see it. */
#ifndef EMU_PACE_H
#define EMU_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/machine.h"

/* Units that a slice has at most, so that the host waits no longer than 5 ms, while pace_run makes each take as long on the
 * wall. */
enum { PACE_SLICE = PDP_HZ / 200 };

/* Is what runs to take as long on the wall as it does in virtual time? */
static inline bool pace_runs(const Machine *m)
{
    return m->config.pdp_time && m->config.live_input && !m->replaying;
}

/* Between slices, while pace_runs: sleeps until the wall's time is where virtual time is, or a message comes. False: it is
 * there. */
bool pace_run(Machine *machine);

/* Sleeps until `wait` ns of virtual time have passed at wall rate, or a message comes. Returns how many passed. */
uint64_t pace_idle(Machine *machine, uint64_t wait);

#endif
