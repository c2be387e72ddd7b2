/* SPDX-License-Identifier: MIT */
/* The guest's kernel is entered with sstatus.SPP clear: it begins in VU-mode. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t argument)
{
    csr_write(sscratch, argument);
    return 0;
}

void hypervisor(void)
{
    csr_write(vsatp, 0);
    vcpu.sstatus &= ~SSTATUS_SPP;
    run_guest(guest, 0, NULL);
}
