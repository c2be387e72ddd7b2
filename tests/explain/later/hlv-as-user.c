/* SPDX-License-Identifier: MIT */
/* The hypervisor reads memory of the guest's kernel by HLV, as the guest's user: hstatus.SPVP is clear. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    call(CALL_YIELD, address);
    return 0;
}

void hypervisor(void)
{
    uint64_t value;
    begin_guest(guest, GVA(1));
    continue_guest(NULL);
    csr_clear(hstatus, HSTATUS_SPVP);
    __asm__ volatile("hlv.d %0, (%1)" : "=r"(value) : "r"(GVA(1)) : "memory");
    guest_exit(value == 0x101 ? 0 : 5);
}
