/* SPDX-License-Identifier: MIT */
/*
 * vaplic.c - the APLIC that a guest sees: a domain of its own that delivers to its harts without messages.
 *
 * It has no register by which a guest says that it is done with a source. But then it looks for the next one, or returns,
 * or waits: so its next sret or wfi comes to us, once. Only then do the machine's wires speak again, and a level that is
 * still high interrupts once more.
 *
 * It differs from a real one: there is no iforce; in_clrip reads what is pending; a source is pending when the hart that it
 * goes to has taken it, which one that is stopped does not.
 *
 * RISC-V Advanced Interrupt Architecture, "Memory-mapped control region for an interrupt domain", "Interrupt delivery
 * directly by the APLIC".
 */
#include <stddef.h>

#include "emulated.h"
#include "lib/aplic.h"
#include "lib/csr.h"

enum { LOWEST = 256 };
enum { TO_US = HSTATUS_VTSR | HSTATUS_VTW };

/* A source goes to the hart it is meant for, and to no other. A lower number is more urgent. */
static void apply(Vm *vm, unsigned source)
{
    Emulated *e = vm->emulated;
    unsigned mode = bit_of(e->wanted, source) ? e->mode[source] : 0;
    if (e->target[source] >> HART_AT < vm->n_harts)
        emulated_enable(vm, e->target[source] >> HART_AT, source, mode);
    uint32_t priority = e->target[source] & 0xff;
    e->urgency[source] = (uint16_t)(LOWEST - (priority ? priority : 1));
}

static void access_source(Vm *vm, bool target, unsigned source, bool write, uint32_t *value)
{
    Emulated *e = vm->emulated;
    bool known = source_in(vm->sources, source) || source_in(vm->doorbells, source);
    if (write && known && target)
        e->target[source] = *value;
    else if (write && known)
        e->mode[source] = (uint8_t)(*value & MODES);
    if (!e->mode[source]) { /* it is inactive: "Source configurations" */
        put_bit(e->pending, source, false);
        put_bit(e->wanted, source, false);
    }
    for (unsigned i = 0; write && i < vm->n_harts; i++)
        emulated_enable(vm, i, source, 0);
    if (write)
        apply(vm, source);
    *value = target ? e->target[source] : e->mode[source];
}

/* A level cannot be made pending: it is, or it is not. */
static void change(Vm *vm, uint64_t group, unsigned source)
{
    Emulated *e = vm->emulated;
    if (!source || source >= VM_SOURCES || !e->mode[source])
        return;
    if (group == SETIP || group == CLRIP) {
        if (e->mode[source] < LEVEL_HIGH)
            put_bit(e->pending, source, group == SETIP);
        return;
    }
    put_bit(e->wanted, source, group == SETIE);
    apply(vm, source);
}

static void access_bits(Vm *vm, uint64_t offset, bool write, uint32_t *value)
{
    uint64_t group = offset & ~0xfful, at = offset & 0xff;
    const uint64_t *words = group <= CLRIP ? vm->emulated->pending : vm->emulated->wanted;
    if (at == NUMBER && write)
        change(vm, group, *value);
    for (unsigned i = 0; at < 0x80 && write && i < 32; i++)
        if (*value >> i & 1)
            change(vm, group, (unsigned)at * 8 + i);
    *value = at < 0x80 && group != CLRIE ? (uint32_t)(words[at / 8] >> at % 8 * 8) : 0;
}

/* What this hart has claimed before it is done with, wherever it goes to by now. */
static void done(VmHart *hart)
{
    const Vm *vm = hart->vm;
    hart->vcpu.hstatus &= ~TO_US;
    for (unsigned i = 0; i < WORDS; i++)
        for (uint64_t left = vm->emulated->serving[i]; left; left &= left - 1) {
            unsigned source = 64 * i + lowest_bit(left);
            uint32_t now = vm->emulated->target[source] >> HART_AT;
            if (vm->emulated->server[source] == hart->number)
                emulated_done(hart->vm, now < vm->n_harts ? now : 0, source);
        }
}

static uint32_t claim(VmHart *hart, unsigned number)
{
    Vm *vm = hart->vm;
    done(hart);
    unsigned source = emulated_claim(vm, number, vm->emulated->contexts[number].threshold);
    if (source) {
        vm->emulated->server[source] = (uint8_t)hart->number;
        hart->vcpu.hstatus |= TO_US;
    }
    return source << 16 | (source ? LOWEST - vm->emulated->urgency[source] : 0);
}

