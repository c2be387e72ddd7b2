/* SPDX-License-Identifier: MIT */
/* The guest asks for a timer interrupt and waits; the hypervisor takes its own and passes it on. */
#include "../lib/world.h"

enum { CALL_TIMER = 0x20 };
static GUEST_DATA volatile unsigned ticks;

static GUEST uint64_t guest(uint64_t argument)
{
    (void)argument;
    csr_set(sie, SIE_TIMER);
    csr_set(sstatus, SSTATUS_SIE);
    call(CALL_TIMER, 0);
    while (ticks < 3)
        __asm__ volatile("wfi");
    return 0;
}

GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)frame, (void)tval;
    if (cause != (SCAUSE_IRQ | IRQ_TIMER))
        call(CALL_END, 3);
    ticks++;
    call(CALL_TIMER, 0);
}

static bool handle(void)
{
    if (vcpu.scause == (SCAUSE_IRQ | IRQ_TIMER)) {
        csr_set(hvip, HVIP_TIMER);
        csr_clear(sie, SIE_TIMER);
        return true;
    }
    if (vcpu.scause != CAUSE_ECALL_VS || vcpu.x[17] != CALL_TIMER)
        return false;
    csr_clear(hvip, HVIP_TIMER);
    csr_write(stimecmp, csr_read(time) + 100);
    csr_set(sie, SIE_TIMER);
    return skip();
}

void hypervisor(void)
{
    run_guest(guest, 0, handle);
}
