/* SPDX-License-Identifier: MIT */
/*
 * checkpoint.h - the whole machine as it was at a moment, kept in memory.
 *
 * As many as one likes may be alive; each can be restored any number of times, in any order: backwards, and forwards
 * again. A restored machine has the state hash of the moment and goes on as the first time. Emulation thread, between
 * slices: also from a Look, a message of the inbox, or a command of the monitor while the machine is paused.
 *
 * While one is alive, the first store to each page of RAM since the last one copies the page; the store of translations
 * and disk overlays are compared and shared in pieces of 4 KiB. Without any nothing is slower.
 *
 * Not in a checkpoint, because it is the host's: bytes on their way to and from the console, files that semihosting has
 * open, what was written to disks that are not snapshots, user network connections, and what watches the machine
 * (traces, breakpoints, statistics).
 */
#ifndef EMU_TIME_CHECKPOINT_H
#define EMU_TIME_CHECKPOINT_H

#include "emu/machine.h"

typedef struct Checkpoint Checkpoint;

/* The machine as it is now. Changes nothing that a guest can see. */
Checkpoint *checkpoint_take(Machine *machine);

/* Makes the machine, which must be the one it was taken of, what it was. */
void checkpoint_restore(Machine *machine, const Checkpoint *checkpoint);

/* All of a machine must be freed before the machine is. */
void checkpoint_free(Machine *machine, Checkpoint *checkpoint);

/* When it was taken, in units of all harts (clock.units). */
uint64_t checkpoint_units(const Checkpoint *checkpoint);

/* Bytes that freeing it alone would give back; grows while the machine runs on. */
size_t checkpoint_size(const Machine *machine, const Checkpoint *checkpoint);

/* Bytes of copied pages that all of the machine's take together. */
size_t checkpoints_memory(const Machine *machine);

/* For the bus: a clean page is about to change. */
void checkpoints_keep_page(Machine *machine, Spa page);

#endif
