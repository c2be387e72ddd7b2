/* SPDX-License-Identifier: MIT */
/* Many calls of the hypervisor by the same ECALL, with nothing but the loop between them. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t times)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < times; i++)
        sum = call(0x10, sum);
    return sum == times ? 0 : 4;
}

static bool handle(void)
{
    if (vcpu.scause != CAUSE_ECALL_VS || vcpu.x[17] != 0x10)
        return false;
    vcpu.x[10]++;
    return skip();
}

void hypervisor(void)
{
    run_guest(guest, 100, handle);
}
