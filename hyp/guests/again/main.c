/* SPDX-License-Identifier: MIT */
/*
 * main.c - a guest that ends again and again, in several ways, and looks at each start whether anything is left of the one
 * before; or, with role=manager, the first partition, which starts the other one anew. README.md has its words.
 */
#include <stddef.h>

#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/irqchip.h"
#include "lib/mmio.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/trap.h"

enum { STOPPED, RUNNING, FAILED };
enum { VIRTIO_STATUS = 0x70, VIRTIO_ACKNOWLEDGE = 1 };
enum { PATTERN = 0x5a, SPACE = 1 << 20 };

/* In shared memory, which outlives them. */
typedef struct {
    uint64_t starts;  /* so many */
    uint64_t waiting; /* in that start it waits to be started anew */
    uint64_t wrong;   /* something was left */
} Record;

static Fdt fdt;
static volatile Record *record;
static uint64_t number; /* of the shared memory */
static unsigned doorbell;
static uintptr_t device; /* virtio registers, 0: it has none */
extern char image_end[];

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static void fail(const char *what, uint64_t value)
{
    record->wrong = 1;
    print("again: %s: 0x%lx\nAGAIN-FAIL\n", what, value);
    power_off(false);
}

static void find_record(void)
{
    FdtRange reg = { 0, 0 };
    FdtNode node = fdt_find_compatible(&fdt, NULL, "bulkhead,shared-memory");
    if (!node || !fdt_reg(&fdt, node, 0, &reg))
        panic("again: no shared memory in the device tree");
    record = (volatile Record *)reg.base;
    number = fdt_cell(&fdt, node, "bulkhead,number", 0, 0);
    doorbell = irqchip_source(&fdt, node);
}

static void find_device(void)
{
    FdtRange reg = { 0, 0 };
    FdtNode node = fdt_find_compatible(&fdt, NULL, "virtio,mmio");
    if (node && fdt_reg(&fdt, node, 0, &reg))
        device = reg.base;
}

static bool hart_has(const char *extension)
{
    uint64_t id;
    return fdt_isa_has(&fdt, fdt_next_cpu(&fdt, NULL, &id), extension);
}

/* Whatever is in f5, f31 and fcsr. */
static uint64_t read_float(void)
{
    uint64_t low, high, flags;
    csr_set(sstatus, SSTATUS_FS);
    __asm__ volatile(".option push\n.option arch, +f\nfmv.x.w %0, f5\nfmv.x.w %1, f31\n"
                     "frcsr %2\n.option pop"
                     : "=r"(low), "=r"(high), "=r"(flags));
    return low | high | flags;
}

static void write_float(uint64_t value)
{
    csr_set(sstatus, SSTATUS_FS);
    __asm__ volatile(".option push\n.option arch, +f\nfmv.w.x f5, %0\nfmv.w.x f31, %0\n"
                     "fscsr %0\n.option pop" ::"r"(value));
}

/* Nothing pending, and memory behind the image as it came from the machine. */
static void look(void)
{
    csr_write(sie, -1ul);
    if (csr_read(sip))
        fail("interrupts are pending", csr_read(sip));
    csr_write(sie, 0);
    const Irqchip *chip = irqchip_open(&fdt, hart_self()->id);
    if (chip && doorbell) {
        chip->enable(doorbell, true);
        unsigned source = chip->claim();
        if (source)
            fail("an interrupt of before", source);
    }
    if (hart_has("f") && read_float())
        fail("floating-point registers are not empty", read_float());
    if (bootarg_has(&fdt, "stateen") && csr_read(sstateen0))
        fail("sstateen0 is not empty", csr_read(sstateen0));
    if (device && read32(device + VIRTIO_STATUS))
        fail("a device goes on", read32(device + VIRTIO_STATUS));
    for (uint64_t *at = (uint64_t *)image_end; (char *)at < image_end + SPACE; at++)
        if (*at)
            fail("memory is not empty", (uintptr_t)at);
}

static void spin(void *unused)
{
    (void)unused;
    for (;;)
        wfi();
}

/* Leaves traces wherever it can. */
static void litter(void)
{
    uint64_t id;
    for (uint64_t *at = (uint64_t *)image_end; (char *)at < image_end + SPACE; at++)
        *at = PATTERN;
    if (hart_has("f"))
        write_float(PATTERN);
    if (bootarg_has(&fdt, "stateen"))
        csr_write(sstateen0, 1);
    if (device)
        write32(device + VIRTIO_STATUS, VIRTIO_ACKNOWLEDGE);
    sbi_set_timer(0);
    sbi_send_ipi(BIT(hart_self()->id), 0);
    for (FdtNode cpu = NULL; (cpu = fdt_next_cpu(&fdt, cpu, &id));)
        if (id != hart_self()->id && hart_start(id, spin, NULL))
            fail("a hart does not start", id);
}

/* The ways it ends, by turns. */
static void end(uint64_t n)
{
    switch (bootarg_number(&fdt, "way", n % 3)) {
    case 0: sbi_call(SBI_SRST, SBI_SYSTEM_RESET, SBI_COLD_REBOOT, SBI_NO_REASON, 0); break;
    case 1: write32(0, 0); break; /* nothing of its own is there */
    default: record->waiting = n; break;
    }
    for (;;)
        wfi();
}

/* A tenth of a millisecond, more or less. */
static void wait(void)
{
    sbi_set_timer(csr_read(time) + 1000);
    csr_write(sie, SIE_TIMER);
    wfi();
}

/* Starts partition `other` anew whenever it failed or waits. A doorbell is rung before, which it must not see after. */
static void manage(uint64_t other, uint64_t starts)
{
    uint64_t done = 0;
    while (record->starts < starts && !record->wrong) {
        uint64_t state = sbi_call(SBI_PARTITION, PARTITION_STATUS, other, 0, 0).value;
        uint64_t n = record->starts;
        if (n == done || (state != FAILED && record->waiting != n)) {
            wait();
            continue;
        }
        done = n;
        sbi_call(SBI_PARTITION, PARTITION_DOORBELL, number, 0, 0);
        if (sbi_call(SBI_PARTITION, PARTITION_RESTART, other, 0, 0).error)
            fail("it cannot be started anew", other);
    }
    if (record->wrong)
        fail("something was left in start", record->starts);
    print("again: %lu starts\nAGAIN-OK\n", record->starts);
    power_off(true);
}

void main(void *blob)
{
    if (!fdt_open(&fdt, blob))
        panic("again: no device tree");
    power_find(&fdt);
    console_find(&fdt);
    find_record();
    find_device();
    uint64_t starts = bootarg_number(&fdt, "starts", 10);
    if (bootarg_is(&fdt, "role", "manager"))
        manage(bootarg_number(&fdt, "other", 2), starts);
    look();
    uint64_t n = ++record->starts;
    litter();
    if (n < starts)
        end(n);
    print("again: started %lu times\n", n);
    power_off(true);
}
