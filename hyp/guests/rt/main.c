/* SPDX-License-Identifier: MIT */
/* main.c - a run of the real-time guest: warm up, then as many interrupts as it is told to; see rt.h. */
#include <stddef.h>

#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/string.h"
#include "lib/trap.h"
#include "rt.h"

enum { LINE = 64, MOST_LOAD = 1 << 20 };

Rt rt;
static char own[MOST_LOAD]
    __attribute__((aligned(4096), section(".bss.stacks"))); /* needs no zeros */

void check(bool ok, const char *what, uint64_t value)
{
    if (ok)
        return;
    csr_clear(sstatus, SSTATUS_SIE);
    print("rt: %s: 0x%lx\nRT-FAIL\n", what, value);
    power_off(false);
}

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    Moment entry = { frame->x[0], csr_read(sscratch) };
    if (!(cause & SCAUSE_IRQ) || BIT(cause & 63) != rt.source->irq)
        trap_die(frame, cause, tval);
    rt.source->handle(entry);
}

static const Source *find_source(void)
{
    size_t length;
    const char *word = bootarg(&rt.fdt, "irq", &length);
    for (unsigned i = 0; word && i < SOURCES; i++)
        if (bootarg_is(&rt.fdt, "irq", sources[i].word))
            return &sources[i];
    check(!word, "irq= must be timer, rtc or doorbell", 0);
    return &sources[0];
}

static void look_around(void *fdt)
{
    check(fdt_open(&rt.fdt, fdt), "no device tree", (uintptr_t)fdt);
    power_find(&rt.fdt);
    console_find(&rt.fdt);
    rt.hart = hart_self()->id;
    rt.timebase = fdt_cell(&rt.fdt, fdt_find(&rt.fdt, "/cpus"), "timebase-frequency", 0, 0);
    rt.hz = bootarg_number(&rt.fdt, "hz", 250);
    rt.warm_up = bootarg_number(&rt.fdt, "warmup", 8);
    rt.wanted = bootarg_number(&rt.fdt, "ticks", 250);
    rt.by_device = bootarg_is(&rt.fdt, "clock", "device");
    rt.cold = bootarg_has(&rt.fdt, "cold");
    check(rt.timebase, "no timebase-frequency in the device tree", 0);
    check(rt.hz && rt.hz <= rt.timebase / 100, "hz= is how many ticks a second", rt.hz);
    check(rt.warm_up, "warmup= is at least one tick", 0);
    rt.source = find_source();
    rt.chip = rt.source->irq == SIE_EXTERNAL ? irqchip_open(&rt.fdt, rt.hart) : NULL;
    latency_calibrate();
    latency_watch();
}

/* Waits for the next interrupt after `n`. wfi ends when one is pending, though they are off: none slips in between the
 * look and the wait. */
static void wait_beyond(uint64_t n)
{
    csr_clear(sstatus, SSTATUS_SIE);
    while (rt.seen <= n) {
        wfi();
        csr_set(sstatus, SSTATUS_SIE);
        csr_clear(sstatus, SSTATUS_SIE);
    }
    csr_set(sstatus, SSTATUS_SIE);
}

/* What it does between interrupts: so many bytes of its own are read and written, a line at a time. */
static void work(uint64_t load)
{
    for (uint64_t at = 0; at < load; at += LINE)
        ++*(volatile char *)&own[at];
}

void main(void *fdt)
{
    look_around(fdt);
    uint64_t load = bootarg_number(&rt.fdt, "load", 0) << 10;
    uint64_t report = bootarg_number(&rt.fdt, "report", 0) * rt.hz;
    check(load <= MOST_LOAD, "load= is too many KiB", load >> 10);
    memset(own, 0, load);
    const char *how = rt.source->open();
    if (rt.source == &sources[2])
        print("rt: ready, doorbells by %s\n", how);
    else
        print("rt: ready, %lu Hz by %s\n", rt.hz, how);
    csr_set(sie, rt.source->irq);
    for (uint64_t n = 0; !rt.wanted || n < rt.warm_up + rt.wanted; n++) {
        if (n == rt.warm_up)
            mark(MARK_BEGIN, 'R');
        if (rt.cold)
            fence_i();
        wait_beyond(n);
        work(load);
        if (report && n >= rt.warm_up && (n + 1 - rt.warm_up) % report == 0)
            (void)latency_print();
    }
    csr_clear(sie, rt.source->irq);
    mark(MARK_END, 'R');
    latency_watch();
    bool well = latency_print();
    print(well ? "RT-OK\n" : "RT-FAIL\n");
    power_off(well);
}
