/* SPDX-License-Identifier: MIT */
/* mmio.c - addresses that are emulated; see partition.h. */
#include "lib/print.h"
#include "partition.h"

void mmio_add(Vm *vm, uint64_t base, uint64_t size,
              bool (*handle)(VmHart *hart, uint64_t offset, const Access *access, uint64_t *value))
{
    if (vm->n_ranges == VM_RANGES)
        panic("partition: %s: more than %u emulated ranges", vm->name, VM_RANGES);
    for (uint64_t at = base; at < base + size; at += PAGE_SIZE)
        vm_expect_free(vm, at, -1ul);
    vm->ranges[vm->n_ranges++] = (MmioRange){ base, size, handle };
}

bool mmio_handle(VmHart *hart, uint64_t gpa, const Access *access, uint64_t *value)
{
    const Vm *vm = hart->vm;
    for (unsigned i = 0; i < vm->n_ranges; i++) {
        const MmioRange *range = &vm->ranges[i];
        if (gpa - range->base < range->size)
            return access->size <= range->size - (gpa - range->base) && gpa % access->size == 0 &&
                   range->handle(hart, gpa - range->base, access, value);
    }
    return false;
}
