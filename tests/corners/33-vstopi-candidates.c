/* SPDX-License-Identifier: MIT */
/*
 * 33 vstopi-candidates - which interrupt vstopi names, and with which priority.
 *
 * AIA, "Virtual supervisor top interrupt CSR (vstopi)": an external interrupt with the number of the guest's file, of
 * hvictl or 256; and the best of the others by hviprio1 and hviprio2, or the one that hvictl names.
 *
 * args: -M virt,aia=aplic-imsic,aia-guests=2
 * spike: no it has no IMSIC
 */
#include "lib/aia.h"

const char corner_name[] = "33 vstopi-candidates";

enum { SOFT = 1, TIMER = 5, EXTERNAL = 9, OVERFLOW = 13 };

typedef struct {
    const char *what;
    uint8_t guest, identity; /* VGEIN, and what is pending in its file: 0: nothing */
    uint64_t hvip, hvictl;
    uint8_t soft, timer; /* priorities in hviprio1 */
    uint64_t iid, iprio; /* of vstopi, with IPRIOM */
} Row33;

#define VTI (uint64_t) HVICTL_VTI
static const Row33 rows[] = {
    { "nothing", 0, 0, 0, 0, 0, 0, 0, 0 },
    { "software", 0, 0, VSSI, 0, 0, 0, SOFT, 255 },
    { "software, number", 0, 0, VSSI, 0, 7, 0, SOFT, 7 },
    { "timer, number", 0, 0, VSTI, 0, 7, 255, TIMER, 255 },
    { "external of hvip", 0, 0, VSEI, 0, 0, 0, EXTERNAL, 255 },
    { "external of hvip, number of hvictl", 0, 0, VSEI, HVICTL(9, 20), 0, 0, EXTERNAL, 20 },
    { "external of hvip, number of hvictl that is not for it", 0, 0, VSEI, HVICTL(8, 20), 0, 0,
      EXTERNAL, 255 },
    { "external of hvip, no number in hvictl", 0, 0, VSEI, HVICTL(9, 0), 0, 0, EXTERNAL, 255 },
    { "external of hvip, hvictl, VTI", 0, 0, VSEI, VTI | HVICTL(9, 20), 0, 0, EXTERNAL, 20 },
    { "external of a file", 1, 30, 0, 0, 0, 0, EXTERNAL, 30 },
    { "external of a file, large", 1, 255, 0, 0, 0, 0, EXTERNAL, 255 },
    { "external of a file, not of hvictl", 1, 30, 0, HVICTL(9, 20), 0, 0, EXTERNAL, 30 },
    { "external of hvip, nothing in the file", 1, 0, VSEI, HVICTL(9, 20), 0, 0, EXTERNAL, 255 },
    { "external of hvip and a file", 1, 30, VSEI, 0, 0, 0, EXTERNAL, 30 },
    /* Numbers decide, and then the default order: SEI, SSI, STI. */
    { "external before software", 0, 0, VSEI | VSSI, HVICTL(9, 20), 0, 0, EXTERNAL, 20 },
    { "external before software with a larger number", 0, 0, VSEI | VSSI, HVICTL(9, 20), 21, 0,
      EXTERNAL, 20 },
    { "external before software with the same", 0, 0, VSEI | VSSI, HVICTL(9, 20), 20, 0, EXTERNAL,
      20 },
    { "software with a smaller number", 0, 0, VSEI | VSSI, HVICTL(9, 20), 19, 0, SOFT, 19 },
    { "software before external without a number", 0, 0, VSEI | VSSI, 0, 255, 0, SOFT, 255 },
    { "software before external of a file", 1, 30, VSSI, 0, 29, 0, SOFT, 29 },
    { "external of a file before software", 1, 30, VSSI, 0, 30, 0, EXTERNAL, 30 },
    { "software before timer", 0, 0, VSSI | VSTI, 0, 0, 0, SOFT, 255 },
    { "software before timer with the same", 0, 0, VSSI | VSTI, 0, 4, 4, SOFT, 4 },
    { "timer with a smaller number", 0, 0, VSSI | VSTI, 0, 4, 3, TIMER, 3 },
    { "timer with a number", 0, 0, VSSI | VSTI, 0, 0, 3, TIMER, 3 },
    /* What hvictl names takes the place of all but the external one. */
    { "named, not what is pending", 0, 0, VSSI, VTI | HVICTL(TIMER, 9), 3, 3, TIMER, 9 },
    { "named, by default before an external one", 0, 0, 0, VTI | HVICTL(TIMER, 0), 0, 0, TIMER, 0 },
    { "named, by default behind one", 0, 0, 0, VTI | HVICTL_DPR | HVICTL(TIMER, 0), 0, 0, TIMER,
      255 },
    { "named, before external of hvip", 0, 0, VSEI, VTI | HVICTL_DPR | HVICTL(TIMER, 200), 0, 0,
      TIMER, 200 },
    { "named, before external of a file", 1, 30, 0, VTI | HVICTL_DPR | HVICTL(TIMER, 29), 0, 0,
      TIMER, 29 },
    { "named, behind external of a file", 1, 30, 0, VTI | HVICTL(TIMER, 31), 0, 0, EXTERNAL, 30 },
    { "named, the same number, DPR 0", 1, 30, 0, VTI | HVICTL(TIMER, 30), 0, 0, TIMER, 30 },
    { "named, the same number, DPR 1", 1, 30, 0, VTI | HVICTL_DPR | HVICTL(TIMER, 30), 0, 0,
      EXTERNAL, 30 },
    { "named, no number, DPR 0", 1, 1, 0, VTI | HVICTL(TIMER, 0), 0, 0, TIMER, 0 },
    { "named, no number, DPR 1", 0, 0, VSEI, VTI | HVICTL_DPR | HVICTL(TIMER, 0), 0, 0, EXTERNAL,
      255 },
    { "named: none, software is pending", 0, 0, VSSI, VTI | HVICTL(9, 0), 3, 0, 0, 0 },
    { "named: none, DPR", 1, 30, VSSI, VTI | HVICTL_DPR | HVICTL(9, 0), 3, 0, EXTERNAL, 30 },
    { "named, local", 0, 0, 0, VTI | HVICTL(40, 17), 0, 0, 40, 17 },
};

