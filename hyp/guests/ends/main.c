/* SPDX-License-Identifier: MIT */
/*
 * main.c - a guest whose harts end with interrupts that wait for them, as those of Linux do: its timer is due, enabled, and
 * not taken. README.md has its words.
 */
#include <stddef.h>

#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/trap.h"

static Fdt fdt;

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static void leave_pending(void)
{
    csr_clear(sstatus, SSTATUS_SIE);
    csr_write(sie, SIE_SOFT | SIE_TIMER | SIE_EXTERNAL);
    sbi_set_timer(0);
    sbi_send_ipi(BIT(hart_self()->id), 0);
}

static void stop(void *unused)
{
    (void)unused;
    leave_pending();
    hart_stop();
}

void main(void *blob)
{
    uint64_t id;
    if (!fdt_open(&fdt, blob))
        panic("ends: no device tree");
    power_find(&fdt);
    console_find(&fdt);
    for (FdtNode cpu = NULL; (cpu = fdt_next_cpu(&fdt, cpu, &id));)
        if (id != hart_self()->id && hart_start(id, stop, NULL))
            panic("ends: hart %lu does not start", id);
    print("ends: now\n");
    if (bootarg_is(&fdt, "way", "stop"))
        stop(NULL);
    leave_pending();
    power_off(true);
}
