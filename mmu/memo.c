/* SPDX-License-Identifier: MIT */
/* memo.c - parts of walks done before; see memo.h. */
#include "mmu/memo.h"

#include "emu/base/bits.h"

static unsigned index_of(Gpa gpa)
{
    return (unsigned)(gpa.v >> PAGE_SHIFT) % MEMO_ENTRIES;
}

static bool same_context(const MemoContext *a, const MemoContext *b)
{
    return a->hgatp == b->hgatp && a->pmp_epoch == b->pmp_epoch && a->flags == b->flags;
}

static const MemoEntry *find_entry(const Memo *memo, Gpa gpa)
{
    const MemoEntry *entry = &memo->entries[index_of(gpa)];
    bool same = entry->page == gpa.v >> PAGE_SHIFT && entry->reads &&
                same_context(&entry->context, &memo->context);
    return same ? entry : NULL;
}

/* Are all words what they were? */
static bool unchanged(const uint64_t *const *host, const uint64_t *pte, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (*host[i] != pte[i])
            return false;
    return true;
}

bool memo_recall(const Memo *memo, Gpa gpa, WalkLeaf *leaf)
{
    const MemoEntry *entry = find_entry(memo, gpa);
    if (!entry || !unchanged(entry->host, entry->pte, entry->reads))
        return false;
    *leaf = (WalkLeaf){ entry->pte[entry->reads - 1], entry->level, entry->reads };
    return true;
}

void memo_learn(Memo *memo, Gpa gpa, const WalkStep *steps, unsigned count, MemoHostFn *host,
                void *opaque)
{
    MemoEntry *entry = &memo->entries[index_of(gpa)];
    *entry = (MemoEntry){ .context = memo->context,
                          .page = gpa.v >> PAGE_SHIFT,
                          .reads = (uint8_t)count,
                          .level = steps[count - 1].level };
    for (unsigned i = 0; i < count; i++) {
        entry->host[i] = (const uint64_t *)(const void *)host(opaque, steps[i].at);
        entry->pte[i] = steps[i].pte;
    }
}

/* Ways to last tables. */

enum { REGION_SHIFT = PAGE_SHIFT + 9 };

static unsigned table_index(const Memo *memo, uint64_t region)
{
    return (unsigned)(region ^ memo->first.atp ^ memo->first.atp >> 44) % MEMO_TABLES;
}

bool memo_recall_table(const Memo *memo, Gva va, WalkTable *table)
{
    uint64_t region = va.v >> REGION_SHIFT;
    const MemoTable *known = &memo->tables[table_index(memo, region)];
    bool same = known->region == region && known->table.reads &&
                known->first.atp == memo->first.atp && known->first.flags == memo->first.flags &&
                same_context(&known->context, &memo->context);
    if (!same || !unchanged(known->host, known->pte, known->table.reads))
        return false;
    *table = known->table;
    return true;
}

/* One word more; the number of reads tells whether there was room. */
static void add_read(MemoTable *out, const uint64_t *host, uint64_t pte)
{
    if (out->table.reads < MEMO_TABLE_READS) {
        out->host[out->table.reads] = host;
        out->pte[out->table.reads] = pte;
    }
    out->table.reads++;
}

/* How the G stage finds the entry at `gpa`. */
static bool add_g_stage(MemoTable *out, const Memo *memo, Gpa gpa)
{
    const MemoEntry *entry = find_entry(memo, gpa);
    for (unsigned i = 0; entry && i < entry->reads; i++)
        add_read(out, entry->host[i], entry->pte[i]);
    return entry;
}

void memo_learn_table(Memo *memo, Gva va, const WalkTable *table, const WalkStep *steps,
                      unsigned count, MemoHostFn *host, void *opaque)
{
    uint64_t region = va.v >> REGION_SHIFT;
    bool two_stages = memo->context.hgatp >> 60;
    MemoTable *out = &memo->tables[table_index(memo, region)];
    *out = (MemoTable){
        .context = memo->context, .first = memo->first, .region = region, .table = *table
    };
    out->table.reads = 0;
    bool complete = true;
    for (unsigned i = 0; i < count; i++) {
        if (steps[i].stage)
            continue;
        complete &= !two_stages || add_g_stage(out, memo, steps[i].gpa);
        add_read(out, (const uint64_t *)(const void *)host(opaque, steps[i].at), steps[i].pte);
    }
    if (!complete || out->table.reads > MEMO_TABLE_READS)
        out->table.reads = 0;
}
