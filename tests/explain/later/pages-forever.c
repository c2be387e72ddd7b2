/* SPDX-License-Identifier: MIT */
/* The hypervisor gives its guest one page at a time, for ever: wherever the run is stopped, nothing is wrong. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    for (uint64_t i = 0; load(address + i % 4 * 4096); i++)
        ;
    return 4;
}

static bool handle(void)
{
    unsigned page = fault_gpa() >> 12 & 7;
    if (vcpu.scause != CAUSE_LOAD_GUEST_PAGE)
        return false;
    for (unsigned i = 0; i < 4; i++)
        G_LEAF(i) = i == page ? leaf(pages[i], G_RWX) : 0;
    hfence_gvma();
    return true;
}

void hypervisor(void)
{
    for (unsigned i = 0; i < 4; i++)
        G_LEAF(i) = 0;
    run_guest(guest, GVA(0), handle);
}
