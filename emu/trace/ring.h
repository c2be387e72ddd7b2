/* SPDX-License-Identifier: MIT */
/* ring.h - the last events, which the machine keeps in memory, as a recorded trace. */
#ifndef EMU_TRACE_RING_H
#define EMU_TRACE_RING_H

#include "emu/machine.h"

#define TRACE_RING_FILE "bulkhead-ring.bht"

/* Writes what the ring of `machine` holds to `path`: first, if there were earlier events, how many entries are gone (one is
 * a trap or a return with all that is told of it, or any other event); then those events that are on for the ring. Counts
 * them in `*events`. The file is there when it is whole. False: it cannot be written, or there is no ring. */
bool trace_ring_dump(const Machine *machine, const char *path, uint64_t *events, GError **error);

/* The same with the usual path, for people: what happened, as a line without its end, to be freed. */
char *trace_ring_dump_said(const Machine *machine, const char *path);

/* The program is about to end by a signal: writes the ring to the usual path, in a process of its own, and says so.
 * `machine` is a Machine. */
void trace_ring_dump_crash(void *machine);

#endif
