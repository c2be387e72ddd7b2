/* SPDX-License-Identifier: MIT */
/* The hypervisor gives its guest another page at the same address, and forgets HFENCE.GVMA. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    load(address);
    call(CALL_YIELD, 0);
    return load(address) == 0x102 ? 0 : 4;
}

void hypervisor(void)
{
    begin_guest(guest, GVA(1));
    continue_guest(NULL);
    G_LEAF(1) = leaf(pages[2], G_RWX);
    continue_guest(NULL);
}
