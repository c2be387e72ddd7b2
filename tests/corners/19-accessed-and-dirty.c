/* SPDX-License-Identifier: MIT */
/*
 * 19 accessed-and-dirty - bits A and D are set by what is done, not by what is tried.
 *
 * Speculation would be allowed to set A, but not in the VS stage by what was not executed in VS-mode or VU-mode, and an access
 * that traps might leave both set; here nothing speculates, and what traps takes them back (docs/adr/0018), unless it is asked
 * not to. norm:vs_stage_speculative_a_bit, norm:henvcfg_adue_op
 *
 * variants: -cpu max,ad=tried
 * notes: -cpu max,ad=tried => A or D, and then the G stage refuses
 * notes: -cpu max,ad=tried => A or D, and then there is no memory
 * notes: -cpu max,ad=tried => A or D, and then PMP refuses
 * notes: -cpu max,ad=tried => A or D of the first part, and then the second fails
 */
#include "lib/corner.h"

const char corner_name[] = "19 accessed-and-dirty";

enum { NONE = 0, A = PTE_A, AD = PTE_AD };

/* A and D of both stages' leaves of page 1, after code was run there with both clear and hardware that sets them. */
static void check_bits(const char *what, Mode mode, uintptr_t code, uint64_t address,
                       uint64_t flags, uint64_t vs_bits, uint64_t g_bits)
{
    map(1, flags & ~(uint64_t)PTE_AD, G_RWX & ~PTE_AD);
    run(mode, code, address, 0);
    check(what, vs_bits, vs_level0[1] & PTE_AD);
    check(what, g_bits, *g_pte(GPA(1)) & PTE_AD);
}

/* What is executed. */
static void check_done(void)
{
    pages[1][0] = 0x8067; /* ret */
    FENCE_I();
    check_bits("load", VS, CODE("ld a0, 0(a0)"), GVA(1), S_RWX, A, A);
    check_bits("store", VS, CODE("sd a0, 8(a0)"), GVA(1), S_RWX, AD, AD);
    check_bits("amo", VS, CODE("amoor.d a0, x0, (a0)"), GVA(1), S_RWX, AD, AD);
    check_bits("lr", VS, CODE("lr.d a0, (a0)"), GVA(1), S_RWX, A, A);
    check_bits("fetch", VS, GVA(1), 0, S_RWX, A, A);
    check_bits("hlv", HS, CODE("hlv.d a0, (a0)"), GVA(1), U_RWX, A, A);
    check_bits("hlvx", HS, CODE("hlvx.wu a0, (a0)"), GVA(1), U_RWX, A, A);
    check_bits("hsv", HS, CODE("hsv.b a0, (a0)"), GVA(1) + 8, U_RWX, AD, AD);
}

/* What is not. */
static void check_not_done(void)
{
    check_bits("hlv in U-mode, illegal", U, CODE("hlv.d a0, (a0)"), GVA(1), U_RWX, NONE, NONE);
    check_bits("hlv in VS-mode, virtual", VS, CODE("hlv.d a0, (a0)"), GVA(1), S_RWX, NONE, NONE);
    check_bits("hlv behind a branch", HS, CODE("bnez a0, 2f\nhlv.d a0, (a0)\n2:"), GVA(1), U_RWX,
               NONE, NONE);
    check_bits("hlv behind a trap", HS, CODE(".word 0\nhlv.d a0, (a0)\n"), GVA(1), U_RWX, NONE,
               NONE);
    check_bits("load behind a branch", VS, CODE("bnez a0, 2f\nld a0, 0(a0)\n2:"), GVA(1), S_RWX,
               NONE, NONE);
}

/* What fails in the stage whose bits they are. */
static void check_failed(void)
{
    check_bits("load, page of S", VU, CODE("ld a0, 0(a0)"), GVA(1), S_RWX, NONE, NONE);
    check_bits("load, page of U", VS, CODE("ld a0, 0(a0)"), GVA(1), U_RWX, NONE, NONE);
    check_bits("store, read-only", VS, CODE("sd a0, 8(a0)"), GVA(1), S_RWX & ~(uint64_t)PTE_W, NONE,
               NONE);
    check_bits("hlvx, not executable", HS, CODE("hlvx.wu a0, (a0)"), GVA(1), U_RWX & ~PTE_X, NONE,
               NONE);
    check_bits("sc without lr", VS, CODE("sd x0, 8(a0)\nsc.d a0, a0, (a0)"), GVA(1), 0, NONE, NONE);
    map(1, S_RWX & ~(uint64_t)PTE_AD, PTE_V | PTE_R | PTE_U);
    run(VS, CODE("sd a0, 8(a0)"), GVA(1), 0);
    check("store, read-only in the G stage", 0, *g_pte(GPA(1)) & PTE_AD);
}

/* A machine may set bits and then trap, but need not: here it takes them back. */
static void rather_not(const char *what, uint64_t bits)
{
    if (bits & PTE_AD)
        note(what);
}

