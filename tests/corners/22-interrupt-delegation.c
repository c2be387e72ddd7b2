/* SPDX-License-Identifier: MIT */
/*
 * 22 interrupt-delegation - a guest's interrupts are HS-mode's or its own, never M-mode's.
 *
 * norm:hideleg_acc, norm:hideleg_sz_acc, norm:hideleg_img, norm:mideleg_acc_h, norm:mideleg_hroz, norm:hideleg_op,
 * norm:vsip_vsie_lcofi
 *
 * variants: -cpu max,shlcofideleg=off
 * variants: -cpu max,geilen=3
 * variants: -M virt,aia=aplic-imsic,aia-guests=3
 */
#include "lib/corner.h"

const char corner_name[] = "22 interrupt-delegation";

static bool has_guest_external(void)
{
    CSR_WRITE(hgeie, ~0ul);
    uint64_t bits = CSR_READ(hgeie);
    CSR_WRITE(hgeie, 0);
    return bits;
}

static void check_registers(void)
{
    const uint64_t own = VSSI | VSTI | VSEI, host = SSI | STI | SEI | SGEI;
    CSR_WRITE(hideleg, ~0ul);
    check("hideleg: writable bits", own, CSR_READ(hideleg) & own);
    check("hideleg: read-only zero", 0, CSR_READ(hideleg) & host);
    check("hideleg: nobody's bits", 0, CSR_READ(hideleg) & 0xd999);
    for (unsigned i = 2; i <= 10; i += 4) {
        CSR_WRITE(hideleg, BIT(i));
        check("hideleg: one bit", BIT(i), CSR_READ(hideleg));
    }
    CSR_WRITE(hideleg, 0);
    check("hideleg: cleared", 0, CSR_READ(hideleg));
    uint64_t one = own | (has_guest_external() ? SGEI : 0);
    CSR_WRITE(mideleg, 0);
    check("mideleg: read-only one", one, CSR_READ(mideleg) & one);
    CSR_WRITE(mideleg, ~0ul);
    check("mideleg: read-only one", one, CSR_READ(mideleg) & one);
    one = CSR_READ(mideleg) & (own | SGEI);
    /* What mideleg has not, hie has not. */
    CSR_WRITE(hie, ~0ul);
    check("hie", one, CSR_READ(hie));
    CSR_WRITE(hie, 0);
    check("mie", 0, CSR_READ(mie) & one);
}

/* Everything of the guest's is pending and enabled: M-mode never sees it, all others do. */
static void check_levels(uint64_t mideleg, uint64_t hideleg)
{
    static const struct {
        uint64_t bit, cause;
    } interrupts[] = { { VSSI, 2 }, { VSTI, 6 }, { VSEI, 10 } };
    CSR_WRITE(mideleg, mideleg);
    CSR_WRITE(hideleg, hideleg);
    for (unsigned i = 0; i < 3; i++) {
        CSR_WRITE(hvip, interrupts[i].bit);
        CSR_WRITE(mie, interrupts[i].bit);
        /* With every xIE set. */
        CSR_SET(mstatus, SSTATUS_SIE);
        CSR_WRITE(vsstatus, SSTATUS_SIE);
        check("M-mode, MIE", NOWHERE,
              run(M, CODE("csrsi mstatus, 8\nnop\nnop\ncsrci mstatus, 8"), 0, 0).to);
        for (Mode mode = HS; mode <= VU; mode++) {
            CSR_SET(mstatus, SSTATUS_SIE);
            CSR_WRITE(vsstatus, SSTATUS_SIE);
            Trap trap = run(mode, CODE("nop"), 0, 0);
            /* To the guest only while it runs; while it does not, to nobody. */
            Mode to = !(hideleg & interrupts[i].bit) ? HS : mode >= VS ? VS : NOWHERE;
            check("goes to", to, trap.to);
            if (to != NOWHERE)
                check("cause", INTERRUPT | (interrupts[i].cause - (to == VS)), trap.cause);
        }
    }
    CSR_WRITE(hvip, 0);
    CSR_WRITE(mie, 0);
    CSR_CLEAR(mstatus, SSTATUS_SIE);
}

/* Count overflow, if it can be delegated: bit 13 of vsip and vsie is that of sip and sie. */
static void check_overflow(void)
{
    const uint64_t lcofi = BIT(13);
    CSR_WRITE(hideleg, lcofi);
    CSR_WRITE(mideleg, 0);
    check("hideleg: what mideleg has not", 0, CSR_READ(hideleg) & lcofi);
    CSR_WRITE(mideleg, ~0ul);
    CSR_WRITE(hideleg, lcofi);
    bool delegated = CSR_READ(hideleg) & lcofi;
    CSR_SET(mie, lcofi);
    CSR_SET(mip, lcofi);
    if (!(CSR_READ(mip) & lcofi))
        return; /* there is none */
    check("vsip.LCOFIP", delegated ? lcofi : 0, CSR_READ(vsip) & lcofi);
    check("vsie.LCOFIE", delegated ? lcofi : 0, CSR_READ(vsie) & lcofi);
    CSR_WRITE(vsstatus, SSTATUS_SIE);
    check("goes to", delegated ? VS : HS, run(VS, CODE("nop"), 0, 0).to);
    CSR_WRITE(hideleg, 0);
    check("vsip.LCOFIP", 0, CSR_READ(vsip) & lcofi);
    check("vsie.LCOFIE", 0, CSR_READ(vsie) & lcofi);
    check("goes to", HS, run(VS, CODE("nop"), 0, 0).to);
    CSR_CLEAR(mip, lcofi);
    CSR_CLEAR(mie, lcofi);
}

void corner(void)
{
    check_registers();
    check_levels(~0ul, 0);
    check_levels(0, 0);
    check_levels(~0ul, VSSI | VSTI | VSEI);
    check_levels(0, VSSI | VSTI | VSEI);
    CSR_WRITE(mideleg, ~0ul);
    check_overflow();
}
