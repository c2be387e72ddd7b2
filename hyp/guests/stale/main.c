/* SPDX-License-Identifier: MIT */
/*
 * main.c - changes page tables in the ways that the manual allows, and looks whether the harts then see what is there
 * now: those that keep translations, in hardware or in shadows, must forget them when told so. See README.md.
 */
#include <stddef.h>

#include "lib/bootargs.h"
#include "lib/hart.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "stale.h"

enum { POOL_PAGES = 64 };

static const struct {
    const char *name;
    CheckFn *check;
} checks[] = {
    { "leaves", check_leaves }, { "spaces", check_spaces },         { "upgrade", check_upgrade },
    { "bits", check_bits },     { "user pages", check_user_pages }, { "reserved", check_reserved },
    { "bare", check_bare },     { "user mode", check_user_mode },   { "remote", check_remote },
};

Stale stale;
static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static const char *running;

void fail(const char *what, uint64_t value)
{
    print("stale: %s: %s: 0x%lx\nSTALE-FAIL\n", running, what, value);
    power_off(false);
}

static void look_around(const Fdt *tree)
{
    uint64_t id;
    FdtRange reg;
    stale.hart = hart_self()->id;
    stale.other = stale.hart;
    for (FdtNode cpu = NULL; (cpu = fdt_next_cpu(tree, cpu, &id)) && stale.other == stale.hart;) {
        stale.other = id;
        stale.svade = fdt_isa_has(tree, cpu, "svade");
        char *type = fdt_prop(tree, cpu, "mmu-type", NULL);
        stale.own = type ? type + sizeof("riscv,sv") : NULL;
    }
    FdtNode node = fdt_find_compatible(tree, NULL, "riscv,plic0");
    int place = node ? irqchip_place(tree, node, stale.hart) : -1;
    if (node && place >= 0 && fdt_reg(tree, node, 0, &reg))
        stale.threshold = reg.base + 0x200000 + 0x1000ul * (unsigned)place;
}

/* Physical memory at its own addresses; the window is empty. */
uint64_t *make_root(void)
{
    uint64_t *root = paging_root(SV39);
    paging_map(root, SV39, 0, 0, 2 * GIGA_PAGE, PTE_RW);
    paging_map(root, SV39, 2 * GIGA_PAGE, 2 * GIGA_PAGE, GIGA_PAGE, PTE_RWX);
    return root;
}

uint64_t satp_of(const uint64_t *root, uint64_t asid)
{
    return ATP_SV39 << ATP_MODE | asid << SATP_ASID | (uintptr_t)root >> 12;
}

void main(void *blob)
{
    Fdt tree;
    if (!fdt_open(&tree, blob))
        panic("stale: no device tree");
    power_find(&tree);
    console_find(&tree);
    look_around(&tree);
    uint64_t jump = bootarg_number(&tree, "jump", 0), poke = bootarg_number(&tree, "poke", 0);
    page_pool(pool, pool + sizeof(pool));
    stale.root = make_root();
    csr_write(satp, satp_of(stale.root, 3));
    stale.asids = csr_read(satp) >> SATP_ASID & 3;
    csr_write(satp, satp_of(stale.root, 0));
    sfence_vma();
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        running = checks[i].name;
        print("stale: %s%s\n", running, checks[i].check() ? "" : " skipped");
    }
    if (jump) {
        paging_map(stale.root, SV39, WINDOW, jump, PAGE_SIZE, PTE_RWX);
        fetch(WINDOW);
    }
    if (poke) {
        paging_map(stale.root, SV39, WINDOW, poke, PAGE_SIZE, PTE_RW);
        load(WINDOW);
    }
    print("STALE-OK\n");
    power_off(true);
}
