/* SPDX-License-Identifier: MIT */
/* The guest turns floating point on when it is used first: an illegal instruction that is none the second time. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t argument)
{
    uint64_t result;
    (void)argument;
    __asm__ volatile("fcvt.d.l ft0, %1\nfcvt.l.d %0, ft0" : "=r"(result) : "r"(7ul) : "ft0");
    return result == 7 ? 0 : 4;
}

GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)tval;
    if (cause != CAUSE_ILLEGAL || frame[FRAME_STATUS] & SSTATUS_FS)
        call(CALL_END, 3);
    frame[FRAME_STATUS] |= 1 << 13;
}

void hypervisor(void)
{
    run_guest(guest, 0, NULL);
}
