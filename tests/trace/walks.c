/* SPDX-License-Identifier: MIT */
/*
 * walks.c - one load with nothing remembered, then one more, in each of six translation schemes.
 *
 * M-mode loads as S-mode or VS-mode would (MPRV), so nothing else is translated. The tables have A and D set and map
 * virtual page 0 to `data`, in the G stage every page to itself.
 */
#include "mprv.h"

enum { LEVELS = 5, VALUE = 0x5a };
static uint64_t s_tables[LEVELS][512] __attribute__((aligned(4096)));
static uint64_t g_tables[LEVELS][512] __attribute__((aligned(4096)));
static uint64_t g_root[2048] __attribute__((aligned(16384)));
static uint64_t data[512] __attribute__((aligned(4096)));

/* The entry for `address` in a table of this level. */
static uint64_t *slot(uint64_t *table, uintptr_t address, unsigned level)
{
    return &table[address >> (12 + 9 * level) & (table == g_root ? 2047 : 511)];
}

static void g_map(unsigned levels, const void *page)
{
    uint64_t *table = g_root;
    for (unsigned level = levels - 1; level > 0; level--) {
        *slot(table, (uintptr_t)page, level) = pte(g_tables[level - 1], 0);
        table = g_tables[level - 1];
    }
    *slot(table, (uintptr_t)page, 0) = pte(page, PTE_RWX | PTE_U | PTE_AD);
}

static void one_scheme(unsigned levels, bool guest)
{
    uint64_t mode = levels - 3 + 8, atp = mode << 60 | (uintptr_t)s_tables[levels - 1] >> 12;
    memset(g_root, 0, sizeof g_root);
    for (unsigned level = 0; level < levels; level++) {
        s_tables[level][0] = level ? pte(s_tables[level - 1], 0) : pte(data, PTE_RWX | PTE_AD);
        g_map(levels, s_tables[level]);
    }
    g_map(levels, data);
    CSR_WRITE(satp, guest ? 0 : atp);
    CSR_WRITE(vsatp, guest ? atp : 0);
    CSR_WRITE(hgatp, guest ? mode << 60 | (uintptr_t)g_root >> 12 : 0);
    __asm__ volatile("sfence.vma\nhfence.vvma\nhfence.gvma" ::: "memory");
    guest_check("cold", levels, load_as_supervisor(guest, 0), VALUE);
    guest_check("warm", levels, load_as_supervisor(guest, 0), VALUE);
}

int main(unsigned hart)
{
    if (hart)
        return 0;
    data[0] = VALUE;
    for (unsigned levels = 3; levels <= LEVELS; levels++)
        one_scheme(levels, false);
    for (unsigned levels = 3; levels <= LEVELS; levels++)
        one_scheme(levels, true);
    return guest_failures;
}
