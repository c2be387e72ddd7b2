/* SPDX-License-Identifier: MIT */
/*
 * swap.c - the drum: who was on the machine goes to his field, who comes is read from his, in one revolution [S1].
 *
 * The drum halts the processor for that long [S2]. A quantum is from the end of a swap to the beginning of the next.
 */
#include "bbn.h"

#include "lib/mmio.h"
#include "lib/print.h"

/*
 * With jitter: a point between 0 and 1 as 32 bits, that go round evenly, by steps of the golden ratio (H. Weyl, 1916).
 * So even a few hundred of them are spread well. The second sequence steps by the square root of 2.
 */
static uint64_t spread(uint32_t *at, uint32_t step, uint64_t over)
{
    *at += step;
    return *at * over >> 32;
}

/*
 * How long the next quantum is. Where a transfer must begin at word 0, a fixed quantum locks to the drum: it always ends at
 * the same place of a revolution, and the wait for word 0 is always the same. Jitter spreads it over one revolution, with
 * the same mean, so that the mean wait is half of one.
 */
static uint64_t quantum(void)
{
    uint64_t length = QUANTUM_MS * bbn.ticks_ms;
    if (!bbn.jitter)
        return length;
    return length - bbn.revolution / (bbn.twice ? 1 : 2) +
           spread(&bbn.random, GOLDEN, bbn.revolution);
}

/* The way to the drum's first instruction and back, which is no part of the quantum: some 55 instructions of 10 us. */
static uint64_t on_the_way(void)
{
    return 550 * bbn.ticks_ms / 1000;
}

static void begin_quantum(uint64_t now)
{
    bbn.beat = now + quantum() - (bbn.twice ? 2 : 1) * on_the_way();
}

/* Sleeps; only the clock wakes. */
static void wait_until(uint64_t when)
{
    csr_clear(mie, MIE_EXTERNAL);
    machine_alarm(when);
    while (machine_time() < when)
        wfi();
    csr_set(mie, MIE_EXTERNAL);
}

/* Returns the time of its end. */
static uint64_t transfer(const DrumTransfer *transfer)
{
    drum_begin(&bbn.drum, transfer);
    while (!drum_is_done(&bbn.drum)) {
    }
    uint64_t end = machine_time();
    if (!drum_acknowledge(&bbn.drum))
        panic("bbn: the drum refuses: is there memory for core? give -m 2M or more");
    return end;
}

/* Write, then read, in two revolutions: as with a drum that cannot do both at once. */
static uint64_t swap_twice(DrumTransfer out)
{
    static uint32_t random;
    DrumTransfer in = { .read = out.read, .core = out.core };
    out.read = 0;
    if (out.write)
        transfer(&out);
    drum_prepare(&bbn.drum, &in);
    if (bbn.jitter) /* taken from the quantum, see there */
        wait_until(machine_time() + spread(&random, 0x6a09e667, bbn.revolution) - on_the_way());
    return transfer(&in);
}

void swap_in(Job *job, bool at_beat)
{
    Job *old = bbn.resident;
    DrumTransfer both = { .write = old ? old->field : 0, .read = job->field, .core = CORE };
    drum_prepare(&bbn.drum, &both);
    bbn.resident = job;
    if (at_beat)
        wait_until(bbn.beat);
    if (old)
        say_swap(old->number, SWAP_OUT, WORDS, both.write);
    uint64_t end = bbn.twice ? swap_twice(both) : transfer(&both);
    say_swap(job->number, SWAP_IN, WORDS, job->field);
    begin_quantum(end);
    fence_i(); /* other instructions lie there now */
}

void swap_none(void)
{
    begin_quantum(machine_time());
}

/* Word i of a field lies at the transfer's core + 4 * i. */
static DrumTransfer one_word(const Job *job, unsigned word, const uint32_t *at, bool write)
{
    return (DrumTransfer){ .write = write ? job->field : 0,
                           .read = write ? 0 : job->field,
                           .address = word,
                           .count = 1,
                           .core = (uintptr_t)at - 4 * word };
}

static void transfer_word(const Job *job, unsigned word, const uint32_t *at, bool write)
{
    DrumTransfer one = one_word(job, word, at, write);
    drum_prepare(&bbn.drum, &one);
    transfer(&one);
}

uint32_t memory_examine(const Job *job, unsigned word)
{
    static uint32_t value;
    if (job == bbn.resident)
        return read32(CORE + 4 * word);
    transfer_word(job, word, &value, false);
    return *(volatile uint32_t *)&value;
}

void memory_deposit(const Job *job, unsigned word, uint32_t value)
{
    static uint32_t copy;
    if (job == bbn.resident) {
        write32(CORE + 4 * word, value);
        fence_i();
        return;
    }
    *(volatile uint32_t *)&copy = value;
    transfer_word(job, word, &copy, true);
}
