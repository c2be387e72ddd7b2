/* SPDX-License-Identifier: MIT */
/* hstatus.VTW: the guest's WFI are the hypervisor's, which has others to run meanwhile. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t times)
{
    while (times--)
        __asm__ volatile(".option push\n.option norvc\nwfi\n.option pop");
    return 0;
}

static bool handle(void)
{
    return vcpu.scause == CAUSE_VIRTUAL_INSTRUCTION && vcpu.stval == 0x10500073 && skip();
}

void hypervisor(void)
{
    vcpu.hstatus |= HSTATUS_VTW;
    run_guest(guest, 20, handle);
}
