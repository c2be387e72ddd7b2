/* SPDX-License-Identifier: MIT */
/* A device of the hypervisor's making: the guest loads from where nothing is, several times. */
#include "../lib/world.h"

static uint64_t value;

static GUEST uint64_t guest(uint64_t address)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < 5; i++)
        sum += load(address);
    return sum == 0 + 1 + 2 + 3 + 4 ? 0 : 4;
}

/* rd of the transformed instruction. */
static bool handle(void)
{
    if (vcpu.scause != CAUSE_LOAD_GUEST_PAGE || fault_gpa() != 0x10000000 || !vcpu.htinst)
        return false;
    vcpu.x[vcpu.htinst >> 7 & 31] = value++;
    return skip();
}

void hypervisor(void)
{
    VS_LEAF(1) = 0x10000000 >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(1), handle);
}
