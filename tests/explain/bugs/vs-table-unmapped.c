/* SPDX-License-Identifier: MIT */
/* The G stage maps all of the guest's memory but the page that one of its page tables is in. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

void hypervisor(void)
{
    G_TABLE(VS_LEVEL0) = 0;
    run_guest(guest, GVA(1), NULL);
}
