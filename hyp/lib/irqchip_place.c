/* SPDX-License-Identifier: MIT */
/* irqchip_place.c - harts, as interrupt controllers number them; see irqchip.h. */
#include <stddef.h>

#include "lib/csr.h"
#include "lib/irqchip.h"

/* The interrupt controller in the node of a processor. */
static uint32_t phandle_of(const Fdt *fdt, uint64_t id)
{
    uint64_t other;
    FdtNode cpu = NULL;
    while ((cpu = fdt_next_cpu(fdt, cpu, &other)) && other != id) {
    }
    return cpu ? fdt_cell(fdt, fdt_next(fdt, cpu), "phandle", 0, 0) : 0;
}

int irqchip_place_of(const Fdt *fdt, FdtNode node, uint64_t id, unsigned irq)
{
    uint32_t phandle = phandle_of(fdt, id), to;
    for (unsigned i = 0; (to = fdt_cell(fdt, node, "interrupts-extended", 2 * i, 0)); i++) {
        if (to == phandle && fdt_cell(fdt, node, "interrupts-extended", 2 * i + 1, 0) == irq)
            return (int)i;
    }
    return -1;
}

int irqchip_place(const Fdt *fdt, FdtNode node, uint64_t id)
{
    return irqchip_place_of(fdt, node, id, IRQ_EXTERNAL);
}
