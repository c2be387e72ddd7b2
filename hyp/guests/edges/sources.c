/* SPDX-License-Identifier: MIT */
/* sources.c - cases about interrupts: sources that move, bells that ring when nobody wants them; see main.c. */
#include <stddef.h>

#include "guests/edges/edges.h"
#include "lib/aplic.h"
#include "lib/csr.h"
#include "lib/goldfish.h"
#include "lib/hart.h"
#include "lib/mmio.h"
#include "lib/power.h"
#include "lib/print.h"

static uintptr_t clock;

unsigned clock_open(void)
{
    FdtRange reg;
    FdtNode node = fdt_find_compatible(&fdt, NULL, "google,goldfish-rtc");
    if (!node || !fdt_reg(&fdt, node, 0, &reg))
        return 0;
    clock = reg.base;
    return irqchip_source(&fdt, node);
}

/* An alarm of long ago. */
void clock_ring(void)
{
    write32(clock + IRQ_ENABLED, 1);
    write32(clock + ALARM_HIGH, 0);
    write32(clock + ALARM_LOW, 1);
}

void clock_quiet(void)
{
    write32(clock + CLEAR_INTERRUPT, 1);
}

static uintptr_t aplic_at(void)
{
    FdtRange reg = { 0, 0 };
    FdtNode node = fdt_find_compatible(&fdt, NULL, "riscv,aplic");
    want(node && fdt_reg(&fdt, node, 0, &reg), "there is an APLIC");
    return reg.base;
}

/* As the end of an interrupt handler. */
static void return_from_trap(void)
{
    __asm__ volatile("csrs sstatus, %0\n la t0, 1f\n csrw sepc, t0\n sret\n1:" ::"r"(SSTATUS_SPP)
                     : "t0", "memory");
}

static uint32_t claim_of(uintptr_t at, unsigned hart)
{
    return read32(at + IDC + IDC_STRIDE * hart + CLAIMI) >> 16;
}

/* Will the source be the first of that hart's? On another machine it may take a while. */
static bool comes_to(uintptr_t at, unsigned hart, unsigned source)
{
    uint64_t until = csr_read(time) + 1000000;
    bool comes = false;
    while (!comes && csr_read(time) < until)
        comes = read32(at + IDC + IDC_STRIDE * hart + TOPI) >> 16 == source;
    return comes;
}

static void spin(void *unused)
{
    (void)unused;
    for (;;)
        pause();
}

/* A source may move to another hart, or be claimed by another one, while it is served; then it comes again all the same. */
void do_target(void)
{
    uintptr_t at = aplic_at();
    unsigned source = clock_open();
    want(!hart_start(1, spin, NULL), "hart 1 starts");
    write32(at + DOMAINCFG, DOMAIN_IE);
    for (unsigned hart = 0; hart < 2; hart++)
        write32(at + IDC + IDC_STRIDE * hart + IDELIVERY, 1);
    write32(at + 4 * source, LEVEL_HIGH);
    write32(at + TARGET + 4 * source, 1);
    write32(at + SETIE + NUMBER, source);
    clock_ring();
    want(external_within(1000) && claim_of(at, 0) == source, "the clock interrupts hart 0");
    write32(at + TARGET + 4 * source, 1 << HART_AT | 1);
    clock_quiet();
    return_from_trap();
    clock_ring();
    want(comes_to(at, 1, source), "a source that has moved meanwhile interrupts its new hart");
    want(claim_of(at, 1) == source, "hart 0 claims for hart 1");
    clock_quiet();
    return_from_trap();
    clock_ring();
    want(comes_to(at, 1, source), "a source that another hart has claimed comes again");
}

/* A source that is inactive is neither pending nor enabled: AIA, "Source configurations". */
void do_idle_bell(void)
{
    uintptr_t at = aplic_at();
    want(doorbell, "there is a bell");
    const Irqchip *chip = irqchip_open(&fdt, hart_self()->id);
    write32(at + SETIE + NUMBER, doorbell);
    wait_us(5000); /* it rings meanwhile */
    want(!(read32(at + SETIE + doorbell / 32 * 4) >> doorbell % 32 & 1),
         "a source that is inactive is not enabled");
    want(!(read32(at + SETIP + doorbell / 32 * 4) >> doorbell % 32 & 1),
         "a source that is inactive is not pending");
    chip->enable(doorbell, true);
    chip->edge(doorbell);
    want(!external_within(1000), "a bell that rang when its source was inactive is not heard");
    chip->enable(doorbell, false);
    want(!(read32(at + SETIE + doorbell / 32 * 4) >> doorbell % 32 & 1),
         "a source that was enabled, and is inactive, is not enabled");
}

/* A PLIC says nothing of a source again before it is told that the last one was served: "Interrupt Completion". */
void do_again(void)
{
    const Irqchip *chip = irqchip_open(&fdt, hart_self()->id);
    want(doorbell && chip, "there is a bell");
    chip->enable(doorbell, true);
    want(external_within(10000) && chip->claim() == doorbell, "the bell is heard");
    wait_us(5000); /* it rings meanwhile */
    want(!(csr_read(sip) & SIE_EXTERNAL) && !chip->claim(),
         "the bell is silent while it is served");
    chip->complete(doorbell);
    want(external_within(100) && chip->claim() == doorbell, "what rang meanwhile is heard after");
}
