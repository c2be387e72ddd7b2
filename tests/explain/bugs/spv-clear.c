/* SPDX-License-Identifier: MIT */
/* hstatus.SPV is not set when the guest is entered: its code runs, but in HS-mode. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

void hypervisor(void)
{
    vcpu.hstatus &= ~HSTATUS_SPV;
    run_guest(guest, GVA(1), NULL);
}
