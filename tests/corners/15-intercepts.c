/* SPDX-License-Identifier: MIT */
/*
 * 15 intercepts - VTSR, VTW and VTVM are for VS-mode, TSR and TVM for HS-mode, TW for all but M-mode.
 *
 * norm:hstatus_vtsr_op, norm:hstatus_vtw_op, norm:vtw_virtinstr, norm:hstatus_vtvm_op, norm:mstatus_modes,
 * norm:mstatus_tvm_hs, norm:hgatp_tvm_illegal, norm:hfence-vvma_tvm, norm:hfence-vvma_mode,
 * norm:hfence-vvma_hfence-gvma_exceptions, norm:hfence-gvma_op, norm:H_virtinst_vs_sret_vtsr1,
 * norm:H_virtinst_vs_sfence_sinval_satp_vtvm1, norm:H_virtinst_wfi_vtw1_tw0, norm:H_virtinst_vu_wfi_tw0
 *
 * variants: -cpu max,wfi=wait
 */
#include "lib/corner.h"

const char corner_name[] = "15 intercepts";

/* Back to where it was called, in S-mode. */
#define SRET "csrw sepc, ra\nli t0, 0x100\ncsrs sstatus, t0\nsret"

static void check_sret(void)
{
    const struct {
        const char *what;
        uint64_t status, hstatus;
        uint64_t hs, vs;
    } rows[] = {
        { "sret", 0, 0, OK, OK },
        { "sret, TSR", MSTATUS_TSR, 0, ILLEGAL, OK },
        { "sret, VTSR", 0, HSTATUS_VTSR, OK, VIRTUAL },
        { "sret, both", MSTATUS_TSR, HSTATUS_VTSR, ILLEGAL, VIRTUAL },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CSR_CLEAR(mstatus, MSTATUS_TSR);
        CSR_SET(mstatus, rows[i].status);
        CSR_WRITE(hstatus, rows[i].hstatus);
        check_cause(rows[i].what, HS, CODE(SRET), rows[i].hs);
        CSR_WRITE(hstatus, rows[i].hstatus);
        check_cause(rows[i].what, VS, CODE(SRET), rows[i].vs);
        check_cause(rows[i].what, U, CODE("sret"), ILLEGAL);
        check_cause(rows[i].what, VU, CODE("sret"), VIRTUAL);
    }
    fresh();
}

static void check_tvm(void)
{
    const Row plain[] = {
        ROW("csrr t0, satp", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr t0, hgatp", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("sfence.vma", OK, OK, ILLEGAL, OK, VIRTUAL),
    };
    const Row tvm[] = {
        ROW("csrr t0, satp", OK, ILLEGAL, ILLEGAL, OK, VIRTUAL),
        ROW("csrsi satp, 0", OK, ILLEGAL, ILLEGAL, OK, VIRTUAL),
        ROW("csrr t0, hgatp", OK, ILLEGAL, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrsi hgatp, 0", OK, ILLEGAL, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr t0, vsatp", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrsi vsatp, 0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("sfence.vma", OK, ILLEGAL, ILLEGAL, OK, VIRTUAL),
        ROW("sinval.vma x0, x0", OK, ILLEGAL, ILLEGAL, OK, VIRTUAL),
        ROW("sfence.w.inval", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("sfence.inval.ir", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("hfence.vvma", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hinval.vvma x0, x0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hfence.gvma", OK, ILLEGAL, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hinval.gvma x0, x0", OK, ILLEGAL, ILLEGAL, VIRTUAL, VIRTUAL),
    };
    const Row vtvm[] = {
        ROW("csrr t0, satp", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrsi satp, 0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr t0, hgatp", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr t0, vsatp", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("sfence.vma", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("sinval.vma x0, x0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("sfence.w.inval", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("sfence.inval.ir", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("hfence.vvma", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hfence.gvma", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
    };
    CHECK_ROWS("", plain);
    CSR_SET(mstatus, MSTATUS_TVM);
    CHECK_ROWS(", TVM", tvm);
    CSR_CLEAR(mstatus, MSTATUS_TVM);
    CSR_WRITE(hstatus, HSTATUS_VTVM);
    CHECK_ROWS(", VTVM", vtvm);
    fresh();
}

/* Nothing would end the waiting, or something is pending already, which nobody takes: then either may be. */
static void check_wfi(void)
{
    static const struct {
        const char *what;
        bool tw, vtw;
        uint8_t causes[5];
        bool waits; /* could go on for ever in HS-mode and VS-mode where it is allowed */
    } rows[] = {
        { "wfi", false, false, { OK, OK, ILLEGAL, OK, VIRTUAL }, true },
        { "wfi, TW", true, false, { OK, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL }, false },
        { "wfi, VTW", false, true, { OK, OK, ILLEGAL, VIRTUAL, VIRTUAL }, false },
        { "wfi, TW and VTW", true, true, { OK, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL }, false },
    };
    uintptr_t code = CODE("wfi");
    CSR_WRITE(hideleg, VSSI); /* taken by VS-mode, if at all */
    CSR_WRITE(hie, VSSI);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CSR_CLEAR(mstatus, MSTATUS_TW);
        CSR_SET(mstatus, rows[i].tw ? MSTATUS_TW : 0);
        CSR_WRITE(hstatus, rows[i].vtw ? HSTATUS_VTW : 0);
        for (Mode mode = M; mode <= VU; mode++) {
            uint64_t cause = rows[i].causes[mode - M];
            CSR_WRITE(hvip, cause == OK ? VSSI : 0);
            check_cause(rows[i].what, mode, code, cause);
            CSR_WRITE(hstatus, rows[i].vtw ? HSTATUS_VTW : 0);
        }
        /* VU-mode may not even if it could go on at once; without VSSIE nobody interrupts it. */
        CSR_WRITE(hie, 0);
        CSR_WRITE(hvip, VSSI);
        if (!rows[i].tw)
            check_cause("wfi, pending", VU, code, VIRTUAL);
        CSR_WRITE(hie, VSSI);
    }
    fresh();
}

void corner(void)
{
    check_sret();
    check_tvm();
    check_wfi();
}
