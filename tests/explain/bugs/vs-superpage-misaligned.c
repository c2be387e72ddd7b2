/* SPDX-License-Identifier: MIT */
/* A table of the guest's maps 2 MiB at once, to an address that is not a multiple of 2 MiB. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x100 ? 0 : 4;
}

void hypervisor(void)
{
    vs_level1[1] = GPA(0) >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(512), NULL);
}
