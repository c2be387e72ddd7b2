/* SPDX-License-Identifier: MIT */
/* memo.c - parts of walks done before; see memo.h. */
#include "mmu/memo.h"

#include "emu/base/bits.h"
#include "emu/base/mutant.h"

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

/* Ways to last tables. */

enum { REGION_SHIFT = PAGE_SHIFT + 9 };

static MemoFirst first_of(const Memo *memo, bool is_g)
{
    return is_g ? (MemoFirst){ 0, 0 } : memo->first;
}

static unsigned table_index(const MemoFirst *first, uint64_t region)
{
    return (unsigned)(region ^ first->atp ^ first->atp >> 44) % MEMO_TABLES;
}

static const MemoTable *find_table(const Memo *memo, bool is_g, uint64_t region)
{
    MemoFirst first = first_of(memo, is_g);
    const MemoTable *table = &memo->tables[table_index(&first, region)];
    bool same = table->region == region && table->is_g == is_g && table->table.reads &&
                table->first.atp == first.atp && table->first.flags == first.flags &&
                same_context(&table->context, &memo->context);
    return same ? table : NULL;
}

bool memo_recall_table(const Memo *memo, bool is_g, uint64_t address, WalkTable *table)
{
    const MemoTable *known = find_table(memo, is_g, address >> REGION_SHIFT);
    if (!known || !unchanged(known->host, known->pte, known->table.reads))
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

static const uint64_t *host_word(MemoHostFn *host, void *opaque, Spa at)
{
    return (const uint64_t *)(const void *)host(opaque, at);
}

void memo_learn_table(Memo *memo, bool is_g, uint64_t address, const WalkTable *table,
                      const WalkStep *steps, unsigned count, MemoHostFn *host, void *opaque)
{
    uint64_t region = address >> REGION_SHIFT;
    MemoFirst first = first_of(memo, is_g);
    MemoTable *out = &memo->tables[table_index(&first, region)];
    bool through_g = !is_g && memo->context.hgatp >> 60, complete = true;
    *out = (MemoTable){
        .context = memo->context, .first = first, .is_g = is_g, .region = region, .table = *table
    };
    out->table.reads = 0;
    for (unsigned i = 0; i < count; i++) {
        if (steps[i].stage != is_g)
            continue;
        complete &= !through_g || add_g_stage(out, memo, steps[i].gpa);
        add_read(out, host_word(host, opaque, steps[i].at), steps[i].pte);
    }
    if (!complete || out->table.reads > MEMO_TABLE_READS)
        out->table.reads = 0;
}

/* Walks of the G stage. */

void memo_learn(Memo *memo, Gpa gpa, const WalkStep *steps, unsigned count, MemoHostFn *host,
                void *opaque)
{
    MemoEntry *entry = &memo->entries[index_of(gpa)];
    bool by_table = count == 1 && !steps[0].level;
    const MemoTable *way = by_table ? find_table(memo, true, gpa.v >> REGION_SHIFT) : NULL;
    *entry = (MemoEntry){ .context = memo->context,
                          .page = gpa.v >> PAGE_SHIFT,
                          .level = steps[count - 1].level };
    if (by_table && !way)
        return;
    for (unsigned i = 0; way && i < way->table.reads; i++, entry->reads++) {
        entry->host[i] = way->host[i];
        entry->pte[i] = way->pte[i];
    }
    for (unsigned i = 0; i < count; i++, entry->reads++) {
        entry->host[entry->reads] = host_word(host, opaque, steps[i].at);
        /* With A and D as they are after the walk: with A clear it would find something else to do. */
        entry->pte[entry->reads] = BROKEN(ad_of_tables) ? steps[i].pte : *entry->host[entry->reads];
    }
}
