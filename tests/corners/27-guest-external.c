/* SPDX-License-Identifier: MIT */
/*
 * 27 guest-external - hgeip, hgeie, VGEIN and SGEI: as many of them as there are guest external interrupts.
 *
 * norm:geilen, norm:hgeip_sz_acc_op, norm:hgeie_sz_acc_op, norm:hgeip_hgeie_fields, norm:hgeie_img, norm:hgeie_op,
 * norm:hip_sgeip_sgeie_acc_op, norm:hstatus_vgein_op
 *
 * variants: -cpu max,geilen=1
 * variants: -cpu max,geilen=5
 * variants: -cpu max,geilen=63
 * variants: -M virt,aia=aplic-imsic,aia-guests=3
 */
#include "lib/corner.h"

const char corner_name[] = "27 guest-external";

static unsigned count(void)
{
    unsigned n = 0;
    CSR_WRITE(hgeie, ~0ul);
    for (uint64_t bits = CSR_READ(hgeie); bits; bits &= bits - 1)
        n++;
    CSR_WRITE(hgeie, 0);
    return n;
}

static uint64_t vgein(void)
{
    return CSR_READ(hstatus) >> HSTATUS_VGEIN_SHIFT & 63;
}

void corner(void)
{
    unsigned geilen = count();
    uint64_t bits = geilen == 63 ? ~1ul : (BIT(geilen + 1) - 1) & ~1ul;
    CSR_WRITE(hgeie, ~0ul);
    check("hgeie: bits GEILEN to 1", bits, CSR_READ(hgeie));
    for (unsigned i = 0; i < 64; i++) {
        CSR_WRITE(hgeie, BIT(i));
        check("hgeie: one bit", BIT(i) & bits, CSR_READ(hgeie));
    }
    check("hgeip: nothing is pending", 0, CSR_READ(hgeip));
    check("SGEIP", 0, CSR_READ(hip) & SGEI);
    CSR_WRITE(hip, SGEI);
    check("SGEIP is read-only", 0, CSR_READ(hip) & SGEI);
    CSR_WRITE(hvip, SGEI);
    check("hvip has no SGEIP", 0, CSR_READ(hvip) & SGEI);
    CSR_WRITE(hie, SGEI);
    check("SGEIE", CSR_READ(mideleg) & SGEI, CSR_READ(hie));
    check("SGEIE in mie", CSR_READ(mideleg) & SGEI, CSR_READ(mie));
    check("SGEI is delegated", true, !geilen || CSR_READ(mideleg) & SGEI);
    CSR_WRITE(hie, 0);
    for (unsigned i = 0; i <= geilen; i++) {
        CSR_WRITE(hstatus, (uint64_t)i << HSTATUS_VGEIN_SHIFT);
        check("VGEIN", i, vgein());
    }
    if (geilen < 63) { /* too many: any number that there is */
        CSR_WRITE(hstatus, 63ul << HSTATUS_VGEIN_SHIFT);
        check("VGEIN, too large, becomes a legal one", true, vgein() <= geilen);
    }
    CSR_WRITE(hstatus, 0);
    /* State enables of the IMSIC are not for these. */
    CSR_CLEAR(mstateen0, BIT(58));
    check_cause("hgeie without mstateen0.IMSIC", HS, CODE("csrr a0, hgeie"), OK);
    check_cause("hgeip without mstateen0.IMSIC", HS, CODE("csrr a0, hgeip"), OK);
    check_cause("hstatus without mstateen0.IMSIC", HS, CODE("csrr a0, hstatus"), OK);
    CSR_SET(mstateen0, BIT(58));
}
