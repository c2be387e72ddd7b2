/* SPDX-License-Identifier: MIT */
/*
 * timer.c - the guest's timer. With vstimecmp it sets its own, and nobody needs to be told when it is due. Else it calls us,
 * and the timer of HS-mode interrupts us in its place: two exits a tick.
 */
#include "lib/csr.h"
#include "partition.h"

static bool has_its_own(void)
{
    return config.sstc && !config.timer_by_calls;
}

static void set_ours(uint64_t time)
{
    if (config.sstc)
        csr_write(stimecmp, time);
    else
        sbi_set_timer(time);
}

void timer_reset(VmHart *hart)
{
    (void)hart;
    csr_clear(sie, SIE_TIMER);
    if (config.sstc)
        csr_write(vstimecmp, -1ul);
    set_ours(-1ul);
}

void timer_set(VmHart *hart, uint64_t time)
{
    (void)hart;
    if (has_its_own()) {
        csr_write(vstimecmp, time);
        return;
    }
    csr_clear(hvip, HVIP_TIMER);
    set_ours(time);
    csr_set(sie, SIE_TIMER);
}

/* It says so no more until the guest asks again. */
void timer_due(VmHart *hart)
{
    (void)hart;
    csr_clear(sie, SIE_TIMER);
    csr_set(hvip, HVIP_TIMER);
}
