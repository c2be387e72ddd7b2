/* SPDX-License-Identifier: MIT */
/*
 * 08 fetch - guest-page faults of instruction fetches: the address is where the instruction or its second half is.
 *
 * An instruction across two pages reports the page that failed. norm:H_straddle, norm:mtval2_trapval_other,
 * norm:htval_trapval
 */
#include "lib/corner.h"

const char corner_name[] = "08 fetch";

static void check_fetch(const char *what, uint64_t pc, uint64_t tval, uint64_t gpa)
{
    Trap trap = run(VS, pc, 0, 0);
    check_trap(what,
               (Trap){ .to = HS,
                       .from = VS,
                       .cause = FETCH_GUEST_PAGE,
                       .tval = tval,
                       .tval2 = gpa >> 2,
                       .gva = true },
               trap);
    check(what, pc, trap.epc);
}

void corner(void)
{
    uint16_t *end = (uint16_t *)pages[1]; /* behind page 0 */
    uint64_t last = GVA(1) - 2;
    end[-2] = 0x0001; /* c.nop */
    end[-1] = 0x0013; /* the first half of nop */
    FENCE_I();
    /* Both parts come from page 0's neighbour only in guest physical memory, so map 1 elsewhere. */
    map(0, S_RWX, G_RWX);
    map(1, S_RWX, 0);
    check_fetch("next page", GVA(1), GVA(1), GPA(1));
    check_fetch("inside a page", GVA(1) + 0x7fe, GVA(1) + 0x7fe, GPA(1) + 0x7fe);
    check_fetch("second half", last, GVA(1), GPA(1));
    /* Executed up to there. */
    Trap trap = run(VS, last - 2, 0, 0);
    check("second half, later: epc", last, trap.epc);
    check("second half, later: stval", GVA(1), trap.tval);
    check("second half, later: htval", GPA(1) >> 2, trap.tval2);
    /* The first half does not need the next page when it is all there is. */
    end[-1] = 0x8082; /* c.jr ra */
    FENCE_I();
    check("compressed at the end", NOWHERE, run(VS, last, 0, 0).to);
    /* The first half fails first. */
    map(0, S_RWX, 0);
    check_fetch("first half", last, last, GPA(0) + 0xffe);
    /* A page fault there looks the same. */
    map(0, S_RWX, G_RWX);
    map(1, 0, G_RWX);
    end[-1] = 0x0013;
    FENCE_I();
    trap = run(VS, last, 0, 0);
    check("page fault of the second half", FETCH_PAGE, trap.cause);
    check("page fault of the second half: stval", GVA(1), trap.tval);
    check("page fault of the second half: htval", 0, trap.tval2);
}
