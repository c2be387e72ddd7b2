/* SPDX-License-Identifier: MIT */
/* irqchip.c - which interrupt controller there is; see irqchip.h. */
#include "lib/irqchip.h"

#include <stddef.h>

#include "lib/csr.h"

/* Of an APLIC that can send messages, its messages are wanted. */
static const Irqchip *const known[] = { &plic, &imsic, &aplic };

const Irqchip *irqchip_open(const Fdt *fdt, uint64_t id)
{
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        FdtNode node = NULL;
        while ((node = fdt_find_compatible(fdt, node, known[i]->compatible))) {
            if (known[i]->open(fdt, node, id))
                return known[i];
        }
    }
    return NULL;
}

/* The interrupt controller in the node of a processor. */
static uint32_t phandle_of(const Fdt *fdt, uint64_t id)
{
    uint64_t other;
    FdtNode cpu = NULL;
    while ((cpu = fdt_next_cpu(fdt, cpu, &other)) && other != id) {
    }
    return cpu ? fdt_cell(fdt, fdt_next(fdt, cpu), "phandle", 0, 0) : 0;
}

int irqchip_place(const Fdt *fdt, FdtNode node, uint64_t id)
{
    uint32_t phandle = phandle_of(fdt, id), to;
    for (unsigned i = 0; (to = fdt_cell(fdt, node, "interrupts-extended", 2 * i, 0)); i++) {
        if (to == phandle &&
            fdt_cell(fdt, node, "interrupts-extended", 2 * i + 1, 0) == IRQ_EXTERNAL)
            return (int)i;
    }
    return -1;
}
