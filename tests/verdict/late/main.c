/* SPDX-License-Identifier: MIT */
/*
 * main.c - a guest on two harts whose interrupts are easily misjudged, and one that calls what there is not.
 *
 * mode=masked: the timer is off in sie while the hart waits, until the other hart wakes it by an IPI. mode=two: two
 * messages come into its interrupt file at once. mode=calls: `n=` different calls. Marks 1 and 2, value 'L', are around it.
 */
#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/irqchip.h"
#include "lib/mmio.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/trap.h"

enum { FIRST = 20, SECOND, TICKS_WAITED = 50000, TICKS_TIMER = 10000, TICKS_HANDLER = 100 };

static Fdt fdt;
static const Irqchip *chip;
static volatile unsigned taken;

static void wait_ticks(uint64_t ticks)
{
    uint64_t until = csr_read(time) + ticks;
    while (csr_read(time) < until)
        ;
}

/* Slow enough that the second message is there when the first is claimed. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    if (cause == (1ul << 63 | IRQ_EXTERNAL)) {
        wait_ticks(TICKS_HANDLER);
        chip->claim();
    } else if (cause == (1ul << 63 | IRQ_SOFT)) {
        csr_clear(sip, SIE_SOFT);
    } else if (cause == (1ul << 63 | IRQ_TIMER)) {
        csr_clear(sie, SIE_TIMER);
    } else {
        trap_die(frame, cause, tval);
    }
    taken++;
}

static void wake_first(void *unused)
{
    (void)unused;
    wait_ticks(TICKS_WAITED);
    sbi_send_ipi(1, 0);
    for (;;)
        wfi();
}

static void masked(void)
{
    sbi_set_timer(csr_read(time) + TICKS_TIMER);
    csr_write(sie, SIE_SOFT);
    csr_set(sstatus, SSTATUS_SIE);
    while (!taken)
        wfi();
    csr_set(sie, SIE_TIMER);
    while (taken < 2)
        pause();
}

static void send_two(void *unused)
{
    FdtRange reg = { 0, 0 };
    FdtNode node = fdt_find_compatible(&fdt, NULL, "riscv,imsics");
    (void)unused;
    if (!node || !fdt_reg(&fdt, node, 0, &reg))
        panic("late: no interrupt files");
    wait_ticks(TICKS_TIMER);
    write32(reg.base, FIRST);
    write32(reg.base, SECOND);
    for (;;)
        wfi();
}

static void two(void)
{
    csr_write(sie, SIE_EXTERNAL);
    csr_set(sstatus, SSTATUS_SIE);
    while (taken < 2)
        wfi();
}

static void calls(void)
{
    uint64_t n = bootarg_number(&fdt, "n", 1000);
    for (uint64_t i = 0; i < n; i++)
        sbi_call(0x09000000 + i, i, 0, 0, 0);
}

static const struct {
    const char *name;
    void (*other)(void *unused);
    void (*run)(void);
} modes[] = { { "masked", wake_first, masked },
              { "two", send_two, two },
              { "calls", NULL, calls } };

void main(void *blob)
{
    if (!fdt_open(&fdt, blob))
        panic("late: no device tree");
    power_find(&fdt);
    console_find(&fdt);
    chip = irqchip_open(&fdt, 0);
    chip->enable(FIRST, true);
    chip->enable(SECOND, true);
    for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (!bootarg_is(&fdt, "mode", modes[i].name))
            continue;
        if (modes[i].other)
            hart_start(1, modes[i].other, NULL);
        mark(MARK_BEGIN, 'L');
        modes[i].run();
        mark(MARK_END, 'L');
    }
    power_off(true);
}
