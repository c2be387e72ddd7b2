/* SPDX-License-Identifier: MIT */
/*
 * 13 virtual-or-illegal - what a guest may not do is a virtual instruction if HS-mode may do it, and else illegal.
 *
 * norm:H_cause_virtual_instruction, norm:H_virtinst_xtval, norm:H_illegal_high_half, norm:H_csrs_hs_not_vs,
 * norm:H_vscsrs_acc_vs, norm:H_vscsrs_acc_u, norm:H_vscsrs_acc_m_hs, norm:H_vscsrs_sub, norm:H_vscsrs_v0,
 * norm:H_vscsrs_v1, norm:H_scsrs_nomatch, norm:H_virtinst_vu_vs_nonhigh_allowedhs_tvm0,
 * norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0, norm:H_virtinst_vu_sret_sfence, norm:H_virtinst_vu_vs_hinst,
 * norm:H_illegalinst_xstatus_fs_vs, norm:hedelegh_sz_acc_op, norm:henvcfgh_sz_acc_op, norm:htimedeltah_sz_acc_op
 */
#include "lib/corner.h"

const char corner_name[] = "13 virtual-or-illegal";

static void check_hypervisor_csrs(void)
{
    const Row rows[] = {
        ROW("csrr a0, hstatus", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hedeleg", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hideleg", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hie", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hip", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hvip", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hgeie", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hgeip", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hcounteren", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, henvcfg", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, htimedelta", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, htval", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, htinst", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hgatp", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrsi hip, 0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrw htval, x0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        /* A read-only register: writing it is nobody's. */
        ROW("csrw hgeip, x0", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrrsi a0, hgeip, 1", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        /* The upper halves are RV32's, and 0x6c0 is nothing at all. */
        ROW("csrr a0, 0x615", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrr a0, 0x61a", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrr a0, 0x612", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrr a0, 0xc80", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrr a0, 0x25d", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrr a0, 0x6c0", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrr a0, 0x2c0", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
    };
    CHECK_ROWS("", rows);
    CSR_SET(mstatus,
            MSTATUS_TVM | MSTATUS_TSR); /* what HS-mode may not do at the moment is no matter */
    check_cause("csrr hgatp, TVM", VS, CODE("csrr a0, hgatp"), VIRTUAL);
    check_cause("csrr hgatp, TVM", VU, CODE("csrr a0, hgatp"), VIRTUAL);
    check_cause("csrr satp, TVM", VU, CODE("csrr a0, satp"), VIRTUAL);
    check_cause("sret, TSR", VU, CODE("sret"), VIRTUAL);
    CSR_CLEAR(mstatus, MSTATUS_TVM | MSTATUS_TSR);
}

static void check_supervisor_csrs(void)
{
    const Row rows[] = {
        ROW("csrr a0, vsstatus", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, vsie", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, vstvec", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, vsscratch", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, vsepc", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, vscause", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, vstval", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, vsip", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, vsatp", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, vstimecmp", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrw vsscratch, x0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, sstatus", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, sie", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, stvec", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrw sscratch, a0", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, sepc", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, scause", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, stval", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, sip", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, satp", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, scounteren", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, senvcfg", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, stimecmp", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, 0x1c0", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrr a0, mstatus", OK, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrr a0, mtinst", OK, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrr a0, mtval2", OK, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrr a0, mhartid", OK, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrw mhartid, a0", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrr a0, cycle", OK, OK, OK, OK, OK),
        ROW("csrw cycle, a0", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
    };
    CHECK_ROWS("", rows);
}

static void check_instructions(void)
{
    const Row rows[] = {
        ROW("hfence.vvma", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hfence.gvma", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hinval.vvma x0, x0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("hinval.gvma x0, x0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("sfence.vma", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("sinval.vma x0, x0", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("sfence.w.inval", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("sfence.inval.ir", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW(".word 0x00000000", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW(".word 0xffffffff", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        /* HLVX.BU, HLVX.D and HLV.DU would be these. */
        ROW(".word 0x60354573", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW(".word 0x6c354573", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW(".word 0x6c154573", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
    };
    CHECK_ROWS("", rows);
    for (Mode mode = HS; mode <= VU; mode++)
        check_cause("mret", mode, CODE("mret"), ILLEGAL);
    check_cause("sret", U, CODE("sret"), ILLEGAL);
    check_cause("sret", VU, CODE("sret"), VIRTUAL);
}

/* The instruction is what xtval says, in both cases. */
static void check_value(void)
{
    const struct {
        uintptr_t code;
        Mode mode;
        uint64_t cause;
    } rows[] = {
        { CODE("csrr a0, hgatp"), VS, VIRTUAL },     { CODE("csrw vsatp, t6"), VU, VIRTUAL },
        { CODE("hlv.d a0, (t6)"), VS, VIRTUAL },     { CODE("sret"), VU, VIRTUAL },
        { CODE("hfence.gvma a0, a1"), VS, VIRTUAL }, { CODE("csrw hgeip, a1"), VS, ILLEGAL },
        { CODE("csrr a0, mstatus"), VU, ILLEGAL },
    };
    for (unsigned to_m = 0; to_m < 2; to_m++) {
        if (to_m)
            CSR_WRITE(medeleg, 0);
        for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            check_trap("xtval is the instruction",
                       (Trap){ .to = to_m ? M : HS,
                               .from = rows[i].mode,
                               .cause = rows[i].cause,
                               .tval = *(const uint32_t *)rows[i].code },
                       run(rows[i].mode, rows[i].code, GVA(0), 0));
        }
    }
    fresh();
}

/* What traps does nothing else. */
static void check_no_effects(void)
{
    CSR_WRITE(vsscratch, 0x5555);
    CSR_WRITE(htval, 0x77); /* not written by the trap to M-mode */
    CSR_WRITE(medeleg, 0);
    Trap trap = run(VS, CODE("csrrw a0, htval, a1"), 0x1234, 0x88);
    check("rd is left alone", 0x1234, trap.value);
    check("htval is left alone", 0x77, CSR_READ(htval));
    trap = run(VU, CODE("csrrw a0, sscratch, a1"), 0x1234, 0x88);
    check("rd is left alone", 0x1234, trap.value);
    check("vsscratch is left alone", 0x5555, CSR_READ(vsscratch));
    check("rd is left alone", 0x1234, run(VU, CODE("csrrs a0, hvip, a1"), 0x1234, 4).value);
    check("hvip is left alone", 0, CSR_READ(hvip));
    check("rd is left alone", GVA(0), run(VS, CODE("hlv.d a0, (a0)"), GVA(0), 0).value);
    CSR_WRITE(vsstatus, SSTATUS_SPP | SSTATUS_SPIE);
    run(VU, CODE("sret"), 0, 0);
    check("vsstatus is left alone", SSTATUS_SPP | SSTATUS_SPIE,
          CSR_READ(vsstatus) & (SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE));
    fresh();
}

/* A guest's registers are the VS ones, and HS-mode's stay what they are. */
static void check_substitution(void)
{
    CSR_WRITE(sscratch, 0x11);
    CSR_WRITE(vsscratch, 0x22);
    CSR_WRITE(sepc, 0x100);
    CSR_WRITE(vsepc, 0x200);
    check("sscratch", 0x22, run(VS, CODE("csrrw a0, sscratch, a1"), 0, 0x33).value);
    check("vsscratch", 0x33, CSR_READ(vsscratch));
    check("sscratch, HS", 0x11, run(HS, CODE("csrr a0, sscratch"), 0, 0).value);
    check("sepc", 0x200, run(VS, CODE("csrrw a0, sepc, a1"), 0, 0x300).value);
    check("vsepc", 0x300, CSR_READ(vsepc));
    check("sepc, HS", 0x100, CSR_READ(sepc));
    check("satp", CSR_READ(vsatp), run(VS, CODE("csrr a0, satp"), 0, 0).value);
    CSR_SET(menvcfg, ENVCFG_CBZE);
    CSR_WRITE(scounteren, 5); /* these two are one for all */
    CSR_WRITE(senvcfg, ENVCFG_CBZE);
    check("scounteren", 5, run(VS, CODE("csrr a0, scounteren"), 0, 0).value);
    check("senvcfg", ENVCFG_CBZE, run(VS, CODE("csrr a0, senvcfg"), 0, 0).value);
    fresh();
}

/* FS is no privilege: off is illegal, whoever says so. */
static void check_float(void)
{
    static const struct {
        const char *what;
        uint64_t status, vsstatus, cause;
    } rows[] = {
        { "FS: both off", 0, 0, ILLEGAL },
        { "FS: off in vsstatus", SSTATUS_FS, 0, ILLEGAL },
        { "FS: off in sstatus", 0, SSTATUS_FS, ILLEGAL },
        { "FS: both on", SSTATUS_FS, SSTATUS_FS, OK },
    };
    for (unsigned i = 0; i < 4; i++) {
        CSR_CLEAR(mstatus, SSTATUS_FS);
        CSR_SET(mstatus, rows[i].status);
        CSR_WRITE(vsstatus, rows[i].vsstatus);
        for (Mode mode = VS; mode <= VU; mode++) {
            check_cause(rows[i].what, mode, CODE("fadd.d fa0, fa0, fa0"), rows[i].cause);
            check_cause(rows[i].what, mode, CODE("csrr a0, fcsr"), rows[i].cause);
            check_cause(rows[i].what, mode, CODE("csrw frm, x0"), rows[i].cause);
        }
        check_cause(rows[i].what, HS, CODE("fadd.d fa0, fa0, fa0"), rows[i].status ? OK : ILLEGAL);
    }
    fresh();
}

void corner(void)
{
    check_hypervisor_csrs();
    check_supervisor_csrs();
    check_instructions();
    check_value();
    check_no_effects();
    check_substitution();
    check_float();
}
