/* SPDX-License-Identifier: MIT */
/*
 * ram_history.h - RAM as it was at several moments, copied page by page when it changes.
 *
 * At a moment every page of RAM becomes clean (PAGE_CLEAN). The first store to a clean page, whoever makes it, keeps a
 * copy; pages that nobody stores to are never copied. Moments share versions of pages, so going to any of them costs what
 * is different there, and forgetting one gives back what is in no other.
 */
#ifndef EMU_TIME_RAM_HISTORY_H
#define EMU_TIME_RAM_HISTORY_H

#include "emu/time/page_version.h"
#include "mmu/bus.h"

typedef struct RamHistory RamHistory;
typedef struct RamMoment RamMoment;

/* The history of the RAM of `bus`; copies count in `kept`; both must outlive it. Nobody may hold fast write paths from ram_history_take on. */
RamHistory *ram_history_new(Bus *bus, size_t *kept);
/* All moments must have been forgotten. */
void ram_history_free(RamHistory *history);

/* RAM as it is now. Fast write paths must be dropped by the caller. */
RamMoment *ram_history_take(RamHistory *history);
/* Makes RAM what it was; code that was decoded from pages that change is dropped, fast write paths are the caller's. */
void ram_history_restore(RamHistory *history, const RamMoment *moment);
void ram_history_forget(RamHistory *history, RamMoment *moment);

/* A clean page is about to change. */
void ram_history_keep(RamHistory *history, Spa page);

/* Bytes that forgetting this moment alone would give back. */
size_t ram_moment_size(const RamHistory *history, const RamMoment *moment);

#endif
