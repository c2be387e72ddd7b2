/* SPDX-License-Identifier: MIT */
/*
 * claims.c - external interrupts by software: they come to HS-mode, which makes the guest's of them.
 *
 * The guest drives the interrupt controller itself, except for the registers by which a hart takes an interrupt: these
 * are accessed here in its place, since that changes what is pending.
 */
#include <stddef.h>

#include "lib/mmio.h"
#include "lib/paging.h"
#include "monitor/monitor.h"

/* How much of a controller is mapped: up to the registers for claims. */
static const struct {
    const char *compatible;
    uint64_t mapped;
} controllers[] = {
    { "riscv,plic0", 0x200000 },
    { "riscv,aplic", 0x4000 },
};

bool claims_map(const Fdt *tree, FdtNode node, FdtRange reg)
{
    for (unsigned i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
        uint64_t mapped = controllers[i].mapped;
        if (!fdt_list_has(tree, node, "compatible", controllers[i].compatible))
            continue;
        if (fdt_prop(tree, node, "msi-parent", NULL))
            return false; /* messages go to IMSICs, which are not given away */
        vm_map(reg.base, reg.base, mapped, PTE_RW);
        if (reg.size > mapped)
            guest.trapped = (FdtRange){ reg.base + mapped, reg.size - mapped };
        return true;
    }
    return false;
}

/* The guest's external interrupt is what is pending for us. While it is, ours stays off, or it would come again at
 * once. */
static void pass_external(void)
{
    if (csr_read(sip) & SIE_EXTERNAL) {
        csr_set(hvip, HVIP_EXTERNAL);
        csr_clear(sie, SIE_EXTERNAL);
    } else {
        csr_clear(hvip, HVIP_EXTERNAL);
        csr_set(sie, SIE_EXTERNAL);
    }
}

void on_external(GuestHart *hart)
{
    (void)hart;
    pass_external();
}

uint32_t claims_read(uint64_t gpa)
{
    uint32_t value = read32(gpa);
    pass_external();
    return value;
}

void claims_write(uint64_t gpa, uint32_t value)
{
    write32(gpa, value);
    pass_external();
}
