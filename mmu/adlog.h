/* SPDX-License-Identifier: MIT */
/*
 * adlog.h - what the access under way has changed before it is known to succeed: A and D bits that its walks have set, and
 * translations that were remembered with them.
 *
 * The manual lets these stay when the access then traps. Here they are taken back, so that A and D say what was done:
 * docs/adr/0018.
 */
#ifndef MMU_ADLOG_H
#define MMU_ADLOG_H

#include <stdint.h>

#include "emu/base/addr.h"
#include "mmu/bus.h"

/* Two parts of an access, each with one entry of the first stage, and G-stage entries for its five tables, its update and
 * itself. */
enum { AD_LOG_UPDATES = 16, AD_LOG_ENTRIES = 2 };

typedef struct {
    struct {
        Spa at;
        uint64_t set;
    } updates[AD_LOG_UPDATES];
    struct {
        uint64_t va;
        unsigned space;
    } entries[AD_LOG_ENTRIES];
    unsigned n_updates, n_entries;
} AdLog;

/* An access begins. */
static inline void ad_log_begin(AdLog *log)
{
    log->n_updates = log->n_entries = 0;
}

/* Bits `set` were clear at `at` and are no more. */
void ad_log_update(AdLog *log, Spa at, uint64_t set);

/* The translation of `va` in `space` of the store was remembered. */
void ad_log_entry(AdLog *log, unsigned space, uint64_t va);

/* Clears the bits again, the last first. */
void ad_log_undo(AdLog *log, Bus *bus, Requester by);

#endif
