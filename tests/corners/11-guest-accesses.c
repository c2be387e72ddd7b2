/* SPDX-License-Identifier: MIT */
/*
 * 11 guest-accesses - HLV and HSV: as VS-mode or VU-mode as SPVP says, whoever executes them and whatever MPRV says.
 *
 * norm:hlsv_mode, norm:hlsv_priv, norm:hlsv_trans, norm:hlsv_op, norm:hlsv_virtinst, norm:hlsv_illegalinst,
 * norm:hstatus_hu_op, norm:hstatus_spvp_op, norm:mstatus_mprv_hlsv, norm:vsatp_v0, norm:vsstatus_v0,
 * norm:H_virtinst_vu_vs_hinst
 */
#include "lib/corner.h"

const char corner_name[] = "11 guest-accesses";

static void check_who_may(void)
{
    const Row without_hu[] = {
        ROW("hlv.b a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hlv.bu a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hlv.h a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hlv.hu a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hlv.w a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hlv.wu a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hlv.d a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hlvx.hu a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hlvx.wu a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hsv.b a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hsv.h a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hsv.w a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hsv.d a0, (a0)", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
    };
    const Row with_hu[] = {
        ROW("hlv.d a0, (a0)", OK, OK, OK, VIRTUAL, VIRTUAL),
        ROW("hlvx.wu a0, (a0)", OK, OK, OK, VIRTUAL, VIRTUAL),
        ROW("hsv.d a0, (a0)", OK, OK, OK, VIRTUAL, VIRTUAL),
        ROW("hfence.vvma", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hgatp", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
    };
    CSR_SET(hstatus, HSTATUS_SPVP);
    CHECK_ROWS("", without_hu);
    CSR_SET(hstatus, HSTATUS_HU);
    CHECK_ROWS(", HU", with_hu);
}

static void check_values(void)
{
    const struct {
        const char *what;
        uintptr_t code;
        uint64_t value;
    } loads[] = {
        { "hlv.b", CODE("hlv.b a0, (a0)"), 0xffffffffffffff88 },
        { "hlv.bu", CODE("hlv.bu a0, (a0)"), 0x88 },
        { "hlv.h", CODE("hlv.h a0, (a0)"), 0xffffffffffff9988 },
        { "hlv.hu", CODE("hlv.hu a0, (a0)"), 0x9988 },
        { "hlv.w", CODE("hlv.w a0, (a0)"), 0xffffffffbbaa9988 },
        { "hlv.wu", CODE("hlv.wu a0, (a0)"), 0xbbaa9988 },
        { "hlv.d", CODE("hlv.d a0, (a0)"), 0xffeeddccbbaa9988 },
    };
    const struct {
        const char *what;
        uintptr_t code;
        uint64_t value;
    } stores[] = {
        { "hsv.b", CODE("hsv.b a1, (a0)"), 0x11 },
        { "hsv.h", CODE("hsv.h a1, (a0)"), 0x2211 },
        { "hsv.w", CODE("hsv.w a1, (a0)"), 0x44332211 },
        { "hsv.d", CODE("hsv.d a1, (a0)"), 0x8877665544332211 },
    };
    for (unsigned i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        pages[1][0] = 0xffeeddccbbaa9988;
        check(loads[i].what, loads[i].value, run(HS, loads[i].code, GVA(1), 0).value);
    }
    for (unsigned i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        pages[1][0] = 0;
        run(HS, stores[i].code, GVA(1), 0x8877665544332211);
        check(stores[i].what, stores[i].value, pages[1][0]);
    }
}

/* SPVP chooses VS-mode or VU-mode; of SUM only the guest's counts. */
static const struct {
    const char *what;
    bool vs, user_page, sum, guest_sum;
    uint64_t cause;
} privileges[] = {
    { "VU, page of S", false, false, false, false, LOAD_PAGE },
    { "VU, page of U", false, true, false, false, OK },
    { "VS, page of S", true, false, false, false, OK },
    { "VS, page of U", true, true, false, false, LOAD_PAGE },
    { "VS, page of U, sstatus.SUM", true, true, true, false, LOAD_PAGE },
    { "VS, page of U, vsstatus.SUM", true, true, false, true, OK },
    { "VU, page of S, both SUM", false, false, true, true, LOAD_PAGE },
};

static void check_privileges(Mode mode, uintptr_t load, uint64_t a1)
{
    for (unsigned i = 0; i < sizeof privileges / sizeof privileges[0]; i++) {
        CSR_WRITE(hstatus, HSTATUS_HU | (privileges[i].vs ? HSTATUS_SPVP : 0));
        CSR_CLEAR(mstatus, SSTATUS_SUM);
        CSR_SET(mstatus, privileges[i].sum ? SSTATUS_SUM : 0);
        CSR_WRITE(vsstatus, privileges[i].guest_sum ? SSTATUS_SUM : 0);
        map(1, privileges[i].user_page ? U_RWX : S_RWX, G_RWX);
        Trap trap = run(mode, load, GVA(1), a1);
        check(privileges[i].what, privileges[i].cause, trap.to ? trap.cause : OK);
    }
    CSR_CLEAR(mstatus, SSTATUS_SUM);
    CSR_WRITE(vsstatus, 0);
}

/* MPRV is for other loads: with it M-mode's own go through satp here, which maps nothing. */
static void check_mprv(void)
{
    static const uint64_t others[] = { 0,           MSTATUS_MPP_S,
                                       MSTATUS_MPV, MSTATUS_MPV | MSTATUS_MPP_S,
                                       MSTATUS_MPP, MSTATUS_MPP | MSTATUS_MPV };
    uintptr_t code = CODE("csrs mstatus, a1\nhlv.d a0, (a0)\ncsrc mstatus, a1");
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++)
        check_privileges(M, code, MSTATUS_MPRV | others[i]);
}

/* A trap from a guest sets SPVP, one from anybody else leaves it alone. */
static void check_spvp(void)
{
    for (unsigned before = 0; before < 2; before++) {
        for (Mode mode = HS; mode <= VU; mode++) {
            CSR_WRITE(hstatus, before ? HSTATUS_SPVP : 0);
            uint64_t expected = mode == VS ? 1 : mode == VU ? 0 : before;
            Trap trap = run(mode, CODE(".word 0"), 0, 0);
            check("SPVP: trap to", HS, trap.to);
            check("SPVP", expected, CSR_READ(hstatus) / HSTATUS_SPVP & 1);
            check("SPP", mode == HS || mode == VS, CSR_READ(sstatus) / SSTATUS_SPP & 1);
        }
        /* Nor does one to M-mode. */
        CSR_WRITE(hstatus, before ? HSTATUS_SPVP : 0);
        CSR_CLEAR(medeleg, BIT(ILLEGAL));
        check("SPVP: trap to", M, run(before ? VU : VS, CODE(".word 0"), 0, 0).to);
        check("SPVP after a trap to M", before, CSR_READ(hstatus) / HSTATUS_SPVP & 1);
        CSR_SET(medeleg, BIT(ILLEGAL));
    }
}

void corner(void)
{
    check_who_may();
    check_values();
    check_privileges(HS, CODE("hlv.d a0, (a0)"), 0);
    check_privileges(U, CODE("hlv.d a0, (a0)"), 0);
    check_privileges(M, CODE("hlv.d a0, (a0)"), 0);
    check_mprv();
    check_spvp();
}
