/* SPDX-License-Identifier: MIT */
/*
 * storm.c - timer interrupts that never stop: mtimecmp is set to now, to just behind and to the next tick in every
 * handler, on two harts; then software interrupts raised in the handler of one.
 *
 * args: -smp 2
 * exit: 0
 * console: storm: done
 */
#include "lib/guest.h"

enum { MIE = 1 << 3, MSI = 1 << 3, MTI = 1 << 7, STORM = 5000, HARTS = 2 };

static volatile uint64_t taken[HARTS], last_time[HARTS];
static volatile uint64_t finished;
static volatile int64_t distance[HARTS];

static void on_interrupt(unsigned hart, TrapFrame *frame)
{
    uint64_t now = read64(MTIME);
    guest_check("time runs backwards", hart, now >= last_time[hart], true);
    last_time[hart] = now;
    taken[hart]++;
    if (frame->cause == INTERRUPT_SOFT) {
        write32(MSIP(hart), 0);
        write32(MSIP(hart), taken[hart] < STORM);
        return;
    }
    guest_check("cause", hart, frame->cause, INTERRUPT_TIMER);
    guest_check("the time has come", hart, now >= read64(MTIMECMP(hart)), true);
    write64(MTIMECMP(hart), taken[hart] < STORM ? now + (uint64_t)distance[hart] : ~0ul);
}

/* Takes STORM interrupts that are due `ticks` after the last one. */
static void storm(unsigned hart, int64_t ticks)
{
    taken[hart] = 0;
    distance[hart] = ticks;
    CSR_WRITE(mie, MTI);
    write64(MTIMECMP(hart), read64(MTIME));
    CSR_SET(mstatus, MIE);
    while (taken[hart] < STORM)
        ;
    CSR_CLEAR(mstatus, MIE);
    guest_check("interrupts", hart, taken[hart], STORM);
    guest_check("nothing is pending", hart, CSR_READ(mip) & MTI, 0);
}

static void software_storm(unsigned hart)
{
    taken[hart] = 0;
    CSR_WRITE(mie, MSI);
    write32(MSIP(hart), 1);
    CSR_SET(mstatus, MIE);
    while (taken[hart] < STORM)
        ;
    CSR_CLEAR(mstatus, MIE);
    guest_check("software interrupts", hart, taken[hart], STORM);
}

int main(unsigned hart)
{
    guest_interrupt = on_interrupt;
    write64(MTIMECMP(hart), ~0ul);
    storm(hart, 0);
    storm(hart, -1);
    storm(hart, 1);
    software_storm(hart);
    __atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
    if (hart)
        return 0;
    while (finished != HARTS)
        ;
    guest_print("storm: done\n");
    return (int)guest_failures;
}
