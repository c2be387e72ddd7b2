/* SPDX-License-Identifier: MIT */
/*
 * l1.h - a hart's private cache: LRU, and quick where the line that is wanted is the set's last one.
 *
 * The ways of a set are kept in the order of use, the last used first, so a hit there changes nothing and needs one
 * comparison. An entry is a line and what the hart may do with it, and where the LLC has it: since the LLC includes
 * all lines of all L1s, it stays there as long as the entry is.
 */
#ifndef MMU_TIMING_L1_H
#define MMU_TIMING_L1_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "mmu/timing/profile.h"

enum {
    L1_VALID = 1 << 0,
    L1_EXCLUSIVE = 1 << 1, /* no other hart has it: may be written */
    L1_DIRTY = 1 << 2,     /* written; is exclusive too */
    L1_PENDING = 1 << 3,   /* still on its way */
    L1_FLAGS = 15,
    L1_LINE_SHIFT = 4,
    L1_WAY_SHIFT = 58, /* way of the LLC; lines have 52 bits at most, since addresses have 56 */
};
#define L1_LINE_MASK ((UINT64_C(1) << L1_WAY_SHIFT) - (1 << L1_LINE_SHIFT))

typedef struct {
    uint64_t *entries; /* by set, then by time of use; 0: empty, behind all others of the set */
    uint64_t set_mask;
    unsigned ways;
} L1;

static inline uint64_t l1_entry(uint64_t line, unsigned way, unsigned flags)
{
    return (uint64_t)way << L1_WAY_SHIFT | line << L1_LINE_SHIFT | flags;
}

static inline uint64_t l1_line(uint64_t entry)
{
    return (entry & L1_LINE_MASK) >> L1_LINE_SHIFT;
}

static inline uint64_t *l1_set(const L1 *l1, uint64_t line)
{
    return &l1->entries[(line & l1->set_mask) * l1->ways];
}

/* Does the entry have the line, with these flags set and L1_PENDING clear? */
static inline bool l1_has(uint64_t entry, uint64_t line, unsigned flags)
{
    return !((entry ^ l1_entry(line, 0, flags)) & (L1_LINE_MASK | flags | L1_PENDING));
}

/* The entry of the line, as the first of its set now; NULL: it is not there. */
static inline uint64_t *l1_use(const L1 *l1, uint64_t line)
{
    uint64_t *set = l1_set(l1, line);
    for (unsigned i = 0; i < l1->ways; i++) {
        uint64_t entry = set[i];
        if (!(entry & L1_VALID) || l1_line(entry) != line)
            continue;
        memmove(&set[1], &set[0], i * sizeof *set);
        set[0] = entry;
        return &set[0];
    }
    return NULL;
}

/* The same where it is, which is what others do with it. */
static inline uint64_t *l1_find(const L1 *l1, uint64_t line)
{
    uint64_t *set = l1_set(l1, line);
    for (unsigned i = 0; i < l1->ways; i++) {
        if (set[i] & L1_VALID && l1_line(set[i]) == line)
            return &set[i];
    }
    return NULL;
}

/* Takes the line out; returns the entry it had, 0: none. */
static inline uint64_t l1_remove(const L1 *l1, uint64_t line)
{
    uint64_t *at = l1_find(l1, line), *end = l1_set(l1, line) + l1->ways;
    if (!at)
        return 0;
    uint64_t entry = *at;
    memmove(at, at + 1, (size_t)(end - at - 1) * sizeof *at);
    end[-1] = 0;
    return entry;
}

/* Puts the entry in as the first of its set; returns the one that had to go, 0: none. */
static inline uint64_t l1_insert(const L1 *l1, uint64_t entry)
{
    uint64_t *set = l1_set(l1, l1_line(entry)), out = set[l1->ways - 1];
    memmove(&set[1], &set[0], (l1->ways - 1) * sizeof *set);
    set[0] = entry;
    return out;
}

#endif
