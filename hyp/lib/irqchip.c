/* SPDX-License-Identifier: MIT */
/* irqchip.c - which interrupt controller there is; see irqchip.h. */
#include "lib/irqchip.h"

#include <stddef.h>

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
