/* SPDX-License-Identifier: MIT */
/* The guest changes its own table and forgets SFENCE.VMA. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    load(address);
    store(GVA(7) + 8, vs_leaf(2, S_RWX));
    return load(address) == 0x102 ? 0 : 4;
}

void hypervisor(void)
{
    VS_LEAF(7) = (GPA_TABLES + 4096 * VS_LEVEL0) >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(1), NULL);
}
