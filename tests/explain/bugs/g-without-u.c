/* SPDX-License-Identifier: MIT */
/* A leaf of the G stage without U, as in a table of the hypervisor's own. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

void hypervisor(void)
{
    G_LEAF(1) = leaf(pages[1], G_RWX & ~PTE_U);
    run_guest(guest, GVA(1), NULL);
}