static void check_trapped_later(void)
{
    map(1, S_RWX & ~(uint64_t)PTE_AD, 0);
    check("G stage refuses", STORE_GUEST_PAGE, run(VS, CODE("sd a0, 8(a0)"), GVA(1), 0).cause);
    rather_not("A or D, and then the G stage refuses", vs_level0[1]);
    map(1, S_RWX & ~(uint64_t)PTE_AD, G_RWX & ~PTE_AD);
    *g_pte(GPA(1)) = 0x3ul << 40 | (G_RWX & ~PTE_AD);
    fence_all();
    check("no memory", STORE_ACCESS, run(VS, CODE("sd a0, 8(a0)"), GVA(1), 0).cause);
    rather_not("A or D, and then there is no memory", vs_level0[1] | *g_pte(GPA(1)));
    map(1, S_RWX & ~(uint64_t)PTE_AD, G_RWX & ~PTE_AD);
    CSR_WRITE(pmpaddr1, ~0ul);
    CSR_WRITE(pmpaddr0, (uintptr_t)pages[1] >> 2 | 0x1ff);
    CSR_WRITE(pmpcfg0, 0x1f18);
    fence_all();
    check("PMP", STORE_ACCESS, run(VS, CODE("sd a0, 8(a0)"), GVA(1), 0).cause);
    rather_not("A or D, and then PMP refuses", vs_level0[1] | *g_pte(GPA(1)));
    CSR_WRITE(pmpaddr0, ~0ul);
    CSR_WRITE(pmpcfg0, 0x1f);
    map(1, S_RWX & ~(uint64_t)PTE_AD, G_RWX & ~PTE_AD);
    map(2, 0, G_RWX);
    check("second part", STORE_PAGE, run(VS, CODE("sd a0, -4(a0)"), GVA(2), 0).cause);
    rather_not("A or D of the first part, and then the second fails",
               vs_level0[1] | *g_pte(GPA(1)));
    /* Nothing of it stays: once the rest is mended, the same access sets both, in both stages. */
    map(2, S_RWX, G_RWX);
    vs_level0[1] &= ~(uint64_t)PTE_AD;
    *g_pte(GPA(1)) &= ~(uint64_t)PTE_AD;
    check("mended", NOWHERE, run(VS, CODE("sd a0, -4(a0)"), GVA(2), 0).to);
    check("mended", PTE_AD, vs_level0[1] & PTE_AD);
    check("mended", PTE_AD, *g_pte(GPA(1)) & PTE_AD);
    map(2, S_RWX, G_RWX);
}

/* Software's, without ADUE: nothing is set, and the stage whose bit it is faults. */
static void check_software(void)
{
    static const struct {
        const char *what;
        bool store;
        uint64_t vs, g, cause;
    } rows[] = {
        { "load, VS stage A", false, NONE, AD, LOAD_PAGE },
        { "load, VS stage A", false, PTE_D, AD, LOAD_PAGE },
        { "load", false, A, AD, OK },
        { "store, VS stage D", true, A, AD, STORE_PAGE },
        { "store", true, AD, AD, OK },
        { "load, G stage A", false, AD, NONE, LOAD_GUEST_PAGE },
        { "load, G stage", false, AD, A, OK },
        { "store, G stage D", true, AD, A, STORE_GUEST_PAGE },
    };
    CSR_CLEAR(menvcfg, ENVCFG_ADUE);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        map(1, (S_RWX & ~(uint64_t)PTE_AD) | rows[i].vs, (G_RWX & ~PTE_AD) | rows[i].g);
        Trap trap = run(VS, rows[i].store ? CODE("sd a0, 8(a0)") : CODE("ld a0, 0(a0)"), GVA(1), 0);
        check(rows[i].what, rows[i].cause, trap.to ? trap.cause : OK);
        check(rows[i].what, rows[i].vs, vs_level0[1] & PTE_AD);
        check(rows[i].what, rows[i].g, *g_pte(GPA(1)) & PTE_AD);
    }
}

/* Page tables are accessed, too, by every walk: whoever clears A of a page that holds some sees it again. */
static void check_tables(void)
{
    static const uint64_t tables[] = { GPA_LEVEL1, GPA_LEVEL0 };
    for (unsigned i = 0; i < 8; i++) {
        uint64_t *entry = g_pte(tables[i / 4]);
        map(1, S_RWX, G_RWX);
        map(2, S_RWX, G_RWX);
        *entry &= ~(uint64_t)PTE_AD;
        fence_all();
        run(VS, CODE("ld a0, 0(a0)"), GVA(1 + i % 2), 0);
        check("load, page of a table", A, *entry & PTE_AD);
    }
}

void corner(void)
{
    CSR_SET(menvcfg, ENVCFG_ADUE);
    CSR_SET(henvcfg, ENVCFG_ADUE);
    check_done();
    check_not_done();
    check_tables();
    check_failed();
    check_trapped_later();
    check_software();
}
