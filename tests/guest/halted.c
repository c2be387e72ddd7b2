/* SPDX-License-Identifier: MIT */
/*
 * halted.c - a drum that stops every hart while it transfers: nothing runs from the store to DCC until the end, whatever
 * interrupts come; without halting it interrupts at the end.
 *
 * args: -device drum -smp 2
 * exit: 0
 * console: halted: done
 * variants: -device virtio-rng-device -smp 4
 */
#include "lib/guest.h"

#define DRUM 0x10010000ul
enum { DIA = 0x00, DCC = 0x08, CORE = 0x10, DRA = 0x18, STAT = 0x1c };
enum { DONE = 1, ERROR = 4, BUSY = 8, MIE = 1 << 3, MTI = 1 << 7 };
enum { FIELD = 16384, REVOLUTION = 333333, SWAPS = 20 }; /* ticks of 100 ns */

static uint32_t core[FIELD / 4] __attribute__((aligned(4096)));
static volatile uint64_t longest, ticks, interrupt_at, interrupts;
static volatile bool over;

static uint64_t now(void)
{
    return read64(MTIME);
}

static void on_interrupt(unsigned hart, TrapFrame *frame)
{
    guest_check("interrupt", hart, frame->cause, INTERRUPT_TIMER);
    interrupt_at = now();
    interrupts++;
    write64(MTIMECMP(hart), ~0ul);
}

/* The other hart looks at the clock all the time: halted, it does not. */
static void watch(void)
{
    uint64_t last = now();
    while (!over) {
        uint64_t time = now();
        if (time - last > longest)
            longest = time - last;
        last = time;
        ticks++;
    }
}

/* From the store to what the next load says: instructions retired, and time. */
static void swap(unsigned number)
{
    uint64_t before, after, start;
    uint32_t stat;
    for (unsigned i = 0; i < FIELD / 4; i++)
        core[i] = number * 1000000 + i;
    write64(DRUM + CORE, (uintptr_t)core);
    write32(DRUM + DIA, (1 + number % 22) << 16);
    longest = 0;
    write64(MTIMECMP(0), now() + REVOLUTION / 2); /* comes while it is halted */
    uint64_t other = ticks;
    start = now();
    __asm__ volatile("csrr %0, minstret\n sw %3, 0(%4)\n lw %2, 0(%5)\n csrr %1, minstret"
                     : "=&r"(before), "=&r"(after), "=&r"(stat)
                     : "r"((1 + (number + 21) % 22) << 16), "r"(DRUM + DCC), "r"(DRUM + STAT)
                     : "memory");
    uint64_t took = now() - start;
    /* One interrupt is taken between store and load: its handler's instructions, and nothing else. */
    guest_check("the load sees the end", number, stat, DONE);
    guest_check("time", number, took >= REVOLUTION && took < REVOLUTION + 200, true);
    guest_check("instructions", number, after - before < 200, true);
    guest_check("interrupts", number, interrupts, number + 1);
    guest_check("taken after the end", number, interrupt_at - start >= REVOLUTION, true);
    write32(DRUM + STAT, DONE);
    /* The other one has at most the rest of its turn. */
    guest_check("the other hart", number, ticks - other < 5000, true);
}

static void check_exchange(void)
{
    for (unsigned i = 0; i < FIELD / 4; i += 255)
        guest_check("core", i, core[i], (SWAPS - 2) * 1000000 + i);
}

int main(unsigned hart)
{
    if (hart > 1)
        for (;;)
            __asm__ volatile("wfi");
    if (hart) {
        watch();
        for (;;)
            __asm__ volatile("wfi");
    }
    guest_interrupt = on_interrupt;
    CSR_SET(mie, MTI);
    CSR_SET(mstatus, MIE);
    while (!ticks)
        ;
    for (unsigned i = 0; i < SWAPS; i++) {
        swap(i);
        for (uint64_t seen = ticks; ticks - seen < 2;) /* its next turn */
            ;
        for (volatile unsigned wait = 0; wait < 317 * i; wait++) /* another phase of the drum */
            ;
        guest_check("a gap for the other hart", i, longest >= REVOLUTION - 500, true);
    }
    check_exchange();
    write32(DRUM + DCC, 23 << 16);
    guest_check("no such field: goes on at once", 0, read32(DRUM + STAT), ERROR | 1 << 8);
    over = true;
    guest_print("halted: done\n");
    return (int)guest_failures;
}
