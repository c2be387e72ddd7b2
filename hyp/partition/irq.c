/* SPDX-License-Identifier: MIT */
/* irq.c - which way a guest's external interrupts go; see partition.h. */
#include <stddef.h>

#include "lib/csr.h"
#include "partition.h"

const IrqWay irq_none = { .name = "nothing" };

/* The best first. */
static const IrqWay *const ways[] = { &irq_files, &irq_vplic, &irq_vaplic };

void irq_choose(Vm *vm, const Fdt *host)
{
    vm->irq = &irq_none;
    for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]) && vm->irq == &irq_none; i++)
        if (ways[i]->make(vm, host))
            vm->irq = ways[i];
}

void irq_forget(Vm *vm)
{
    lock(&vm->irq_lock);
    if (vm->irq->forget)
        vm->irq->forget(vm);
    unlock(&vm->irq_lock);
}

void interrupt_vm(Vm *vm, unsigned source)
{
    if (vm->irq->raise && source_in(vm->doorbells, source))
        vm->irq->raise(vm, source);
}

int irq_place(const Fdt *host, FdtNode node, uint64_t id)
{
    uint32_t phandle;
    FdtRange reg;
    for (unsigned i = 0; (phandle = fdt_cell(host, node, "interrupts-extended", 2 * i, 0)); i++) {
        FdtNode own = fdt_find_phandle(host, phandle);
        if (own && fdt_reg(host, fdt_parent(host, own), 0, &reg) && reg.base == id &&
            fdt_cell(host, node, "interrupts-extended", 2 * i + 1, 0) == IRQ_EXTERNAL)
            return (int)i;
    }
    return -1;
}
