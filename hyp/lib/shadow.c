/* SPDX-License-Identifier: MIT */
/* shadow.c - see shadow.h. */
#include "lib/shadow.h"

#include "lib/csr.h"
#include "lib/string.h"

enum { LEVELS = 3, ENTRIES = PAGE_SIZE / sizeof(uint64_t) };

/* In an entry that leads to a table, a bit for software (RSW): a page of the guest's stands there in pieces. */
#define PTE_PIECES BIT(8)

static uint64_t covers(unsigned level)
{
    return PAGE_SIZE << 9 * level;
}

static uint64_t *table_of(uint64_t pte)
{
    return (uint64_t *)(pte >> 10 << 12);
}

static bool is_leaf(uint64_t pte)
{
    return pte & (PTE_R | PTE_X);
}

uint64_t *shadow_table(ShadowTables *tables)
{
    return tables->used == tables->count ? NULL
                                         : memset(tables->pages[tables->used++], 0, PAGE_SIZE);
}

uint64_t *shadow_entry(ShadowTables *tables, uint64_t *root, uint64_t va, uint64_t size,
                       uint64_t whole)
{
    unsigned level = LEVELS - 1;
    uint64_t *entry = &root[va / covers(level) % ENTRIES];
    for (; covers(level) > size; level--) {
        if (!(*entry & PTE_V) || is_leaf(*entry)) {
            uint64_t *table = shadow_table(tables);
            if (!table)
                return NULL;
            *entry = pte_make((uintptr_t)table, PTE_V);
        }
        if (covers(level) <= whole)
            *entry |= PTE_PIECES;
        entry = &table_of(*entry)[va / covers(level - 1) % ENTRIES];
    }
    return entry;
}

/* All leaves below an entry; tables stay. */
static unsigned clear(uint64_t *entry, unsigned level)
{
    unsigned n = 0;
    if (!level || !(*entry & PTE_V) || is_leaf(*entry)) {
        n = *entry & PTE_V;
        *entry = 0;
        return n;
    }
    *entry &= ~(uint64_t)PTE_PIECES;
    for (unsigned i = 0; i < ENTRIES; i++)
        n += clear(&table_of(*entry)[i], level - 1);
    return n;
}

unsigned shadow_clear(uint64_t *root, uint64_t va)
{
    unsigned level = LEVELS - 1;
    uint64_t *entry = &root[va / covers(level) % ENTRIES];
    while (level && *entry & PTE_V && !is_leaf(*entry) && !(*entry & PTE_PIECES))
        entry = &table_of(*entry)[va / covers(--level) % ENTRIES];
    return clear(entry, level);
}
