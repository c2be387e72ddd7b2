/* SPDX-License-Identifier: MIT */
/* llc.c - see llc.h. */
#include "mmu/timing/llc.h"

#include <string.h>

#include "emu/base/addr.h"
#include "emu/base/random.h"

void llc_init(Llc *llc, const TimingConfig *config)
{
    const TimingProfile *p = &config->profile;
    memset(llc, 0, sizeof *llc);
    cache_init(&llc->cache, &p->llc, p->line, p->llc_replacement, p->llc_hash, config->seed);
    llc->n_lines = (uint64_t)cache_sets(&llc->cache) * llc->cache.ways;
    llc->lines = g_new0(LlcLine, llc->n_lines);
    llc->lost = g_new0(LostLine, llc->n_lines);
    llc->colors = timing_colors(p);
    llc->lines_in_page_shift = PAGE_SHIFT - (unsigned)__builtin_ctz(p->line);
    llc->occupancy = g_new0(uint32_t, (size_t)OWNERS_MAX * llc->colors);
}

void llc_free(Llc *llc)
{
    cache_free(&llc->cache);
    g_free(llc->lines);
    g_free(llc->lost);
    g_free(llc->occupancy);
}

static void count(Llc *llc, uint64_t line, const LlcLine *what, uint32_t change)
{
    bool code = what->flags & LLC_CODE;
    llc->occupancy[(size_t)what->owner * llc->colors + llc_color(llc, line)] += change;
    llc->by_mcid[what->mcid][code] += change;
}

void llc_put(Llc *llc, unsigned set, unsigned way, uint64_t line, const LlcLine *what)
{
    *cache_tag(&llc->cache, set, way) = line;
    *llc_line(llc, set, way) = *what;
    count(llc, line, what, 1);
}

void llc_drop(Llc *llc, unsigned set, unsigned way)
{
    uint64_t line = *cache_tag(&llc->cache, set, way);
    count(llc, line, llc_line(llc, set, way), UINT32_MAX); /* one less */
    cache_drop(&llc->cache, set, way);
    memset(llc_line(llc, set, way), 0, sizeof(LlcLine));
}

static LostLine *lost_at(Llc *llc, uint64_t line)
{
    return &llc->lost[(random_at(line) >> 32) * llc->n_lines >> 32];
}

void llc_note_lost(Llc *llc, uint64_t line, uint8_t victim, uint8_t by)
{
    *lost_at(llc, line) = (LostLine){ .line = line, .victim = victim, .by = by, .valid = 1 };
}

const LostLine *llc_take_lost(Llc *llc, uint64_t line)
{
    LostLine *lost = lost_at(llc, line);
    if (!lost->valid || lost->line != line)
        return NULL;
    lost->valid = 0;
    return lost;
}

/* A line stands in its set, once; identifiers are ones that there are. */
static void made_legal(Llc *llc)
{
    memset(llc->occupancy, 0, sizeof(uint32_t) * OWNERS_MAX * llc->colors);
    memset(llc->by_mcid, 0, sizeof llc->by_mcid);
    for (uint64_t i = 0; i < llc->n_lines; i++) {
        unsigned set = (unsigned)(i / llc->cache.ways), way = (unsigned)(i % llc->cache.ways);
        uint64_t line = llc->cache.tags[i];
        LlcLine *what = &llc->lines[i];
        if (line == CACHE_NONE || line >> 52 || cache_set(&llc->cache, line) != set ||
            cache_find(&llc->cache, set, line) != (int)way) {
            cache_drop(&llc->cache, set, way);
            memset(what, 0, sizeof *what);
            continue;
        }
        what->rcid %= QOS_MAX_IDS;
        what->mcid %= QOS_MAX_IDS;
        what->flags &= LLC_FLAGS;
        count(llc, line, what, 1);
    }
}

void llc_visit(Llc *llc, StateVisitor *visitor)
{
    cache_visit(&llc->cache, "llc", visitor);
    visitor->blob(visitor, "llc.lines", llc->lines, sizeof(LlcLine) * llc->n_lines);
    visitor->blob(visitor, "llc.lost", llc->lost, sizeof(LostLine) * llc->n_lines);
    if (visitor->loads)
        made_legal(llc);
}
