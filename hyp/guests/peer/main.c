/* SPDX-License-Identifier: MIT */
/*
 * main.c - the one who rings: it writes a number into shared memory, rings the doorbell, and waits for rt's answer on the
 * other side. README.md has its words.
 */
#include <stddef.h>

#include "guests/peer/doorbell.h"
#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/trap.h"

enum { MOST_LOST = 10 };

static uint64_t timebase, number; /* of the shared memory */
static Doorbell *bell;

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static void fail(const char *what)
{
    print("peer: %s\nPEER-FAIL\n", what);
    power_off(false);
}

static void find_bell(const Fdt *fdt)
{
    FdtRange reg;
    FdtNode node = fdt_find_compatible(fdt, NULL, "bulkhead,shared-memory");
    if (!node || !fdt_reg(fdt, node, 0, &reg))
        fail("no shared memory in the device tree");
    bell = (Doorbell *)reg.base;
    number = fdt_cell(fdt, node, "bulkhead,number", 0, 0);
}

/* Until `time` goes on to that tick, or another one. */
static uint64_t wait_until(uint64_t tick)
{
    uint64_t now, before = csr_read(time);
    while ((now = csr_read(time)) == before || now < tick)
        before = now;
    return now;
}

/* For who has long to wait: wfi ends when the timer is due, though its interrupt is off. */
static void sleep_until(uint64_t tick)
{
    sbi_set_timer(tick);
    csr_write(sie, SIE_TIMER);
    while (csr_read(time) < tick)
        wfi();
    csr_write(sie, 0);
}

/* Rings, and waits for the answer for at most a second; returns whether there was one. */
static bool ring(uint64_t tick)
{
    uint64_t ring = bell->rung + 1;
    bell->time = wait_until(tick);
    __atomic_store_n(&bell->rung, ring, __ATOMIC_RELEASE);
    if (sbi_call(SBI_PARTITION, PARTITION_DOORBELL, number, 0, 0).error)
        fail("there is no such doorbell");
    while (__atomic_load_n(&bell->answered, __ATOMIC_ACQUIRE) != ring)
        if (csr_read(time) - bell->time > timebase)
            return false;
    return true;
}

void main(void *blob)
{
    Fdt fdt;
    if (!fdt_open(&fdt, blob))
        panic("peer: no device tree");
    power_find(&fdt);
    console_find(&fdt);
    timebase = fdt_cell(&fdt, fdt_find(&fdt, "/cpus"), "timebase-frequency", 0, 0);
    uint64_t rings = bootarg_number(&fdt, "rings", 250), hz = bootarg_number(&fdt, "hz", 1000);
    bool sleeps = bootarg_has(&fdt, "sleep");
    find_bell(&fdt);
    if (!timebase || !hz)
        fail("no timebase-frequency in the device tree, or hz=0");
    print("peer: rings %lu times, %lu Hz\n", rings, hz);
    while (__atomic_load_n(&bell->ready, __ATOMIC_ACQUIRE) == 0)
        pause(); /* until the other side listens */
    uint64_t lost = 0, tick = csr_read(time);
    uint64_t n = 0;
    for (; (!rings || n < rings) && lost < MOST_LOST; n++) {
        tick += timebase / hz;
        if (sleeps)
            sleep_until(tick - 1);
        lost += !ring(tick);
    }
    print("peer: %lu rings, lost %lu\n%s\n", n, lost, lost ? "PEER-FAIL" : "PEER-OK");
    power_off(!lost);
}
