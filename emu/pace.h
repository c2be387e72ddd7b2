/* SPDX-License-Identifier: MIT */
/* pace.h - virtual time and the wall's, while somebody may type. The guest cannot see it. */
#ifndef EMU_PACE_H
#define EMU_PACE_H

#include <stdint.h>

#include "emu/machine.h"

/* Sleeps until `wait` ns of virtual time have passed at wall rate, or a message comes. Returns how many passed. */
uint64_t pace_idle(Machine *machine, uint64_t wait);

#endif
