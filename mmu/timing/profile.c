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

enum { KIB = 1 << 10, MIB = 1 << 20, LARGEST_CACHE = 256 * MIB, MOST_COLORS = 256 };

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

char *timing_value_text(TimingUnit unit, uint64_t value)
{
    static const struct {
        uint64_t large;
        const char *name, *base;
    } units[] = { [UNIT_NONE] = { 0, "", "" },
                  [UNIT_SIZE] = { KIB, "K", "" },
                  [UNIT_TIME] = { 1000, "ns", "ps" },
                  [UNIT_CLOCK] = { 1000000, "MHz", "" } };
    bool large = value && units[unit].large && value % units[unit].large == 0;
    return g_strdup_printf("%" PRIu64 "%s", large ? value / units[unit].large : value,
                           large ? units[unit].name : units[unit].base);
}

/* Says what is wrong with a value, and what may stand in its place. */
static bool refuse(const char *name, TimingUnit unit, uint64_t value, const char *why,
                   uint64_t better, GError **error)
{
    g_autofree char *is = timing_value_text(unit, value), *fix = timing_value_text(unit, better);
    return fail(error, EXIT_CONFIG, "%s=%s: %s; write for example %s=%s", name, is, why, name, fix);
}

static bool check_cache(const char *cache, const CacheSize *size, unsigned line, GError **error)
{
    g_autofree char *name = g_strdup_printf("%s.size", cache);
    if (!size->ways || size->ways > TIMING_MAX_WAYS)
        return fail(error, EXIT_CONFIG, "%s.ways=%u: from 1 to %d; write for example %s.ways=%d",
                    cache, size->ways, TIMING_MAX_WAYS, cache, size->ways ? TIMING_MAX_WAYS : 1);
    if (size->size > LARGEST_CACHE)
        return refuse(name, UNIT_SIZE, size->size, "256M at most", LARGEST_CACHE, error);
    uint64_t unit = (uint64_t)size->ways * line, nearest = unit;
    while (nearest * 2 <= size->size)
        nearest *= 2;
    g_autofree char *why = g_strdup_printf(
        "with %u ways and lines of %u bytes this is no power of two of sets", size->ways, line);
    return nearest == size->size || refuse(name, UNIT_SIZE, size->size, why, nearest, error);
}

static bool check_tlb(const char *name, const TlbSize *size, bool optional, GError **error)
{
    if (!size->entries && optional)
        return true;
    if (!size->entries || size->entries > 4096)
        return fail(error, EXIT_CONFIG,
                    "%s.entries=%u: from 1 to 4096; write for example %s.entries=%d", name,
                    size->entries, name, size->entries ? 4096 : 1);
    if (size->ways && (size->entries % size->ways || !is_power_of_two(size->entries / size->ways)))
        return fail(error, EXIT_CONFIG,
                    "%s.ways=%u: of %u entries these make no power of two of sets; 0 is fully "
                    "associative",
                    name, size->ways, size->entries);
    return true;
}

typedef struct {
    const char *name;
    uint64_t value, low, high;
    TimingUnit unit;
} Range;

static bool check_range(const Range *r, GError **error)
{
    g_autofree char *low = timing_value_text(r->unit, r->low),
                    *high = timing_value_text(r->unit, r->high),
                    *why = g_strdup_printf("from %s to %s", low, high);
    return (r->value >= r->low && r->value <= r->high) ||
           refuse(r->name, r->unit, r->value, why, CLAMP(r->value, r->low, r->high), error);
}

static bool check_clock(const TimingProfile *p, GError **error)
{
    uint64_t mhz = p->clock_hz / 1000000, cycle = (1000000 + mhz - 1) / mhz;
    if (p->clock_hz % 1000000)
        return refuse("clock", UNIT_CLOCK, p->clock_hz, "whole MHz only", mhz * 1000000, error);
    if (p->service_ps >= cycle)
        return true;
    g_autofree char *why = g_strdup_printf("less than a cycle of clock=%" PRIu64 "MHz", mhz);
    return refuse("bus.service", UNIT_TIME, p->service_ps, why, cycle, error);
}

static bool check_ranges(const TimingProfile *p, GError **error)
{
    const Range ranges[] = {
        { "clock", p->clock_hz, 1000000, UINT64_C(100000000000), UNIT_CLOCK },
        { "llc.cycles", p->llc_cycles, 1, 10000, UNIT_NONE },
        { "llc.snoop", p->snoop_cycles, 0, 10000, UNIT_NONE },
        { "bus.latency", p->memory_ps, 1, 100000000, UNIT_TIME },
        { "bus.service", p->service_ps, 1, 10000000, UNIT_TIME },
        { "bus.outstanding", p->outstanding, 1, TIMING_MAX_OUTSTANDING, UNIT_NONE },
        { "bus.streams", p->streams, 0, TIMING_MAX_OUTSTANDING, UNIT_NONE },
        { "bus.dma_gap", p->dma_gap, 1, 1024, UNIT_NONE },
        { "tlb.l2_cycles", p->tlb_l2_cycles, 0, 10000, UNIT_NONE },
        { "tlb.walk_cycles", p->walk_cycles, 0, 10000, UNIT_NONE },
        { "tlb.walk_entries", p->walk_entries, 0, 4096, UNIT_NONE },
        { "trap", p->trap_cycles, 0, 10000, UNIT_NONE },
        { "mmio", p->mmio_cycles, 0, 10000, UNIT_NONE },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(ranges); i++)
        if (!check_range(&ranges[i], error))
            return false;
    return true;
}

bool timing_profile_check(const TimingProfile *p, GError **error)
{
    if (!check_ranges(p, error) || !check_clock(p, error))
        return false;
    if (!is_power_of_two(p->line) || p->line < 16 || p->line > 256)
        return fail(error, EXIT_CONFIG, "line=%u: 16, 32, 64, 128 or 256; write line=64", p->line);
    if (p->llc_replacement == REPLACE_PLRU && !is_power_of_two(p->llc.ways))
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
    return timing_colors(p) <= MOST_COLORS ||
           refuse("llc.size", UNIT_SIZE, p->llc.size, "more than 256 colours",
                  (uint64_t)p->llc.ways * MOST_COLORS << PAGE_SHIFT, error);
}

unsigned timing_colors(const TimingProfile *profile)
{
    return (unsigned)MAX(profile->llc.size / profile->llc.ways >> PAGE_SHIFT, 1);
}

unsigned timing_color(const TimingProfile *profile, uint64_t spa)
{
    return (unsigned)(spa >> PAGE_SHIFT) & (timing_colors(profile) - 1);
}
