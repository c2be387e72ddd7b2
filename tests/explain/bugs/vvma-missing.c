/* SPDX-License-Identifier: MIT */
/* The hypervisor takes a page out of its guest's own table, and forgets HFENCE.VVMA: the guest still reads it. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    load(address);
    call(CALL_YIELD, 0);
    load(address);
    return 4;
}

GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)frame;
    call(CALL_END, cause == CAUSE_LOAD_PAGE && tval == GVA(1) ? 0 : 3);
}

void hypervisor(void)
{
    begin_guest(guest, GVA(1));
    continue_guest(NULL);
    VS_LEAF(1) = 0;
    continue_guest(NULL);
}
