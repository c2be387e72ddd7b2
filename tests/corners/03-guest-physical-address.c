/* SPDX-License-Identifier: MIT */
/*
 * 03 guest-physical-address - htval and mtval2: the guest physical address that failed, shifted right by two.
 *
 * Of an implicit access it is that of the page table entry, of the second part of a misaligned access that of the part,
 * and for everything but guest-page faults it is zero. norm:htval_trapval, norm:mtval2_trapval, norm:htval_sz_acc_op,
 * norm:mtval2_sz_acc_op, norm:mtval2_trapval_vstrans, norm:mtval2_trapval_other, norm:mtval2_htval_virtaddr,
 * norm:htval_val, norm:mtval2_val, norm:H_guest_page_fault, norm:H_straddle
 */
#include "lib/corner.h"

const char corner_name[] = "03 guest-physical-address";

/* Where a fault is, and of what kind; what htval says. */
static void check_fault(const char *what, Mode to, Trap trap, uint64_t cause, uint64_t tval,
                        uint64_t gpa)
{
    check(what, to, trap.to);
    check(what, cause, trap.cause);
    check(what, tval, trap.tval);
    check(what, gpa >> 2, trap.tval2);
}

static void check_explicit(Mode to)
{
    uintptr_t load = CODE("lb a0, 0(a0)"), store = CODE("sb a1, 0(a0)");
    uintptr_t load8 = CODE("ld a0, 0(a0)"), store8 = CODE("sd a1, 0(a0)");
    map(0, S_RWX, G_RWX);
    map(1, S_RWX, 0);
    for (unsigned offset = 0; offset < 4096; offset += 273) { /* the last two bits are lost */
        uint64_t va = GVA(1) + offset, gpa = GPA(1) + offset;
        check_fault("load", to, run(VS, load, va, 0), LOAD_GUEST_PAGE, va, gpa);
        check_fault("store", to, run(VS, store, va, 0), STORE_GUEST_PAGE, va, gpa);
    }
    for (unsigned before = 1; before < 8; before++) {
        uint64_t va = GVA(1) - before;
        check_fault("load, second part", to, run(VS, load8, va, 0), LOAD_GUEST_PAGE, GVA(1),
                    GPA(1));
        check_fault("store, second part", to, run(VS, store8, va, 0), STORE_GUEST_PAGE, GVA(1),
                    GPA(1));
    }
    map(2, S_RWX, G_RWX);
    for (unsigned before = 1; before < 8; before++) {
        uint64_t va = GVA(2) - before;
        check_fault("load, first part", to, run(VS, load8, va, 0), LOAD_GUEST_PAGE, va,
                    GPA(2) - before);
        check_fault("store, first part", to, run(VS, store8, va, 0), STORE_GUEST_PAGE, va,
                    GPA(2) - before);
    }
}

/* The address of the entry, not of the data. */
static void check_implicit(Mode to)
{
    uintptr_t load = CODE("ld a0, 0(a0)");
    static const uint64_t tables[] = { GPA_LEVEL1, GPA_LEVEL0 };
    for (unsigned i = 0; i < 2; i++) {
        uint64_t saved = *g_pte(tables[i]), entry = tables[i] + (i ? 5 * 8 : 0);
        *g_pte(tables[i]) = 0;
        fence_all();
        check_fault("table entry", to, run(VS, load, GVA(5) + 16, 0), LOAD_GUEST_PAGE, GVA(5) + 16,
                    entry);
        check_fault("table entry", to, run(VS, GVA(5) + 16, 0, 0), FETCH_GUEST_PAGE, GVA(5) + 16,
                    entry);
        *g_pte(tables[i]) = saved;
        fence_all();
    }
}

/* Without a VS stage the address is the guest physical one. */
static void check_bare(Mode to)
{
    uintptr_t load = CODE("lb a0, 0(a0)");
    uint64_t saved = CSR_READ(vsatp);
    CSR_WRITE(vsatp, 0);
    fence_all();
    check_fault("without VS stage", to, run(VS, load, 0x1234567890, 0), LOAD_GUEST_PAGE,
                0x1234567890, 0x1234567890);
    CSR_WRITE(vsatp, saved);
    fence_all();
}

/* Whatever was there before. */
static void check_zero(const char *what, uint64_t cause, Mode mode, uintptr_t code)
{
    Trap trap;
    CSR_WRITE(htval, ~0ul);
    CSR_WRITE(mtval2, ~0ul);
    trap = run(mode, code, GVA(6), 0);
    check(what, cause, trap.cause);
    check(what, 0, trap.tval2);
}

static void check_others(void)
{
    map(6, 0, G_RWX);
    check_zero("page fault", LOAD_PAGE, VS, CODE("ld a0, 0(a0)"));
    check_zero("page fault", STORE_PAGE, VS, CODE("sd a0, 0(a0)"));
    check_zero("page fault", FETCH_PAGE, VS, GVA(6));
    check_zero("illegal", ILLEGAL, VS, CODE(".word 0"));
    check_zero("virtual", VIRTUAL, VS, CODE("csrr a0, hgatp"));
    check_zero("breakpoint", BREAKPOINT, VU, CODE("ebreak"));
    map(6, S_RWX, G_RWX);
    *g_pte(GPA(6)) = 0x3ul << 40 | G_RWX; /* no memory there */
    fence_all();
    check_zero("access fault", LOAD_ACCESS, VS, CODE("ld a0, 0(a0)"));
    CSR_WRITE(hvip, VSSI);
    CSR_WRITE(hie, VSSI);
    check_zero("interrupt", INTERRUPT | 2, VS, CODE("nop"));
    CSR_WRITE(hvip, 0);
}

void corner(void)
{
    check_explicit(HS);
    check_implicit(HS);
    check_bare(HS);
    check_others();
    CSR_WRITE(medeleg, 0);
    check_explicit(M);
    check_implicit(M);
    check_bare(M);
    check_others();
}
