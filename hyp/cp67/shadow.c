/* SPDX-License-Identifier: MIT */
/*
 * shadow.c - the tables that the hart walks while a virtual machine runs; see vm.h.
 *
 * Entries begin invalid; at a fault CP walks the machine's tables, then looks where the page is really, and that goes into the
 * entry: a shadow follows "the semantics of the hardware look-aside buffer". [Wheeler, S40] So it forgets when the machine says
 * sfence.vma, and when it likes to.
 */
#include <stddef.h>

#include "cp67/vm.h"
#include "lib/print.h"

/* The hart must not remember a table that becomes another one. */
static void forget_all(Vm *vm)
{
    vm->roots[VIEW_KERNEL] = vm->roots[VIEW_USER] = NULL;
    vm->tables.used = vm->entries = 0;
    cp.entered = 0;
    sfence_vma();
}

void shadow_flush(Vm *vm)
{
    say_shadow_flush(FLUSH_ALL, vm->number, vm->entries);
    vm->counts.flushes++;
    forget_all(vm);
}

static View view_of(const Vm *vm)
{
    return vm->csr.supervisor ? VIEW_KERNEL : VIEW_USER;
}

/* Out of tables: forget everything. */
static uint64_t *root_of(Vm *vm, View view)
{
    while (!vm->roots[view]) {
        vm->roots[view] = shadow_table(&vm->tables);
        if (!vm->roots[view])
            forget_all(vm);
    }
    return vm->roots[view];
}

/* Who may read counters depends on the mode, too; a timer that is not real must be asked for. */
static void enter(const Vm *vm, uint64_t satp)
{
    uint64_t own =
        COUNTEREN_CY | COUNTEREN_IR | (vm->timer_real && !vm->time_lag ? COUNTEREN_TM : 0);
    csr_write(scounteren, vm->csr.supervisor ? own : own & vm->csr.scounteren);
    csr_write(satp, satp);
    if (!cp.asids)
        sfence_vma();
    cp.entered = satp;
}

/* The ASID is the shadow's. Where the hart has none it must forget what it knows of the one before. */
void shadow_enter(Vm *vm)
{
    View view = view_of(vm);
    uint64_t asid = cp.asids ? 1 + VIEWS * (vm->number - 1) + view : 0;
    uint64_t satp = ATP_SV39 << ATP_MODE | asid << SATP_ASID | (uintptr_t)root_of(vm, view) >> 12;
    if (satp != cp.entered)
        enter(vm, satp);
}

/* What the hart may be told, which knows U-mode only: the rules of S-mode are applied here. norm:mstatus_sum_op, norm:mstatus_mxr_op */
static uint64_t rights(const Vm *vm, const Walk *walk)
{
    uint64_t flags = walk->flags & (PTE_R | PTE_W | PTE_X), status = vm->csr.sstatus;
    bool paged = vm->csr.satp >> ATP_MODE;
    if (status & SSTATUS_MXR && flags & PTE_X)
        flags |= PTE_R;
    if (paged && vm->csr.supervisor && walk->flags & PTE_U)
        flags &= ~(uint64_t)PTE_X;
    return flags | PTE_U | PTE_V | PTE_A | PTE_D;
}

void shadow_fill(Vm *vm, uint64_t va, const Walk *walk, const void *host)
{
    View view = view_of(vm);
    uint64_t *entry;
    while (!(entry = shadow_entry(&vm->tables, root_of(vm, view), va, PAGE_SIZE, walk->size)))
        forget_all(vm);
    vm->entries += !*entry;
    *entry = pte_make((uintptr_t)host, rights(vm, walk));
    sfence_vma_page(va);
    vm->counts.fills++;
    say_shadow_fill(va, view);
}

void shadow_flush_page(Vm *vm, uint64_t va)
{
    unsigned n = 0;
    for (View view = 0; view < VIEWS; view++)
        n += vm->roots[view] ? shadow_clear(vm->roots[view], va) : 0;
    vm->entries -= n;
    vm->counts.flushes++;
    say_shadow_flush(FLUSH_VA, vm->number, n);
    sfence_vma();
}

void shadow_begin(void)
{
    csr_write(satp, ATP_SV39 << ATP_MODE | SATP_ASIDS << SATP_ASID);
    if (csr_read(satp) >> ATP_MODE != ATP_SV39)
        panic("cp67: no Sv39 on this hart");
    cp.asids = (csr_read(satp) >> SATP_ASID & SATP_ASIDS) >= VIEWS * VM_MAX;
}
