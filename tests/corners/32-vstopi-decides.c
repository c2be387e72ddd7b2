/* SPDX-License-Identifier: MIT */
/*
 * 32 vstopi-decides - a guest is interrupted when vstopi is not zero, whatever vsip and vsie say, and by what it says.
 *
 * AIA, "Interrupt traps to VS-mode", "Virtual interrupts for VS level", "WFI (Wait for Interrupt) instruction".
 *
 * args: -M virt,aia=aplic-imsic,aia-guests=1
 * spike: no its mstateen0 has no bit for the AIA, and its WFI does not look at vstopi
 */
#include "lib/aia.h"

const char corner_name[] = "32 vstopi-decides";

/* What comes of two instructions in VS-mode with SIE. */
static Trap interrupted(Mode mode, bool sie)
{
    CSR_WRITE(vsstatus, sie ? SSTATUS_SIE : 0);
    return run(mode, CODE("nop\nnop"), 0, 0);
}

static void check_taken(const char *what, uint64_t cause)
{
    Trap trap = interrupted(VS, true);
    check_trap(what, (Trap){ .to = VS, .from = VS, .cause = INTERRUPT | cause }, trap);
    check(what, NOWHERE, interrupted(VS, false).to);
    trap = interrupted(VU, false);
    check_trap(what, (Trap){ .to = VS, .from = VU, .cause = INTERRUPT | cause }, trap);
}

static void check_not_taken(const char *what)
{
    check(what, NOWHERE, interrupted(VS, true).to);
    check(what, NOWHERE, interrupted(VU, false).to);
    check(what, 0, CSR_READ(vstopi));
}

/* Pending and enabled, but hvictl says that there is nothing. */
static void check_hidden(void)
{
    CSR_WRITE(hideleg, VSSI | VSTI | VSEI);
    CSR_WRITE(hie, VSSI | VSTI);
    CSR_WRITE(hvip, VSSI | VSTI);
    check_taken("pending and enabled", 1);
    CSR_WRITE(hvictl, HVICTL_VTI | HVICTL(9, 0));
    check_not_taken("pending and enabled, hvictl says nothing");
    check("vsip is the same", SSI | STI, CSR_READ(vsip));
    check("vsie is the same", SSI | STI, CSR_READ(vsie));
    CSR_WRITE(hvictl, 0);
    CSR_WRITE(hvip, 0);
}

/* Nothing is pending or enabled, but hvictl says that there is something. */
static void check_injected(void)
{
    static const uint8_t numbers[] = { 1, 5, 13, 2, 16, 35, 63 };
    CSR_WRITE(hie, 0);
    for (unsigned i = 0; i < sizeof numbers; i++) {
        for (unsigned dpr = 0; dpr < 2; dpr++) {
            CSR_WRITE(hvictl, HVICTL_VTI | HVICTL(numbers[i], 0) | (dpr ? HVICTL_DPR : 0));
            check_taken("injected", numbers[i]);
            check("vsip", 0, CSR_READ(vsip));
            check("hip", 0, CSR_READ(hip));
            check("sip", 0, CSR_READ(sip));
        }
    }
    /* Not delegated: hvictl does not ask. */
    CSR_WRITE(hideleg, 0);
    CSR_WRITE(hvictl, HVICTL_VTI | HVICTL(5, 3));
    check_taken("injected, not delegated", 5);
    CSR_WRITE(hvictl, HVICTL(5, 3));
    check_not_taken("VTI is clear");
    /* HS-mode and U-mode see nothing of it. */
    CSR_WRITE(hvictl, HVICTL_VTI | HVICTL(5, 3));
    CSR_SET(mstatus, SSTATUS_SIE);
    check("HS-mode", NOWHERE, run(HS, CODE("nop"), 0, 0).to);
    check("U-mode", NOWHERE, run(U, CODE("nop"), 0, 0).to);
    CSR_CLEAR(mstatus, SSTATUS_SIE);
    CSR_WRITE(hvictl, 0);
}

/* Interrupt 0 with the highest priority makes vstopi zero, but only when its priority is shown. */
static void check_zero(void)
{
    CSR_WRITE(hvictl, HVICTL_VTI | HVICTL_IPRIOM | HVICTL(0, 0));
    check_not_taken("interrupt 0 with priority 0");
    CSR_WRITE(hvictl, HVICTL_VTI | HVICTL(0, 0));
    check_taken("interrupt 0, priority not shown", 0);
    CSR_WRITE(hvictl, HVICTL_VTI | HVICTL_IPRIOM | HVICTL(0, 1));
    check_taken("interrupt 0 with priority 1", 0);
    CSR_WRITE(hvictl, HVICTL_VTI | HVICTL_IPRIOM | HVICTL_DPR | HVICTL(0, 0));
    check_taken("interrupt 0 with the lowest priority", 0);
    CSR_WRITE(hvictl, 0);
}

/* It ends waiting, in any mode. */
static void check_wfi(void)
{
    CSR_WRITE(hvictl, HVICTL_VTI | HVICTL(5, 0));
    check("wfi in HS-mode", NOWHERE, run(HS, CODE("wfi"), 0, 0).to);
    CSR_WRITE(vsstatus, 0);
    check("wfi in VS-mode", NOWHERE, run(VS, CODE("wfi"), 0, 0).to);
    CSR_WRITE(hvictl, 0);
}

void corner(void)
{
    reset_virtual_interrupts();
    check_hidden();
    check_injected();
    check_zero();
    check_wfi();
}
