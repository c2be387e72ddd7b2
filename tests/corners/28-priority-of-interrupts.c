/* SPDX-License-Identifier: MIT */
/*
 * 28 priority-of-interrupts - which of HS-mode's interrupts goes first: SEI, SSI, STI, (SGEI,) VSEI, VSSI, VSTI, LCOFI.
 *
 * norm:hsint_priority
 *
 * variants: -M virt,aia=aplic-imsic,aia-guests=1
 * spike: differs cause beside LCOFI -- there LCOFI goes before the guest's interrupts
 */
#include "lib/corner.h"

const char corner_name[] = "28 priority-of-interrupts";

enum { LCOFI = 13 };
static const struct {
    unsigned number;
    bool in_hvip;
} order[] = { { 9, false }, { 1, false }, { 5, false },    { 10, true },
              { 2, true },  { 6, true },  { LCOFI, false } };
enum { COUNT = sizeof order / sizeof order[0] };

static void set_pending(unsigned which, bool pending)
{
    uint64_t bit = BIT(order[which].number);
    if (order[which].in_hvip && pending)
        CSR_SET(hvip, bit);
    else if (order[which].in_hvip)
        CSR_CLEAR(hvip, bit);
    else if (pending)
        CSR_SET(mip, bit);
    else
        CSR_CLEAR(mip, bit);
}

/* Any two, and all from the first on. */
static void check_mode(Mode mode)
{
    for (unsigned i = 0; i < COUNT; i++) {
        for (unsigned j = i + 1; j <= COUNT; j++) {
            set_pending(i, true);
            for (unsigned k = i + 1; k < COUNT; k++)
                set_pending(k, j == COUNT || j == k);
            CSR_SET(mstatus, SSTATUS_SIE);
            Trap trap = run(mode, CODE("nop"), 0, 0);
            check("goes to", HS, trap.to);
            check(j == COUNT || order[j].number == LCOFI ? "cause beside LCOFI" : "cause",
                  INTERRUPT | order[i].number, trap.cause);
        }
        for (unsigned k = 0; k < COUNT; k++)
            set_pending(k, false);
    }
    CSR_CLEAR(mstatus, SSTATUS_SIE);
}

/* HS-mode goes before the guest, whatever the number is. */
static void check_levels(void)
{
    CSR_WRITE(hideleg, VSSI | VSTI | VSEI);
    CSR_WRITE(vsstatus, SSTATUS_SIE);
    CSR_WRITE(hvip, VSEI | VSSI);
    CSR_SET(mip, STI);
    uintptr_t code = CODE("nop");
    Trap trap = run(VS, code, 0, 0);
    check("HS-mode goes first", HS, trap.to);
    check("HS-mode goes first, and not out of the guest's handler", code, trap.epc);
    check("HS-mode goes first", INTERRUPT | 5, trap.cause);
    CSR_CLEAR(mip, STI);
    static const unsigned guests[] = { 9, 1, 5 };
    CSR_WRITE(hvip, VSEI | VSSI | VSTI);
    for (unsigned i = 0; i < 3; i++) {
        CSR_WRITE(vsstatus, SSTATUS_SIE);
        trap = run(VS, CODE("nop"), 0, 0);
        check("among the guest's", INTERRUPT | guests[i], trap.cause);
        CSR_CLEAR(hvip, BIT(guests[i] + 1));
    }
    CSR_WRITE(hideleg, 0);
}

void corner(void)
{
    CSR_CLEAR(menvcfg, ENVCFG_STCE); /* STIP is software's */
    CSR_WRITE(mie, SSI | STI | SEI | VSSI | VSTI | VSEI | BIT(LCOFI));
    CSR_SET(mip, BIT(LCOFI));
    if (!(CSR_READ(mip) & BIT(LCOFI)))
        note("no count overflow");
    for (Mode mode = HS; mode <= VU; mode++)
        check_mode(mode);
    check_levels();
}
