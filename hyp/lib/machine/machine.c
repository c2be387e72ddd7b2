/* SPDX-License-Identifier: MIT */
/* machine.c - see machine.h. */
#include "lib/machine.h"

#include <stddef.h>

#include "lib/mmio.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/user.h"

/* The CLINT's registers: mtimecmp of each hart, and mtime. */
enum { MTIMECMP = 0x4000, MTIME = 0xbff8 };
/* What the finisher takes. */
enum { FINISH_PASS = 0x5555, FINISH_FAIL = 0x3333, FINISH_CODE = 16 };

_Static_assert(offsetof(User, pc) == USER_PC && offsetof(User, cause) == USER_CAUSE &&
                   offsetof(User, tval) == USER_TVAL && offsetof(User, host_sp) == USER_HOST_SP,
               "user_run.S knows another layout");

static uintptr_t serial, finisher, clint;
static uint64_t hz;

static uintptr_t find(const Fdt *fdt, const char *compatible)
{
    FdtRange reg;
    FdtNode node = fdt_find_compatible(fdt, NULL, compatible);
    return node && fdt_reg(fdt, node, 0, &reg) ? reg.base : 0;
}

void machine_find(const Fdt *fdt)
{
    serial = find(fdt, "ns16550a");
    finisher = find(fdt, "sifive,test0");
    clint = find(fdt, "riscv,clint0");
    hz = fdt_cell(fdt, fdt_find(fdt, "/cpus"), "timebase-frequency", 0, 0);
    machine_alarm(UINT64_MAX);
}

uint64_t machine_time(void)
{
    return read64(clint + MTIME);
}

uint64_t machine_hz(void)
{
    return hz;
}

void machine_alarm(uint64_t when)
{
    write64(clint + MTIMECMP, when);
}

uintptr_t machine_serial(void)
{
    return serial;
}

void power_off(bool well)
{
    write32(finisher, well ? FINISH_PASS : 1u << FINISH_CODE | FINISH_FAIL);
    for (;;)
        wfi();
}

void machine_die(uint64_t cause, uint64_t pc, uint64_t tval) __attribute__((noreturn));
void machine_die(uint64_t cause, uint64_t pc, uint64_t tval)
{
    panic("trap of our own: cause %ld at 0x%lx, tval 0x%lx", cause, pc, tval);
}
