/* SPDX-License-Identifier: MIT */
/*
 * main.c - is the SBI that one gets as the specification wants it, also for who asks for nonsense? RISC-V SBI
 * Specification 3.0.
 *
 * For a hypervisor's guest of two harts with memory from 0x80000000 on, and nothing at 16 MiB below it; firmware does not
 * check as much. The last lines are CALLS-OK, or CALLS-FAIL and what was wrong.
 */
#include <stddef.h>

#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/trap.h"

#define NOWHERE 0x7f000000ul /* no memory */
#define ALL     (-1ul)

enum { ANYTHING = 99, LEGACY_PUTCHAR = 1, ALREADY = SBI_ERR_ALREADY_AVAILABLE };

static char text[64];

/* What must come of a call. `value` is looked at only where there is no error. */
static const struct {
    const char *what;
    uint64_t extension, function, a[5];
    long error;
    uint64_t value; /* ANYTHING: not looked at */
} rows[] = {
    { "version", SBI_BASE, SBI_SPEC_VERSION, { 0 }, 0, 3 << 24 },
    { "probe time", SBI_BASE, SBI_PROBE, { SBI_TIME }, 0, 1 },
    { "probe nothing", SBI_BASE, SBI_PROBE, { 0x12345678 }, 0, 0 },
    { "probe, high bits", SBI_BASE, SBI_PROBE, { 1ul << 63 | SBI_TIME }, 0, 0 },
    { "base, unknown", SBI_BASE, 7, { 0 }, SBI_ERR_NOT_SUPPORTED, 0 },
    { "unknown extension", 0x12345678, 0, { 0 }, SBI_ERR_NOT_SUPPORTED, 0 },
    { "legacy", LEGACY_PUTCHAR, 0, { 'x' }, SBI_ERR_NOT_SUPPORTED, 0 },
    { "time, unknown", SBI_TIME, 1, { 0 }, SBI_ERR_NOT_SUPPORTED, 0 },
    { "ipi to nobody", SBI_IPI, SBI_SEND_IPI, { 0, 0 }, 0, ANYTHING },
    { "ipi to nobody, far", SBI_IPI, SBI_SEND_IPI, { 0, 1000 }, 0, ANYTHING },
    { "ipi beyond", SBI_IPI, SBI_SEND_IPI, { 4, 0 }, SBI_ERR_INVALID_PARAM, 0 },
    { "ipi beyond by base", SBI_IPI, SBI_SEND_IPI, { 2, 1 }, SBI_ERR_INVALID_PARAM, 0 },
    { "ipi, base wraps", SBI_IPI, SBI_SEND_IPI, { 8, -2ul }, SBI_ERR_INVALID_PARAM, 0 },
    { "ipi, bit 63", SBI_IPI, SBI_SEND_IPI, { 1ul << 63, 0 }, SBI_ERR_INVALID_PARAM, 0 },
    { "ipi, unknown", SBI_IPI, 1, { 1, 0 }, SBI_ERR_NOT_SUPPORTED, 0 },
    { "fence.i", SBI_RFENCE, SBI_FENCE_I, { 1, 0 }, 0, ANYTHING },
    { "fence.i, all", SBI_RFENCE, SBI_FENCE_I, { 0, ALL }, 0, ANYTHING },
    { "fence.i beyond", SBI_RFENCE, SBI_FENCE_I, { 4, 0 }, SBI_ERR_INVALID_PARAM, 0 },
    { "sfence", SBI_RFENCE, SBI_SFENCE_VMA, { 3, 0, 0x1000, 0x1000 }, 0, ANYTHING },
    { "sfence, all", SBI_RFENCE, SBI_SFENCE_VMA, { 0, ALL, 0, ALL }, 0, ANYTHING },
    { "sfence, huge", SBI_RFENCE, SBI_SFENCE_VMA, { 3, 0, 0x1000, 1ul << 62 }, 0, ANYTHING },
    { "sfence, odd", SBI_RFENCE, SBI_SFENCE_VMA, { 3, 0, 0x1001, 3 }, 0, ANYTHING },
    { "sfence, wraps",
      SBI_RFENCE,
      SBI_SFENCE_VMA,
      { 3, 0, -16ul, 4096 },
      SBI_ERR_INVALID_ADDRESS,
      0 },
    { "sfence, asid", SBI_RFENCE, SBI_SFENCE_VMA_ASID, { 3, 0, 0, ALL, 5 }, 0, ANYTHING },
    { "sfence, huge asid", SBI_RFENCE, SBI_SFENCE_VMA_ASID, { 3, 0, 0, ALL, ALL }, 0, ANYTHING },
    { "sfence beyond", SBI_RFENCE, SBI_SFENCE_VMA, { 1, 2, 0, 0 }, SBI_ERR_INVALID_PARAM, 0 },
    { "hfence", SBI_RFENCE, SBI_HFENCE_GVMA, { 1, 0, 0, 0 }, SBI_ERR_NOT_SUPPORTED, 0 },
    { "start beyond", SBI_HSM, SBI_HART_START, { 2, 0x80200000, 0 }, SBI_ERR_INVALID_PARAM, 0 },
    { "start far beyond",
      SBI_HSM,
      SBI_HART_START,
      { ALL, 0x80200000, 0 },
      SBI_ERR_INVALID_PARAM,
      0 },
    { "start nowhere", SBI_HSM, SBI_HART_START, { 1, NOWHERE, 0 }, SBI_ERR_INVALID_ADDRESS, 0 },
    { "start at the end", SBI_HSM, SBI_HART_START, { 1, ALL - 1, 0 }, SBI_ERR_INVALID_ADDRESS, 0 },
    { "start oneself", SBI_HSM, SBI_HART_START, { 0, 0x80200000, 0 }, ALREADY, 0 },
    { "status", SBI_HSM, SBI_HART_STATUS, { 0 }, 0, SBI_HART_STARTED },
    { "status of a stopped one", SBI_HSM, SBI_HART_STATUS, { 1 }, 0, SBI_HART_STOPPED },
    { "status beyond", SBI_HSM, SBI_HART_STATUS, { 2 }, SBI_ERR_INVALID_PARAM, 0 },
    { "suspend, unknown", SBI_HSM, SBI_HART_SUSPEND, { 0x1234 }, SBI_ERR_INVALID_PARAM, 0 },
    { "suspend, not retentive",
      SBI_HSM,
      SBI_HART_SUSPEND,
      { 0x80000000, 0x80200000 },
      SBI_ERR_NOT_SUPPORTED,
      0 },
    { "hsm, unknown", SBI_HSM, 9, { 0 }, SBI_ERR_NOT_SUPPORTED, 0 },
    { "write nothing", SBI_DBCN, SBI_CONSOLE_WRITE, { 0, 0x80200000, 0 }, 0, 0 },
    { "write nowhere", SBI_DBCN, SBI_CONSOLE_WRITE, { 1, NOWHERE, 0 }, SBI_ERR_INVALID_PARAM, 0 },
    { "write from far",
      SBI_DBCN,
      SBI_CONSOLE_WRITE,
      { 1, 0x80200000, 1 },
      SBI_ERR_INVALID_PARAM,
      0 },
    { "write all", SBI_DBCN, SBI_CONSOLE_WRITE, { ALL, 0x80200000, 0 }, SBI_ERR_INVALID_PARAM, 0 },
    { "write, wraps", SBI_DBCN, SBI_CONSOLE_WRITE, { ALL, ALL, 0 }, SBI_ERR_INVALID_PARAM, 0 },
    { "read nowhere", SBI_DBCN, SBI_CONSOLE_READ, { 1, NOWHERE, 0 }, SBI_ERR_INVALID_PARAM, 0 },
    { "read to text", SBI_DBCN, SBI_CONSOLE_READ, { 1, (uintptr_t)text, 0 }, 0, ANYTHING },
    { "console, unknown", SBI_DBCN, 3, { 0 }, SBI_ERR_NOT_SUPPORTED, 0 },
    { "reset, unknown type", SBI_SRST, 0, { 3, 0 }, SBI_ERR_INVALID_PARAM, 0 },
    { "reset, unknown reason", SBI_SRST, 0, { 0, 2 }, SBI_ERR_INVALID_PARAM, 0 },
    { "reset, unknown", SBI_SRST, 1, { 0, 0 }, SBI_ERR_NOT_SUPPORTED, 0 },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static volatile uint64_t came; /* what the other hart was given */

static void fail(const char *what, long error, uint64_t value)
{
    print("CALLS-FAIL %s: error %ld, value 0x%lx\n", what, error, value);
    power_off(false);
}

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    if (cause != (SCAUSE_IRQ | IRQ_SOFT))
        trap_die(frame, cause, tval);
    csr_clear(sip, SIE_SOFT);
    came++;
}

