/* SPDX-License-Identifier: MIT */
/* The hypervisor maps pages when they are needed, but takes htval for the address, which it is only shifted right. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

uint64_t g_low1[512] __attribute__((aligned(4096))), g_low0[512] __attribute__((aligned(4096)));

static bool handle(void)
{
    uint64_t gpa = vcpu.htval;
    if (vcpu.scause != CAUSE_LOAD_GUEST_PAGE)
        return false;
    g_root[gpa >> 30 & 2047] = leaf(g_low1, PTE_V);
    g_low1[gpa >> 21 & 511] = leaf(g_low0, PTE_V);
    g_low0[gpa >> 12 & 511] = leaf(pages[1], G_RWX);
    hfence_gvma();
    return true;
}

void hypervisor(void)
{
    VS_LEAF(1) = 0x50001000ul >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(1), handle);
}
