/* SPDX-License-Identifier: MIT */
/* The same with stores, to a page that the guest may read: a device whose registers lie in memory. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    for (unsigned i = 0; i < 5; i++)
        store(address + 8, i);
    return load(address + 8) == 4 ? 0 : 4;
}

static bool handle(void)
{
    if (vcpu.scause != CAUSE_STORE_GUEST_PAGE || fault_gpa() != GPA(1) + 8 || !vcpu.htinst)
        return false;
    pages[1][1] = vcpu.x[vcpu.htinst >> 20 & 31];
    return skip();
}

void hypervisor(void)
{
    G_LEAF(1) = leaf(pages[1], G_RWX & ~PTE_W);
    run_guest(guest, GVA(1), handle);
}
