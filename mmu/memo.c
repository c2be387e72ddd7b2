/* SPDX-License-Identifier: MIT */
/* memo.c - G-stage walks done before; see memo.h. */
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

bool memo_recall(const Memo *memo, Gpa gpa, WalkLeaf *leaf)
{
    const MemoEntry *entry = &memo->entries[index_of(gpa)];
    if (entry->page != gpa.v >> PAGE_SHIFT || !entry->reads ||
        !same_context(&entry->context, &memo->context))
        return false;
    for (unsigned i = 0; i < entry->reads; i++)
        if (*entry->host[i] != entry->pte[i])
            return false;
    *leaf = (WalkLeaf){ entry->pte[entry->reads - 1], entry->level, entry->reads };
    return true;
}

void memo_learn(Memo *memo, Gpa gpa, const WalkStep *steps, unsigned count,
                const uint8_t *(*host)(void *opaque, Spa at), void *opaque)
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
