/* SPDX-License-Identifier: MIT */
/*
 * memo.h - G-stage walks done before, verified when they are used again.
 *
 * A walk of two stages goes through the G stage for every table of the first. A memo keeps where such a walk read and
 * what, and is good as long as every word is still there: so using it is the same as walking, only faster, and it is
 * neither state of the machine nor a TLB. It counts as the reads it stands for.
 */
#ifndef MMU_MEMO_H
#define MMU_MEMO_H

#include <stdint.h>

#include "emu/base/addr.h"
#include "mmu/walk.h"

enum { MEMO_ENTRIES = CONFIG_TORTURE ? 1 : 128, MEMO_READS = 5 };

/* What a walk depends on beside memory. */
typedef struct {
    uint64_t hgatp;
    uint32_t pmp_epoch;
    uint32_t flags; /* of a key: KEY_G_ADUE, KEY_G_PBMTE */
} MemoContext;

typedef struct {
    MemoContext context;
    uint64_t page;                    /* guest physical */
    const uint64_t *host[MEMO_READS]; /* where each entry is, the leaf last */
    uint64_t pte[MEMO_READS];
    uint8_t reads, level;
} MemoEntry;

typedef struct {
    MemoContext context; /* of the walks now */
    MemoEntry entries[MEMO_ENTRIES];
} Memo;

/* The leaf for `gpa`, if a walk for it is remembered and would find the same again. */
bool memo_recall(const Memo *memo, Gpa gpa, WalkLeaf *leaf);

/* Remembers the `count` steps of a walk for `gpa`; `host` says where the bytes of a table entry are. */
void memo_learn(Memo *memo, Gpa gpa, const WalkStep *steps, unsigned count,
                const uint8_t *(*host)(void *opaque, Spa at), void *opaque);

#endif