static void set_row(const Row33 *row)
{
    open_files();
    if (row->identity)
        write32(FILE_PAGE(1), row->identity);
    choose_guest(row->guest);
    CSR_WRITE(hvip, row->hvip);
    CSR_WRITE(hviprio1, (uint64_t)row->soft << 8 | (uint64_t)row->timer << 24);
}

static void check_row(const Row33 *row)
{
    uint64_t nothing = !row->iid && !row->iprio;
    set_row(row);
    CSR_WRITE(hvictl, row->hvictl | HVICTL_IPRIOM);
    check(row->what, row->iid << 16 | row->iprio, CSR_READ(vstopi));
    check(row->what, row->iid << 16 | row->iprio, run(VS, CODE("csrr a0, stopi"), 0, 0).value);
    set_row(row);
    CSR_WRITE(hvictl, row->hvictl); /* without IPRIOM there is one priority */
    check(row->what, nothing ? 0 : row->iid << 16 | 1, CSR_READ(vstopi));
    if (nothing)
        return;
    CSR_WRITE(vsstatus, SSTATUS_SIE);
    Trap trap = run(VS, CODE("nop"), 0, 0);
    check(row->what, VS, trap.to);
    check(row->what, INTERRUPT | row->iid, trap.cause);
    CSR_WRITE(vsstatus, 0);
}

/* Reading does not change what it says, nor does SIE; a file that is not chosen is not asked. */
static void check_rest(void)
{
    open_files();
    CSR_WRITE(hvip, 0);
    CSR_WRITE(hvictl, HVICTL_IPRIOM);
    write32(FILE_PAGE(1), 12);
    check("once", 9 << 16 | 12, CSR_READ(vstopi));
    check("twice", 9 << 16 | 12, CSR_READ(vstopi));
    choose_guest(2);
    check("another file", 0, CSR_READ(vstopi));
    choose_guest(0);
    check("no file", 0, CSR_READ(vstopi));
    choose_guest(1);
    CSR_CLEAR(hie, VSEI);
    check("not enabled", 0, CSR_READ(vstopi));
    CSR_SET(hie, VSEI);
    CSR_WRITE(hideleg, VSSI | VSTI);
    check("not delegated", 0, CSR_READ(vstopi));
    check_cause("vstopi cannot be written", HS, CODE("csrw vstopi, x0"), ILLEGAL);
    const Row csrs[] = {
        ROW("csrr a0, vstopi", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, stopi", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, hvictl", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hviprio1", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, hvien", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
    };
    CSR_WRITE(hie, 0);
    CHECK_ROWS("", csrs);
}

void corner(void)
{
    reset_virtual_interrupts();
    CSR_WRITE(hideleg, VSSI | VSTI | VSEI);
    CSR_WRITE(hie, VSSI | VSTI | VSEI);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(&rows[i]);
    check_rest();
}
