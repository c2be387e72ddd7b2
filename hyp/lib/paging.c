/* SPDX-License-Identifier: MIT */
/* paging.c - see paging.h. */
#include "lib/paging.h"

enum { LEVELS = 3 };

uint64_t *paging_root(PagingMode mode)
{
    return page_alloc(mode == SV39X4 ? 4 * PAGE_SIZE : PAGE_SIZE);
}

/* What one entry of `level` covers. */
static uint64_t covers(unsigned level)
{
    return PAGE_SIZE << 9 * level;
}

static unsigned index_at(PagingMode mode, unsigned level, uint64_t address)
{
    unsigned bits = mode == SV39X4 && level == LEVELS - 1 ? 11 : 9;
    return address / covers(level) & ((1u << bits) - 1);
}

static uint64_t *table_of(uint64_t pte)
{
    return (uint64_t *)(pte >> 10 << 12);
}

static bool is_leaf(uint64_t pte)
{
    return pte & (PTE_R | PTE_W | PTE_X);
}

/* The entry of `level` for `address`; tables above it are made. A larger leaf on the way goes. */
static uint64_t *entry_at(uint64_t *table, PagingMode mode, unsigned level, uint64_t address)
{
    for (unsigned i = LEVELS - 1; i > level; i--) {
        uint64_t *entry = &table[index_at(mode, i, address)];
        if (!(*entry & PTE_V) || is_leaf(*entry))
            *entry = pte_make((uintptr_t)page_alloc(PAGE_SIZE), PTE_V);
        table = table_of(*entry);
    }
    return &table[index_at(mode, level, address)];
}

uint64_t *paging_entry(uint64_t *root, PagingMode mode, uint64_t address)
{
    return entry_at(root, mode, 0, address);
}

void paging_map(uint64_t *root, PagingMode mode, uint64_t from, uint64_t to, uint64_t size,
                uint64_t flags)
{
    while (size) {
        unsigned level = LEVELS - 1;
        while ((from | to) % covers(level) || size < covers(level))
            level--;
        *entry_at(root, mode, level, from) = pte_make(to, flags | PTE_V);
        from += covers(level);
        to += covers(level);
        size -= covers(level);
    }
}

const uint64_t *paging_leaf(const uint64_t *table, PagingMode mode, uint64_t address,
                            uint64_t *size)
{
    for (unsigned level = LEVELS; level--;) {
        const uint64_t *entry = &table[index_at(mode, level, address)];
        *size = covers(level);
        if (!(*entry & PTE_V))
            return NULL;
        if (is_leaf(*entry))
            return entry;
        table = table_of(*entry);
    }
    return NULL;
}
