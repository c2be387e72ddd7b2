/* SPDX-License-Identifier: MIT */
/*
 * shadow.c - the tables that the hart walks while a virtual machine runs; see vm.h.
 *
 * Entries "start invalid; each fault makes CP walk the guest's tables, then its own, and store the real address in the shadow
 * entry": a shadow "followed the semantics of the hardware look-aside buffer". [Wheeler] So it forgets when the machine says
 * sfence.vma, and when it likes to.
 */
#include <stddef.h>

#include "cp67/vm.h"
#include "lib/print.h"
#include "lib/string.h"

enum { LEVELS = 3 };

/* In an entry that leads to a table, a bit for software (RSW): a page of the machine's stands there in pieces. */
#define PTE_PIECES BIT(8)

static uint64_t covers(unsigned level)
{
    return PAGE_SIZE << 9 * level;
}

static uint64_t *table_of(uint64_t pte)
{
    return (uint64_t *)(pte >> 10 << 12);
}

/* For a shadow that is not there yet, and a page in it. */
static bool has_tables(const Vm *vm)
{
    return vm->n_tables + LEVELS <= TABLES;
}

static uint64_t *new_table(Vm *vm)
{
    return memset(vm->tables[vm->n_tables++], 0, PAGE_SIZE);
}

/* The entry of a page; tables on the way are made. Where a page of the machine's is larger than what a table covers, that is
 * marked. */
static uint64_t *entry_of(Vm *vm, uint64_t *table, uint64_t va, uint64_t whole)
{
    for (unsigned level = LEVELS - 1; level; level--) {
        uint64_t *entry = &table[va / covers(level) % ENTRIES];
        if (!*entry)
            *entry = pte_make((uintptr_t)new_table(vm), PTE_V);
        if (covers(level) <= whole)
            *entry |= PTE_PIECES;
        table = table_of(*entry);
    }
    return &table[va / PAGE_SIZE % ENTRIES];
}

static void forget_all(Vm *vm)
{
    vm->roots[VIEW_KERNEL] = vm->roots[VIEW_USER] = NULL;
    vm->n_tables = 0;
    vm->entries = 0;
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
    return vm->supervisor ? VIEW_KERNEL : VIEW_USER;
}

static uint64_t *root_of(Vm *vm, View view)
{
    if (vm->roots[view])
        return vm->roots[view];
    if (!has_tables(vm))
        forget_all(vm);
    vm->roots[view] = new_table(vm);
    return vm->roots[view];
}

/* Who may read counters depends on the mode, too; a timer that is not real must be asked for. */
static void enter(const Vm *vm, uint64_t satp)
{
    uint64_t own = COUNTEREN_CY | COUNTEREN_IR | (vm->timer_real ? COUNTEREN_TM : 0);
    csr_write(scounteren, vm->supervisor ? own : own & vm->csr.scounteren);
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
    if (paged && vm->supervisor && walk->flags & PTE_U)
        flags &= ~(uint64_t)PTE_X;
    return flags | PTE_U | PTE_V | PTE_A | PTE_D;
}

void shadow_fill(Vm *vm, uint64_t va, const Walk *walk, const void *host)
{
    View view = view_of(vm);
    if (!has_tables(vm))
        forget_all(vm);
    uint64_t *entry = entry_of(vm, root_of(vm, view), va, walk->size);
    vm->entries += !*entry;
    *entry = pte_make((uintptr_t)host, rights(vm, walk));
    sfence_vma_page(va);
    vm->counts.fills++;
    say_shadow_fill(va, view);
}

/* All pages below an entry; tables stay. */
static unsigned clear(uint64_t *entry, unsigned level)
{
    unsigned n = 0;
    if (!level || !*entry) {
        n = *entry != 0;
        *entry = 0;
        return n;
    }
    *entry &= ~(uint64_t)PTE_PIECES;
    for (unsigned i = 0; i < ENTRIES; i++)
        n += clear(&table_of(*entry)[i], level - 1);
    return n;
}

static unsigned clear_page(uint64_t *table, uint64_t va)
{
    unsigned level = LEVELS - 1;
    uint64_t *entry = &table[va / covers(level) % ENTRIES];
    while (level && *entry && !(*entry & PTE_PIECES))
        entry = &table_of(*entry)[va / covers(--level) % ENTRIES];
    return clear(entry, level);
}

void shadow_flush_page(Vm *vm, uint64_t va)
{
    unsigned n = 0;
    for (View view = 0; view < VIEWS; view++)
        n += vm->roots[view] ? clear_page(vm->roots[view], va) : 0;
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
