/* SPDX-License-Identifier: MIT */
/* main.c - from power-on to the dispatcher; see README.md, then vm.h. */
#include "cp67/cp.h"
#include "lib/bootargs.h"
#include "lib/print.h"

enum { PMP_ALL = 0x1f }; /* NAPOT, for loads, stores and fetches */
enum { MEBIBYTE = 1 << 20, MICROSECONDS = 1000000, Q1_SLICE = 1000, Q2_SLICE = 8 };

Cp cp;

static const Bootarg words[] = {
    { "cp.storage", .least = 1, .most = 1024 },
    { "cp.q1", .least = 1, .most = MICROSECONDS },
    { "cp.fast", .words = "on|off" },
    { "cp.timer", .words = "real|virtual" },
    { "cp.frames", .least = 1, .most = UINT32_MAX },
    { "cp.drum", .words = "fifo|ordered" },
};

/* The floating-point unit and vectors are nobody's: who uses them gets an illegal instruction. */
static void set_up_hart(void)
{
    uint64_t id;
    FdtNode cpu = fdt_next_cpu(&cp.fdt, NULL, &id);
    cp.svade = fdt_isa_has(&cp.fdt, cpu, "svade");
    cp.fast = bootarg_is(&cp.fdt, "cp.fast", "on");
    cp.storage = bootarg_number(&cp.fdt, "cp.storage", 8) * MEBIBYTE;
    cp.slice[Q1] = bootarg_number(&cp.fdt, "cp.q1", Q1_SLICE) * machine_hz() / MICROSECONDS + 1;
    cp.slice[Q2] = Q2_SLICE * cp.slice[Q1];
    csr_write(medeleg, 0);
    csr_write(mideleg, 0);
    csr_write(senvcfg, 0);
    csr_write(mcounteren, COUNTEREN_CY | COUNTEREN_TM | COUNTEREN_IR);
    csr_write(pmpaddr0, ~0ul); /* what it may touch say the shadows */
    csr_write(pmpcfg0, PMP_ALL);
    csr_clear(mstatus, SSTATUS_FS | SSTATUS_VS | SSTATUS_SUM | SSTATUS_MXR | MSTATUS_MPRV);
    csr_set(mstatus, MSTATUS_TW);
}

void main(void *fdt)
{
    if (!fdt_open(&cp.fdt, fdt))
        panic("cp67: no device tree");
    machine_find(&cp.fdt);
    bootargs_check(&cp.fdt, "cp67", "cp.", words, sizeof(words) / sizeof(words[0]));
    set_up_hart();
    storage_make();
    spool_make();
    console_make();
    paging_make();
    shadow_begin();
    print("cp67: %u virtual machine%s of %lu KiB, timer %s, %s\n", cp.count,
          cp.count == 1 ? "" : "s", cp.storage / 1024, cp.vms[0].timer_real ? "real" : "virtual",
          cp.asids ? "shadows told apart by ASIDs" : "no ASIDs");
    dispatch();
}
