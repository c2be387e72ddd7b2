/* SPDX-License-Identifier: MIT */
/* Copy on write in the guest: a page that is read-only at both its addresses, copied when one is stored to. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    uint64_t before = load(address);
    store(address, 5);
    return before == 0x101 && load(address) == 5 && load(GVA(2)) == 0x101 ? 0 : 4;
}

GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)frame;
    if (cause != CAUSE_STORE_PAGE || tval != GVA(1))
        call(CALL_END, 3);
    for (unsigned i = 0; i < 4096; i += 8)
        store(GVA(3) + i, load(GVA(2) + i));
    store(GVA(7) + 8, vs_leaf(3, S_RWX));
    __asm__ volatile("sfence.vma %0" ::"r"(tval) : "memory");
}

void hypervisor(void)
{
    VS_LEAF(1) = vs_leaf(1, S_RWX & ~PTE_W);
    VS_LEAF(2) = vs_leaf(1, S_RWX & ~PTE_W);
    VS_LEAF(7) = (GPA_TABLES + 4096 * VS_LEVEL0) >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(1), NULL);
}
