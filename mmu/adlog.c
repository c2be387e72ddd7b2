/* SPDX-License-Identifier: MIT */
/* adlog.c - what an access that fails takes back; see adlog.h. */
#include "mmu/adlog.h"

#include <string.h>

void ad_log_update(AdLog *log, Spa at, uint64_t set)
{
    g_assert(log->n_updates < AD_LOG_UPDATES);
    log->updates[log->n_updates].at = at;
    log->updates[log->n_updates++].set = set;
}

void ad_log_entry(AdLog *log, unsigned space, uint64_t va)
{
    g_assert(log->n_entries < AD_LOG_ENTRIES);
    log->entries[log->n_entries].va = va;
    log->entries[log->n_entries++].space = space;
}

void ad_log_undo(AdLog *log, Bus *bus, Requester by)
{
    while (log->n_updates) {
        uint64_t pte;
        Spa at = log->updates[--log->n_updates].at;
        memcpy(&pte, bus_ram_at(bus, at), 8);
        bool done = bus_write(bus, at, 8, pte & ~log->updates[log->n_updates].set, by);
        g_assert(done);
    }
}
