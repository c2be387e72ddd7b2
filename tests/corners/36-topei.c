/* SPDX-License-Identifier: MIT */
/*
 * 36 topei - reading mtopei, stopei and vstopei claims nothing; writing anything claims what they say at the moment.
 *
 * AIA, "Top external interrupt CSRs (mtopei, stopei, vstopei)" and "External interrupt enable threshold register".
 *
 * args: -M virt,aia=aplic-imsic,aia-guests=1
 * spike: no it has no IMSIC
 */
#include "lib/aia.h"

const char corner_name[] = "36 topei";

/* The same file, seen as HS-mode's, as a guest's by HS-mode and by the guest. */
typedef struct {
    const char *what;
    Mode mode;
    unsigned page;
    uintptr_t read, claim, swap, set;
} View;

static uint64_t top(unsigned identity)
{
    return (uint64_t)identity << 16 | identity;
}

static uint64_t value_of(const View *view, uintptr_t code)
{
    choose_guest(1);
    Trap trap = run(view->mode, code, 0x7777, 0);
    check(view->what, NOWHERE, trap.to);
    return trap.value;
}

static void check_claims(const View *view)
{
    open_files();
    check("nothing", 0, value_of(view, view->read));
    value_of(view, view->claim);
    check("nothing to claim", 0, value_of(view, view->read));
    write32(FILE_PAGE(view->page), 30);
    write32(FILE_PAGE(view->page), 20);
    write32(FILE_PAGE(view->page), 100);
    check("the smallest", top(20), value_of(view, view->read));
    check("reading claims nothing", top(20), value_of(view, view->read));
    value_of(view, view->claim); /* 0x7777 is written */
    check("the next", top(30), value_of(view, view->read));
    check("reading and claiming at once", top(30), value_of(view, view->swap));
    check("the next", top(100), value_of(view, view->read));
    write32(FILE_PAGE(view->page), 3); /* comes between reading and writing: is lost */
    value_of(view, view->claim);
    check("what is claimed is what it says now", top(100), value_of(view, view->read));
    check("csrrs of a bit claims, too", top(100), value_of(view, view->set));
    check("nothing is left", 0, value_of(view, view->read));
}

/* Delivery and enables of interrupts are no matter, those of the file and its threshold are. */
static void check_conditions(const View *view)
{
    bool guest = view->page;
    open_files();
    write32(FILE_PAGE(view->page), 40);
    (guest ? write_guest_file : write_s_file)(EIDELIVERY, 0);
    check("eidelivery is 0", top(40), value_of(view, view->read));
    CSR_WRITE(mie, 0);
    CSR_WRITE(hgeie, 0);
    check("nothing is enabled", top(40), value_of(view, view->read));
    choose_guest(1);
    static const struct {
        uint8_t threshold;
        bool shows;
    } rows[] = { { 0, true },   { 1, false }, { 39, false },
                 { 40, false }, { 41, true }, { 255, true } };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (guest ? write_guest_file : write_s_file)(EITHRESHOLD, rows[i].threshold);
        check("eithreshold", rows[i].shows ? top(40) : 0, value_of(view, view->read));
        choose_guest(1);
    }
    (guest ? write_guest_file : write_s_file)(EITHRESHOLD, 40);
    value_of(view, view->claim);
    choose_guest(1);
    (guest ? write_guest_file : write_s_file)(EITHRESHOLD, 0);
    check("what is masked is not claimed", top(40), value_of(view, view->read));
    choose_guest(1);
    (guest ? write_guest_file : write_s_file)(EIE0, ~BIT(40));
    check("not enabled in the file", 0, value_of(view, view->read));
    choose_guest(1);
    (guest ? write_guest_file : write_s_file)(EIE0, BIT(40));
    check("enabled in the file", top(40), value_of(view, view->read));
}

/* The signals: hgeip and SEIP need delivery. */
static void check_signals(void)
{
    open_files();
    write32(FILE_PAGE(0), 9);
    write32(FILE_PAGE(1), 9);
    check("hip.VSEIP", VSEI, CSR_READ(hip) & VSEI);
    check("hgeip", 2, CSR_READ(hgeip));
    check("sip.SEIP", SEI, CSR_READ(sip) & SEI);
    check("SGEIP is not enabled", 0, CSR_READ(hip) & SGEI);
    CSR_WRITE(hgeie, 2);
    check("SGEIP", SGEI, CSR_READ(hip) & SGEI);
    CSR_WRITE(hgeie, 0);
    check("hgeie is not for VSEIP", VSEI, CSR_READ(hip) & VSEI);
    choose_guest(0);
    check("VSEIP without VGEIN", 0, CSR_READ(hip) & VSEI);
    choose_guest(1);
    write_guest_file(EIDELIVERY, 0);
    check("hgeip, eidelivery is 0", 0, CSR_READ(hgeip));
    write_guest_file(EIDELIVERY, 1);
    write_guest_file(EITHRESHOLD, 9);
    check("hgeip, eithreshold", 0, CSR_READ(hgeip));
    write_guest_file(EITHRESHOLD, 10);
    check("hgeip, eithreshold", 2, CSR_READ(hgeip));
    CSR_WRITE(vstopei, 0);
    check("hgeip, claimed", 0, CSR_READ(hgeip));
    check("sip.SEIP", SEI, CSR_READ(sip) & SEI);
    CSR_WRITE(stopei, 0);
    check("sip.SEIP, claimed", 0, CSR_READ(sip) & SEI);
}

void corner(void)
{
    const View views[] = {
        { "stopei", HS, 0, CODE("csrr a0, stopei"), CODE("csrw stopei, a0"),
          CODE("csrrw a0, stopei, x0"), CODE("csrrsi a0, stopei, 1") },
        { "vstopei", HS, 1, CODE("csrr a0, vstopei"), CODE("csrw vstopei, a0"),
          CODE("csrrw a0, vstopei, x0"), CODE("csrrsi a0, vstopei, 1") },
        { "stopei of a guest", VS, 1, CODE("csrr a0, stopei"), CODE("csrw stopei, a0"),
          CODE("csrrw a0, stopei, x0"), CODE("csrrsi a0, stopei, 1") },
    };
    reset_virtual_interrupts();
    for (unsigned i = 0; i < 3; i++) {
        check_claims(&views[i]);
        check_conditions(&views[i]);
    }
    check_signals();
}
