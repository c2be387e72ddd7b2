/* SPDX-License-Identifier: MIT */
/* hedeleg without load page faults: the guest pages on demand, and its hypervisor gets what it cannot know. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x102 ? 0 : 4;
}

GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)frame;
    if (cause != CAUSE_LOAD_PAGE || tval != GVA(2))
        call(CALL_END, 3);
    call(CALL_NOTHING, 0);
}

void hypervisor(void)
{
    VS_LEAF(2) = 0;
    csr_clear(hedeleg, BIT(CAUSE_LOAD_PAGE));
    run_guest(guest, GVA(2), NULL);
}
