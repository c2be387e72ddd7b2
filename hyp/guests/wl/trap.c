/* SPDX-License-Identifier: MIT */
/* trap.c - traps from S-mode, interrupts, and the timer; see wl.h. */
#include "wl.h"

#include <stddef.h>

#include "lib/sbi.h"

_Static_assert(offsetof(User, pc) == USER_PC && offsetof(User, kernel_sp) == USER_KERNEL_SP,
               "trap.S knows another layout");

Hooks hooks;

static void serve_external(void)
{
    unsigned source = wl.irqchip->claim();
    if (!source)
        return; /* somebody else had it, or it went away */
    if (hooks.external)
        hooks.external(source);
    wl.irqchip->complete(source);
}

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    if (cause == (SCAUSE_IRQ | IRQ_TIMER) && hooks.timer)
        hooks.timer();
    else if (cause == (SCAUSE_IRQ | IRQ_EXTERNAL) && wl.irqchip)
        serve_external();
    else if ((cause & SCAUSE_IRQ) || !hooks.exception || !hooks.exception(frame, cause, tval))
        trap_die(frame, cause, tval);
}

void interrupts_on(uint64_t sources)
{
    csr_set(sie, sources);
    csr_set(sstatus, SSTATUS_SIE);
}

void interrupts_off(uint64_t sources)
{
    csr_clear(sstatus, SSTATUS_SIE);
    csr_clear(sie, sources);
}

/* wfi ends when an interrupt is pending, even while sstatus.SIE is off; so none can slip in between the look at the
 * flag and the wait. */
void wait_for(const volatile uint64_t *flag)
{
    for (;;) {
        csr_clear(sstatus, SSTATUS_SIE);
        if (*flag)
            break;
        wfi();
        csr_set(sstatus, SSTATUS_SIE);
    }
    csr_set(sstatus, SSTATUS_SIE);
}

void timer_at(uint64_t time)
{
    if (wl.sstc)
        csr_write(stimecmp, time);
    else
        sbi_set_timer(time);
}
