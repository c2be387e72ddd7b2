/* SPDX-License-Identifier: MIT */
/*
 * stale.h - missing fences: translations that are used although the tables say something else by now.
 *
 * For who asks (the event fence.missing). Then pages with tables are watched, and whatever a translation depends on
 * begins a new epoch, in which every translation in use is looked at once. Nothing here is state of the machine, and
 * a guest cannot tell whether it is on.
 */
#ifndef MMU_STALE_H
#define MMU_STALE_H

#include "emu/base/trace.h"
#include "mmu/store.h"
#include "mmu/walk.h"

typedef struct Stale Stale;

Stale *stale_new(void);
void stale_free(Stale *stale);

/* Tables were written. */
void stale_new_epoch(Stale *stale);
/* The state was loaded: nothing was said of anything. */
void stale_loaded(Stale *stale);
/* Likewise if what walks depend on beside memory is not what it was: STALE_REGISTERS words. True: it is not. */
enum { STALE_REGISTERS = 5 };
bool stale_registers_changed(Stale *stale, const uint64_t registers[STALE_REGISTERS]);

/* `entry` is new: nothing was said of it. */
void stale_forget(Stale *stale, const Store *store, const StoreEntry *entry);

/* Is this the first use of `entry` for `access` in the epoch? */
bool stale_is_due(Stale *stale, const Store *store, const StoreEntry *entry, Access access);

/* A use of `entry` for `request` by `hart`; `now` is what a walk that changes nothing and sets A and D freely finds.
 * If the access would end otherwise, emits the event, once for an entry until either changes. A = 0 does not count:
 * software may sample it without a fence. norm:sfence_vma_ordering_semantics */
void stale_check(Stale *stale, Trace *trace, unsigned hart, const Store *store,
                 const StoreEntry *entry, const WalkRequest *request, const WalkResult *now);

#endif
