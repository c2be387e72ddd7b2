/* SPDX-License-Identifier: MIT */
/* emulated.c - what is pending for a guest whose interrupt controller is emulated, and for which of its harts. */
#include "emulated.h"

#include "lib/csr.h"
#include "lib/string.h"

static const Wires *wires; /* of the machine, the same for all */

bool emulated_make(Vm *vm, const Wires *found)
{
    wires = found;
    vm->emulated = frames_own(4 * PAGE_SIZE);
    memset(vm->emulated, 0, sizeof(*vm->emulated));
    return true;
}
_Static_assert(sizeof(Emulated) <= 4 * PAGE_SIZE, "that is what it gets");

void emulated_tree(const Vm *vm, TreeWriter *tree, const Fdt *host, const char *count)
{
    FdtNode node = vm->controller;
    const char *const changed[] = { "interrupts-extended", "msi-parent", count, NULL };
    uint32_t cells[2 * HART_MAX], sources = fdt_cell(host, node, count, 0, 0);
    uint32_t parent = fdt_cell(host, node, "msi-parent", 0, 0);
    FdtNode files = parent ? fdt_find_phandle(host, parent) : node; /* who knows the harts */
    for (unsigned i = 0; i < vm->n_harts; i++) {
        cells[2 * i] = fdt_cell(host, files, "interrupts-extended", 2 * vm->harts[i].place, 0);
        cells[2 * i + 1] = IRQ_EXTERNAL;
    }
    for (unsigned i = sources + 1; i < VM_SOURCES; i++)
        sources = bit_of(vm->doorbells, i) ? i : sources;
    tree_node(tree, fdt_name(node));
    tree_copy(tree, host, node, changed);
    tree_cells(tree, "interrupts-extended", cells, 2 * vm->n_harts);
    tree_cell(tree, count, sources);
    tree_end(tree);
}

uint64_t emulated_pending(const Vm *vm, unsigned word)
{
    const Emulated *e = vm->emulated;
    return e->pending[word] & ~(vm->irq == &irq_vplic ? e->serving[word] : 0);
}

unsigned emulated_best(const Vm *vm, unsigned hart, uint32_t above)
{
    const Emulated *e = vm->emulated;
    const Context *context = &e->contexts[hart];
    unsigned best = 0;
    uint32_t urgency = above;
    for (unsigned i = 0; i < WORDS; i++)
        for (uint64_t left = emulated_pending(vm, i) & context->enabled[i]; left;
             left &= left - 1) {
            unsigned source = 64 * i + lowest_bit(left);
            if (e->urgency[source] <= urgency)
                continue;
            urgency = e->urgency[source];
            best = source;
        }
    return best;
}

static bool has_any(const Vm *vm, unsigned hart)
{
    const Context *context = &vm->emulated->contexts[hart];
    return !context->off && emulated_best(vm, hart, context->threshold) != 0;
}

/* This hart's own line, as things are. */
static void set_line(VmHart *hart)
{
    bool raised = has_any(hart->vm, hart->number);
    hart->vm->emulated->contexts[hart->number].raised = raised;
    if (raised)
        csr_set(hvip, HVIP_EXTERNAL);
    else
        csr_clear(hvip, HVIP_EXTERNAL);
}

/* Another hart that has an interrupt no more finds that out when it claims. */
void emulated_update(Vm *vm)
{
    for (unsigned i = 0; i < vm->n_harts; i++) {
        VmHart *hart = &vm->harts[i];
        if (hart->id == hart_self()->id) {
            set_line(hart);
        } else if (!vm->emulated->contexts[i].raised && has_any(vm, i)) {
            vm->emulated->contexts[i].raised = true;
            kick(hart, REQUEST_IRQ);
        }
    }
}

void emulated_look(VmHart *hart)
{
    lock(&hart->vm->irq_lock);
    set_line(hart);
    unlock(&hart->vm->irq_lock);
}

void emulated_enable(Vm *vm, unsigned hart, unsigned source, unsigned mode)
{
    uint64_t *enabled = vm->emulated->contexts[hart].enabled;
    if (!source || source >= VM_SOURCES || bit_of(enabled, source) == (mode != 0))
        return;
    put_bit(enabled, source, mode != 0);
    if (source_in(vm->sources, source))
        wires->route(&vm->harts[hart], source, mode);
}

unsigned emulated_claim(Vm *vm, unsigned hart, uint32_t above)
{
    unsigned source = emulated_best(vm, hart, above);
    if (source) {
        put_bit(vm->emulated->pending, source, false);
        put_bit(vm->emulated->serving, source, true);
    }
    emulated_update(vm);
    return source;
}

void emulated_done(Vm *vm, unsigned hart, unsigned source)
{
    Emulated *e = vm->emulated;
    if (!bit_of(e->serving, source))
        return;
    put_bit(e->serving, source, false);
    if (source_in(vm->sources, source))
        wires->done(&vm->harts[hart], source, bit_of(e->contexts[hart].enabled, source));
    emulated_update(vm);
}

void emulated_raise(Vm *vm, unsigned source)
{
    lock(&vm->irq_lock);
    put_bit(vm->emulated->pending, source, true);
    emulated_update(vm);
    unlock(&vm->irq_lock);
}

void emulated_external(VmHart *hart)
{
    Vm *vm = hart->vm;
    lock(&vm->irq_lock);
    unsigned source = wires->claim(hart);
    if (source_in(vm->sources, source)) {
        put_bit(vm->emulated->pending, source, true);
        emulated_update(vm);
    }
    unlock(&vm->irq_lock);
}

/* Whatever was going on is over: no source is enabled, and none waits for anybody to be done. */
void emulated_forget(Vm *vm)
{
    Emulated *e = vm->emulated;
    for (unsigned source = 1; source < VM_SOURCES; source++) {
        bool quiet = bit_of(e->pending, source) || bit_of(e->serving, source);
        if (!source_in(vm->sources, source))
            continue;
        for (unsigned i = 0; i < vm->n_harts; i++)
            wires->route(&vm->harts[i], source, 0);
        if (quiet)
            wires->done(&vm->harts[0], source, false);
    }
    memset(e, 0, sizeof(*e));
}

void emulated_reset(VmHart *hart)
{
    Vm *vm = hart->vm;
    lock(&vm->irq_lock);
    wires->ready(hart, vm->sources);
    set_line(hart);
    unlock(&vm->irq_lock);
    csr_set(sie, SIE_EXTERNAL);
}
