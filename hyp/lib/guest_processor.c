/* SPDX-License-Identifier: MIT */
/* guest_processor.c - a guest's processor that is less than the machine's; see guest.h. */
#include <stddef.h>

#include "lib/guest.h"
#include "lib/print.h"
#include "lib/string.h"

static void describe(const Fdt *tree, FdtNode cpu, const char *isa)
{
    uint32_t size = 0;
    char *has = fdt_prop(tree, cpu, "riscv,isa", &size);
    char *mmu = fdt_prop(tree, cpu, "mmu-type", NULL);
    if (size <= strlen(isa))
        panic("no room for %s in the device tree's riscv,isa", isa);
    memset(has, 0, size);
    memcpy(has, isa, strlen(isa));
    fdt_erase_prop(tree, cpu, "riscv,isa-base");
    fdt_erase_prop(tree, cpu, "riscv,isa-extensions");
    if (mmu && !memcmp(mmu, "riscv,sv", 8))
        memcpy(mmu, "riscv,sv39", 10);
}

void guest_processor(const Fdt *tree, uint64_t hart, const char *isa)
{
    FdtNode cpu = NULL, map = fdt_find(tree, "/cpus/cpu-map");
    uint64_t id;
    if (map)
        fdt_erase_node(tree, map);
    while ((cpu = fdt_next_cpu(tree, cpu, &id))) {
        if (id == hart)
            describe(tree, cpu, isa);
        else
            fdt_erase_node(tree, cpu);
    }
}
