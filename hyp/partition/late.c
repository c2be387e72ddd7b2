/* SPDX-License-Identifier: MIT */
/*
 * late.c - profile=jailhouse: the first partition, the root, runs before there is a hypervisor, on the bare machine, and calls
 * it. The call returns in VS-mode: from then on it is a guest, and whatever it was doing goes on. It has all that the cells
 * will have, until it has them created: then their memory and harts are taken from it, and come back when they are destroyed.
 *
 *   HS-mode   root ... header->enable() -.                  .- cell_create, cell_start ...
 *   VS-mode                              '-> ... root goes on
 *
 * The root has one hart, and its memory where it is: guest-physical = physical. Its external interrupts it sets up again after
 * the call.
 */
#include "late.h"

#include <stddef.h>

#include "lib/csr.h"
#include "lib/print.h"
#include "partition.h"

uint64_t late_caller[LATE_CALLER / 8];
long late_enter(void);
void late_leap(uint64_t id, uint64_t tree, uint64_t entry) __attribute__((noreturn));
void late_enable(void) __attribute__((noreturn));

/* Calls `each` for each page of the machine that is the partition's. */
static void each_page(const Vm *vm, void (*each)(uint64_t host, uint64_t size))
{
    for (unsigned i = 0; i < vm->n_memories; i++)
        for (uint64_t at = 0, size; at < vm->memories[i].size; at += size) {
            const uint64_t *leaf = paging_leaf(vm->root, SV39X4, vm->memories[i].guest + at, &size);
            if (!leaf)
                panic("partition: %s: profile=jailhouse and lazy", vm->name);
            each(*leaf >> 10 << 12, size);
        }
}

static void give_page(uint64_t host, uint64_t size)
{
    vm_map(&vms[0], host, host, size, PTE_RWX);
}

/* It was mapped in one piece. The tables stay. */
static void take_page(uint64_t host, uint64_t size)
{
    uint64_t *leaf = (uint64_t *)paging_leaf(vms[0].root, SV39X4, host, &size);
    if (leaf)
        *leaf = 0;
}

void late_begin(const Fdt *host, const PartitionSetup *setup)
{
    Vm *root = &vms[0];
    LateHeader *header = (LateHeader *)(setup->memory.base + setup->memory.size) - 1;
    for (unsigned i = 0; i < root->n_memories; i++)
        if (!root->memories[i].fixed || root->memories[i].host != root->memories[i].guest)
            panic("partition: %s: the root's memory must be where it is in the machine",
                  root->name);
    if (root->n_harts != 1 || root->harts[0].id != hart_self()->id || !setup->own.any)
        panic("partition: %s: the root has the hart that begins, and no colours", root->name);
    for (unsigned i = 1; i < n_vms; i++) {
        vms[i].state = VM_STOPPED;
        each_page(&vms[i], give_page);
    }
    vm_map(root, (uintptr_t)host->base, (uintptr_t)host->base, host->size, PTE_R | PTE_A);
    *header = (LateHeader){ LATE_MAGIC, late_enter };
    late_leap(hart_self()->id, (uintptr_t)host->base, root->kernel.entry);
}

/* What S-mode had is VS-mode's now, and its own code goes on behind the call. */
void late_enable(void)
{
    Vm *root = &vms[0];
    VmHart *hart = &root->harts[0];
    uint64_t status = csr_read(sstatus), enabled = csr_swap(sie, 0), table = csr_swap(satp, 0);
    uint64_t vector = csr_read(stvec), due = config.sstc ? csr_read(stimecmp) : -1ul;
    sfence_vma();
    hart_set_up(hart);
    vcpu_reset(&hart->vcpu, late_caller[0], 0, 0);
    timer_reset(hart);
    irq_forget(root);
    if (root->irq->reset)
        root->irq->reset(hart);
    for (unsigned i = 1; i < 4; i++)
        hart->vcpu.x[i + 1] = late_caller[i]; /* sp, gp, tp */
    for (unsigned i = 0; i < 12; i++)
        hart->vcpu.x[i < 2 ? 8 + i : 16 + i] = late_caller[4 + i];
    csr_write(vsstatus, status);
    csr_write(vsie, enabled);
    csr_write(vsatp, table);
    csr_write(vstvec, vector);
    csr_write(vsscratch, csr_read(sscratch));
    csr_write(vsepc, csr_read(sepc));
    csr_write(vscause, csr_read(scause));
    csr_write(vstval, csr_read(stval));
    timer_set(hart, due);
    hfence_gvma();
    hfence_vvma();
    hart->state = SBI_HART_STARTED;
    root->running = 1;
    print("partition: %s is a guest from now on\n", root->name);
    hart_go_on(hart);
}

/* Its harts must be off: the root has given them up. */
static long create(Vm *cell)
{
    if (cell->created)
        return SBI_ERR_ALREADY_AVAILABLE;
    for (unsigned i = 0; i < cell->n_harts; i++) {
        SbiResult is = sbi_call(SBI_HSM, SBI_HART_STATUS, cell->harts[i].id, 0, 0);
        if (is.error || is.value != SBI_HART_STOPPED)
            return SBI_ERR_DENIED;
    }
    each_page(cell, take_page);
    hfence_gvma();
    __atomic_store_n(&cell->created, true, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < cell->n_harts; i++)
        if (hart_start(cell->harts[i].id, hart_live, &cell->harts[i]))
            return SBI_ERR_FAILED;
    return SBI_OK;
}

static long destroy(Vm *cell)
{
    if (!cell->created || vm_state(cell) == VM_RUNNING || cell->loading || cell->running)
        return SBI_ERR_DENIED;
    __atomic_store_n(&cell->created, false, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < cell->n_harts; i++)
        kick(&cell->harts[i], REQUEST_LOOK);
    vm_quiet(cell);
    vm_clear(cell);
    each_page(cell, give_page);
    hfence_gvma();
    return SBI_OK;
}

long late_call(const Vm *vm, Vm *cell, uint64_t what)
{
    if (config.profile != PROFILE_JAILHOUSE || vm->index || !cell->index)
        return SBI_ERR_DENIED;
    long error = what == PARTITION_CREATE    ? create(cell)
                 : what == PARTITION_DESTROY ? destroy(cell)
                 : cell->created             ? SBI_OK
                                             : SBI_ERR_DENIED;
    if (!error && what == PARTITION_START)
        vm_restart(cell, true);
    else if (!error)
        print("partition: %s: %s\n", cell->name,
              what == PARTITION_CREATE ? "created" : "destroyed");
    return error;
}

void late_leave(const VmHart *hart)
{
    const Vm *vm = hart->vm;
    if (config.profile == PROFILE_JAILHOUSE && vm->index &&
        !__atomic_load_n(&vm->created, __ATOMIC_ACQUIRE))
        hart_stop();
}
