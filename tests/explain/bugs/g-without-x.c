/* SPDX-License-Identifier: MIT */
/* The guest's code is mapped in the G stage like data, without X. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

void hypervisor(void)
{
    for (unsigned i = 0; i < 512; i++)
        if (g_ram0[i])
            g_ram0[i] &= ~(uint64_t)PTE_X;
    run_guest(guest, GVA(1), NULL);
}