static void access_idc(VmHart *hart, unsigned number, uint64_t reg, bool write, uint32_t *value)
{
    Context *context = &hart->vm->emulated->contexts[number];
    unsigned best = emulated_best(hart->vm, number, context->threshold);
    if (write && reg == IDELIVERY)
        context->delivers = *value & 1;
    else if (write && reg == ITHRESHOLD)
        context->threshold = *value & 0xff ? LOWEST - (*value & 0xff) : 0;
    if (reg == IDELIVERY)
        *value = context->delivers;
    else if (reg == ITHRESHOLD)
        *value = context->threshold ? LOWEST - context->threshold : 0;
    else if (reg == TOPI)
        *value = best << 16 | (best ? LOWEST - hart->vm->emulated->urgency[best] : 0);
    else
        *value = reg == CLAIMI && !write ? claim(hart, number) : 0;
}

static void access_domain(Vm *vm, bool write, uint32_t *value)
{
    if (write)
        vm->emulated->domain = *value & DOMAIN_IE;
    *value = DOMAIN_READ | vm->emulated->domain;
}

/* Under vm->irq_lock. */
static uint32_t access(VmHart *hart, uint64_t offset, bool write, uint32_t value)
{
    Vm *vm = hart->vm;
    uint64_t number = (offset - IDC) / IDC_STRIDE;
    if (offset == DOMAINCFG)
        access_domain(vm, write, &value);
    else if (offset < SOURCECFG + 4 * VM_SOURCES)
        access_source(vm, false, (unsigned)offset / 4, write, &value);
    else if (offset > TARGET && offset < TARGET + 4 * VM_SOURCES)
        access_source(vm, true, (unsigned)(offset - TARGET) / 4, write, &value);
    else if (offset >= SETIP && offset < CLRIE + 0x100)
        access_bits(vm, offset, write, &value);
    else if (offset >= IDC && number < vm->n_harts)
        access_idc(hart, (unsigned)number, offset % IDC_STRIDE, write, &value);
    else if (offset == SETIPNUM_LE && write)
        change(vm, SETIP, value);
    else
        value = 0;
    return value;
}

static void switch_contexts(Vm *vm)
{
    Emulated *e = vm->emulated;
    for (unsigned i = 0; i < vm->n_harts; i++)
        e->contexts[i].off = !e->contexts[i].delivers || !e->domain;
}

static bool vaplic(VmHart *hart, uint64_t offset, const Access *how, uint64_t *value)
{
    if (how->size != 4)
        return false;
    lock(&hart->vm->irq_lock);
    *value = access(hart, offset, how->write, (uint32_t)*value);
    switch_contexts(hart->vm);
    if (how->write)
        emulated_update(hart->vm);
    unlock(&hart->vm->irq_lock);
    return true;
}

static void vaplic_raise(Vm *vm, unsigned source)
{
    if (vm->emulated->mode[source])
        emulated_raise(vm, source);
}

/* It returns, or waits. norm:hstatus_vtsr_op, norm:hstatus_vtw_op */
static bool vaplic_returns(VmHart *hart)
{
    if (!(hart->vcpu.hstatus & TO_US))
        return false;
    lock(&hart->vm->irq_lock);
    done(hart);
    unlock(&hart->vm->irq_lock);
    return true;
}

static bool vaplic_make(Vm *vm, const Fdt *host)
{
    FdtRange reg;
    const Wires *wires = wires_find(vm, host, "riscv,aplic");
    if (!wires || !fdt_reg(host, vm->controller, 0, &reg))
        return false;
    mmio_add(vm, reg.base, reg.size, vaplic);
    return emulated_make(vm, wires);
}

static void vaplic_tree(const Vm *vm, TreeWriter *tree, const Fdt *host)
{
    emulated_tree(vm, tree, host, "riscv,num-sources");
}

static void vaplic_reset(VmHart *hart)
{
    lock(&hart->vm->irq_lock);
    done(hart); /* the one before */
    switch_contexts(hart->vm);
    unlock(&hart->vm->irq_lock);
    emulated_reset(hart);
}

const IrqWay irq_vaplic = {
    .name = "an emulated APLIC",
    .make = vaplic_make,
    .tree = vaplic_tree,
    .forget = emulated_forget,
    .reset = vaplic_reset,
    .raise = vaplic_raise,
    .external = emulated_external,
    .look = emulated_look,
    .returns = vaplic_returns,
};
