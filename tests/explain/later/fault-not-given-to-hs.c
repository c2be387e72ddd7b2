/* SPDX-License-Identifier: MIT */
/* M-mode keeps guest-page faults for itself: the hypervisor, which pages on demand, never hears of them. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

void machine(void)
{
    csr_clear(medeleg, BIT(CAUSE_LOAD_GUEST_PAGE));
}

static bool handle(void)
{
    G_LEAF(1) = leaf(pages[1], G_RWX);
    return vcpu.scause == CAUSE_LOAD_GUEST_PAGE;
}

void hypervisor(void)
{
    G_LEAF(1) = 0;
    run_guest(guest, GVA(1), handle);
}
