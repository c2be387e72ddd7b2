/* SPDX-License-Identifier: MIT */
/*
 * 01 pseudo-instructions - htinst and mtinst when the VS stage's own access to a page table is what fails.
 *
 * A read of a PTE is `ld x0, 0(x0)` without bit 1, an update of A or D is `sd x0, 0(x0)`, whatever the access was that
 * needed the translation. Zero is not allowed. norm:H_trap_xtinst_guestpage, norm:H_trap_xtinst_guestpage_rw
 */
#include "lib/corner.h"

const char corner_name[] = "01 pseudo-instructions";

enum { READ_PTE = 0x3000, WRITE_PTE = 0x3020 };

static const struct {
    const char *what;
    uint64_t cause;
    unsigned fault; /* which page table cannot be accessed: 1 or 0 */
} reads[] = {
    { "load, level 1", LOAD_GUEST_PAGE, 1 },   { "load, level 0", LOAD_GUEST_PAGE, 0 },
    { "store, level 1", STORE_GUEST_PAGE, 1 }, { "store, level 0", STORE_GUEST_PAGE, 0 },
    { "fetch, level 1", FETCH_GUEST_PAGE, 1 }, { "fetch, level 0", FETCH_GUEST_PAGE, 0 },
};

/* Loads from, stores to or jumps to page 3. */
static Trap access_page(Mode mode, uint64_t cause)
{
    uint64_t va = GVA(3) + 8;
    if (cause == FETCH_GUEST_PAGE)
        return run(mode, va, 0, 0);
    return run(mode, cause == LOAD_GUEST_PAGE ? CODE("ld a0, 0(a0)") : CODE("sd a1, 0(a0)"), va, 0);
}

static void check_reads(Mode to)
{
    for (unsigned i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        uint64_t table = reads[i].fault ? GPA_LEVEL1 : GPA_LEVEL0;
        uint64_t gpa = reads[i].fault ? GPA_LEVEL1 : GPA_LEVEL0 + 3 * 8;
        uint64_t saved = *g_pte(table);
        *g_pte(table) = 0;
        fence_all();
        check_trap(reads[i].what,
                   (Trap){ .to = to,
                           .from = VS,
                           .cause = reads[i].cause,
                           .tval = GVA(3) + 8,
                           .tval2 = gpa >> 2,
                           .tinst = READ_PTE,
                           .gva = true },
                   access_page(VS, reads[i].cause));
        *g_pte(table) = saved;
        fence_all();
    }
}

static const struct {
    const char *what;
    uint64_t cause;
    uint64_t flags; /* of the leaf whose A or D bit is to be set */
} updates[] = {
    { "load, A", LOAD_GUEST_PAGE, S_RWX & ~PTE_A },
    { "store, A and D", STORE_GUEST_PAGE, S_RWX & ~PTE_AD },
    { "store, D", STORE_GUEST_PAGE, S_RWX & ~PTE_D },
    { "fetch, A", FETCH_GUEST_PAGE, S_RWX & ~PTE_A },
};

/* The page table can be read but not written, and bits must be set in it. */
static void check_updates(Mode to)
{
    CSR_SET(menvcfg, ENVCFG_ADUE);
    CSR_SET(henvcfg, ENVCFG_ADUE);
    for (unsigned i = 0; i < sizeof updates / sizeof updates[0]; i++) {
        map(3, updates[i].flags, G_RWX);
        *g_pte(GPA_LEVEL0) &= ~(uint64_t)PTE_W;
        fence_all();
        check_trap(updates[i].what,
                   (Trap){ .to = to,
                           .from = VS,
                           .cause = updates[i].cause,
                           .tval = GVA(3) + 8,
                           .tval2 = (GPA_LEVEL0 + 3 * 8) >> 2,
                           .tinst = WRITE_PTE,
                           .gva = true },
                   access_page(VS, updates[i].cause));
        *g_pte(GPA_LEVEL0) |= PTE_W;
    }
}

/* In handlers of M-mode and of HS-mode. */
void corner(void)
{
    check_reads(HS);
    check_updates(HS);
    CSR_WRITE(medeleg, 0);
    check_reads(M);
    check_updates(M);
}
