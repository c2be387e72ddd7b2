/* SPDX-License-Identifier: MIT */
/*
 * 06 implicit-accesses - what the G stage must allow for a guest's page tables and for its data, and what MXR helps.
 *
 * Page tables of the VS stage are loads and, for A and D, stores of a user, whatever the access is that needs them;
 * MXR is for explicit loads only: HS-mode's in both stages, the guest's in its own. norm:H_vm_gpapriv,
 * norm:H_vm_gpatrans, norm:H_vm_gstagetrans, norm:H_vm_twostage, norm:sstatus_mxr_vm, norm:vsstatus_mxr_vm,
 * norm:hlsv_sstatus_mxr, norm:hlsv_vsstatus_mxr
 */
#include "lib/corner.h"

const char corner_name[] = "06 implicit-accesses";

/* What becomes of a load, a store and a fetch of page 2, where `ret` is. */
static void check_accesses(const char *what, bool allowed)
{
    Trap load = run(VS, CODE("ld a0, 8(a0)"), GVA(2), 0);
    Trap store = run(VS, CODE("sd a1, 8(a0)"), GVA(2), 0);
    Trap fetch = run(VS, GVA(2), 0, 0);
    check(what, allowed ? NOWHERE : HS, load.to);
    check(what, allowed ? NOWHERE : HS, store.to);
    check(what, allowed ? NOWHERE : HS, fetch.to);
    if (allowed)
        return;
    check(what, LOAD_GUEST_PAGE, load.cause);
    check(what, STORE_GUEST_PAGE, store.cause);
    check(what, FETCH_GUEST_PAGE, fetch.cause);
}

static const struct {
    const char *what;
    uint64_t flags;
    bool allowed;
} tables[] = {
    { "table: R U", PTE_V | PTE_R | PTE_U | PTE_A, true },
    { "table: R W U", PTE_V | PTE_R | PTE_W | PTE_U | PTE_AD, true },
    { "table: R X U", PTE_V | PTE_R | PTE_X | PTE_U | PTE_A, true },
    { "table: X U", PTE_V | PTE_X | PTE_U | PTE_A, false },
    { "table: R W X without U", PTE_V | PTE_RWX | PTE_AD, false },
    { "table: A is clear", PTE_V | PTE_RWX | PTE_U | PTE_D, false },
    { "table: D is clear", PTE_V | PTE_RWX | PTE_U | PTE_A, true },
    { "table: not valid", PTE_RWX | PTE_U | PTE_AD, false },
};

/* The same with MXR, which is not for page tables. */
static void check_tables(const char *when)
{
    static const uint64_t places[] = { GPA_LEVEL1, GPA_LEVEL0 };
    map(2, S_RWX, G_RWX);
    pages[2][0] = 0x8067; /* ret */
    FENCE_I();
    for (unsigned place = 0; place < 2; place++) {
        uint64_t saved = *g_pte(places[place]);
        for (unsigned i = 0; i < sizeof tables / sizeof tables[0]; i++) {
            *g_pte(places[place]) = (saved & ~0xfful) | tables[i].flags;
            fence_all();
            if (tables[i].allowed)
                check_accesses(tables[i].what, true);
            else
                check(when, LOAD_GUEST_PAGE, run(VS, CODE("ld a0, 0(a0)"), GVA(2), 0).cause);
        }
        *g_pte(places[place]) = saved;
        fence_all();
    }
}

static void check_refused_kinds(void)
{
    uint64_t saved = *g_pte(GPA_LEVEL0);
    *g_pte(GPA_LEVEL0) = (saved & ~0xfful) | PTE_V | PTE_X | PTE_U | PTE_A;
    fence_all();
    check("load, table X", LOAD_GUEST_PAGE, run(VS, CODE("ld a0, 0(a0)"), GVA(2), 0).cause);
    check("store, table X", STORE_GUEST_PAGE, run(VS, CODE("sd a1, 0(a0)"), GVA(2), 0).cause);
    check("fetch, table X", FETCH_GUEST_PAGE, run(VS, GVA(2), 0, 0).cause);
    *g_pte(GPA_LEVEL0) = saved;
    fence_all();
}

