/* SPDX-License-Identifier: MIT */
/* The guest maps its pages when they are touched, as every kernel does. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < 4; i++)
        sum += load(address + 4096 * i);
    return sum == 0x406 ? 0 : 4;
}

/* The guest has its last table at GVA(7). */
GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)frame;
    if (cause != CAUSE_LOAD_PAGE)
        call(CALL_END, 3);
    uint64_t page = tval >> 12 & 511;
    store(GVA(7) + 8 * page, vs_leaf((unsigned)page, S_RWX));
    __asm__ volatile("sfence.vma %0" ::"r"(tval) : "memory");
}

void hypervisor(void)
{
    for (unsigned i = 0; i < 4; i++)
        VS_LEAF(i) = 0;
    VS_LEAF(7) = (GPA_TABLES + 4096 * VS_LEVEL0) >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(0), NULL);
}
