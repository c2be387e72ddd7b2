/* SPDX-License-Identifier: MIT */
/* The hypervisor answers a call of its guest, but goes on at the ECALL instead of behind it. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t argument)
{
    return call(0x10, argument) == 42 ? 0 : 4;
}

static bool handle(void)
{
    if (vcpu.scause != CAUSE_ECALL_VS || vcpu.x[17] != 0x10)
        return false;
    vcpu.x[10] = 42;
    return true;
}

void hypervisor(void)
{
    run_guest(guest, 41, handle);
}
