/* SPDX-License-Identifier: MIT */
/* profile.c - the table of profiles, and what makes sense; see profile.h. */
#include "mmu/timing/profile.h"

#include <inttypes.h>
#include <string.h>

#include "emu/base/addr.h"
#include "emu/base/bits.h"
#include "emu/base/error.h"

const char *const replacement_names[REPLACE_COUNT] = { "lru", "plru", "random" };
const char *const cache_hash_names[HASH_COUNT] = { "none", "xor" };

enum { KIB = 1 << 10, MIB = 1 << 20 };

static const TimingProfile profiles[] = {
    { .name = "a53x4",
      .about = "four Cortex-A53 of a ZCU104",
      .clock_hz = 1200000000,
      .line = 64,
      .l1i = { 32 * KIB, 2 },
      .l1d = { 32 * KIB, 4 },
      .llc = { 1 * MIB, 16 },
      .llc_cycles = 13,
      .snoop_cycles = 13,
      .memory_ps = 100000,
      .service_ps = 20000,
      .outstanding = 3,
      .streams = 2,
      .dma_gap = 4,
      .tlb_i = { 10, 0 },
      .tlb_d = { 10, 0 },
      .tlb_l2 = { 512, 4 },
      .tlb_l2_cycles = 2,
      .walk_cycles = 3,
      .walk_entries = 64,
      .trap_cycles = 12,
      .mmio_cycles = 60 },
    { .name = "rocket6",
      .about = "six Rocket cores with an inclusive L2",
      .clock_hz = 3200000000,
      .line = 64,
      .l1i = { 16 * KIB, 4 },
      .l1d = { 16 * KIB, 4 },
      .llc = { 512 * KIB, 8 },
      .llc_cycles = 20,
      .snoop_cycles = 20,
      .memory_ps = 60000,
      .service_ps = 5000,
      .outstanding = 2,
      .streams = 0,
      .dma_gap = 4,
      .tlb_i = { 32, 0 },
      .tlb_d = { 32, 0 },
      .tlb_l2 = { 1024, 1 },
      .tlb_l2_cycles = 3,
      .walk_cycles = 3,
      .walk_entries = 8,
      .trap_cycles = 5,
      .mmio_cycles = 100 },
};

const TimingProfile *timing_profile_at(unsigned n)
{
    return n < G_N_ELEMENTS(profiles) ? &profiles[n] : NULL;
}

const TimingProfile *timing_profile_find(const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(profiles); i++) {
        if (!name || !strcmp(profiles[i].name, name))
            return &profiles[i];
    }
    return NULL;
}

static bool is_power(uint64_t n)
{
    return n && !(n & (n - 1));
}

static bool check_cache(const char *name, const CacheSize *size, unsigned line, GError **error)
{
    if (!size->ways || size->ways > TIMING_MAX_WAYS)
        return fail(error, EXIT_CONFIG, "%s.ways=%u: from 1 to %d", name, size->ways,
                    TIMING_MAX_WAYS);
    uint64_t sets = size->size / size->ways / line;
    if (size->size > 256 * MIB || sets * size->ways * line != size->size || !is_power(sets))
        return fail(error, EXIT_CONFIG,
                    "%s.size=%" PRIu64 ": with %u ways and lines of %u bytes this is no power of "
                    "two of sets; try %u",
                    name, size->size, size->ways, line, size->ways * line * 256);
    return true;
}

static bool check_tlb(const char *name, const TlbSize *size, bool optional, GError **error)
{
    if (!size->entries && optional)
        return true;
    if (!size->entries || size->entries > 4096)
        return fail(error, EXIT_CONFIG, "%s.entries=%u: from 1 to 4096", name, size->entries);
    if (size->ways && (size->entries % size->ways || !is_power(size->entries / size->ways)))
        return fail(error, EXIT_CONFIG,
                    "%s.ways=%u: of %u entries these make no power of two of sets; 0 is fully "
                    "associative",
                    name, size->ways, size->entries);
    return true;
}

typedef struct {
    const char *name;
    uint64_t value, low, high;
} Range;

bool timing_profile_check(const TimingProfile *p, GError **error)
{
    const Range ranges[] = {
        { "clock", p->clock_hz, 1000000, UINT64_C(100000000000) },
        { "llc.cycles", p->llc_cycles, 1, 10000 },
        { "llc.snoop", p->snoop_cycles, 0, 10000 },
        { "bus.latency", p->memory_ps, 1, 100000000 },
        { "bus.service", p->service_ps, 1, 10000000 },
        { "bus.outstanding", p->outstanding, 1, TIMING_MAX_OUTSTANDING },
        { "bus.streams", p->streams, 0, TIMING_MAX_OUTSTANDING },
        { "bus.dma_gap", p->dma_gap, 1, 1024 },
        { "tlb.l2_cycles", p->tlb_l2_cycles, 0, 10000 },
        { "tlb.walk_cycles", p->walk_cycles, 0, 10000 },
        { "tlb.walk_entries", p->walk_entries, 0, 4096 },
        { "trap", p->trap_cycles, 0, 10000 },
        { "mmio", p->mmio_cycles, 0, 10000 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(ranges); i++) {
        const Range *r = &ranges[i];
        if (r->value < r->low || r->value > r->high)
            return fail(error, EXIT_CONFIG, "%s=%" PRIu64 ": from %" PRIu64 " to %" PRIu64, r->name,
                        r->value, r->low, r->high);
    }
    if (p->clock_hz % 1000000)
        return fail(error, EXIT_CONFIG, "clock=%" PRIu64 "Hz: whole MHz only; try %" PRIu64 "MHz",
                    p->clock_hz, p->clock_hz / 1000000);
    if (!is_power(p->line) || p->line < 16 || p->line > 256)
        return fail(error, EXIT_CONFIG, "line=%u: 16, 32, 64, 128 or 256", p->line);
    if (p->service_ps * (p->clock_hz / 1000000) < 1000000)
        return fail(error, EXIT_CONFIG, "bus.service=%u ps: at least a cycle, %" PRIu64 " ps",
                    p->service_ps, UINT64_C(1000000000000) / p->clock_hz + 1);
    if (p->llc_replacement == REPLACE_PLRU && !is_power(p->llc.ways))
        return fail(error, EXIT_CONFIG,
                    "llc.replacement=plru: %u ways are no power of two; use lru or random",
                    p->llc.ways);
    if (!check_cache("l1i", &p->l1i, p->line, error) ||
        !check_cache("l1d", &p->l1d, p->line, error) ||
        !check_cache("llc", &p->llc, p->line, error) ||
        !check_tlb("tlb_i", &p->tlb_i, false, error) ||
        !check_tlb("tlb_d", &p->tlb_d, false, error) ||
        !check_tlb("tlb_l2", &p->tlb_l2, true, error))
        return false;
    if (timing_colors(p) > 256)
        return fail(error, EXIT_CONFIG,
                    "llc.size=%" PRIu64 ": more than 256 colours; use more ways", p->llc.size);
    return true;
}

unsigned timing_colors(const TimingProfile *profile)
{
    return (unsigned)MAX(profile->llc.size / profile->llc.ways >> PAGE_SHIFT, 1);
}

unsigned timing_color(const TimingProfile *profile, uint64_t spa)
{
    return (unsigned)(spa >> PAGE_SHIFT) & (timing_colors(profile) - 1);
}
