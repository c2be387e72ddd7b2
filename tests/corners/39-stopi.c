/* SPDX-License-Identifier: MIT */
/*
 * 39 stopi - HS-mode's top interrupt, of which a guest's are some that are not delegated.
 *
 * AIA, "Supervisor top interrupt CSR (stopi)": what is in hip and hie counts like what is in sip and sie.
 *
 * args: -M virt,aia=aplic-imsic,aia-guests=1
 * spike: no its iprio are read-only zero and its mstateen0 has no bit for the AIA
 */
#include "lib/aia.h"

const char corner_name[] = "39 stopi";

enum { LCOFI = 13 };

static uint64_t iid(void)
{
    return CSR_READ(stopi) >> 16;
}

/* Each alone, enabled or not, delegated or not. */
static void check_alone(void)
{
    static const struct {
        const char *what;
        uint64_t hvip;
        unsigned number;
    } rows[] = { { "VSSI", VSSI, 2 }, { "VSTI", VSTI, 6 }, { "VSEI", VSEI, 10 } };
    for (unsigned i = 0; i < 3; i++) {
        CSR_WRITE(hvip, rows[i].hvip);
        CSR_WRITE(hie, 0);
        check(rows[i].what, 0, CSR_READ(stopi));
        CSR_WRITE(hie, rows[i].hvip);
        check(rows[i].what, rows[i].number, iid());
        check(rows[i].what, (uint64_t)rows[i].number << 16 | 255,
              CSR_READ(stopi)); /* below SEI by default */
        check("stopi in HS-mode", rows[i].number,
              run(HS, CODE("csrr a0, stopi"), 0, 0).value >> 16);
        CSR_WRITE(hideleg, rows[i].hvip);
        check("delegated", 0, CSR_READ(stopi));
        check("vstopi", rows[i].number - 1, CSR_READ(vstopi) >> 16);
        CSR_WRITE(hideleg, 0);
        check("vstopi", 0, CSR_READ(vstopi));
    }
    CSR_WRITE(hvip, 0);
    CSR_WRITE(hie, 0);
    open_files();
    write32(FILE_PAGE(1), 5);
    CSR_WRITE(hie, SGEI);
    check("SGEI, not enabled in hgeie", 0, CSR_READ(stopi));
    CSR_WRITE(hgeie, 2);
    check("SGEI", 12, iid());
    CSR_WRITE(hie, 0);
    CSR_WRITE(hgeie, 0);
    CSR_WRITE(vstopei, 0);
}

/* All at once: SEI, SSI, STI, SGEI, VSEI, VSSI, VSTI, LCOFI. */
static void check_order(void)
{
    static const uint8_t order[] = { 9, 1, 5, 12, 10, 2, 6, LCOFI };
    uint64_t all = 0;
    for (unsigned i = 0; i < sizeof order; i++)
        all |= BIT(order[i]);
    CSR_CLEAR(menvcfg, ENVCFG_STCE);
    open_files();
    write32(FILE_PAGE(0), 77);
    write32(FILE_PAGE(1), 5);
    CSR_WRITE(hgeie, 2);
    CSR_WRITE(hvip, VSSI | VSTI);
    CSR_SET(mip, SSI | STI | BIT(LCOFI));
    check("all are pending", all, CSR_READ(mip) & all);
    for (unsigned i = 0; i < sizeof order; i++) {
        CSR_WRITE(mie, all);
        check("order", order[i], iid());
        CSR_SET(mstatus, SSTATUS_SIE);
        check("the trap is for the same", INTERRUPT | order[i], run(HS, CODE("nop"), 0, 0).cause);
        CSR_CLEAR(mstatus, SSTATUS_SIE);
        choose_guest(1);
        all &= ~BIT(order[i]);
    }
    CSR_WRITE(mie, 0);
}

/* Numbers of the iprio array go before the default order. */
static void check_numbers(void)
{
    const uint64_t both = SSI | VSSI;
    CSR_WRITE(siselect, 0x30);
    CSR_WRITE(sireg, 9ul << 8 | 8ul << 16); /* of 1 and 2 */
    check("iprio", 9ul << 8 | 8ul << 16, CSR_READ(sireg));
    CSR_WRITE(mie, both);
    check("the smaller number", 2 << 16 | 8, CSR_READ(stopi));
    CSR_WRITE(sireg, 8ul << 8 | 8ul << 16);
    check("the same number", 1 << 16 | 8, CSR_READ(stopi));
    CSR_WRITE(sireg, 8ul << 16);
    check("no number, but by default before SEI or not", 2 << 16 | 8, CSR_READ(stopi));
    CSR_WRITE(mie, both | SEI); /* SEI has the number of the file: 77 */
    check("before SEI by number", 2 << 16 | 8, CSR_READ(stopi));
    CSR_WRITE(sireg, 78ul << 16);
    check("behind SEI by number", 9 << 16 | 77, CSR_READ(stopi));
    CSR_WRITE(sireg, 0);
    CSR_WRITE(mie, 0);
}

void corner(void)
{
    reset_virtual_interrupts();
    check_alone();
    check_order();
    check_numbers();
}
