/* SPDX-License-Identifier: MIT */
/*
 * memo.h - parts of walks done before, verified when they are used again.
 *
 * A walk of two stages goes through the G stage for every table of the first, and neighbouring pages are found in the
 * same last table. A memo keeps where a G-stage walk, or the way to a last table, read and what, and is good as long
 * as every word is still there: so using it is the same as walking, only faster, and it is neither state of the
 * machine nor a TLB (docs/adr/0013). It counts as the reads it stands for.
 */
#ifndef MMU_MEMO_H
#define MMU_MEMO_H

#include <stdint.h>

#include "emu/base/addr.h"
#include "mmu/walk.h"

enum {
    MEMO_ENTRIES = CONFIG_TORTURE ? 1 : 128,
    MEMO_TABLES = CONFIG_TORTURE ? 1 : 64,
    MEMO_READS = 5,
    MEMO_TABLE_READS = 24, /* Sv57 over Sv57x4: four tables, each found through five, and read */
};

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

/* What the first stage's part depends on: satp or vsatp, and flags of a key: KEY_V, KEY_ADUE, KEY_PBMTE. */
typedef struct {
    uint64_t atp;
    uint64_t flags;
} MemoFirst;

typedef struct {
    MemoContext context;
    MemoFirst first; /* all zero for the G stage */
    bool is_g;
    uint64_t region; /* of addresses: that of one last table */
    WalkTable table;
    const uint64_t *host[MEMO_TABLE_READS];
    uint64_t pte[MEMO_TABLE_READS];
} MemoTable;

typedef struct {
    MemoContext context; /* of the walks now; all zero when there is no G stage */
    MemoFirst first;
    MemoEntry entries[MEMO_ENTRIES];
    MemoTable tables[MEMO_TABLES];
} Memo;

/* Where the bytes of a table entry are. */
typedef const uint8_t *MemoHostFn(void *opaque, Spa at);

/* The leaf for `gpa`, if a walk for it is remembered and would find the same again. */
bool memo_recall(const Memo *memo, Gpa gpa, WalkLeaf *leaf);

/* Remembers the `count` steps of a walk for `gpa`; a single one at level 0 was found by the way to its table. */
void memo_learn(Memo *memo, Gpa gpa, const WalkStep *steps, unsigned count, MemoHostFn *host,
                void *opaque);

/* The way to the last table of a stage for `address`, likewise. */
bool memo_recall_table(const Memo *memo, bool is_g, uint64_t address, WalkTable *table);

/* Remembers the way to `table` for `address`: this stage's steps among these, and how the G stage found each of them,
 * if that is remembered, too; else nothing. */
void memo_learn_table(Memo *memo, bool is_g, uint64_t address, const WalkTable *table,
                      const WalkStep *steps, unsigned count, MemoHostFn *host, void *opaque);

#endif
