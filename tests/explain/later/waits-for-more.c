/* SPDX-License-Identifier: MIT */
/* The hypervisor gives an interrupt of the serial port on to its guest, which waits for the next: nothing is wrong. */
#include "../lib/world.h"

enum { UART_IRQ = 10, HS_CONTEXT = 1, CALL_DONE = 0x30 };
#define PLIC_ENABLE(context) (PLIC + 0x2000 + 0x80 * (context))
#define PLIC_CLAIM(context)  (PLIC + 0x200004 + 0x1000 * (context))

static GUEST uint64_t guest(uint64_t argument)
{
    csr_set(sie, SIE_EXTERNAL);
    csr_set(sstatus, SSTATUS_SIE);
    call(CALL_YIELD, 0);
    while (!argument)
        __asm__ volatile("wfi");
    return 4;
}

GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)frame, (void)tval;
    if (cause != (SCAUSE_IRQ | IRQ_EXTERNAL))
        call(CALL_END, 3);
    call(CALL_DONE, 0);
}

static bool handle(void)
{
    if (vcpu.scause == CAUSE_ECALL_VS && vcpu.x[17] == CALL_DONE) {
        csr_clear(hvip, HVIP_EXTERNAL);
        return skip();
    }
    if (vcpu.scause != (SCAUSE_IRQ | IRQ_EXTERNAL))
        return false;
    uint32_t source = read32(PLIC_CLAIM(HS_CONTEXT));
    *(volatile uint8_t *)(UART + 2); /* which takes the cause away */
    write32(PLIC_CLAIM(HS_CONTEXT), source);
    csr_set(hvip, HVIP_EXTERNAL);
    return true;
}

void hypervisor(void)
{
    begin_guest(guest, 0);
    continue_guest(handle);
    write32(PLIC + 4 * UART_IRQ, 1);
    write32(PLIC_ENABLE(HS_CONTEXT), 1 << UART_IRQ);
    csr_set(sie, SIE_EXTERNAL);
    *(volatile uint8_t *)(UART + 1) = 2; /* when it can send */
    continue_guest(handle);
}
