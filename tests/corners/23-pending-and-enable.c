/* SPDX-License-Identifier: MIT */
/*
 * 23 pending-and-enable - hvip, hip, hie, vsip and vsie: who is an alias of whom, and who can be written.
 *
 * norm:hvip_sz_op, norm:hvip_acc, norm:hvip_img, norm:hip_hie_sz_acc, norm:hip_op, norm:hie_op, norm:hip_img,
 * norm:hie_img, norm:hip_acc, norm:hie_acc, norm:sie_hip_hie_mutex, norm:hip_vseip_vseie_op,
 * norm:hip_vstip_vstie_acc_op, norm:hip_vssip_vssie_op, norm:mip_mie_vs, norm:mip_mie_alias,
 * norm:vsip_vsie_sz_acc_op, norm:vsip_img, norm:vsie_img, norm:vsip_vsie_sei, norm:vsip_vsie_sti, norm:vsip_vsie_ssi
 */
#include "lib/corner.h"

const char corner_name[] = "23 pending-and-enable";

enum { OWN = VSSI | VSTI | VSEI };
static const uint64_t bits[] = { VSSI, VSTI, VSEI };

/* Pending where it was made so, and seen everywhere; of the rest VSSIP alone can be written. */
static void check_pending(void)
{
    CSR_WRITE(hvip, ~0ul);
    check("hvip: writable bits", OWN, CSR_READ(hvip) & 0x1fff);
    for (unsigned i = 0; i < 3; i++) {
        CSR_WRITE(hvip, bits[i]);
        check("hvip", bits[i], CSR_READ(hvip));
        check("hip", bits[i], CSR_READ(hip) & OWN);
        check("mip", bits[i], CSR_READ(mip) & OWN);
        check("sip", 0, CSR_READ(sip) & (OWN | OWN >> 1));
        CSR_WRITE(hip, 0);
        uint64_t expected = bits[i] == VSSI ? 0 : bits[i];
        check("hip cleared", expected, CSR_READ(hip) & OWN);
        check("hip cleared: hvip", expected, CSR_READ(hvip));
        CSR_WRITE(hvip, 0);
        CSR_WRITE(hip, bits[i]);
        expected = bits[i] == VSSI ? VSSI : 0;
        check("hip set", expected, CSR_READ(hip) & OWN);
        check("hip set: hvip", expected, CSR_READ(hvip));
        CSR_WRITE(hip, 0);
        CSR_SET(mip, bits[i]); /* the same by its other name */
        check("mip set: hvip", expected, CSR_READ(hvip));
        CSR_CLEAR(mip, OWN);
        CSR_WRITE(hvip, 0);
        CSR_SET(sip, OWN);
        check("sip set", 0, CSR_READ(hip) & OWN);
    }
    CSR_WRITE(hip, SGEI);
    check("SGEIP is read-only", 0, CSR_READ(hip) & SGEI);
}

static void check_enables(void)
{
    for (unsigned i = 0; i < 3; i++) {
        CSR_WRITE(mie, 0);
        CSR_WRITE(hie, bits[i]);
        check("hie", bits[i], CSR_READ(hie));
        check("mie", bits[i], CSR_READ(mie));
        check("sie", 0, CSR_READ(sie));
        CSR_WRITE(hie, 0);
        CSR_WRITE(mie, bits[i]);
        check("mie: hie", bits[i], CSR_READ(hie));
        CSR_WRITE(sie, ~0ul);
        check("sie leaves hie alone", bits[i], CSR_READ(hie) & OWN);
        check("hie and sie have nothing in common", 0, CSR_READ(hie) & CSR_READ(sie));
        CSR_WRITE(sie, 0);
        CSR_WRITE(hie, ~0ul);
        check("hie leaves sie alone", 0, CSR_READ(sie));
        CSR_WRITE(hie, 0);
    }
}

/* Delegated, they are the guest's, one place lower; not delegated, zero. */
static void check_guest(void)
{
    for (unsigned i = 0; i < 3; i++) {
        uint64_t bit = bits[i], mine = bit >> 1;
        for (unsigned delegated = 0; delegated < 2; delegated++) {
            CSR_WRITE(hideleg, delegated ? bit : OWN & ~bit);
            CSR_WRITE(hvip, bit);
            CSR_WRITE(hie, bit);
            check("vsip", delegated ? mine : 0, CSR_READ(vsip));
            check("vsie", delegated ? mine : 0, CSR_READ(vsie));
            check("sip in VS-mode", delegated ? mine : 0,
                  run(VS, CODE("csrr a0, sip"), 0, 0).value);
            check("sie in VS-mode", delegated ? mine : 0,
                  run(VS, CODE("csrr a0, sie"), 0, 0).value);
            /* Enables can be cleared and set; of what is pending the software interrupt. */
            CSR_WRITE(vsie, 0);
            check("vsie cleared: hie", delegated ? 0 : bit, CSR_READ(hie));
            CSR_WRITE(vsie, ~0ul);
            check("vsie set: hie", delegated ? bit : OWN, CSR_READ(hie));
            CSR_WRITE(vsip, 0);
            check("vsip cleared: hip", delegated && bit == VSSI ? 0 : bit, CSR_READ(hip) & OWN);
            CSR_WRITE(hvip, 0);
            CSR_WRITE(vsip, ~0ul);
            bool software = delegated == (bit == VSSI);
            check("vsip set: hvip", software ? VSSI : 0, CSR_READ(hvip) & 0x1fff);
            CSR_WRITE(hvip, 0);
            CSR_WRITE(hie, 0);
        }
    }
}

/* By the guest itself. */
static void check_in_guest(void)
{
    CSR_WRITE(hideleg, OWN);
    run(VS, CODE("csrw sie, a0"), ~0ul, 0);
    check("sie set in VS-mode: hie", OWN, CSR_READ(hie));
    check("sie set in VS-mode: sie", 0, CSR_READ(sie));
    CSR_WRITE(vsstatus, 0);
    run(VS, CODE("csrs sip, a0"), SSI | STI | SEI, 0);
    check("sip set in VS-mode: hvip", VSSI, CSR_READ(hvip) & 0x1fff);
    run(VS, CODE("csrc sip, a0"), SSI | STI | SEI, 0);
    check("sip cleared in VS-mode: hvip", 0, CSR_READ(hvip) & 0x1fff);
    check("sip of HS-mode", 0, CSR_READ(sip) & (SSI | STI | SEI));
    /* What is HS-mode's is not to be seen. */
    CSR_SET(mip, SSI | SEI);
    check("HS-mode's in VS-mode", 0, run(VS, CODE("csrr a0, sip"), 0, 0).value);
    check("HS-mode's in sip", SSI | SEI, CSR_READ(sip) & (SSI | SEI));
    CSR_CLEAR(mip, SSI | SEI);
}

void corner(void)
{
    check_pending();
    check_enables();
    check_guest();
    check_in_guest();
}
