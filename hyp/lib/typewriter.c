/* SPDX-License-Identifier: MIT */
/* typewriter.c - see typewriter.h. */
#include "lib/typewriter.h"

#include <stddef.h>

#include "lib/irqchip.h"
#include "lib/uart.h"

unsigned typewriters_open(const Fdt *fdt, Typewriter *list, unsigned most)
{
    unsigned n = 0;
    FdtRange reg;
    FdtNode node = NULL;
    while ((node = fdt_find_compatible(fdt, node, "bulkhead,typewriter"))) {
        if (n == most || !fdt_reg(fdt, node, 0, &reg))
            continue;
        unsigned at = n++;
        for (; at && list[at - 1].base > reg.base; at--)
            list[at] = list[at - 1];
        list[at] = (Typewriter){ reg.base, irqchip_source(fdt, node) };
        uart_init(reg.base);
        uart_interrupts(reg.base, UART_RECEIVES);
    }
    return n;
}
