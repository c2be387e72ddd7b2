/* SPDX-License-Identifier: MIT */
/*
 * shared.c - memory that several partitions have, and its doorbell: an interrupt that all others get when one of them rings.
 *
 * Its pages are of the colours of the first of them, so that nobody else's cache is touched. It stays as it is when one of
 * them starts anew: it is not the partition's own.
 */
#include "lib/print.h"
#include "lib/string.h"
#include "partition.h"

enum { SHARED = 8 };

typedef struct {
    PartitionShared part;
    unsigned number;
} Shared;

static Shared shared[SHARED];
static unsigned n_shared;

void shared_find(const Fdt *host)
{
    PartitionShared part = { .node = NULL };
    while (partitions_next_shared(host, part.node, &part)) {
        if (n_shared == SHARED)
            panic("partition: more than %u shared memories", SHARED);
        shared[n_shared++] = (Shared){ part, fdt_cell(host, part.node, "reg", 0, 0) };
        if (part.fixed)
            frames_take(part.host, part.guest.size);
    }
}

static bool has(const Shared *memory, const Vm *vm)
{
    return memory->part.partitions >> vm->number & 1;
}

/* The page behind that address: that of a partition before, or one that is empty, where it must be or anywhere. */
static uint64_t page_at(const Shared *memory, Vm *vm, uint64_t offset)
{
    uint64_t size, gpa = memory->part.guest.base + offset;
    for (unsigned i = 0; i < vm->index; i++)
        if (has(memory, &vms[i]) && !vms[i].refused)
            return *paging_leaf(vms[i].root, SV39X4, gpa, &size) >> 10 << 12;
    uint64_t page = memory->part.fixed ? memory->part.host + offset : frames_get(vm, PAGE_SIZE);
    if (!page)
        panic("partition: no memory is left for %s", memory->part.name);
    return (uint64_t)memset((void *)page, 0, PAGE_SIZE);
}

void shared_give(Vm *vm)
{
    unsigned n = 0;
    for (unsigned i = 0; i < n_shared; i++) {
        const PartitionShared *part = &shared[i].part;
        if (!has(&shared[i], vm))
            continue;
        for (uint64_t at = 0; at < part->guest.size; at += PAGE_SIZE)
            vm_map(vm, part->guest.base + at, page_at(&shared[i], vm, at), PAGE_SIZE, PTE_RW);
        if (!part->doorbell)
            continue;
        if (n == VM_DOORBELLS || part->doorbell >= VM_SOURCES)
            panic("partition: %s: no place for the doorbell of %s", vm->name, part->name);
        vm->doorbell[n++].source = part->doorbell;
        vm->doorbells[part->doorbell / 64] |= BIT(part->doorbell % 64);
    }
}

void shared_tree(const Vm *vm, TreeWriter *tree, const Fdt *host)
{
    for (unsigned i = 0; i < n_shared; i++) {
        const PartitionShared *part = &shared[i].part;
        const uint32_t interrupt[] = { part->doorbell, 1 }; /* an edge, where that is told */
        if (!has(&shared[i], vm))
            continue;
        tree_node_at(tree, "shared-memory", part->guest.base);
        tree_text(tree, "compatible", "bulkhead,shared-memory");
        tree_text(tree, "label", part->name);
        tree_range(tree, "reg", part->guest.base, part->guest.size);
        tree_cell(tree, "bulkhead,number", shared[i].number);
        if (part->doorbell && vm->controller) {
            tree_cell(tree, "interrupt-parent", fdt_cell(host, vm->controller, "phandle", 0, 0));
            tree_cells(tree, "interrupts", interrupt,
                       fdt_cell(host, vm->controller, "#interrupt-cells", 0, 1));
        }
        tree_end(tree);
    }
}

bool shared_ring(const Vm *vm, uint64_t number)
{
    for (unsigned i = 0; i < n_shared; i++) {
        if (shared[i].number != number || !has(&shared[i], vm) || !shared[i].part.doorbell)
            continue;
        for (unsigned other = 0; other < n_vms; other++)
            if (&vms[other] != vm && has(&shared[i], &vms[other]))
                interrupt_vm(&vms[other], shared[i].part.doorbell);
        return true;
    }
    return false;
}
