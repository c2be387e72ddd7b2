/* SPDX-License-Identifier: MIT */
/* The guest was told of memory above 2^41, which Sv39x4 cannot map whatever is in its tables. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

void hypervisor(void)
{
    VS_LEAF(1) = ((1ul << 41) + GPA(1)) >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(1), NULL);
}
