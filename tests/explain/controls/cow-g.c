/* SPDX-License-Identifier: MIT */
/* Copy on write by the hypervisor: two guest pages share memory until one is stored to. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    uint64_t before = load(address);
    store(address, 5);
    return before == 0x101 && load(address) == 5 && load(GVA(2)) == 0x101 ? 0 : 4;
}

static bool handle(void)
{
    if (vcpu.scause != CAUSE_STORE_GUEST_PAGE || fault_gpa() >> 12 != GPA(1) >> 12)
        return false;
    memcpy(pages[6], pages[1], sizeof pages[6]);
    G_LEAF(1) = leaf(pages[6], G_RWX);
    hfence_gvma();
    return true;
}

void hypervisor(void)
{
    G_LEAF(1) = leaf(pages[1], G_RWX & ~PTE_W);
    G_LEAF(2) = leaf(pages[1], G_RWX & ~PTE_W);
    run_guest(guest, GVA(1), handle);
}
