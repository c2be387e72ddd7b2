/* SPDX-License-Identifier: MIT */
/*
 * budget.c - how many lines a partition may bring into the shared cache in a period, as MemGuard does it (Yun and others,
 * RTAS 2013). Each hart has an equal part, rounded up: a counter of its misses begins that far below zero, and its overflow interrupt
 * (Sscofpmf) makes the hart stand still until the next period. So a partition with a budget has exits; without one, none.
 */
#include "lib/csr.h"
#include "lib/print.h"
#include "partition.h"

enum { EVENT_CACHE_MISSES = 4 };

/* Finds a counter for the guest's misses, and nobody else's, on this hart. */
void budget_open(VmHart *hart)
{
    const Vm *vm = hart->vm;
    if (!vm->budget_fills)
        return;
    uint64_t counters = sbi_call(SBI_PMU, PMU_NUM_COUNTERS, 0, 0, 0).value;
    SbiResult chosen =
        sbi_call5(SBI_PMU, PMU_CONFIG_MATCHING, 0, BIT(counters % 64) - 1,
                  PMU_CONFIG_CLEAR | PMU_CONFIG_NOT_U | PMU_CONFIG_NOT_S | PMU_CONFIG_NOT_M,
                  EVENT_CACHE_MISSES, 0);
    hart->has_budget = !chosen.error;
    hart->counter = chosen.value;
    if (vm->budget_fills < vm->n_harts && !hart->number)
        print("partition: %s: its budget is less than a line for each hart; each has one\n",
              vm->name);
    if (chosen.error && !hart->number)
        print("partition: %s: no budget: nothing counts misses of the cache\n", vm->name);
}

/* A period begins. */
void budget_begin(VmHart *hart)
{
    const Vm *vm = hart->vm;
    if (!hart->has_budget)
        return;
    sbi_call(SBI_PMU, PMU_STOP, hart->counter, 1, 0);
    csr_clear(sip, BIT(IRQ_OVERFLOW));
    sbi_call5(SBI_PMU, PMU_START, hart->counter, 1, PMU_START_SET_VALUE,
              -((vm->budget_fills + vm->n_harts - 1) / vm->n_harts), 0);
    csr_set(sie, BIT(IRQ_OVERFLOW));
    uint64_t now = csr_read(time);
    hart->period_end = hart->period_end + vm->budget_period > now
                           ? hart->period_end + vm->budget_period
                           : now + vm->budget_period;
    timer_arm(hart);
}

/* It is used up: nothing until the next period's timer, which WFI sees though interrupts are off; but kicks are answered. */
void budget_spent(VmHart *hart)
{
    uint64_t enabled = csr_swap(sie, SIE_SOFT | SIE_TIMER);
    hart->throttled++;
    while (csr_read(time) < hart->period_end && hart_runs(hart)) {
        wfi();
        if (csr_read(sip) & SIE_SOFT)
            exit_soft(hart);
        if (csr_read(time) < hart->period_end && (csr_read(sip) & SIE_TIMER))
            timer_due(hart); /* the guest's own */
    }
    csr_write(sie, enabled | SIE_TIMER);
    budget_begin(hart);
}
