/* SPDX-License-Identifier: MIT */
/*
 * main.c - the phases one after the other, with a mark in the trace and a line on the console at the end of each; see
 * wl.h.
 */
#include <stddef.h>

#include "lib/bootargs.h"
#include "lib/hart.h"
#include "lib/mmio.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/string.h"
#include "wl.h"

typedef struct {
    char letter;
    PhaseFn *run;
    ReportFn *report;
    uint64_t n; /* at scale 1 */
    const char *what;
} Phase;

// clang-format off
static const Phase phases[] = {
    { 'A', phase_compute, NULL,         65536,  "numbers sorted" },
    { 'B', phase_syscall, NULL,         100000, "null system calls" },
    { 'C', phase_map,     NULL,         10000,  "pages mapped, touched, unmapped" },
    { 'D', phase_switch,  NULL,         10000,  "address-space switches" },
    { 'E', phase_tick,    report_tick,  250,    "ticks at 250 Hz" },
    { 'F', phase_print,   NULL,         10000,  "characters on the serial port" },
    { 'G', phase_disk,    report_disk,  1000,   "blocks of 4 KiB, polled and by interrupt" },
    { 'H', phase_ping,    NULL,         10000,  "interrupts to another hart and back" },
    { 'I', phase_alarm,   report_alarm, 100,    "alarms at 100 Hz" },
    { 'J', phase_trap,    NULL,         10000,  "exceptions" },
};
// clang-format on

enum { PHASES = sizeof(phases) / sizeof(phases[0]), POOL_PAGES = 32 };

Wl wl;
static char running = '-';  /* letter of the phase */
static const char *skipped; /* why it cannot be done */
static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
extern char user_start[], user_end[];

void check(bool ok, const char *what, uint64_t value)
{
    if (ok)
        return;
    interrupts_off(~0ul);
    print("WL-FAIL %c: %s: 0x%lx\n", running, what, value);
    power_off(false);
}

uint64_t skip(const char *why)
{
    skipped = why;
    return 0;
}

uint64_t user_address(uintptr_t code)
{
    return USER_BASE + (code - (uintptr_t)user_start);
}

void paging_on(void)
{
    csr_write(satp, ATP_SV39 << ATP_MODE | (uintptr_t)wl.root >> 12);
    sfence_vma();
}

/* Physical memory at its own addresses, for the kernel only: devices below 2 GiB, RAM above. */
static void map_memory(void)
{
    page_pool(pool, pool + sizeof(pool));
    wl.root = paging_root(SV39);
    paging_map(wl.root, SV39, 0, 0, 2 * GIGA_PAGE, PTE_RW | PTE_G);
    paging_map(wl.root, SV39, 2 * GIGA_PAGE, 2 * GIGA_PAGE, GIGA_PAGE, PTE_RWX | PTE_G);
    paging_map(wl.root, SV39, USER_BASE, (uintptr_t)user_start, (uint64_t)(user_end - user_start),
               PTE_RX | PTE_U);
    paging_on();
}

static void look_around(void *fdt)
{
    uint64_t id;
    check(fdt_open(&wl.fdt, fdt), "no device tree", (uintptr_t)fdt);
    power_find(&wl.fdt);
    console_find(&wl.fdt);
    wl.hart = hart_self()->id;
    wl.scale = bootarg_number(&wl.fdt, "scale", 1);
    wl.scale += !wl.scale;
    wl.timebase = fdt_cell(&wl.fdt, fdt_find(&wl.fdt, "/cpus"), "timebase-frequency", 0, 0);
    check(wl.timebase, "no timebase-frequency in the device tree", 0);
    wl.sstc = fdt_isa_has(&wl.fdt, fdt_next_cpu(&wl.fdt, NULL, &id), "sstc") &&
              !bootarg_is(&wl.fdt, "timer", "sbi");
    wl.irqchip = irqchip_open(&wl.fdt, wl.hart);
    print("wl: timer by %s, interrupts by %s, scale %lu\n", wl.sstc ? "stimecmp" : "SBI",
          wl.irqchip ? wl.irqchip->name : "nothing", wl.scale);
}

/* Returns whether it was done. */
static bool run(const Phase *phase)
{
    uint64_t n = phase->n / wl.scale + !(phase->n / wl.scale);
    running = phase->letter;
    skipped = NULL;
    mark(MARK_BEGIN, phase->letter);
    uint64_t ticks = time_now(), insns = csr_read(instret);
    uint64_t done = phase->run(n);
    ticks = time_now() - ticks;
    insns = csr_read(instret) - insns;
    mark(MARK_END, phase->letter);
    if (skipped) {
        print("@%c skipped: %s\n", phase->letter, skipped);
        return false;
    }
    check(done == n, "fewer were done", done);
    print("@%c n=%lu %s ticks=%lu insns=%lu\n", phase->letter, n, phase->what, ticks, insns);
    if (phase->report)
        phase->report();
    return true;
}

void main(void *fdt)
{
    size_t length;
    unsigned done = 0, not_done = 0;

    look_around(fdt);
    map_memory();
    const char *letters = bootarg(&wl.fdt, "wl", &length);
    if (!letters) {
        letters = "ABCDEFGHIJ";
        length = PHASES;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned at = 0;
        running = '-';
        while (at < PHASES && phases[at].letter != letters[i])
            at++;
        check(at < PHASES, "wl= names a phase that there is not", (uint64_t)letters[i]);
        bool was_done = run(&phases[at]);
        done += was_done;
        not_done += !was_done;
    }
    uint64_t stray = bootarg_number(&wl.fdt, "poke", 0);
    if (stray) /* for a hypervisor to stop */
        write32(stray, 0);
    print("wl: %u phases done, %u skipped\nWL-OK\n", done, not_done);
    power_off(true);
}
