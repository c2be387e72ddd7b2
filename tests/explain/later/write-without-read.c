/* SPDX-License-Identifier: MIT */
/* The guest has a page for writing only, which there is not. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    store(address, 5);
    return 0;
}

void hypervisor(void)
{
    VS_LEAF(1) = vs_leaf(1, S_RWX & ~PTE_R & ~PTE_X);
    run_guest(guest, GVA(1), NULL);
}
