/* SPDX-License-Identifier: MIT */
/* irq.c - which way a guest's external interrupts go; see partition.h. */
#include <stddef.h>

#include "partition.h"

static bool make_none(Vm *vm, const Fdt *host)
{
    (void)vm;
    (void)host;
    return true;
}

const IrqWay irq_none = { .name = "nothing", .make = make_none };

/* The best first. */
static const IrqWay *const ways[] = { &irq_files, &irq_vplic, &irq_vaplic, &irq_none };

void irq_choose(Vm *vm, const Fdt *host)
{
    for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]) && !vm->irq; i++)
        if (ways[i]->make(vm, host))
            vm->irq = ways[i];
}

void interrupt_vm(Vm *vm, unsigned source)
{
    if (vm->irq->raise && source_in(vm->doorbells, source))
        vm->irq->raise(vm, source);
}
