/* SPDX-License-Identifier: MIT */
/* source.c - who interrupts, and when: the timer, an alarm clock, or another partition; see rt.h. */
#include <stddef.h>

#include "guests/peer/doorbell.h"
#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/goldfish.h"
#include "lib/mmio.h"
#include "lib/sbi.h"
#include "rt.h"

static bool sstc;
static uint64_t due, period; /* of the timer in ticks, of the alarm in nanoseconds */
static unsigned number;      /* of the external interrupt */

/* One of those that were due every period has come; `now` in their unit. */
static void take(Latency late, uint64_t now)
{
    uint64_t lost = (now - due) / period;
    due += (1 + lost) * period;
    latency_add(late, lost);
}

static void timer_at(uint64_t time)
{
    if (sstc)
        csr_write(stimecmp, time);
    else
        sbi_set_timer(time);
}

static const char *timer_open(void)
{
    uint64_t id;
    sstc = fdt_isa_has(&rt.fdt, fdt_next_cpu(&rt.fdt, NULL, &id), "sstc") &&
           !bootarg_is(&rt.fdt, "timer", "sbi");
    period = rt.timebase / rt.hz;
    due = csr_read(time) + period;
    timer_at(due);
    return sstc ? "stimecmp" : "SBI";
}

static void timer_handle(Moment entry)
{
    check(entry.time >= due, "a tick before its time", due - entry.time);
    take(latency_since(due, entry), entry.time);
    timer_at(due);
}

static void open_external(FdtNode node, const char *missing)
{
    check(node != NULL, missing, 0);
    check(rt.chip != NULL, "no interrupt controller in the device tree", 0);
    number = irqchip_source(&rt.fdt, node);
    check(number != 0, "no interrupt in the node", 0);
    rt.chip->enable(number, true);
    if (rt.chip->edge && (irqchip_is_edge(&rt.fdt, node) || bootarg_is(&rt.fdt, "trigger", "edge")))
        rt.chip->edge(number);
}

enum { SECOND = 1000000000 };

static uintptr_t rtc;

/* The other half of the time is that of the last read of this one. */
static uint64_t rtc_high(uint32_t low)
{
    return low | (uint64_t)read32(rtc + TIME_HIGH) << 32;
}

static void alarm_at(uint64_t time)
{
    write32(rtc + ALARM_HIGH, (uint32_t)(time >> 32));
    write32(rtc + ALARM_LOW, (uint32_t)time);
}

static const char *alarm_open(void)
{
    FdtRange reg = { 0, 0 };
    FdtNode node = fdt_find_compatible(&rt.fdt, NULL, "google,goldfish-rtc");
    open_external(node, "no goldfish-rtc in the device tree");
    check(fdt_reg(&rt.fdt, node, 0, &reg), "no registers of the goldfish-rtc", 0);
    rtc = reg.base;
    period = SECOND / rt.hz;
    write32(rtc + CLEAR_ALARM, 1);
    write32(rtc + CLEAR_INTERRUPT, 1);
    write32(rtc + IRQ_ENABLED, 1);
    due = rtc_high(read32(rtc + TIME_LOW)) + period;
    alarm_at(due);
    return rt.chip->name;
}

/* The clock is read first, between two looks at `cycle`: from there it is counted back to the handler's beginning. An
 * interrupt while the alarm is armed is none of its: QEMU's APLIC reports a level once more after it has gone. */
static void alarm_handle(Moment entry)
{
    uintptr_t clock = rtc + TIME_LOW;
    uint64_t before = csr_read(cycle);
    uint32_t low = read32(clock);
    uint64_t after = csr_read(cycle), now = rtc_high(low);
    unsigned source = rt.chip->claim();
    if (!source || read32(rtc + ALARM_STATUS)) {
        if (source)
            rt.chip->complete(source);
        return;
    }
    check(source == number, "an interrupt of the clock", source);
    check(now >= due, "an alarm before its time", due - now);
    write32(rtc + CLEAR_INTERRUPT, 1);
    take(rt.by_device ? latency_as_read(now - due)
                      : latency_by_clock(now - due, before, after, entry),
         now);
    alarm_at(due);
    rt.chip->complete(source);
}

static Doorbell *bell;

static const char *bell_open(void)
{
    FdtRange reg = { 0, 0 };
    FdtNode node = fdt_find_compatible(&rt.fdt, NULL, "bulkhead,shared-memory");
    open_external(node, "no shared memory in the device tree");
    check(fdt_reg(&rt.fdt, node, 0, &reg), "no address of the shared memory", 0);
    bell = (Doorbell *)reg.base;
    bell->answered = bell->rung;
    __atomic_store_n(&bell->ready, 1, __ATOMIC_RELEASE);
    return rt.chip->name;
}

/* Every ring has a number. The one who rings waits for the answer, so none may be skipped. */
static void bell_handle(Moment entry)
{
    unsigned source = rt.chip->claim();
    if (!source)
        return;
    check(source == number, "an interrupt of the doorbell", source);
    uint64_t ring = __atomic_load_n(&bell->rung, __ATOMIC_ACQUIRE),
             lost = ring - bell->answered - 1;
    check(ring != bell->answered, "a ring without a number of its own", ring);
    latency_add(latency_since(bell->time, entry), lost);
    rt.chip->complete(source);
    __atomic_store_n(&bell->answered, ring, __ATOMIC_RELEASE);
}

const Source sources[SOURCES] = {
    { "timer", timer_open, timer_handle, SIE_TIMER },
    { "rtc", alarm_open, alarm_handle, SIE_EXTERNAL },
    { "doorbell", bell_open, bell_handle, SIE_EXTERNAL },
};
