/* SPDX-License-Identifier: MIT */
/* A leaf of the G stage with A, but without D, on a machine that leaves both to software; the guest stores. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    if (load(address) != 0x102)
        return 4;
    store(address, 5);
    return load(address) == 5 ? 0 : 4;
}

void hypervisor(void)
{
    G_LEAF(2) = leaf(pages[2], G_RWX & ~PTE_D);
    run_guest(guest, GVA(2), NULL);
}
