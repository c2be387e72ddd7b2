/* SPDX-License-Identifier: MIT */
/*
 * 25 guest-timer - VSTIP is what the hypervisor says or that time + htimedelta has reached vstimecmp, in whatever mode.
 *
 * norm:hip_vstip_vstie_acc_op, norm:hip_vstip_op, norm:hip_vstip_clear, norm:hip_vstip_enable, norm:vstimecmp_sz,
 * norm:vstimecmp_acc, norm:henvcfg_stce
 *
 * spike: differs henvcfg.STCE is clear: expected -- there the bit stays until the next comparison, and none comes
 * spike: differs menvcfg.STCE is clear: expected -- the same
 */
#include "lib/corner.h"

const char corner_name[] = "25 guest-timer";

/* VSTIP may take a while to follow. */
static void check_soon(const char *what, bool expected)
{
    for (unsigned i = 0; i < 100000 && !!(CSR_READ(hip) & VSTI) != expected; i++)
        ;
    check(what, expected, !!(CSR_READ(hip) & VSTI));
}

static uint64_t now(void)
{
    return read64(MTIME);
}

enum { FAR = 1 << 30 };

/* Written registers are compared at once, also below zero. */
static void check_compare(void)
{
    static const int64_t deltas[] = { 0, 1l << 40, -(1l << 40), INT64_MIN, -1000 };
    CSR_WRITE(hvip, 0);
    for (unsigned i = 0; i < sizeof deltas / sizeof deltas[0]; i++) {
        uint64_t delta = (uint64_t)deltas[i];
        CSR_WRITE(vstimecmp, ~0ul);
        CSR_WRITE(htimedelta, delta);
        bool wraps = now() + delta > ~0ul - FAR; /* then it is beyond nearly everything */
        CSR_WRITE(vstimecmp, now() + delta + FAR);
        check_soon("vstimecmp in the future", wraps);
        CSR_WRITE(vstimecmp, now() + delta);
        check_soon("vstimecmp in the past", true);
        CSR_WRITE(vstimecmp, now() + delta + FAR);
        check_soon("vstimecmp in the future again", wraps);
        CSR_WRITE(vstimecmp, 0);
        check_soon("vstimecmp is 0", true);
    }
    /* Time goes on, the guest's or not. */
    CSR_WRITE(htimedelta, 1ul << 40);
    CSR_WRITE(vstimecmp, now() + (1ul << 40) + 20);
    check_soon("time goes on", true);
    /* A write to htimedelta alone. */
    CSR_WRITE(htimedelta, 0);
    CSR_WRITE(vstimecmp, now() + FAR);
    check_soon("htimedelta is 0", false);
    CSR_WRITE(htimedelta, FAR);
    check_soon("htimedelta brings it near", true);
    CSR_WRITE(htimedelta, 0);
    check_soon("htimedelta is 0 again", false);
    /* All 64 bits count. */
    CSR_WRITE(htimedelta, (1ul << 63) - now() - FAR);
    CSR_WRITE(vstimecmp, 1ul << 63);
    check_soon("the highest bit", false);
    CSR_WRITE(vstimecmp, (1ul << 63) - 2ul * FAR);
    check_soon("the highest bit", true);
    CSR_WRITE(htimedelta, 0);
    CSR_WRITE(vstimecmp, 0x123456789abcdef0);
    check("vstimecmp", 0x123456789abcdef0, CSR_READ(vstimecmp));
}

/* hvip's bit is another reason, and STCE takes the comparison away. */
static void check_enable(void)
{
    CSR_WRITE(vstimecmp, ~0ul);
    CSR_WRITE(hvip, VSTI);
    check_soon("hvip.VSTIP", true);
    CSR_WRITE(vstimecmp, 0);
    CSR_WRITE(hvip, 0);
    check_soon("vstimecmp", true);
    CSR_CLEAR(henvcfg, ENVCFG_STCE);
    check_soon("henvcfg.STCE is clear", false);
    CSR_WRITE(hvip, VSTI);
    check_soon("henvcfg.STCE is clear, hvip.VSTIP", true);
    CSR_WRITE(hvip, 0);
    CSR_SET(henvcfg, ENVCFG_STCE);
    check_soon("henvcfg.STCE is set again", true);
    CSR_CLEAR(menvcfg, ENVCFG_STCE);
    check_soon("menvcfg.STCE is clear", false);
    CSR_SET(menvcfg, ENVCFG_STCE);
    CSR_SET(henvcfg, ENVCFG_STCE);
    check_soon("both are set", true);
}

/* Interrupts the guest, as its own timer, or HS-mode. */
static void check_interrupt(void)
{
    CSR_WRITE(hie, VSTI);
    CSR_WRITE(hideleg, VSTI);
    CSR_WRITE(vstimecmp, now() + 100);
    CSR_WRITE(vsstatus, SSTATUS_SIE);
    Trap trap = run(VS, CODE("2: j 2b"), 0, 0);
    check_trap("interrupt", (Trap){ .to = VS, .from = VS, .cause = INTERRUPT | 5 }, trap);
    check("sip.STIP in VS-mode", STI, run(VS, CODE("csrr a0, sip"), 0, 0).value);
    trap = run(VS, CODE("csrw stimecmp, a0\n csrr a0, sip"), ~0ul, 0);
    for (unsigned i = 0; i < 1000 && trap.value & STI; i++)
        trap = run(VS, CODE("csrr a0, sip"), 0, 0);
    check("stimecmp in VS-mode", 0, trap.value);
    check("vstimecmp", ~0ul, CSR_READ(vstimecmp));
    check("stimecmp of HS-mode", ~0ul, CSR_READ(stimecmp));
    CSR_WRITE(hideleg, 0);
    CSR_WRITE(vstimecmp, 0);
    trap = run(VS, CODE("2: j 2b"), 0, 0);
    check_trap("interrupt, not delegated", (Trap){ .to = HS, .from = VS, .cause = INTERRUPT | 6 },
               trap);
    CSR_WRITE(vstimecmp, ~0ul);
}

void corner(void)
{
    check_compare();
    check_enable();
    check_interrupt();
}
