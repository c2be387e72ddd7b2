/* SPDX-License-Identifier: MIT */
/*
 * main.c - asks a PLIC what it should know: priorities, thresholds, contexts, levels. The same on the machine and in a
 * partition, where the PLIC may be emulated. README.md says what is raised and how.
 */
#include "lib/csr.h"
#include "lib/goldfish.h"
#include "lib/hart.h"
#include "lib/irqchip.h"
#include "lib/mmio.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

enum {
    ENABLE = 0x2000,
    CONTEXT = 0x200000,
    CLAIM = 4,
    ENABLE_STRIDE = 0x80,
    CONTEXT_STRIDE = 0x1000
};
enum {
    UART_IER = 1,
    THR_EMPTY = 2
}; /* that it can take a character raises its wire, as long as that is so */

typedef struct {
    uintptr_t base;
    unsigned source;
} Device;

static Fdt fdt;
static uintptr_t plic_base;
static FdtNode node;
static Device uart, rtc;
static unsigned failed, done;

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static void check(bool ok, const char *what)
{
    if (!ok)
        print("claims: not so: %s\n", what);
    failed += !ok;
    done++;
}

static uintptr_t context_of(uint64_t hart)
{
    return plic_base + CONTEXT + CONTEXT_STRIDE * (uintptr_t)irqchip_place(&fdt, node, hart);
}

static void enable(uint64_t hart, const Device *device, bool on)
{
    uintptr_t word = plic_base + ENABLE + device->source / 32 * 4 +
                     ENABLE_STRIDE * (uintptr_t)irqchip_place(&fdt, node, hart);
    uint32_t bit = 1u << device->source % 32;
    write32(word, on ? read32(word) | bit : read32(word) & ~bit);
}

static void set_priority(const Device *device, unsigned priority)
{
    write32(plic_base + 4 * device->source, priority);
}

static unsigned claim(uint64_t hart)
{
    return read32(context_of(hart) + CLAIM);
}

static void complete(uint64_t hart, const Device *device)
{
    write32(context_of(hart) + CLAIM, device->source);
}

static bool is_raised(void)
{
    return csr_read(sip) & SIE_EXTERNAL;
}

static void raise(const Device *device, bool on)
{
    if (device == &uart) {
        write8(uart.base + UART_IER, on ? THR_EMPTY : 0);
    } else if (on) {
        write32(rtc.base + IRQ_ENABLED, 1);
        write32(rtc.base + ALARM_HIGH, 0);
        write32(rtc.base + ALARM_LOW, 0); /* long ago */
    } else {
        write32(rtc.base + CLEAR_INTERRUPT, 1);
    }
}

/* Claims and completes what there is, of devices that are quiet by now. */
static void settle(uint64_t hart)
{
    raise(&uart, false);
    raise(&rtc, false);
    for (unsigned source; (source = claim(hart));)
        write32(context_of(hart) + CLAIM, source);
}

static void check_order(uint64_t self)
{
    set_priority(&uart, 5);
    set_priority(&rtc, 3);
    raise(&uart, true);
    raise(&rtc, true);
    check(!is_raised(), "nothing comes that is not enabled");
    enable(self, &uart, true);
    enable(self, &rtc, true);
    check(is_raised(), "what is enabled comes");
    check(claim(self) == uart.source, "the higher priority is first");
    check(is_raised() && claim(self) == rtc.source, "the lower one is next");
    check(!is_raised() && !claim(self), "then there is none");
    complete(self, &rtc);
    check(is_raised(), "a level that is still high comes again");
    raise(&rtc, false);
    if (claim(self)) /* it may be kept */
        complete(self, &rtc);
    check(!claim(self), "and a low one not");
    complete(self, &uart);
    settle(self);
}

static void check_threshold(uint64_t self)
{
    raise(&uart, true);
    write32(context_of(self), 5);
    check(!is_raised(), "a priority that is not above the threshold does not come");
    check(claim(self) == uart.source, "but can be claimed");
    complete(self, &uart);
    write32(context_of(self), 4);
    check(is_raised(), "above the threshold it comes");
    write32(context_of(self), 0);
    settle(self);
    set_priority(&uart, 3);
    raise(&uart, true);
    raise(&rtc, true);
    check(claim(self) == (uart.source < rtc.source ? uart : rtc).source,
          "of equals the lower number");
    settle(self);
    complete(self, &uart);
    complete(self, &rtc);
    set_priority(&rtc, 0);
    raise(&rtc, true);
    check(!is_raised(), "priority 0 never comes");
    settle(self);
    set_priority(&rtc, 3);
    settle(self);
}

static volatile unsigned step;

/* The other hart: the interrupt is its own now. */
static void other_hart(void *unused)
{
    (void)unused;
    uint64_t self = hart_self()->id;
    write32(context_of(self), 0);
    step = 1;
    while (step != 2)
        pause();
    for (unsigned i = 0; i < 1000 && !is_raised(); i++)
        pause();
    check(is_raised(), "the other hart's interrupt comes there");
    check(claim(self) == rtc.source, "and is claimed there");
    raise(&rtc, false);
    complete(self, &rtc);
    check(!claim(self), "and is over");
    step = 3;
}

static void check_other(uint64_t self, uint64_t other)
{
    enable(self, &rtc, false);
    if (hart_start(other, other_hart, NULL))
        check(false, "the other hart starts");
    while (step != 1)
        pause();
    enable(other, &rtc, true);
    raise(&rtc, true);
    check(!is_raised() && !claim(self), "it comes to nobody else");
    step = 2;
    while (step != 3)
        pause();
}

static void find(const char *compatible, Device *device)
{
    FdtRange reg = { 0, 0 };
    FdtNode at = fdt_find_compatible(&fdt, NULL, compatible);
    if (!at || !fdt_reg(&fdt, at, 0, &reg))
        panic("claims: no %s in the device tree", compatible);
    *device = (Device){ reg.base, irqchip_source(&fdt, at) };
}

void main(void *blob)
{
    FdtRange reg;
    uint64_t self = hart_self()->id, other = self;
    if (!fdt_open(&fdt, blob))
        panic("claims: no device tree");
    power_find(&fdt);
    console_find(&fdt);
    find("ns16550a", &uart);
    find("google,goldfish-rtc", &rtc);
    node = fdt_find_compatible(&fdt, NULL, "riscv,plic0");
    if (!node || !fdt_reg(&fdt, node, 0, &reg))
        panic("claims: no PLIC in the device tree");
    plic_base = reg.base;
    write32(context_of(self), 0);
    check_order(self);
    check_threshold(self);
    for (FdtNode cpu = NULL; other == self && (cpu = fdt_next_cpu(&fdt, cpu, &other));) {
    }
    if (other != self)
        check_other(self, other);
    print("claims: %u questions, %u wrong\n%s\n", done, failed,
          failed ? "CLAIMS-FAIL" : "CLAIMS-OK");
    power_off(!failed);
}
