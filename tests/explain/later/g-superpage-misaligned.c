/* SPDX-License-Identifier: MIT */
/* The G stage maps 2 MiB at once, from wherever the memory happens to begin. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

void hypervisor(void)
{
    g_level1[1] = leaf(pages[1], G_RWX);
    VS_LEAF(1) = 0x200200000ul >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(1), NULL);
}
