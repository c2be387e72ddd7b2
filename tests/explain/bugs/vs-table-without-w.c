/* SPDX-License-Identifier: MIT */
/* The hardware sets A in the guest's table, which the G stage maps read-only: an implicit store that faults. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

void machine(void)
{
    csr_set(menvcfg, BIT(61)); /* ADUE */
}

void hypervisor(void)
{
    csr_set(henvcfg, BIT(61));
    VS_LEAF(1) = vs_leaf(1, S_RWX & ~PTE_AD);
    G_TABLE(VS_LEVEL0) = leaf(vs_level0, G_RWX & ~PTE_W);
    run_guest(guest, GVA(1), NULL);
}
