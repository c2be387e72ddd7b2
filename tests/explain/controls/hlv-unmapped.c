/* SPDX-License-Identifier: MIT */
/* The hypervisor reads its guest's memory by HLV, where the guest has some and where it has none. */
#include "../lib/world.h"

static uint64_t last_cause;

static GUEST uint64_t guest(uint64_t address)
{
    call(CALL_YIELD, address);
    return 0;
}

static uint64_t guest_load(uint64_t address)
{
    uint64_t value = 0;
    last_cause = 0;
    __asm__ volatile("hlv.d %0, (%1)" : "+r"(value) : "r"(address) : "memory");
    return value;
}

void trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)tval;
    last_cause = cause;
    frame[FRAME_PC] += 4;
}

void hypervisor(void)
{
    VS_LEAF(2) = 0;
    G_LEAF(3) = 0;
    begin_guest(guest, GVA(1));
    continue_guest(NULL);
    if (guest_load(GVA(1)) != 0x101 || last_cause)
        guest_exit(5);
    guest_load(GVA(2));
    if (last_cause != CAUSE_LOAD_PAGE)
        guest_exit(6);
    guest_load(GVA(3));
    if (last_cause != CAUSE_LOAD_GUEST_PAGE)
        guest_exit(7);
    continue_guest(NULL);
}
