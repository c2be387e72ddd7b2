/* SPDX-License-Identifier: MIT */
/* cache.c - the modelled machine: a profile, and what the file changes of it. */
#include <string.h>

#include "emu/machinefile/machinefile.h"

static unsigned number_of(const char *name, const char *const *names, unsigned n,
                          unsigned otherwise)
{
    for (unsigned i = 0; name && i < n; i++)
        if (!strcmp(names[i], name))
            return i;
    return otherwise;
}

bool mf_profile(const MachineFile *file, TimingProfile *out)
{
    const MfTiming *timing = &file->timing;
    const MfLlc *llc = &timing->llc;
    const MfBus *bus = &timing->bus;
    const TimingProfile *found = timing->profile ? timing_profile_find(timing->profile) : NULL;
    if (!found)
        return false;
    *out = *found;
    out->line = timing->line ? (unsigned)timing->line : out->line;
    out->llc.size = llc->size ? llc->size : out->llc.size;
    out->llc.ways = llc->ways ? (unsigned)llc->ways : out->llc.ways;
    out->llc_replacement =
        number_of(llc->replacement, replacement_names, REPLACE_COUNT, out->llc_replacement);
    out->llc_hash = number_of(llc->hash, cache_hash_names, HASH_COUNT, out->llc_hash);
    out->llc_cycles = mf_at(llc->at, "cycles") ? (unsigned)llc->cycles : out->llc_cycles;
    out->memory_ps = mf_at(bus->at, "latency") ? (unsigned)bus->latency * 1000 : out->memory_ps;
    out->service_ps = bus->service ? (unsigned)bus->service * 1000 : out->service_ps;
    out->outstanding = bus->outstanding ? (unsigned)bus->outstanding : out->outstanding;
    return true;
}
