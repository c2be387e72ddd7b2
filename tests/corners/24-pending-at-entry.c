/* SPDX-License-Identifier: MIT */
/*
 * 24 pending-at-entry - what waits for HS-mode while its interrupts are off is taken as soon as a guest is entered.
 *
 * Interrupts of a level are on in every mode with less privilege, whatever SIE of either status says. norm:hideleg_hs,
 * norm:H_trap_deleg
 */
#include "lib/corner.h"

const char corner_name[] = "24 pending-at-entry";

static const struct {
    const char *what;
    uint64_t hvip, mip, cause;
} interrupts[] = {
    { "VSSI", VSSI, 0, 2 }, { "VSTI", VSTI, 0, 6 }, { "VSEI", VSEI, 0, 10 },
    { "SSI", 0, SSI, 1 },   { "SEI", 0, SEI, 9 },
};

/* To HS-mode with everything off, from there by SRET to a mode: how far does it get? */
static void check_entry(Mode to, uint64_t guest_status)
{
    uintptr_t code = CODE("la t0, 2f\ncsrw sepc, t0\nsret\n2: nop\nnop");
    uintptr_t target = code + 16;
    for (unsigned i = 0; i < sizeof interrupts / sizeof interrupts[0]; i++) {
        CSR_WRITE(hvip, interrupts[i].hvip);
        CSR_SET(mip, interrupts[i].mip);
        CSR_WRITE(mie, VSSI | VSTI | VSEI | SSI | SEI);
        CSR_CLEAR(mstatus, SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP);
        CSR_SET(mstatus, to == VS ? SSTATUS_SPP : 0);
        CSR_WRITE(hstatus, to >= VS ? HSTATUS_SPV : 0);
        CSR_WRITE(vsstatus, guest_status);
        Trap trap = run(HS, code, 0, 0);
        check_trap(interrupts[i].what,
                   (Trap){ .to = HS, .from = to, .cause = INTERRUPT | interrupts[i].cause }, trap);
        check("sepc is where it entered", target, trap.epc);
        /* The same by MRET. */
        trap = run(to, CODE("nop"), 0, 0);
        check_trap(interrupts[i].what,
                   (Trap){ .to = HS, .from = to, .cause = INTERRUPT | interrupts[i].cause }, trap);
        CSR_CLEAR(mip, interrupts[i].mip);
        CSR_WRITE(hvip, 0);
    }
    /* In HS-mode SIE decides. */
    CSR_WRITE(hvip, VSSI);
    CSR_CLEAR(mstatus, SSTATUS_SIE);
    check("HS-mode with SIE clear", NOWHERE, run(HS, CODE("nop"), 0, 0).to);
    CSR_SET(mstatus, SSTATUS_SIE);
    check("HS-mode with SIE set", HS, run(HS, CODE("nop"), 0, 0).to);
    CSR_WRITE(hvip, 0);
}

/* Delegated on, they wait for the guest's own enable, and are off in VS-mode and on in VU-mode with SIE clear. */
static void check_delegated(void)
{
    CSR_WRITE(hideleg, VSSI | VSTI | VSEI);
    CSR_WRITE(hie, VSSI);
    CSR_WRITE(hvip, VSSI);
    CSR_WRITE(vsstatus, 0);
    check("VS-mode with SIE clear", NOWHERE, run(VS, CODE("nop"), 0, 0).to);
    check("VU-mode with SIE clear", VS, run(VU, CODE("nop"), 0, 0).to);
    CSR_WRITE(vsstatus, SSTATUS_SIE);
    check("VS-mode with SIE set", VS, run(VS, CODE("nop"), 0, 0).to);
    CSR_SET(mstatus, SSTATUS_SIE);
    check("HS-mode", NOWHERE, run(HS, CODE("nop"), 0, 0).to);
    CSR_WRITE(vsstatus, SSTATUS_SIE);
    check("U-mode", NOWHERE, run(U, CODE("nop"), 0, 0).to);
    CSR_WRITE(hie, 0);
    check("not enabled", NOWHERE, run(VU, CODE("nop"), 0, 0).to);
}

void corner(void)
{
    CSR_WRITE(vsatp, 0); /* code is at one place in every mode */
    CSR_SET(medeleg, BIT(ECALL_U));
    fence_all();
    check_entry(VS, 0);
    check_entry(VS, SSTATUS_SIE);
    check_entry(VU, 0);
    check_entry(U, 0);
    CSR_CLEAR(medeleg, BIT(ECALL_U)); /* calls back end in M-mode, whoever made them */
    check_delegated();
}
