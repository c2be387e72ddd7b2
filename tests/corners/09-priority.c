/* SPDX-License-Identifier: MIT */
/*
 * 09 priority - of several exceptions the first of table "Synchronous exception priority": what the walk meets first.
 *
 * norm:H_exception_priority, norm:H_pmp: what PMP denies is an access fault of the kind of the access that needed it.
 */
#include "lib/corner.h"

const char corner_name[] = "09 priority";

static const uint64_t page_faults[] = { LOAD_PAGE, STORE_PAGE, FETCH_PAGE };
static const uint64_t guest_page_faults[] = { LOAD_GUEST_PAGE, STORE_GUEST_PAGE, FETCH_GUEST_PAGE };
static const uint64_t access_faults[] = { LOAD_ACCESS, STORE_ACCESS, FETCH_ACCESS };

static void check_kinds(const char *what, const uint64_t causes[3])
{
    check(what, causes[0], run(VS, CODE("ld a0, 0(a0)"), GVA(2), 0).cause);
    check(what, causes[1], run(VS, CODE("sd a1, 0(a0)"), GVA(2), 0).cause);
    check(what, causes[1], run(VS, CODE("amoadd.d a1, a1, (a0)"), GVA(2), 0).cause);
    check(what, causes[2], run(VS, GVA(2), 0, 0).cause);
}

/* Denies M-mode nothing, others the 4 KiB at `address`. */
static void deny(const void *address)
{
    CSR_WRITE(pmpaddr1, ~0ul);
    CSR_WRITE(pmpaddr0, (uintptr_t)address >> 2 | 0x1ff);
    CSR_WRITE(pmpcfg0, 0x1f18); /* NAPOT: nothing; everything */
    fence_all();
}

static void allow(void)
{
    CSR_WRITE(pmpaddr0, ~0ul);
    CSR_WRITE(pmpcfg0, 0x1f);
    fence_all();
}

/* Everything is wrong with page 2, and is mended from the beginning of the walk on. */
static void check_walk_order(void)
{
    vs_level1[0] = 0;
    vs_level0[2] = 0;
    *g_pte(GPA(2)) = 0;
    *g_pte(GPA_LEVEL1) = *g_pte(GPA_LEVEL1) & ~(uint64_t)PTE_V;
    *g_pte(GPA_LEVEL0) = *g_pte(GPA_LEVEL0) & ~(uint64_t)PTE_V;
    deny(g_level0);
    check_kinds("PMP on the G stage's table", access_faults);
    allow();
    check_kinds("table of level 1 in the G stage", guest_page_faults);
    *g_pte(GPA_LEVEL1) |= PTE_V;
    deny(vs_level1);
    check_kinds("PMP on the table of level 1", access_faults);
    allow();
    check_kinds("level 1", page_faults);
    vs_level1[0] = GPA_LEVEL0 >> 12 << 10 | PTE_V;
    fence_all();
    check_kinds("table of level 0 in the G stage", guest_page_faults);
    *g_pte(GPA_LEVEL0) |= PTE_V;
    deny(vs_level0);
    check_kinds("PMP on the table of level 0", access_faults);
    allow();
    check_kinds("level 0", page_faults);
    vs_level0[2] = GPA(2) >> 12 << 10 | PTE_V | PTE_U | PTE_RWX | PTE_AD;
    fence_all();
    check_kinds("permission", page_faults);
    vs_level0[2] &= ~(uint64_t)PTE_U;
    fence_all();
    check_kinds("G stage", guest_page_faults);
    *g_pte(GPA(2)) = (uintptr_t)pages[2] >> 12 << 10 | (G_RWX & ~PTE_U);
    fence_all();
    check_kinds("G stage, permission", guest_page_faults);
    *g_pte(GPA(2)) |= PTE_U;
    deny(pages[2]);
    check_kinds("PMP on the page", access_faults);
    allow();
    check("in the end", NOWHERE, run(VS, CODE("ld a0, 0(a0)"), GVA(2), 0).to);
}

/* Of an access across pages the first part goes first. */
static void check_parts(void)
{
    map(2, S_RWX, 0);
    map(3, 0, G_RWX);
    check("guest-page fault, then page fault", LOAD_GUEST_PAGE,
          run(VS, CODE("ld a0, -4(a0)"), GVA(3), 0).cause);
    map(2, 0, G_RWX);
    map(3, S_RWX, 0);
    check("page fault, then guest-page fault", LOAD_PAGE,
          run(VS, CODE("ld a0, -4(a0)"), GVA(3), 0).cause);
}

/* What is wrong with an instruction goes before what is wrong with its operands. */
static void check_instructions(void)
{
    map(2, 0, 0);
    check("virtual before load", VIRTUAL, run(VS, CODE("hlv.d a0, (a0)"), GVA(2), 0).cause);
    check("illegal before load", ILLEGAL, run(U, CODE("hlv.d a0, (a0)"), GVA(2), 0).cause);
    check("illegal before store", ILLEGAL, run(VS, CODE("fsd fa0, 0(a0)"), GVA(2), 0).cause);
    map(2, S_RWX, 0);
    check("fetch before illegal", FETCH_GUEST_PAGE, run(VS, GVA(2), 0, 0).cause); /* zeros */
}

/* A breakpoint on the address of an instruction goes before its fetch; on that of a load, before its translation. */
static void check_breakpoints(void)
{
    const uint64_t mcontrol6 = 6ul << 60, vs = BIT(24), execute = 4, store = 2, load = 1;
    CSR_WRITE(tselect, 0);
    CSR_WRITE(tdata1, mcontrol6 | vs | execute | load | store);
    if (!(CSR_READ(tdata1) & vs)) {
        note("no triggers");
        return;
    }
    CSR_WRITE(tdata2, GVA(2));
    check("breakpoint before fetch", BREAKPOINT, run(VS, GVA(2), 0, 0).cause);
    check("breakpoint before load", BREAKPOINT, run(VS, CODE("ld a0, 0(a0)"), GVA(2), 0).cause);
    check("breakpoint before store", BREAKPOINT, run(VS, CODE("sd a0, 0(a0)"), GVA(2), 0).cause);
    check("illegal before breakpoint", ILLEGAL, run(VS, CODE("fsd fa0, 0(a0)"), GVA(2), 0).cause);
    CSR_WRITE(tdata1, 0);
}

void corner(void)
{
    check_walk_order();
    check_parts();
    check_instructions();
    check_breakpoints();
}
