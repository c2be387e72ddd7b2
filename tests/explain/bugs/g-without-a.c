/* SPDX-License-Identifier: MIT */
/* A leaf of the G stage without A on a machine that leaves A and D to software. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x103 ? 0 : 4;
}

void hypervisor(void)
{
    G_LEAF(3) = leaf(pages[3], G_RWX & ~PTE_AD);
    run_guest(guest, GVA(3), NULL);
}
