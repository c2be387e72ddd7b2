/* SPDX-License-Identifier: MIT */
/* The hypervisor makes a timer interrupt pending for its guest, but hideleg leaves these to the hypervisor. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t argument)
{
    csr_set(sie, SIE_TIMER);
    csr_set(sstatus, SSTATUS_SIE);
    while (!argument)
        __asm__ volatile("wfi");
    return 4;
}

GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)frame, (void)tval;
    call(CALL_END, cause == (SCAUSE_IRQ | IRQ_TIMER) ? 0 : 3);
}

void hypervisor(void)
{
    csr_clear(hideleg, HVIP_TIMER);
    csr_set(hvip, HVIP_TIMER);
    run_guest(guest, 0, NULL);
}
