/* SPDX-License-Identifier: MIT */
/*
 * 34 injected-interrupts - while hvictl.VTI is set VS-mode may not touch sip, sie and what could clear a bit of them.
 *
 * AIA, "Virtual interrupts for VS level": reading and writing sip and sie, and writing stimecmp, whatever is written.
 *
 * args: -M virt,aia=aplic-imsic,aia-guests=1
 * spike: no its mstateen0 has no bit for the AIA, and hvictl.VTI stops nothing
 */
#include "lib/aia.h"

const char corner_name[] = "34 injected-interrupts";

static void check_access(void)
{
    const Row without[] = {
        ROW("csrr t0, sip", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr t0, sie", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrsi sip, 0", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrw stimecmp, a0", OK, OK, ILLEGAL, OK, VIRTUAL),
    };
    const Row with[] = {
        ROW("csrr t0, sip", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr t0, sie", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrw sip, x0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrw sie, x0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrsi sie, 2", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrci sip, 2", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr t0, stimecmp", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrw stimecmp, x0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrw stimecmp, a0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrsi stimecmp, 1", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr t0, vsip", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr t0, vsie", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrw vstimecmp, a0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr t0, sstatus", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr t0, stopi", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrw scounteren, a0", OK, OK, ILLEGAL, OK, VIRTUAL),
    };
    CHECK_ROWS("", without);
    CSR_WRITE(hvictl, HVICTL_VTI | HVICTL(9, 0));
    CHECK_ROWS(", VTI", with);
    CSR_CLEAR(mcounteren, 2); /* what is illegal stays illegal */
    check_cause("csrw stimecmp, VTI, mcounteren.TM is clear", VS, CODE("csrw stimecmp, a0"),
                ILLEGAL);
    CSR_SET(mcounteren, 2);
    CSR_WRITE(hvictl, 0);
    CSR_WRITE(stimecmp, ~0ul);
    CSR_WRITE(vstimecmp, ~0ul);
}

/* What traps does nothing. */
static void check_no_effects(void)
{
    CSR_WRITE(hideleg, VSSI | VSTI | VSEI);
    CSR_WRITE(hvip, VSSI);
    CSR_WRITE(hie, VSSI);
    CSR_WRITE(vstimecmp, 0x1234);
    CSR_WRITE(hvictl, HVICTL_VTI | HVICTL(9, 0));
    run(VS, CODE("csrw sip, x0"), 0, 0);
    check("hvip", VSSI, CSR_READ(hvip));
    run(VS, CODE("csrw sie, x0"), 0, 0);
    check("hie", VSSI, CSR_READ(hie));
    run(VS, CODE("csrw stimecmp, a0"), ~0ul, 0);
    check("vstimecmp", 0x1234, CSR_READ(vstimecmp));
    check("vsip of HS-mode", SSI, run(HS, CODE("csrr a0, vsip"), 0, 0).value & SSI);
    CSR_WRITE(hvictl, 0);
    CSR_WRITE(hvip, 0);
}

/* Fields that are none are zero, and IID takes every number of its bits. */
static void check_register(void)
{
    CSR_WRITE(hvictl, ~0ul);
    uint64_t all = CSR_READ(hvictl), iid = all >> 16 & 0xfff;
    check("hvictl: reserved bits", 0, all & ~(uint64_t)(HVICTL_VTI | 0xfff03ff | 0xfff << 16));
    check("hvictl: VTI, DPR, IPRIOM, IPRIO", HVICTL_VTI | 0x3ff, all & (HVICTL_VTI | 0x3ff));
    check("hvictl: IID has six bits or more, without a gap", true, iid >= 63 && !(iid & (iid + 1)));
    for (unsigned i = 0; i < 64; i++) {
        CSR_WRITE(hvictl, HVICTL(i, 255 - i));
        check("hvictl", HVICTL(i, 255 - i), CSR_READ(hvictl));
    }
    CSR_WRITE(hvictl, 0);
}

void corner(void)
{
    reset_virtual_interrupts();
    check_access();
    check_no_effects();
    check_register();
}