static void other(void *argument)
{
    came = (uintptr_t)argument;
}

static uint64_t status(uint64_t hart)
{
    return sbi_call(SBI_HSM, SBI_HART_STATUS, hart, 0, 0).value;
}

/* A hart starts, stops by itself, and starts again. */
static void check_harts(void)
{
    for (uint64_t round = 1; round <= 3; round++) {
        long error = hart_start(1, other, (void *)round);
        if (error)
            fail("start", error, round);
        while (came != round)
            pause();
        while (status(1) != SBI_HART_STOPPED)
            pause();
    }
}

/* An interrupt for oneself, named in each of three ways; suspended until then. */
static void check_ipi(void)
{
    static const uint64_t ways[][2] = { { 1, 0 }, { 0, ALL }, { 0x1, 0 } };
    csr_write(sie, SIE_SOFT);
    for (unsigned i = 0; i < 3; i++) {
        came = 0;
        sbi_send_ipi(ways[i][0], ways[i][1]);
        while (!(csr_read(sip) & SIE_SOFT))
            sbi_call(SBI_HSM, SBI_HART_SUSPEND, 0, 0, 0);
        csr_set(sstatus, SSTATUS_SIE);
        csr_clear(sstatus, SSTATUS_SIE);
        if (came != 1)
            fail("ipi", 0, came);
    }
}

void main(void *tree)
{
    (void)tree;
    for (unsigned i = 0; i < ROWS; i++) {
        const uint64_t *a = rows[i].a;
        SbiResult got =
            sbi_call5(rows[i].extension, rows[i].function, a[0], a[1], a[2], a[3], a[4]);
        if (got.error != rows[i].error ||
            (!got.error && rows[i].value != ANYTHING && got.value != rows[i].value))
            fail(rows[i].what, got.error, got.value);
    }
    check_harts();
    check_ipi();
    print("calls: %u right\nCALLS-OK\n", (unsigned)ROWS);
    power_off(true);
}
