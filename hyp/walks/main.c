/* SPDX-License-Identifier: MIT */
/*
 * main.c - one load of a guest's memory, with nothing remembered, in each of five kinds of page tables.
 *
 * There is no guest: HLV loads as one would, through vsatp and hgatp, so that nothing else is translated meanwhile. A trace
 * of walk.pte shows every entry that is read; the lab in docs/labs/10-mode-switch counts them.
 */
#include <stddef.h>

#include "lib/csr.h"
#include "lib/paging.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

enum { POOL_PAGES = 160, VALUE = 0x5a, INDEX_BITS = 9 };

#define GUEST_ADDRESS 0x1000ul

typedef struct {
    const char *name;
    unsigned vs_levels, g_levels; /* g_levels 0: guest-physical addresses are physical ones */
    unsigned g_leaf;              /* level of the G stage's leaves: 0 is 4 KiB, 1 is 2 MiB */
} Scheme;

static const Scheme schemes[] = {
    { "Sv39", 3, 0, 0 },
    { "Sv39 over Sv39x4", 3, 3, 0 },
    { "Sv48 over Sv48x4", 4, 4, 0 },
    { "Sv39 over Sv39x4, of 2 MiB pages", 3, 3, 1 },
    { "Sv57 over Sv57x4", 5, 5, 0 },
};

static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(4 * PAGE_SIZE)));
static uint64_t data[PAGE_SIZE / sizeof(uint64_t)] __attribute__((aligned(PAGE_SIZE)));

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static uint64_t *entry_at(uint64_t *table, unsigned level, uint64_t address)
{
    return &table[address >> (12 + INDEX_BITS * level) & (BIT(INDEX_BITS) - 1)];
}

/* The table that an entry points to. */
static uint64_t *next_table(uint64_t entry)
{
    return (uint64_t *)(entry >> 10 << 12);
}

/* Makes `from` mean `to`, in a root table of so many levels; tables on the way are made. */
static void map(uint64_t *table, unsigned levels, unsigned leaf, uint64_t from, uint64_t to,
                uint64_t flags)
{
    uint64_t size = PAGE_SIZE << INDEX_BITS * leaf;
    for (unsigned level = levels - 1; level > leaf; level--) {
        uint64_t *entry = entry_at(table, level, from);
        if (!*entry)
            *entry = pte_make((uintptr_t)page_alloc(PAGE_SIZE), PTE_V);
        table = next_table(*entry);
    }
    *entry_at(table, leaf, from) = pte_make(to & -size, flags | PTE_V);
}

/* To itself, as the guest's memory. */
static void map_guest(const Scheme *scheme, uint64_t *root, uint64_t address)
{
    map(root, scheme->g_levels, scheme->g_leaf, address, address, PTE_RWX | PTE_U);
}

static uint64_t atp(unsigned levels, const uint64_t *root)
{
    return (levels - 3 + ATP_SV39) << ATP_MODE | (uintptr_t)root >> 12;
}

static void set_up(const Scheme *scheme)
{
    uint64_t *vs_root = page_alloc(PAGE_SIZE), *g_root = page_alloc(4 * PAGE_SIZE);
    map(vs_root, scheme->vs_levels, 0, GUEST_ADDRESS, (uintptr_t)data, PTE_RW);
    csr_write(vsatp, atp(scheme->vs_levels, vs_root));
    csr_write(hgatp, scheme->g_levels ? atp(scheme->g_levels, g_root) : 0);
    if (csr_read(vsatp) >> ATP_MODE != scheme->vs_levels - 3 + ATP_SV39)
        panic("walks: no %s", scheme->name);
    if (!scheme->g_levels)
        return;
    /* The tables of the VS stage are the guest's memory, too: each of their addresses takes a walk of its own. */
    map_guest(scheme, g_root, (uintptr_t)data);
    uint64_t *table = vs_root;
    for (unsigned level = scheme->vs_levels; level-- > 0;) {
        map_guest(scheme, g_root, (uintptr_t)table);
        table = next_table(*entry_at(table, level, GUEST_ADDRESS));
    }
}

/* As a guest's S-mode would: norm:hstatus_spvp_op */
static uint64_t load_of_guest(uint64_t address)
{
    uint64_t value;
    csr_set(hstatus, HSTATUS_SPVP);
    __asm__ volatile(".option push\n.option arch, +h\nhlv.d %0, (%1)\n.option pop"
                     : "=r"(value)
                     : "r"(address)
                     : "memory");
    return value;
}

void main(void *fdt)
{
    Fdt tree;
    if (!fdt_open(&tree, fdt))
        panic("walks: no device tree");
    power_find(&tree);
    console_find(&tree);
    page_pool(pool, pool + sizeof(pool));
    data[0] = VALUE;
    for (unsigned i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        set_up(&schemes[i]);
        hfence_vvma();
        hfence_gvma();
        mark(MARK_BEGIN, i + 1);
        uint64_t value = load_of_guest(GUEST_ADDRESS);
        mark(MARK_END, i + 1);
        print("walks: %u %s: %s\n", i + 1, schemes[i].name, value == VALUE ? "loaded" : "wrong");
    }
    power_off(true);
}
