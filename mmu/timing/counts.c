/* SPDX-License-Identifier: MIT */
/* counts.c - see counts.h. */
#include "mmu/timing/counts.h"

#include <string.h>

const char *const count_names[COUNTS] = {
    [COUNT_L1I_MISSES] = "l1i_misses",
    [COUNT_L1D_MISSES] = "l1d_misses",
    [COUNT_LLC_HITS] = "llc_hits",
    [COUNT_LLC_MISSES] = "llc_misses",
    [COUNT_LLC_STORES] = "llc_stores",
    [COUNT_LLC_STORE_MISSES] = "llc_store_misses",
    [COUNT_WRITE_BACKS] = "write_backs",
    [COUNT_MISSES_BY_OTHERS] = "misses_by_others",
    [COUNT_INCLUSION_VICTIMS] = "inclusion_victims",
    [COUNT_UPGRADES] = "upgrades",
    [COUNT_SNOOPS] = "snoops",
    [COUNT_TLB_I_MISSES] = "tlb_i_misses",
    [COUNT_TLB_D_MISSES] = "tlb_d_misses",
    [COUNT_TLB_I_REFILLS] = "tlb_i_refills",
    [COUNT_TLB_D_REFILLS] = "tlb_d_refills",
    [COUNT_WALK_READS] = "walk_reads",
    [COUNT_WALK_HITS] = "walk_hits",
    [COUNT_DMA_READS] = "dma_reads",
    [COUNT_DMA_WRITES] = "dma_writes",
    [COUNT_BUS_LINES] = "bus_lines",
    [COUNT_VIOLATIONS] = "violations",
    [COUNT_LEAKS] = "leaks",
};

const char *const stall_names[STALLS] = {
    [STALL_LLC] = "llc",     [STALL_MEMORY] = "memory",
    [STALL_QUEUE] = "queue", [STALL_OUTSTANDING] = "outstanding",
    [STALL_WALK] = "walk",   [STALL_SHARE] = "share",
};

uint8_t counts_owner(TimingCounts *counts, Owner owner)
{
    for (unsigned i = 0; i < counts->n_owners; i++) {
        const Owner *o = &counts->owners[i];
        if (o->partition == owner.partition && o->hart == owner.hart)
            return (uint8_t)i;
    }
    if (counts->n_owners >= OWNER_OTHERS) {
        counts->n_owners = OWNERS_MAX;
        counts->owners[OWNER_OTHERS] = (Owner){ UINT16_MAX, UINT16_MAX };
        return OWNER_OTHERS;
    }
    counts->owners[counts->n_owners] = owner;
    return (uint8_t)counts->n_owners++;
}

// clang-format off
static const StateField counts_fields[] = { STATE(TimingCounts, n_owners), STATE_END };
static const StateField owner_fields[] = { STATE(Owner, partition), STATE(Owner, hart), STATE_END };
static const StateField owner_counts_fields[] = {
    STATE_ARRAY(OwnerCounts, n), STATE_ARRAY(OwnerCounts, stall), STATE_WORDS(OwnerCounts, use),
    STATE_ARRAY(OwnerCounts, latency), STATE_END,
};
// clang-format on

static void counts_loaded(void *object)
{
    TimingCounts *counts = object;
    counts->n_owners = MIN(counts->n_owners, OWNERS_MAX);
}

static const StateDesc counts_state = { "counts", 1, counts_fields, counts_loaded };
static const StateDesc owner_state = { "owner", 1, owner_fields, NULL };
static const StateDesc owner_counts_state = { "owner.counts", 1, owner_counts_fields, NULL };

static void forget(TimingCounts *counts)
{
    for (unsigned i = 0; i < counts->n_owners; i++) {
        memset(&counts->counts[i], 0, sizeof counts->counts[i]);
        memset(counts->evictions[i], 0, sizeof counts->evictions[i]);
        memset(counts->lost[i], 0, sizeof counts->lost[i]);
        memset(counts->waits[i], 0, sizeof counts->waits[i]);
    }
}

/* Rows and columns of owners that there are not stay zero, also when a state that had fewer is loaded. */
void counts_visit(TimingCounts *counts, StateVisitor *visitor)
{
    if (visitor->loads)
        forget(counts);
    state_visit(visitor, "counts", &counts_state, counts);
    size_t row = sizeof(uint64_t) * counts->n_owners;
    for (unsigned i = 0; i < counts->n_owners; i++) {
        state_visit(visitor, "owner", &owner_state, &counts->owners[i]);
        state_visit(visitor, "owner", &owner_counts_state, &counts->counts[i]);
        visitor->blob(visitor, "evictions", counts->evictions[i], row);
        visitor->blob(visitor, "lost", counts->lost[i], row);
        visitor->blob(visitor, "waits", counts->waits[i], row);
    }
}
