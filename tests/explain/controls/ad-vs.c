/* SPDX-License-Identifier: MIT */
/* A and D bits are software's: the guest sets them when asked to. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    if (load(address) != 0x101)
        return 4;
    store(address, 5);
    return load(address) == 5 ? 0 : 4;
}

GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)frame;
    if ((cause != CAUSE_LOAD_PAGE && cause != CAUSE_STORE_PAGE) || tval != GVA(1))
        call(CALL_END, 3);
    store(GVA(7) + 8, load(GVA(7) + 8) | PTE_A | (cause == CAUSE_STORE_PAGE ? PTE_D : 0));
    __asm__ volatile("sfence.vma %0" ::"r"(tval) : "memory");
}

void hypervisor(void)
{
    VS_LEAF(1) = vs_leaf(1, S_RWX & ~PTE_AD);
    VS_LEAF(7) = (GPA_TABLES + 4096 * VS_LEVEL0) >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(1), NULL);
}
