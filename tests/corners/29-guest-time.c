/* SPDX-License-Identifier: MIT */
/*
 * 29 guest-time - time in a guest is the host's plus htimedelta; the clock in memory is the host's for all.
 *
 * norm:htimedelta_sz_acc_op, norm:time_htimedelta_req
 */
#include "lib/corner.h"

const char corner_name[] = "29 guest-time";

static void check_time(const char *what, Mode mode, uintptr_t code, uint64_t delta)
{
    uint64_t address = MTIME;
    uint64_t before = read64(MTIME);
    Trap trap = run(mode, code, address, 0);
    uint64_t after = read64(MTIME);
    uint64_t passed = trap.value - delta - before;
    check(what, NOWHERE, trap.to);
    check(what, true, passed <= after - before);
}

void corner(void)
{
    static const uint64_t deltas[] = {
        0, 1, 1ul << 32, 0x123456789abcdef0, -1ul, -(1ul << 40), 1ul << 63
    };
    uintptr_t rdtime = CODE("rdtime a0"), load = CODE("ld a0, 0(a0)");
    for (unsigned i = 0; i < sizeof deltas / sizeof deltas[0]; i++) {
        CSR_WRITE(htimedelta, deltas[i]);
        check("htimedelta", deltas[i], CSR_READ(htimedelta));
        for (Mode mode = M; mode <= VU; mode++)
            check_time("time", mode, rdtime, mode >= VS ? deltas[i] : 0);
        check_time("mtime", VS, load, 0);
        check_time("mtime", HS, load, 0);
    }
    /* MPRV and HLV are about memory. */
    CSR_SET(hstatus, HSTATUS_SPVP);
    CSR_WRITE(htimedelta, 1ul << 40);
    check_time("mtime", HS, CODE("hlv.d a0, (a0)"), 0);
    /* And nobody can write it. */
    for (Mode mode = M; mode <= VU; mode++)
        check_cause("csrw time", mode, CODE("csrw time, a0"), ILLEGAL);
}
