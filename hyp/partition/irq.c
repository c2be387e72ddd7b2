/* SPDX-License-Identifier: MIT */
/* irq.c - which way a guest's external interrupts go; see partition.h. */
#include <stddef.h>

#include "partition.h"

const IrqWay irq_none = { .name = "nothing" };

/* The first that the machine has. */
void irq_choose(Vm *vm, const Fdt *host)
{
    vm->irq = &irq_none;
    if (vm->irq->make)
        vm->irq->make(vm, host);
}

void interrupt_vm(Vm *vm, unsigned source)
{
    if (vm->irq->raise && source < VM_SOURCES)
        vm->irq->raise(vm, source);
}
