/* SPDX-License-Identifier: MIT */
/* addresses.c - where the loads and stores of an episode go: mostly to good places, often to their edges. */
#include "episode.h"
#include "tables.h"

/* Somewhere in a page; mostly aligned and in the middle, where every offset of 12 bits stays inside. */
static uint64_t random_offset(Rng *rng)
{
    switch (rng_below(rng, 8)) {
    case 0: return rng_below(rng, PAGE);
    case 1: return PAGE - 1 - rng_below(rng, 16);
    case 2: return rng_below(rng, 16);
    case 3: return 0x800 + rng_below(rng, 64);
    default: return 0x800 + 8 * rng_below(rng, 16);
    }
}

uint64_t address_wild(const Episode *episode, Rng *rng)
{
    static const uint8_t widths[] = { 38, 39, 47, 48, 56, 57, 41, 50, 59 };
    unsigned width = widths[rng_below(rng, episode->guest ? sizeof widths : 6)];
    const Space *space = episode_space(episode);
    uint64_t offset = random_offset(rng) & ~7ull;
    if (episode_is_bare(episode))
        return HOLE + offset;
    /* The last is not for U. Where U was entered from S that may have failed, and S must not break it; nor a guest that
     * has no first stage. */
    switch (rng_below(rng, episode->first_mode == PRIV_U && space->mode ? 5 : 4)) {
    case 0: return BIT(width) - rng_below(rng, 2) * 8;
    case 1: return 0 - BIT(width) - rng_below(rng, 2) * 8;
    case 2: return space->super + ((uint64_t)rng_below(rng, 4) << 21) + offset;
    case 3: return (space->window ^ BIT(3 + rng_below(rng, 61)));
    default: return RAM_BASE + offset;
    }
}

/* With a random tag in the bits that pointer masking ignores; without it those addresses are bad. */
static uint64_t tagged(const Episode *episode, Rng *rng, uint64_t address)
{
    if (!episode->program->isa->has[EXT_Ssnpm] || !rng_chance(rng, 1, 10))
        return address;
    return set_bits(address, 63, rng_chance(rng, 1, 2) ? 57 : 48, rng_next(rng));
}

static uint64_t plain_pointer(const Episode *episode, Rng *rng, Edges edges)
{
    const Space *space = episode_space(episode);
    bool user = episode->mode == PRIV_U, bare = episode_is_bare(episode);
    uint64_t offset = random_offset(rng), middle = PAGE + PAGE / 2 + rng_below(rng, PAGE);
    if (edges == EDGES_SAFE)
        return bare ? DATA + (DATA_PAGES - SAFE_PAGES) * PAGE + middle
                    : space->window + (user ? SAFE_PAGES * PAGE : 0) + middle;
    if (edges == EDGES_ALIGNED)
        offset &= ~7ull;
    if (bare)
        return DATA + (1 + rng_below(rng, DATA_PAGES - 2)) * PAGE + offset;
    unsigned page = rng_below(rng, WINDOW_PAGES);
    if (rng_chance(rng, 1, 12))
        return space->super + rng_below(rng, DATA_PAGES) * PAGE + offset;
    if (rng_chance(rng, 15, 16) && space->n_good[user])
        page = space->good[user][rng_below(rng, space->n_good[user])];
    return space->window + page * PAGE + offset;
}

/* Physical ones have no tags: what is above 56 bits is open. Accesses through the safe one must not fault. */
uint64_t address_pointer(const Episode *episode, Rng *rng, Edges edges)
{
    uint64_t address = plain_pointer(episode, rng, edges);
    return episode_is_bare(episode) || edges == EDGES_SAFE ? address
                                                           : tagged(episode, rng, address);
}

/* Where the first stage of the guest leads, as its entry is at first. */
static uint64_t guest_physical(const Episode *episode, uint64_t address)
{
    const Space *space = episode->guest_space;
    uint64_t page = (address - space->window) / PAGE;
    if (!space->mode || page >= WINDOW_PAGES)
        return address;
    return pte_address(table_at(episode->program, space->leaves)[page]);
}

void address_choose_places(Episode *episode, Rng *rng)
{
    Episode as = *episode;
    as.guest = true;
    for (unsigned i = 0; i < GUEST_PLACES && as.guest_space; i++) {
        as.mode = i ? PRIV_U : PRIV_S;
        episode->guest_places[i] = plain_pointer(&as, rng, EDGES_ALIGNED);
    }
}

unsigned address_page(const Episode *episode, Rng *rng, const Space *space)
{
    unsigned any = tables_random_page(space, rng), which = rng_below(rng, POINTERS - 1);
    bool others = !episode->guest && (space->under || space->is_g);
    uint64_t address = others ? episode->guest_places[which % GUEST_PLACES] : episode->where[which];
    if (space->is_g)
        address = guest_physical(episode, address);
    uint64_t page = (address - space->window) / PAGE;
    uint64_t end = WINDOW_PAGES - (space->napot ? NAPOT_PAGES : 0);
    bool may_change = page >= 2 * SAFE_PAGES && page < end;
    return may_change && rng_chance(rng, 3, 4) ? (unsigned)page : any;
}