/* An update of A in the VS stage stores to the table, and D shows it in the G stage's leaf; a mere read does not. */
static void check_updates(void)
{
    CSR_SET(menvcfg, ENVCFG_ADUE);
    CSR_SET(henvcfg, ENVCFG_ADUE);
    map(3, S_RWX, G_RWX);
    map(4, S_RWX & ~(uint64_t)PTE_A, G_RWX);
    *g_pte(GPA_LEVEL0) &= ~(uint64_t)PTE_AD;
    fence_all();
    check_cause("load", VS, CODE("li t0, 0x100003000\nld a0, 0(t0)"), OK);
    check("A and D of a table that was read", PTE_A, *g_pte(GPA_LEVEL0) & PTE_AD);
    check_cause("load", VS, CODE("li t0, 0x100004000\nld a0, 0(t0)"), OK);
    check("A of the VS stage's leaf", PTE_A, vs_level0[4] & PTE_A);
    check("A and D of a table that was updated", PTE_AD, *g_pte(GPA_LEVEL0) & PTE_AD);
    /* A G-stage leaf that cannot be written: no update. */
    map(4, S_RWX & ~(uint64_t)PTE_A, G_RWX);
    *g_pte(GPA_LEVEL0) &= ~(uint64_t)PTE_W;
    fence_all();
    check("load, update refused", LOAD_GUEST_PAGE, run(VS, CODE("ld a0, 0(a0)"), GVA(4), 0).cause);
    check("A, update refused", 0, vs_level0[4] & PTE_A);
    fresh();
}

/* Pages that can only be executed, in the VS stage, the G stage or both. */
static const struct {
    const char *what;
    bool vs_x, g_x, sstatus_mxr, vsstatus_mxr;
    uint64_t cause;
} mxr[] = {
    { "VS: X", true, false, false, false, LOAD_PAGE },
    { "VS: X, vsstatus.MXR", true, false, false, true, OK },
    { "VS: X, sstatus.MXR", true, false, true, false, OK },
    { "G: X", false, true, false, false, LOAD_GUEST_PAGE },
    { "G: X, vsstatus.MXR", false, true, false, true, LOAD_GUEST_PAGE },
    { "G: X, sstatus.MXR", false, true, true, false, OK },
    { "both: X, sstatus.MXR", true, true, true, false, OK },
    { "both: X, vsstatus.MXR", true, true, false, true, LOAD_GUEST_PAGE },
    { "both: X", true, true, false, false, LOAD_PAGE },
};

static void check_mxr(Mode mode, uintptr_t code)
{
    uint64_t user = mode == VU ? PTE_U : 0;
    for (unsigned i = 0; i < sizeof mxr / sizeof mxr[0]; i++) {
        const uint64_t execute_only = PTE_V | PTE_X | PTE_AD;
        map(2, (mxr[i].vs_x ? execute_only : S_RWX) | user,
            mxr[i].g_x ? execute_only | PTE_U : G_RWX);
        CSR_CLEAR(mstatus, SSTATUS_MXR);
        CSR_CLEAR(vsstatus, SSTATUS_MXR);
        CSR_SET(mstatus, mxr[i].sstatus_mxr ? SSTATUS_MXR : 0);
        CSR_SET(vsstatus, mxr[i].vsstatus_mxr ? SSTATUS_MXR : 0);
        Trap trap = run(mode, code, GVA(2), 0);
        check(mxr[i].what, mxr[i].cause, trap.to ? trap.cause : OK);
    }
    CSR_CLEAR(mstatus, SSTATUS_MXR);
    CSR_CLEAR(vsstatus, SSTATUS_MXR);
}

void corner(void)
{
    check_tables("table that may not be read");
    check_refused_kinds();
    CSR_SET(mstatus, SSTATUS_MXR);
    CSR_SET(vsstatus, SSTATUS_MXR);
    check_tables("table that may not be read, MXR");
    fresh();
    check_updates();
    check_mxr(VS, CODE("ld a0, 0(a0)"));
    check_mxr(VU, CODE("ld a0, 0(a0)"));
    CSR_SET(hstatus, HSTATUS_SPVP);
    check_mxr(HS, CODE("hlv.d a0, (a0)"));
    check_mxr(M, CODE("hlv.d a0, (a0)"));
}
