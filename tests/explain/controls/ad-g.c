/* SPDX-License-Identifier: MIT */
/* A and D bits are software's: the hypervisor sets them when asked to, and so knows what its guest wrote. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    if (load(address) != 0x101)
        return 4;
    store(address, 5);
    return load(address) == 5 ? 0 : 4;
}

static bool handle(void)
{
    if (vcpu.scause != CAUSE_LOAD_GUEST_PAGE && vcpu.scause != CAUSE_STORE_GUEST_PAGE)
        return false;
    uint64_t *entry = &g_level0[fault_gpa() >> 12 & 511];
    *entry |= PTE_A | (vcpu.scause == CAUSE_STORE_GUEST_PAGE ? PTE_D : 0);
    return true;
}

void hypervisor(void)
{
    G_LEAF(1) = leaf(pages[1], G_RWX & ~PTE_AD);
    run_guest(guest, GVA(1), handle);
}
