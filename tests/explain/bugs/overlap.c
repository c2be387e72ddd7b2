/* SPDX-License-Identifier: MIT */
/* The hypervisor gives its guest one page too many, and in it lies a table of the G stage. The guest clears its
 * memory. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    for (uint64_t at = address; at < address + 4096; at += 8)
        store(at, 0);
    return load(GVA(1)) == 0x101 ? 0 : 4;
}

void hypervisor(void)
{
    G_LEAF(7) = leaf(g_level0, G_RWX);
    run_guest(guest, GVA(7), NULL);
}
