/* SPDX-License-Identifier: MIT */
/* A device of the hypervisor's making: it does the load, and returns to the load. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    uint64_t value;
    __asm__ volatile("ld %0, 0(%1)" : "=&r"(value) : "r"(address));
    return value == 7 ? 0 : 4;
}

static bool handle(void)
{
    if (vcpu.scause != CAUSE_LOAD_GUEST_PAGE || fault_gpa() != 0x10000000)
        return false;
    vcpu.x[vcpu.htinst >> 7 & 31] = 7;
    return true;
}

void hypervisor(void)
{
    VS_LEAF(1) = 0x10000000 >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(1), handle);
}
