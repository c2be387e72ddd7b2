/* SPDX-License-Identifier: MIT */
/* cache.c - the machine's last-level cache and bus: what the file says, else its profile. */
#include <string.h>

#include "emu/machinefile/check.h"
#include "mmu/bus.h"

// clang-format off
static const struct {
    const char *name;
    uint64_t size, ways, slot;
} profiles[] = {
    { "a53x4",   1 << 20,   16, 12 },
    { "rocket6", 512 << 10, 8,  12 },
};
// clang-format on

static size_t find_profile(const char *name)
{
    size_t i = 0;
    while (name && i < G_N_ELEMENTS(profiles) && strcmp(profiles[i].name, name) != 0)
        i++;
    return name ? i : G_N_ELEMENTS(profiles);
}

bool mf_profile_known(const char *name)
{
    return find_profile(name) < G_N_ELEMENTS(profiles);
}

MfCache mf_cache(const MachineFile *file)
{
    const MfLlc *llc = &file->timing.llc;
    size_t number = find_profile(file->timing.profile);
    bool known = number < G_N_ELEMENTS(profiles);
    MfCache cache = { llc->size ? llc->size
                      : known   ? profiles[number].size
                                : 0,
                      llc->ways ? llc->ways
                      : known   ? profiles[number].ways
                                : 0,
                      64, 0, llc->hash && !strcmp(llc->hash, "xor") };
    if (cache.size && cache.ways)
        cache.colors = cache.size / cache.ways / PAGE_SIZE;
    return cache;
}

uint64_t mf_bus_slot(const MachineFile *file)
{
    size_t number = find_profile(file->timing.profile);
    if (file->timing.bus.slot)
        return file->timing.bus.slot;
    return number < G_N_ELEMENTS(profiles) ? profiles[number].slot : 0;
}
