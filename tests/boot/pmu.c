/* SPDX-License-Identifier: MIT */
/*
 * pmu.c - an S-mode program that samples through SBI's Performance Monitoring Unit extension, as perf does.
 *
 * Has the firmware pick a counter for conditional branches, lets it start a hundred short of its end, and runs a loop; the
 * overflow interrupt must come at the hundredth branch.
 */
#include "sbi.h"

enum { SBI_PMU = 0x504d55 };
enum { PMU_NUM_COUNTERS, PMU_COUNTER_INFO, PMU_CONFIG_MATCHING, PMU_START, PMU_STOP };
enum { CONFIG_CLEAR = 1 << 1, CONFIG_NOT_M = 1 << 7, START_SET_VALUE = 1 };
enum { EVENT_BRANCHES = 5, LCOFI = 13, BEFORE_OVERFLOW = 100 };

static volatile uint64_t interrupts, overflowed, last_cause, left_at_interrupt;

static void __attribute__((interrupt("supervisor"), aligned(4))) handler(void)
{
    uint64_t cause, flags;
    asm volatile("csrr %0, scause\n csrr %1, 0xda0" : "=r"(cause), "=r"(flags)); /* scountovf */
    asm volatile("csrc sip, %0" : : "r"(1ul << LCOFI));
    interrupts++;
    last_cause = cause;
    overflowed = flags;
    asm volatile("mv %0, s11" : "=r"(left_at_interrupt));
}

/* Two hundred branches; s11 says how many are left. */
static void __attribute__((noinline)) branch(void)
{
    asm volatile("li s11, 200\n 1: addi s11, s11, -1\n bnez s11, 1b" : : : "s11", "memory");
}

void main(void)
{
    asm volatile("csrw stvec, %0" : : "r"(handler));
    asm volatile("csrw sie, %0\n csrsi sstatus, 2" : : "r"(1ul << LCOFI));
    unsigned long counters = sbi(SBI_PMU, PMU_NUM_COUNTERS, 0, 0, 0).value;
    SbiReturn chosen =
        sbi4(SBI_PMU, PMU_CONFIG_MATCHING, 0, (1ul << counters) - 1, CONFIG_CLEAR, EVENT_BRANCHES);
    print(chosen.error ? "counter: none\n" : "counter: ok\n");
    SbiReturn started =
        sbi4(SBI_PMU, PMU_START, chosen.value, 1, START_SET_VALUE, -(uint64_t)BEFORE_OVERFLOW);
    branch();
    print(started.error ? "start: failed\n" : "start: ok\n");
    print_number("interrupts: ", interrupts);
    print(last_cause == (1ul << 63 | LCOFI) ? "cause: ok\n" : "cause: wrong\n");
    print(overflowed >> chosen.value & 1 ? "scountovf: ok\n" : "scountovf: wrong\n");
    print_number("branches left: ", left_at_interrupt);
    switch_off();
}
