/* SPDX-License-Identifier: MIT */
/*
 * 40 virtual-interrupts - interrupts 13 to 63 of a guest by hideleg and hvien, those of HS-mode by mideleg and mvien.
 *
 * AIA, "The effects of hideleg and hvien on vsip and vsie for major interrupts 13-63" and "The effects of mideleg and
 * mvien on sip and sie".
 *
 * args: -M virt,aia=aplic-imsic,aia-guests=1
 * spike: no its hvien is read-only zero, and its mvien has bits 1 and 9 only
 */
#include "lib/aia.h"

const char corner_name[] = "40 virtual-interrupts";

#define HIGH (~0ul << 13)
enum { LCOFI = 13 };

/* hideleg 0, hvien 0: nothing; hvien 1: hvip and a bit of vsie's own. */
static void check_guest(void)
{
    CSR_WRITE(hvien, ~0ul);
    uint64_t writable = CSR_READ(hvien);
    check("hvien: bits 12 to 0", 0, writable & ~HIGH);
    for (unsigned i = LCOFI; i < 64; i++) {
        uint64_t bit = BIT(i);
        if (!(writable & bit))
            continue;
        CSR_WRITE(hvien, bit);
        CSR_WRITE(hvip, bit);
        CSR_WRITE(vsie, bit);
        check("vsip is that of hvip", bit, CSR_READ(vsip));
        check("vsie", bit, CSR_READ(vsie));
        check("sie has nothing of it", 0, CSR_READ(sie) & bit);
        check("mip has nothing of it", 0, CSR_READ(mip) & bit);
        CSR_WRITE(vsstatus, SSTATUS_SIE);
        Trap trap = run(VS, CODE("nop"), 0, 0);
        check_trap("virtual interrupt", (Trap){ .to = VS, .from = VS, .cause = INTERRUPT | i },
                   trap);
        check("vstopi", i, CSR_READ(vstopi) >> 16);
        CSR_WRITE(vsip, 0); /* the alias can be written */
        check("hvip", 0, CSR_READ(hvip) & bit);
        CSR_WRITE(vsip, bit);
        check("hvip", bit, CSR_READ(hvip) & bit);
        CSR_WRITE(vsie, 0);
        check("vsie, cleared", 0, CSR_READ(vsie));
        CSR_WRITE(hvien, ~bit);
        check("without hvien: vsip", 0, CSR_READ(vsip) & bit);
        CSR_WRITE(vsie, bit);
        check("without hvien: vsie", 0, CSR_READ(vsie) & bit);
        CSR_WRITE(hvip, 0);
        CSR_WRITE(hvien, 0);
        CSR_WRITE(vsstatus, 0);
    }
}

/* hideleg 1: sip and sie, whatever hvien says. */
static void check_delegated(void)
{
    const uint64_t bit = BIT(LCOFI);
    CSR_WRITE(mideleg, ~0ul);
    for (unsigned i = 0; i < 2; i++) {
        CSR_WRITE(hideleg, bit);
        if (!(CSR_READ(hideleg) & bit)) {
            note("no Shlcofideleg");
            return;
        }
        CSR_WRITE(hvien, i ? bit : 0);
        CSR_WRITE(hvip, i ? bit : 0); /* not asked */
        CSR_SET(mip, bit);
        CSR_SET(mie, bit);
        check("vsip is that of sip", bit, CSR_READ(vsip));
        check("vsie is that of sie", bit, CSR_READ(vsie));
        CSR_CLEAR(mip, bit);
        check("vsip is that of sip, not of hvip", 0, CSR_READ(vsip));
        CSR_WRITE(vsie, 0);
        check("sie", 0, CSR_READ(sie) & bit);
        CSR_WRITE(vsie, bit);
        check("sie", bit, CSR_READ(sie) & bit);
        CSR_WRITE(hvip, 0);
    }
    CSR_WRITE(hideleg, 0);
    CSR_WRITE(hvien, 0);
    CSR_WRITE(mie, 0);
}

/* The same one level up: what M-mode passes on by hand. */
static void check_supervisor(void)
{
    CSR_WRITE(mideleg, 0);
    CSR_WRITE(mvien, ~0ul);
    uint64_t writable = CSR_READ(mvien);
    check("mvien: of bits 12 to 0 there are 1 and 9", 0,
          writable & 0x1fff & ~(uint64_t)(SSI | SEI));
    for (unsigned i = 1; i < 64; i++) {
        uint64_t bit = BIT(i);
        if (!(writable & bit))
            continue;
        CSR_WRITE(mvien, bit);
        CSR_WRITE(mvip, bit);
        CSR_WRITE(sie, bit);
        check("sip is that of mvip", bit, CSR_READ(sip));
        check("sie", bit, CSR_READ(sie));
        check("mie has nothing of it", 0, CSR_READ(mie) & bit);
        check("mip has nothing of it", 0, CSR_READ(mip) & bit);
        Trap trap = run(U, CODE("nop"), 0, 0);
        check_trap("virtual interrupt", (Trap){ .to = HS, .from = U, .cause = INTERRUPT | i },
                   trap);
        CSR_WRITE(sip, 0);
        check("mvip", 0, CSR_READ(mvip) & bit);
        CSR_WRITE(mvip, 0);
        CSR_WRITE(sie, 0);
        CSR_WRITE(mvien, 0);
    }
    CSR_WRITE(mideleg, ~0ul);
}

/* Without mvien bits 1, 5 and 9 of mvip are those of mip. */
static void check_mvip(void)
{
    CSR_WRITE(mvien, 0);
    CSR_CLEAR(menvcfg, ENVCFG_STCE);
    CSR_WRITE(mvip, ~0ul & ~HIGH);
    check("mvip: bits 12 to 0", SSI | STI | SEI, CSR_READ(mvip) & ~HIGH);
    check("mip", SSI | STI | SEI, CSR_READ(mip) & (SSI | STI | SEI));
    CSR_WRITE(mvip, 0);
    check("mip", 0, CSR_READ(mip) & (SSI | STI | SEI));
    CSR_SET(menvcfg, ENVCFG_STCE);
    CSR_WRITE(mvip, STI);
    check("mvip: STIP with STCE", 0, CSR_READ(mvip) & STI);
    /* With mvien bit 9 software's SEIP is no part of mip, and the file is closed to S-mode. */
    CSR_WRITE(mvien, SEI);
    CSR_WRITE(mvip, SEI);
    check("mip.SEIP", 0, CSR_READ(mip) & SEI);
    CSR_WRITE(siselect, EIDELIVERY);
    CSR_WRITE(vsiselect, EIDELIVERY);
    choose_guest(1);
    check_cause("stopei", HS, CODE("csrr a0, stopei"), ILLEGAL);
    check_cause("sireg", HS, CODE("csrr a0, sireg"), ILLEGAL);
    check_cause("vstopei", HS, CODE("csrr a0, vstopei"), OK);
    check_cause("vsireg", HS, CODE("csrr a0, vsireg"), OK);
    check_cause("stopei", VS, CODE("csrr a0, stopei"), OK);
    check_cause("stopei", M, CODE("csrr a0, stopei"), OK);
    CSR_WRITE(siselect, 0x30);
    check_cause("priorities", HS, CODE("csrr a0, sireg"), OK);
    CSR_WRITE(mvien, 0);
    CSR_WRITE(mvip, 0);
}

void corner(void)
{
    reset_virtual_interrupts();
    open_files();
    check_guest();
    check_delegated();
    check_supervisor();
    check_mvip();
}
