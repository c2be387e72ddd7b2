/* SPDX-License-Identifier: MIT */
/*
 * 35 guest-indirect - vsiselect, vsireg and vstopei: what there is behind them, and what not.
 *
 * AIA, "Hypervisor and VS CSRs" and "Access control by the state-enable CSRs".
 *
 * args: -M virt,aia=aplic-imsic,aia-guests=2
 * spike: no it has no IMSIC
 */
#include "lib/aia.h"

const char corner_name[] = "35 guest-indirect";

enum { CSRIND = 60, AIA = 59, IMSIC = 58 };

/* sireg and vsireg with the guest's select register at `select`. */
static void check_select(const char *what, uint64_t select, bool there)
{
    CSR_WRITE(vsiselect, select);
    check_cause(what, VS, CODE("csrr a0, sireg"), there ? OK : VIRTUAL);
    check_cause(what, VS, CODE("csrsi sireg, 0"), there ? OK : VIRTUAL);
    check_cause(what, VU, CODE("csrr a0, sireg"), VIRTUAL);
    check_cause(what, VS, CODE("csrr a0, vsireg"), VIRTUAL);
    check_cause(what, VU, CODE("csrr a0, vsireg"), VIRTUAL);
    check_cause(what, HS, CODE("csrr a0, vsireg"), there ? OK : ILLEGAL);
    check_cause(what, M, CODE("csrr a0, vsireg"), there ? OK : ILLEGAL);
    check_cause(what, U, CODE("csrr a0, vsireg"), ILLEGAL);
    check_cause(what, VS, CODE("csrr a0, siselect"), OK); /* that is always there */
    check_cause(what, HS, CODE("csrr a0, vsiselect"), OK);
}

/* hstatus is lost in every trap but for VGEIN. */
static void check_ranges(uint64_t guest)
{
    bool valid = guest == 1 || guest == 2;
    choose_guest(guest);
    for (uint64_t select = 0x30; select < 0x40; select++)
        check_select("priorities", select, false);
    for (uint64_t select = 0x70; select < 0x100; select++)
        check_select("interrupt file", select, valid && (select < 0x80 || !(select & 1)));
    static const uint16_t nothing[] = { 0, 0x20, 0x2f, 0x60, 0x6f, 0x100, 0x1ff };
    for (unsigned i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
        check_select("nothing", nothing[i], false);
    check_cause("vstopei", M, CODE("csrr a0, vstopei"), valid ? OK : ILLEGAL);
    check_cause("vstopei", HS, CODE("csrr a0, vstopei"), valid ? OK : ILLEGAL);
    check_cause("vstopei", VS, CODE("csrr a0, vstopei"), VIRTUAL);
    check_cause("stopei", VS, CODE("csrr a0, stopei"), valid ? OK : VIRTUAL);
    check_cause("stopei", VS, CODE("csrw stopei, x0"), valid ? OK : VIRTUAL);
    check_cause("stopei", VU, CODE("csrr a0, stopei"), VIRTUAL);
    check_cause("stopei", HS, CODE("csrr a0, stopei"), OK);
    check_cause("stopei", U, CODE("csrr a0, stopei"), ILLEGAL);
}

/* The other windows show nothing of these numbers. */
static void check_other_windows(void)
{
    choose_guest(1);
    for (uint64_t select = 0x30; select < 0x100; select += 2) {
        if (select == 0x40)
            select = 0x70;
        CSR_WRITE(vsiselect, select);
        check_cause("sireg2", VS, CODE("csrr a0, 0x152"), VIRTUAL);
        check_cause("sireg6", VS, CODE("csrr a0, 0x157"), VIRTUAL);
        check_cause("vsireg2", HS, CODE("csrr a0, 0x252"), ILLEGAL);
        check_cause("vsireg6", M, CODE("csrr a0, 0x257"), ILLEGAL);
    }
}

/* The select register holds at least nine bits, each mode's its own. */
static void check_select_register(void)
{
    for (uint64_t select = 0; select < 0x200; select += 7) {
        CSR_WRITE(siselect, 0x30);
        CSR_WRITE(vsiselect, select);
        check("vsiselect", select, CSR_READ(vsiselect));
        check("siselect in VS-mode", select, run(VS, CODE("csrr a0, siselect"), 0, 0).value);
        check("siselect", 0x30, CSR_READ(siselect));
        run(VS, CODE("csrw siselect, a0"), select ^ 1, 0);
        check("vsiselect", select ^ 1, CSR_READ(vsiselect));
    }
}

/* One bit is clear, in mstateen0 or only in hstateen0. */
static void check_stateen(unsigned bit, bool machine)
{
    uint64_t cause = machine ? ILLEGAL : VIRTUAL;
    CSR_WRITE(mstateen0, machine ? ~BIT(bit) : ~0ul);
    CSR_WRITE(hstateen0, machine ? ~0ul : ~BIT(bit));
    choose_guest(1);
    CSR_WRITE(vsiselect, EIDELIVERY);
    check_cause("siselect", VS, CODE("csrr a0, siselect"), bit == CSRIND ? cause : OK);
    check_cause("sireg", VS, CODE("csrr a0, sireg"), bit == AIA ? OK : cause);
    check_cause("vsireg", VS, CODE("csrr a0, vsireg"),
                bit == CSRIND && machine ? ILLEGAL : VIRTUAL);
    check_cause("sireg", VU, CODE("csrr a0, sireg"), bit == CSRIND && machine ? ILLEGAL : VIRTUAL);
    check_cause("stopei", VS, CODE("csrr a0, stopei"), bit == IMSIC ? cause : OK);
    check_cause("stopi", VS, CODE("csrr a0, stopi"), bit == AIA ? cause : OK);
    /* HS-mode is M-mode's business alone. */
    cause = machine ? ILLEGAL : OK;
    check_cause("vsiselect", HS, CODE("csrr a0, vsiselect"), bit == CSRIND ? cause : OK);
    check_cause("vsireg", HS, CODE("csrr a0, vsireg"), bit == AIA ? OK : cause);
    check_cause("vstopei", HS, CODE("csrr a0, vstopei"), bit == IMSIC ? cause : OK);
    check_cause("vstopi", HS, CODE("csrr a0, vstopi"), bit == AIA ? cause : OK);
    check_cause("hvictl", HS, CODE("csrr a0, hvictl"), bit == AIA ? cause : OK);
    check_cause("hvien", HS, CODE("csrr a0, hvien"), bit == AIA ? cause : OK);
    check_cause("hgeip", HS, CODE("csrr a0, hgeip"), OK);
    check_cause("hgeie", HS, CODE("csrr a0, hgeie"), OK);
    CSR_WRITE(vsiselect, 0x30);
    check_cause("priorities", VS, CODE("csrr a0, sireg"),
                bit == CSRIND ? (machine ? ILLEGAL : VIRTUAL) : VIRTUAL);
    CSR_WRITE(mstateen0, ~0ul);
    CSR_WRITE(hstateen0, ~0ul);
}

void corner(void)
{
    check_ranges(0);
    check_ranges(1);
    check_ranges(2);
    check_other_windows();
    check_select_register();
    for (unsigned bit = IMSIC; bit <= CSRIND; bit++) {
        check_stateen(bit, true);
        check_stateen(bit, false);
    }
}
