/* SPDX-License-Identifier: MIT */
/*
 * 04 guest-virtual-address - GVA of hstatus and mstatus: did the trap write a guest's virtual address?
 *
 * norm:hstatus_gva_op, norm:mstatus_gva_op; an HLVX that fails in the VS stage is among those that do.
 */
#include "lib/corner.h"

const char corner_name[] = "04 guest-virtual-address";

/* With GVA the other way round before. */
static void check_gva(const char *what, Mode mode, uintptr_t code, bool expected)
{
    Trap trap;
    CSR_SET(hstatus, expected ? 0 : HSTATUS_GVA);
    CSR_CLEAR(hstatus, expected ? HSTATUS_GVA : 0);
    CSR_SET(mstatus, expected ? 0 : MSTATUS_GVA);
    CSR_CLEAR(mstatus, expected ? MSTATUS_GVA : 0);
    trap = run(mode, code, GVA(1), 0);
    check(what, true, trap.to != NOWHERE);
    check(what, expected, trap.gva);
}

static void check_guest(Mode mode)
{
    uintptr_t load = CODE("ld a0, 0(a0)"), store = CODE("sd a0, 0(a0)");
    map(1, 0, G_RWX);
    check_gva("load page fault", mode, load, true);
    check_gva("store page fault", mode, store, true);
    check_gva("fetch page fault", mode, GVA(1), true);
    map(1, mode == VS ? S_RWX : U_RWX, 0);
    check_gva("load guest-page fault", mode, load, true);
    check_gva("store guest-page fault", mode, store, true);
    check_gva("fetch guest-page fault", mode, GVA(1), true);
    *g_pte(GPA(1)) = 0x3ul << 40 | G_RWX; /* no memory there */
    fence_all();
    check_gva("load access fault", mode, load, true);
    check_gva("store access fault", mode, store, true);
    check_gva("fetch access fault", mode, GVA(1), true);
    check_gva("breakpoint", mode, CODE("ebreak"), true);
    check_gva("misaligned or access fault", mode, CODE("addi a0, a0, 1\nlr.d a0, (a0)"), true);
    check_gva("illegal", mode, CODE(".word 0"), false);
    check_gva("virtual", mode, CODE("csrr a0, hgatp"), false);
}

/* What HLV, HLVX and HSV meet is a guest's address, also in HS-mode, in U-mode with HU and in M-mode. */
static void check_guest_access(Mode mode)
{
    static const uint64_t vs_flags[] = { 0, S_RWX, S_RWX };
    for (unsigned i = 0; i < 3; i++) {
        map(1, vs_flags[i], i == 1 ? 0 : G_RWX);
        if (i == 2)
            *g_pte(GPA(1)) = 0x3ul << 40 | G_RWX;
        fence_all();
        check_gva("hlv", mode, CODE("hlv.d a0, (a0)"), true);
        check_gva("hlvx", mode, CODE("hlvx.wu a0, (a0)"), true);
        check_gva("hsv", mode, CODE("hsv.d a0, (a0)"), true);
    }
    map(1, S_RWX & ~(uint64_t)PTE_X, G_RWX);
    check_gva("hlvx of what is not executable", mode, CODE("hlvx.hu a0, (a0)"), true);
}

/* HS-mode and U-mode have addresses of their own. */
static void check_host(void)
{
    static uint64_t root[512] __attribute__((aligned(4096)));
    root[2] = RAM >> 12 << 10 | S_RWX;
    root[3] = RAM >> 12 << 10 | U_RWX;
    CSR_WRITE(satp, ATP(SV39, 0, root));
    fence_all();
    for (Mode mode = HS; mode <= U; mode++) {
        check_gva("load page fault", mode, CODE("ld a0, 0(a0)"), false);
        check_gva("fetch page fault", mode, GVA(1), false);
        check_gva("breakpoint", mode, CODE("ebreak"), false);
        check_gva("illegal", mode, CODE(".word 0"), false);
    }
    CSR_WRITE(satp, 0);
    fence_all();
    check_gva("ecall", U, CODE("ecall"), false);
}

/* MPRV with MPV makes M-mode's accesses a guest's, and without it the host's. */
static void check_mprv(void)
{
    map(1, 0, G_RWX);
    check_gva("load with MPRV and MPV", M,
              CODE("li t0, 0x8000020800\ncsrc mstatus, t0\ncsrs mstatus, t0\nld a0, 0(a0)"), true);
    CSR_WRITE(satp, ATP(SV39, 0, pages[7]));
    fence_all();
    check_gva(
        "load with MPRV", M,
        CODE(
            "li t0, 0x8000020800\ncsrc mstatus, t0\nli t0, 0x20800\ncsrs mstatus, t0\nld a0, 0(a0)"),
        false);
    CSR_WRITE(satp, 0);
    fence_all();
}

static void check_interrupt(void)
{
    CSR_WRITE(hvip, VSSI);
    CSR_WRITE(hie, VSSI);
    check_gva("interrupt", VS, CODE("nop"), false);
    CSR_WRITE(hvip, 0);
}

void corner(void)
{
    CSR_SET(hstatus, HSTATUS_SPVP | HSTATUS_HU);
    for (unsigned delegated = 0; delegated < 2; delegated++) {
        CSR_WRITE(medeleg, delegated ? ~(BIT(ECALL_HS) | BIT(ECALL_VS)) : 0);
        check_guest(VS);
        check_guest(VU);
        check_guest_access(HS);
        check_guest_access(U);
        check_guest_access(M);
        check_host();
        check_mprv();
        check_interrupt();
    }
}
