/* SPDX-License-Identifier: MIT */
/*
 * main.c - a guest that does what a hypervisor meets seldom: a hart that starts anew alone, two harts that end their
 * partition at once, bells that nobody wants, text that is none. The word case= says which; README.md has them.
 */
#include <stddef.h>

#include "guests/edges/edges.h"
#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/mmio.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/string.h"
#include "lib/trap.h"

Fdt fdt;
volatile uint64_t *record;
uint64_t number;
unsigned doorbell;
static volatile unsigned stage;

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

void want(bool right, const char *what)
{
    if (!right) {
        print("edges: not so: %s\nEDGES-FAIL\n", what);
        power_off(false);
    }
}

void wait_us(uint64_t us)
{
    uint64_t until = csr_read(time) + 10 * us;
    while (csr_read(time) < until)
        pause();
}

bool external_within(uint64_t us)
{
    uint64_t until = csr_read(time) + 10 * us;
    while (!(csr_read(sip) & SIE_EXTERNAL) && csr_read(time) < until)
        pause();
    return csr_read(sip) & SIE_EXTERNAL;
}

static void find_shared(void)
{
    FdtRange reg = { 0, 0 };
    FdtNode node = fdt_find_compatible(&fdt, NULL, "bulkhead,shared-memory");
    if (!node || !fdt_reg(&fdt, node, 0, &reg))
        return;
    record = (volatile uint64_t *)reg.base;
    number = fdt_cell(&fdt, node, "bulkhead,number", 0, 0);
    doorbell = irqchip_source(&fdt, node);
}

/* Hart 1 has the clock's interrupt; hart 0 stops and starts. It is a source of hart 1's all the same. */
static void started_anew(void *unused)
{
    (void)unused;
    stage = 2;
    hart_stop();
}

static void other_hart(void *unused)
{
    (void)unused;
    const Irqchip *chip = irqchip_open(&fdt, 1);
    unsigned source = clock_open();
    want(chip && source, "there is a controller and a clock");
    chip->enable(source, true);
    while (sbi_call(SBI_HSM, SBI_HART_STATUS, 0, 0, 0).value != SBI_HART_STOPPED)
        pause();
    stage = 1;
    want(!hart_start(0, started_anew, NULL), "hart 0 starts");
    while (stage != 2)
        pause();
    clock_ring();
    want(external_within(1000) && chip->claim() == source,
         "the clock interrupts hart 1 though hart 0 has started anew");
    print("EDGES-OK\n");
    power_off(true);
}

static void do_hart(void)
{
    want(!hart_start(1, other_hart, NULL), "hart 1 starts");
    hart_stop();
}

/* One hart asks for a reboot, and another one is at fault right then. */
static void fault(void *unused)
{
    (void)unused;
    while (!stage)
        pause();
    write32(0, 1);
}

static void do_race(void)
{
    want(record != NULL, "there is shared memory");
    if (record[0]++)
        return;
    want(!hart_start(1, fault, NULL), "hart 1 starts");
    wait_us(1000);
    stage = 1;
    sbi_call(SBI_SRST, SBI_SYSTEM_RESET, SBI_COLD_REBOOT, 0, 0);
    for (;;)
        wfi();
}

/* Sleeps until a moment that comes while whoever is below looks whether it has come: somewhere in the way from the call that
 * asks for it to the end of wfi, 0 to 20 us later, a few instructions later each time. */
static void do_sleep(void)
{
    for (uint64_t i = 0; i < 4000; i++) {
        for (volatile uint64_t j = 0; j < i % 20; j++) {
        }
        uint64_t until = csr_read(time) + i / 20;
        sbi_set_timer(until);
        csr_set(sie, SIE_TIMER);
        wfi();
        want(csr_read(time) >= until, "wfi ends when its time has come");
        csr_clear(sie, SIE_TIMER);
    }
}

/* Rings the other one's bell so often, a millisecond apart. */
static void do_ring(void)
{
    for (uint64_t i = 0; i < bootarg_number(&fdt, "rings", 1); i++) {
        wait_us(1000);
        want(!sbi_call(SBI_PARTITION, PARTITION_DOORBELL, number, 0, 0).error, "the bell rings");
    }
}

/* All harts print without an end. */
static void print_always(void *unused)
{
    static char text[257];
    (void)unused;
    memset(text, 'x', sizeof(text));
    for (;;)
        sbi_call(SBI_DBCN, SBI_CONSOLE_WRITE, sizeof(text) - 1, (uintptr_t)text, 0);
}

static void do_spam(void)
{
    uint64_t id;
    for (FdtNode cpu = NULL; (cpu = fdt_next_cpu(&fdt, cpu, &id));)
        if (id != hart_self()->id)
            want(!hart_start(id, print_always, NULL), "a hart starts");
    print_always(NULL);
}

/* Ends partition 2, and says how long that takes. */
static void do_stop(void)
{
    wait_us(5000);
    uint64_t begin = csr_read(time);
    want(!sbi_call(SBI_PARTITION, PARTITION_STOP, 2, 0, 0).error, "it can be stopped");
    print("edges: stopped in %lu us\n", (csr_read(time) - begin) / 10);
}

/* Text as others might take it for a command to the terminal. */
static void do_text(void)
{
    static const char text[] = "edges: <\x7f\x9b\xc2\x9b\xe0\x82\x9b\x85\xff\xc3\xa4\xe2\x82\xac"
                               "\xf0\x9f\x9a\xa2\x1b\xc3>\n";
    for (const char *at = text; *at; at++)
        sbi_call(SBI_DBCN, SBI_CONSOLE_BYTE, (uint8_t)*at, 0, 0);
}

/* Waits until something is typed, so that it has the keyboard, and says it. */
static void do_listen(void)
{
    static char text[8];
    wait_us(bootarg_number(&fdt, "after", 0));
    uint64_t got = sbi_call(SBI_DBCN, SBI_CONSOLE_READ, sizeof(text) - 1, (uintptr_t)text, 0).value;
    print("edges: typed %lu\n", got);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    { "hart", do_hart },     { "race", do_race },     { "ring", do_ring },
    { "spam", do_spam },     { "stop", do_stop },     { "text", do_text },
    { "listen", do_listen }, { "target", do_target }, { "idle", do_idle_bell },
    { "again", do_again },   { "sleep", do_sleep },
};

void main(void *blob)
{
    if (!fdt_open(&fdt, blob))
        panic("edges: no device tree");
    power_find(&fdt);
    console_find(&fdt);
    find_shared();
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (bootarg_is(&fdt, "case", cases[i].name))
            cases[i].run();
    print("EDGES-OK\n");
    power_off(true);
}
