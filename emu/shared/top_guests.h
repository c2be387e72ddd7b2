/* SPDX-License-Identifier: MIT */
/* top_guests.h - what -top shows of a machine that is not timed: who runs, who had to be helped, and how late interrupts are. */
#ifndef EMU_SHARED_TOP_GUESTS_H
#define EMU_SHARED_TOP_GUESTS_H

#include "emu/machine.h"

typedef struct TopGuests TopGuests;

/* Begins to count. Before the machine's first reset; there can be one for a machine. */
TopGuests *top_guests_new(Machine *machine);
void top_guests_free(TopGuests *guests);

/* What happened since the last call, or, `all`, in all of the run: appends lines of at most 80 characters. */
void top_guests_look(TopGuests *guests, bool all, GString *out);

#endif
