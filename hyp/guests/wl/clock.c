/* SPDX-License-Identifier: MIT */
/* clock.c - phases E and I: interrupts of the timer, and of a clock outside of the hart. */
#include "lib/goldfish.h"
#include "lib/mmio.h"
#include "lib/print.h"
#include "wl.h"

enum { HERTZ = 250 };

static volatile uint64_t finished;
static uint64_t wanted, done, latest; /* interrupts, and the longest delay of one */
static uint64_t deadline, period;     /* in ticks, or nanoseconds */

static void tick(void)
{
    uint64_t now = time_now();
    check(now >= deadline, "a tick before its time", deadline - now);
    latest = now - deadline > latest ? now - deadline : latest;
    deadline += period;
    timer_at(++done == wanted ? NEVER : deadline);
    finished = done == wanted;
}

uint64_t phase_tick(uint64_t n)
{
    uint64_t start = time_now();
    wanted = n;
    done = latest = finished = 0;
    period = wl.timebase / HERTZ;
    deadline = start + period;
    hooks.timer = tick;
    timer_at(deadline);
    interrupts_on(SIE_TIMER);
    wait_for(&finished);
    interrupts_off(SIE_TIMER);
    hooks.timer = NULL;
    check(time_now() - start >= n * period, "ticks in less than their time", time_now() - start);
    return done;
}

void report_tick(void)
{
    print("  latest by ticks=%lu\n", latest);
}

enum { ALARM_PERIOD = 10000000, SAMPLES = 1000, BINS = 24 };

static uintptr_t rtc;
static unsigned rtc_source;
static uint32_t latency[SAMPLES]; /* ns from the alarm to its handler */

static uint64_t rtc_now(void)
{
    uint64_t low = read32(rtc + TIME_LOW);
    return low | (uint64_t)read32(rtc + TIME_HIGH) << 32;
}

static void set_alarm(uint64_t time)
{
    write32(rtc + ALARM_HIGH, (uint32_t)(time >> 32));
    write32(rtc + ALARM_LOW, (uint32_t)time);
}

/* An interrupt while the alarm is armed, or after the last one, is none of its: QEMU's APLIC reports a level once more
 * after it has gone. */
static void alarm(unsigned source)
{
    uint64_t now = rtc_now();
    if (finished || read32(rtc + ALARM_STATUS))
        return;
    check(source == rtc_source, "an interrupt of the clock", source);
    check(now >= deadline, "an alarm before its time", deadline - now);
    latency[done++] = (uint32_t)(now - deadline);
    write32(rtc + CLEAR_INTERRUPT, 1);
    finished = done == wanted;
    while (deadline <= now) /* the host may have slept */
        deadline += period;
    if (done < wanted)
        set_alarm(deadline);
}

uint64_t phase_alarm(uint64_t n)
{
    FdtNode node = fdt_find_compatible(&wl.fdt, NULL, "google,goldfish-rtc");
    FdtRange reg;
    if (!node || !fdt_reg(&wl.fdt, node, 0, &reg))
        return skip("no goldfish-rtc in the device tree");
    if (!wl.irqchip)
        return skip("no interrupt controller in the device tree");
    rtc = reg.base;
    rtc_source = irqchip_source(&wl.fdt, node);
    wanted = n < SAMPLES ? n : SAMPLES;
    done = finished = 0;
    period = ALARM_PERIOD;
    hooks.external = alarm;
    write32(rtc + CLEAR_ALARM, 1);
    write32(rtc + CLEAR_INTERRUPT, 1);
    write32(rtc + IRQ_ENABLED, 1);
    wl.irqchip->enable(rtc_source, true);
    deadline = rtc_now() + period;
    set_alarm(deadline);
    interrupts_on(SIE_EXTERNAL);
    wait_for(&finished);
    interrupts_off(SIE_EXTERNAL);
    wl.irqchip->enable(rtc_source, false);
    write32(rtc + IRQ_ENABLED, 0);
    hooks.external = NULL;
    return done;
}

/* A histogram by powers of two, each as `more than:how many`. */
void report_alarm(void)
{
    uint64_t count[BINS] = { 0 }, least = ~0ul, most = 0;
    for (uint64_t i = 0; i < done; i++) {
        unsigned bin = 0;
        while (bin < BINS - 1 && latency[i] >> (bin + 1))
            bin++;
        count[bin]++;
        least = latency[i] < least ? latency[i] : least;
        most = latency[i] > most ? latency[i] : most;
    }
    print("  latency in ns: least=%lu most=%lu", least, most);
    for (unsigned bin = 0; bin < BINS; bin++) {
        if (count[bin])
            print(" %lu:%lu", 1ul << bin, count[bin]);
    }
    print("\n");
}
