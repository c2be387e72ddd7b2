/* SPDX-License-Identifier: MIT */
/*
 * waiting.c - WFI in every privilege: with something pending, with it disabled, with a timer, with TW; and PAUSE.
 *
 * args:
 * exit: 0
 * console: waiting: done
 */
#include "lib/guest.h"

enum { MIE = 1 << 3, TW = 1 << 21, MSI = 1 << 3, MTI = 1 << 7, SSI = 1 << 1 };

static volatile unsigned interrupts;
static volatile uint64_t interrupt_epc;

static void on_interrupt(unsigned hart, TrapFrame *frame)
{
    interrupts++;
    interrupt_epc = frame->epc;
    guest_check("interrupt", hart, frame->cause, INTERRUPT_TIMER);
    write64(MTIMECMP(hart), ~0ul);
}

/* Returns the address behind the WFI. */
static __attribute__((noinline)) uint64_t wait(void)
{
    uint64_t behind;
    __asm__ volatile("la %0, 1f\n wfi\n .balign 4\n 1:" : "=r"(behind)::"memory");
    return behind;
}

static long wait_once(long unused)
{
    (void)unused;
    wait();
    return 0;
}

/* "WFI must resume when an interrupt is pending and enabled in mie, whatever mstatus.MIE says." */
static void wait_with_interrupts_off(void)
{
    CSR_SET(mie, MTI);
    for (unsigned i = 0; i < 100; i++) {
        uint64_t until = read64(MTIME) + i;
        write64(MTIMECMP(0), until);
        wait();
        guest_check("woken too early", i, read64(MTIME) >= until, true);
        guest_check("pending", i, CSR_READ(mip) & MTI, MTI);
    }
    guest_check("no interrupt was taken", 0, interrupts, 0);
    wait(); /* still pending: goes on at once */
    write64(MTIMECMP(0), ~0ul);
}

static void wait_with_interrupts_on(void)
{
    CSR_SET(mie, MTI);
    CSR_SET(mstatus, MIE);
    for (unsigned i = 1; i <= 100; i++) {
        write64(MTIMECMP(0), read64(MTIME) + 50);
        uint64_t behind = wait();
        guest_check("interrupts taken", i, interrupts, i);
        guest_check("mepc is behind the WFI", i, interrupt_epc, behind);
    }
    CSR_CLEAR(mstatus, MIE);
}

/* "may legally be implemented to resume for any reason", so a loop; a disabled source must not be needed. */
static void wait_for_software(void)
{
    CSR_CLEAR(mie, MTI);
    CSR_SET(mie, MSI | SSI);
    write32(MSIP(0), 1);
    wait();
    guest_check("MSIP", 0, CSR_READ(mip) & MSI, MSI);
    write32(MSIP(0), 0);
    guest_check("MSIP", 1, CSR_READ(mip) & MSI, 0);
    CSR_SET(mip, SSI);
    wait();
    CSR_CLEAR(mip, SSI);
}

/* TW makes a WFI below M-mode illegal when it does not complete in time; U-mode's always may be. With nothing pending
 * they cannot complete, so they must trap. */
static void wait_below(void)
{
    CSR_WRITE(mie, MSI);
    guest_expect(true);
    for (unsigned tw = 0; tw < 2; tw++) {
        for (unsigned i = 0; i < 10; i++) {
            if (tw)
                CSR_SET(mstatus, TW);
            guest_call_as(PRIV_U, wait_once, 0);
            Caught caught = guest_take();
            guest_check("WFI in U-mode", tw, caught.cause, ILLEGAL);
            if (!tw)
                continue;
            guest_call_as(PRIV_S, wait_once, 0);
            caught = guest_take();
            guest_check("WFI in S-mode with TW", tw, caught.cause, ILLEGAL);
        }
    }
    CSR_CLEAR(mstatus, TW);
    CSR_SET(mip, SSI); /* pending for S, with sstatus.SIE = 0 */
    CSR_WRITE(mie, SSI);
    CSR_WRITE(mideleg, SSI);
    guest_call_as(PRIV_S, wait_once, 0);
    guest_check("WFI in S-mode", 0, guest_take().count, 0);
    guest_expect(false);
}

int main(unsigned hart)
{
    if (hart)
        return 0;
    guest_interrupt = on_interrupt;
    write64(MTIMECMP(0), ~0ul);
    wait_with_interrupts_off();
    wait_with_interrupts_on();
    wait_for_software();
    wait_below();
    for (unsigned i = 0; i < 1000; i++)
        __asm__ volatile(".insn 4, 0x0100000f" ::: "memory"); /* pause */
    guest_print("waiting: done\n");
    return (int)guest_failures;
}
