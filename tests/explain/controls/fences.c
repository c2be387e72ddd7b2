/* SPDX-License-Identifier: MIT */
/* The hypervisor changes both stages under its guest, and fences as it must. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < 4; i++) {
        sum = sum << 12 | load(address);
        call(CALL_YIELD, 0);
    }
    return sum == 0x101102103104 ? 0 : 4;
}

void hypervisor(void)
{
    begin_guest(guest, GVA(1));
    continue_guest(NULL);
    G_LEAF(1) = leaf(pages[2], G_RWX);
    hfence_gvma();
    continue_guest(NULL);
    VS_LEAF(1) = vs_leaf(3, S_RWX);
    hfence_vvma();
    continue_guest(NULL);
    VS_LEAF(1) = vs_leaf(1, S_RWX);
    G_LEAF(1) = leaf(pages[4], G_RWX);
    hfence_gvma();
    hfence_vvma();
    continue_guest(NULL);
    continue_guest(NULL);
}
