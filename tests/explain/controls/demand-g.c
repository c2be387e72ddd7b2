/* SPDX-License-Identifier: MIT */
/* The hypervisor gives pages to its guest when they are touched, tables and code among them. */
#include "../lib/world.h"

static uint64_t saved[512], saved_ram[512];

static GUEST uint64_t guest(uint64_t address)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < 4; i++)
        sum += load(address + 4096 * i);
    store(address + 4096 * 4, 1);
    return sum == 0x406 ? 0 : 4;
}

static bool handle(void)
{
    uint64_t page = fault_gpa() >> 12 & 511;
    if (vcpu.scause < CAUSE_FETCH_GUEST_PAGE || vcpu.scause > CAUSE_STORE_GUEST_PAGE)
        return false;
    if (fault_gpa() < 0x100000000)
        g_ram0[page] = saved_ram[page];
    else
        g_level0[page] = saved[page];
    return true;
}

void hypervisor(void)
{
    memcpy(saved, g_level0, sizeof saved);
    memcpy(saved_ram, g_ram0, sizeof saved_ram);
    memset(g_level0, 0, sizeof g_level0);
    memset(g_ram0, 0, sizeof g_ram0);
    hfence_gvma();
    run_guest(guest, GVA(0), handle);
}
