/* SPDX-License-Identifier: MIT */
/*
 * timer.c - the guest's timer. With vstimecmp it sets its own, and nobody needs to be told when it is due. Else it calls us,
 * and the timer of HS-mode interrupts us in its place: two exits a tick. The same timer ends periods of a budget.
 */
#include "lib/csr.h"
#include "partition.h"

enum { NEVER = -1 };

void timer_arm(VmHart *hart)
{
    uint64_t next = hart->tick < hart->period_end ? hart->tick : hart->period_end;
    if (next == (uint64_t)NEVER) {
        csr_clear(sie, SIE_TIMER); /* it may stay pending: a call of the firmware would cost more */
        return;
    }
    if (config.sstc)
        csr_write(stimecmp, next);
    else
        sbi_set_timer(next);
    csr_set(sie, SIE_TIMER);
}

void timer_reset(VmHart *hart)
{
    hart->tick = hart->period_end = (uint64_t)NEVER;
    if (config.sstc)
        csr_write(vstimecmp, NEVER);
    timer_arm(hart);
    budget_begin(hart);
}

void timer_set(VmHart *hart, uint64_t time)
{
    if (!config.timer_by_calls) {
        csr_write(vstimecmp, time);
        return;
    }
    csr_clear(hvip, HVIP_TIMER);
    hart->tick = time;
    timer_arm(hart);
}

/* A tick is said once, until the guest asks for another one. */
void timer_due(VmHart *hart)
{
    uint64_t now = csr_read(time);
    if (hart->tick <= now) {
        hart->tick = (uint64_t)NEVER;
        csr_set(hvip, HVIP_TIMER);
    }
    if (hart->period_end <= now)
        budget_begin(hart);
    timer_arm(hart);
}
