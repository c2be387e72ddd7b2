/* SPDX-License-Identifier: MIT */
/* plic.c - the platform-level interrupt controller, RISC-V PLIC Specification 1.0.0; see irqchip.h. */
#include <stddef.h>

#include "lib/irqchip.h"
#include "lib/machine.h"
#include "lib/mmio.h"

enum { PRIORITY = 0, ENABLE = 0x2000, THRESHOLD = 0x200000, CLAIM = 0x200004 };
enum { ENABLE_STRIDE = 0x80, CONTEXT_STRIDE = 0x1000 };

static uintptr_t priority, enable, threshold, claim; /* the last three of this hart's context */

static bool open_for(const Fdt *fdt, FdtNode node, uint64_t id, unsigned irq)
{
    FdtRange reg;
    int context = irqchip_place_of(fdt, node, id, irq);
    if (context < 0 || !fdt_reg(fdt, node, 0, &reg))
        return false;
    priority = reg.base + PRIORITY;
    enable = reg.base + ENABLE + ENABLE_STRIDE * (unsigned)context;
    threshold = reg.base + THRESHOLD + CONTEXT_STRIDE * (unsigned)context;
    claim = reg.base + CLAIM + CONTEXT_STRIDE * (unsigned)context;
    write32(threshold, 0);
    return true;
}

static bool plic_open(const Fdt *fdt, FdtNode node, uint64_t id)
{
    return open_for(fdt, node, id, IRQ_EXTERNAL);
}

static bool plic_open_machine(const Fdt *fdt, FdtNode node, uint64_t id)
{
    return open_for(fdt, node, id, IRQ_M_EXTERNAL);
}

static void plic_enable(unsigned source, bool on)
{
    uintptr_t word = enable + source / 32 * 4;
    uint32_t bit = 1u << source % 32;
    write32(priority + 4 * source, on);
    write32(word, on ? read32(word) | bit : read32(word) & ~bit);
}

static unsigned plic_claim(void)
{
    return read32(claim);
}

static void plic_complete(unsigned source)
{
    write32(claim, source);
}

const Irqchip plic = { "PLIC",     "riscv,plic0", plic_open, plic_enable,
                       plic_claim, plic_complete, NULL };
const Irqchip plic_machine = { "PLIC",      "riscv,plic0", plic_open_machine,
                               plic_enable, plic_claim,    plic_complete,
                               NULL };
