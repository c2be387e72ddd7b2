/* SPDX-License-Identifier: MIT */
/* walk.c - see walk.h; "Virtual Address Translation Process". */
#include "lib/walk.h"

#include <stddef.h>

#include "lib/csr.h"

enum { LEVELS = 3, ENTRIES = PAGE_SIZE / sizeof(uint64_t) };

#define PTE_PPNS (BIT(44) - 1)
#define PTE_HIGH (~0ul << 54) /* norm:Sv39_pte_future_rsv, and extensions that the guest has not */

static uint64_t covers(unsigned level)
{
    return PAGE_SIZE << 9 * level;
}

static uint64_t ppn_address(uint64_t pte)
{
    return (pte >> 10 & PTE_PPNS) * PAGE_SIZE;
}

/* May it, by the bits of a leaf? */
static bool permits(uint64_t pte, const Intent *intent)
{
    bool readable = pte & PTE_R || (intent->status & SSTATUS_MXR && pte & PTE_X);
    if (intent->user != !!(pte & PTE_U) &&
        (intent->user || intent->kind == FETCH || !(intent->status & SSTATUS_SUM)))
        return false;
    switch (intent->kind) {
    case FETCH: return pte & PTE_X;
    case LOAD: return readable;
    default: return pte & PTE_W;
    }
}

/* Every access needs A, a store D: with Svade the guest sets them. norm:svade_access_ad_bit_clear */
static uint64_t accessed(const Intent *intent)
{
    return PTE_A | (intent->kind == STORE ? PTE_D : 0);
}

/* Sets what is missing. False: somebody wrote the entry meanwhile. */
static bool set_accessed(uint64_t *entry, uint64_t *pte, const Intent *intent)
{
    uint64_t want = *pte | accessed(intent), was = *pte;
    *pte = want;
    return want == was || __atomic_compare_exchange_n(entry, &was, want, false, __ATOMIC_RELAXED,
                                                      __ATOMIC_RELAXED);
}

static Walk leaf_found(uint64_t gva, uint64_t pte, unsigned level)
{
    uint64_t offset = gva & (covers(level) - 1);
    /* Until the guest's D is set, a store must come here. */
    uint64_t keep = PTE_R | PTE_X | PTE_U | (pte & PTE_D ? PTE_W : 0);
    return (Walk){ WALK_DONE, ppn_address(pte) | offset, covers(level), pte & keep };
}

static bool is_bad(uint64_t pte, unsigned level)
{
    bool leaf = pte & (PTE_R | PTE_X);
    if (!(pte & PTE_V) || (pte & PTE_HIGH) || (pte & PTE_W && !(pte & PTE_R)))
        return true;
    return leaf ? ppn_address(pte) % covers(level) != 0 : !level || pte & (PTE_U | PTE_A | PTE_D);
}

/* Without translation everything is readable, writable and executable, for U-mode too. */
static Walk bare(uint64_t gva, const Intent *intent)
{
    return (Walk){ WALK_DONE, gva, GIGA_PAGE, PTE_R | PTE_W | PTE_X | (intent->user ? PTE_U : 0) };
}

Walk guest_walk(const WalkMemory *memory, uint64_t satp, uint64_t gva, const Intent *intent)
{
    uint64_t table = (satp & PTE_PPNS) * PAGE_SIZE;
    if (!(satp >> ATP_MODE))
        return bare(gva, intent);
    if ((uint64_t)((int64_t)(gva << 25) >> 25) != gva)
        return (Walk){ .result = WALK_PAGE_FAULT };
    for (unsigned level = LEVELS; level--;) {
        uint64_t at = table + gva / covers(level) % ENTRIES * sizeof(uint64_t);
        uint64_t *entry = memory->entry(memory->opaque, at);
        if (!entry)
            return (Walk){ .result = WALK_ACCESS_FAULT };
        uint64_t pte = *(volatile uint64_t *)entry;
        if (is_bad(pte, level))
            break;
        if (!(pte & (PTE_R | PTE_X))) {
            table = ppn_address(pte);
            continue;
        }
        if (!permits(pte, intent) || (memory->svade && accessed(intent) & ~pte))
            break;
        if (!set_accessed(entry, &pte, intent))
            return guest_walk(memory, satp, gva, intent);
        return leaf_found(gva, pte, level);
    }
    return (Walk){ .result = WALK_PAGE_FAULT };
}
