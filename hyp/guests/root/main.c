/* SPDX-License-Identifier: MIT */
/*
 * main.c - a system that has the machine for itself, and calls a hypervisor under itself: the root of hyp/partition with
 * profile=jailhouse. README.md has its words.
 */
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/mmio.h"
#include "lib/partitions.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/string.h"
#include "lib/trap.h"
#include "partition/late.h"

enum { RUNNING = 1 };

static Fdt fdt;
static volatile uint64_t ticks, illegal;
static uint64_t period;

/* Its own timer goes on through the call; what only a hypervisor may do shows who it is. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    if (cause == (SCAUSE_IRQ | IRQ_TIMER)) {
        ticks++;
        csr_write(stimecmp, csr_read(stimecmp) + period);
    } else if (cause == CAUSE_ILLEGAL) {
        illegal++;
        frame->pc += 4;
    } else {
        trap_die(frame, cause, tval);
    }
}

static void must(bool ok, const char *what, uint64_t value)
{
    if (ok)
        return;
    print("root: %s: 0x%lx\nROOT-FAIL\n", what, value);
    power_off(false);
}

/* May it do what HS-mode may? */
static bool is_host(void)
{
    uint64_t before = illegal;
    (void)csr_read(hgatp);
    return illegal == before;
}

static void call(uint64_t function, uint64_t cell)
{
    long error = sbi_call(SBI_PARTITION, function, cell, 0, 0).error;
    must(!error, "a call that is refused", (uint64_t)-error << 8 | function);
}

/* Every other hart of the machine is ours until then: it counts, and goes. */
static volatile uint64_t visited;

static void visit(void *unused)
{
    (void)unused;
    visited++;
}

static void use_harts(void)
{
    uint64_t id, n = 0;
    for (FdtNode cpu = NULL; (cpu = fdt_next_cpu(&fdt, cpu, &id));) {
        if (id == hart_self()->id)
            continue;
        must(!hart_start(id, visit, NULL), "a hart that does not start", id);
        while (sbi_call(SBI_HSM, SBI_HART_STATUS, id, 0, 0).value != SBI_HART_STOPPED) {
        }
        n++;
    }
    must(visited == n, "harts that were there", visited);
    print("root: on the machine itself, %lu harts\n", n + 1);
}

static void enable(void)
{
    PartitionSetup setup;
    must(partitions_setup(&fdt, &setup), "no partitions in the device tree", 0);
    const LateHeader *header = (LateHeader *)(setup.memory.base + setup.memory.size) - 1;
    must(header->magic == LATE_MAGIC, "no hypervisor is there", header->magic);
    must(is_host(), "HS-mode", 0);
    uint64_t before = ticks;
    must(!header->enable(), "enabled", 0);
    must(!is_host(), "VS-mode", 0);
    print("root: a guest from now on\n");
    while (ticks < before + 3)
        wfi();
}

/* A cell's life; `memory` is where its memory is in the machine. */
static void have_cell(uint64_t cell, uint64_t memory, bool peek)
{
    long error;
    write32(memory, 1);
    must(sbi_call(SBI_PARTITION, PARTITION_RESTART, cell, 0, 0).error,
         "started before it was created", cell);
    while ((error = sbi_call(SBI_PARTITION, PARTITION_CREATE, cell, 0, 0).error) == SBI_ERR_DENIED)
        pause(); /* until its harts are off */
    must(!error, "a cell that is not created", cell);
    must(sbi_call(SBI_PARTITION, PARTITION_CREATE, cell, 0, 0).error, "created twice", cell);
    if (peek)
        write32(memory, 2); /* that is its own no more */
    call(PARTITION_START, cell);
    while (sbi_call(SBI_PARTITION, PARTITION_STATUS, cell, 0, 0).value == RUNNING)
        wfi();
    must(!sbi_call(SBI_PARTITION, PARTITION_STATUS, cell, 0, 0).value, "the cell failed", cell);
    while (
        sbi_call(SBI_PARTITION, PARTITION_DESTROY, cell, 0, 0).error) { /* until its harts wait */
    }
    must(!read32(memory), "the cell's memory is not empty", read32(memory));
}

void main(void *blob)
{
    must(fdt_open(&fdt, blob), "no device tree", 0);
    power_find(&fdt);
    console_find(&fdt);
    period = fdt_cell(&fdt, fdt_find(&fdt, "/cpus"), "timebase-frequency", 0, 0) / 1000;
    csr_write(stimecmp, csr_read(time) + period);
    csr_write(sie, SIE_TIMER);
    csr_set(sstatus, SSTATUS_SIE);
    use_harts();
    enable();
    Partition part = { .node = NULL };
    bool peek = false;
    while (partitions_next(&fdt, part.node, &part)) {
        peek = part.number == 1 ? !strcmp(part.bootargs, "peek") : peek; /* our own */
        for (unsigned lives = 0; part.number > 1 && lives < 2; lives++)
            have_cell(part.number, part.memories[0].host, peek);
    }
    print("root: %lu ticks\nROOT-OK\n", ticks);
    power_off(true);
}
