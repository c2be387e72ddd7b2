/* SPDX-License-Identifier: MIT */
/* hcounteren keeps the time from the guest, and the hypervisor does not read it in its place. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t argument)
{
    uint64_t time;
    (void)argument;
    __asm__ volatile("csrr %0, time" : "=r"(time));
    return 0;
}

void hypervisor(void)
{
    csr_write(hcounteren, 0);
    run_guest(guest, 0, NULL);
}
