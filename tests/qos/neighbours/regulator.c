/* SPDX-License-Identifier: MIT */
/*
 * regulator.c - a guest that may bring so many lines into the shared cache in a period, and no more, as MemGuard does it
 * (Yun and others, RTAS 2013): a counter of the hart's misses there begins that far below zero, and its overflow interrupt
 * (Sscofpmf) ends the guest's turn until the next period's timer.
 */
#include "lib/csr.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "neighbours.h"

enum { EVENT_CACHE_MISSES = 4 };

enum { PERIOD = 10000 }; /* 1 ms of the time CSR's 10 MHz */

/* The counter that counts the guest's misses, and nobody else's on this hart. */
static uint64_t find_counter(void)
{
    uint64_t counters = sbi_call(SBI_PMU, PMU_NUM_COUNTERS, 0, 0, 0).value;
    SbiResult chosen =
        sbi_call5(SBI_PMU, PMU_CONFIG_MATCHING, 0, BIT(counters) - 1,
                  PMU_CONFIG_CLEAR | PMU_CONFIG_NOT_U | PMU_CONFIG_NOT_S | PMU_CONFIG_NOT_M,
                  EVENT_CACHE_MISSES, 0);
    if (chosen.error)
        panic("neighbours: no counter counts misses of the cache");
    return chosen.value;
}

static void begin_period(const Guest *guest, uint64_t counter, uint64_t number)
{
    if (guest->budget) {
        sbi_call(SBI_PMU, PMU_STOP, counter, 1, 0);
        csr_clear(sip, BIT(IRQ_OVERFLOW));
        sbi_call5(SBI_PMU, PMU_START, counter, 1, PMU_START_SET_VALUE, -guest->budget, 0);
    }
    mark(MARK_PERIOD, number);
}

/* The budget is used up: nothing until the timer's interrupt, which WFI sees though interrupts are off. */
static void stand_still(Guest *guest)
{
    guest->throttled++;
    csr_clear(sie, BIT(IRQ_OVERFLOW));
    while (!(csr_read(sip) & SIE_TIMER))
        wfi();
    csr_set(sie, BIT(IRQ_OVERFLOW));
}

void regulator_run(Guest *guest)
{
    uint64_t counter = guest->budget ? find_counter() : 0;
    uint64_t next = csr_read(time) + PERIOD, period = 0;
    csr_write(sie, SIE_TIMER | BIT(IRQ_OVERFLOW));
    sbi_set_timer(next);
    begin_period(guest, counter, period);
    for (;;) {
        vcpu_run(&guest->vcpu);
        if (guest->vcpu.scause == CAUSE_ECALL_VS)
            return;
        if (guest->vcpu.scause == (SCAUSE_IRQ | IRQ_OVERFLOW))
            stand_still(guest);
        else if (guest->vcpu.scause != (SCAUSE_IRQ | IRQ_TIMER))
            panic("neighbours: cause 0x%lx at 0x%lx", guest->vcpu.scause, guest->vcpu.pc);
        next += PERIOD;
        sbi_set_timer(next);
        begin_period(guest, counter, ++period);
        if (guest->periods && period == guest->periods)
            return;
    }
}
