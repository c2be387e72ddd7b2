/* SPDX-License-Identifier: MIT */
/*
 * vplic.c - the PLIC that a guest sees: a context for each of its harts, at S-mode. RISC-V PLIC Specification 1.0.0.
 */
#include <stddef.h>

#include "emulated.h"
#include "lib/aplic.h"

enum { PRIORITY = 0, PENDING = 0x1000, ENABLE = 0x2000, CONTEXT = 0x200000 };
enum { BITS = VM_SOURCES / 8, CONTEXT_STRIDE = 0x1000, THRESHOLD = 0, CLAIM = 4, PRIORITIES = 7 };

/* The bits of 32 sources: of a hart's, which of them may interrupt it. */
static void access_enable(Vm *vm, unsigned hart, unsigned word, bool write, uint32_t *value)
{
    const uint64_t *enabled = vm->emulated->contexts[hart].enabled;
    for (unsigned i = 0; write && i < 32; i++)
        emulated_enable(vm, hart, 32 * word + i, *value >> i & 1 ? LEVEL_HIGH : 0);
    *value = (uint32_t)(enabled[word / 2] >> word % 2 * 32);
}

/* Claims do not mind the threshold: "Interrupt Claim Process". */
static void access_context(Vm *vm, unsigned hart, uint64_t reg, bool write, uint32_t *value)
{
    Context *context = &vm->emulated->contexts[hart];
    if (reg == THRESHOLD && write)
        context->threshold = *value & PRIORITIES;
    else if (reg == CLAIM && write && bit_of(context->enabled, *value))
        emulated_done(vm, hart, *value);
    if (!write)
        *value = reg == THRESHOLD ? context->threshold
                 : reg == CLAIM   ? emulated_claim(vm, hart, 0)
                                  : 0;
}

static void access_priority(Emulated *e, unsigned source, bool write, uint32_t *value)
{
    if (write && source)
        e->urgency[source] = *value & PRIORITIES;
    *value = e->urgency[source];
}

static bool vplic(VmHart *hart, uint64_t offset, const Access *access, uint64_t *value)
{
    Vm *vm = hart->vm;
    uint32_t word = (uint32_t)*value;
    uint64_t n = offset >= CONTEXT ? (offset - CONTEXT) / CONTEXT_STRIDE : (offset - ENABLE) / BITS;
    if (access->size != 4)
        return false;
    lock(&vm->irq_lock);
    if (offset < PENDING)
        access_priority(vm->emulated, (unsigned)offset / 4, access->write, &word);
    else if (offset < PENDING + BITS)
        word = (uint32_t)(emulated_pending(vm, (unsigned)(offset % BITS) / 8) >> offset % 8 * 8);
    else if (offset >= CONTEXT && n < vm->n_harts)
        access_context(vm, (unsigned)n, offset % CONTEXT_STRIDE, access->write, &word);
    else if (offset >= ENABLE && offset < CONTEXT && n < vm->n_harts)
        access_enable(vm, (unsigned)n, (unsigned)(offset % BITS) / 4, access->write, &word);
    else
        word = 0;
    if (access->write)
        emulated_update(vm);
    unlock(&vm->irq_lock);
    *value = word;
    return true;
}

static bool vplic_make(Vm *vm, const Fdt *host)
{
    FdtRange reg;
    const Wires *wires = wires_find(vm, host, "riscv,plic0");
    if (!wires || !fdt_reg(host, vm->controller, 0, &reg))
        return false;
    mmio_add(vm, reg.base, reg.size, vplic);
    return emulated_make(vm, wires);
}

static void vplic_tree(const Vm *vm, TreeWriter *tree, const Fdt *host)
{
    emulated_tree(vm, tree, host, "riscv,ndev");
}

const IrqWay irq_vplic = {
    .name = "an emulated PLIC",
    .make = vplic_make,
    .tree = vplic_tree,
    .forget = emulated_forget,
    .reset = emulated_reset,
    .raise = emulated_raise,
    .external = emulated_external,
    .look = emulated_look,
};
