/* SPDX-License-Identifier: MIT */
/* power.c - see power.h. */
#include "lib/power.h"

#include "lib/csr.h"
#include "lib/mmio.h"
#include "lib/sbi.h"

enum { FAIL = 0x3333, CODE = 16 };

static uintptr_t finisher;

void power_find(const Fdt *fdt)
{
    FdtRange reg;
    FdtNode node = fdt_find_compatible(fdt, NULL, "sifive,test0");
    if (node && fdt_reg(fdt, node, 0, &reg))
        finisher = reg.base;
}

void power_off(bool well)
{
    if (!well && finisher)
        write32(finisher, 1u << CODE | FAIL);
    else
        sbi_call(SBI_SRST, SBI_SYSTEM_RESET, SBI_SHUTDOWN,
                 well ? SBI_NO_REASON : SBI_SYSTEM_FAILURE, 0);
    for (;;)
        wfi(); /* until it is off */
}
