/* SPDX-License-Identifier: MIT */
/* partitions.c - reads the partitions out of the device tree; see partitions.h. */
#include <stddef.h>

#include "lib/partitions.h"
#include "lib/string.h"

/* A number of two cells; false: there is no such property. */
static bool number(const Fdt *fdt, FdtNode node, const char *name, uint64_t *value)
{
    uint32_t size;
    const void *cells = fdt_prop(fdt, node, name, &size);
    bool there = cells && size == 8;
    *value = there ? fdt_number(cells, 2) : 0;
    return there;
}

static FdtRange range(const Fdt *fdt, FdtNode node, const char *name)
{
    uint32_t size;
    const uint32_t *cells = fdt_prop(fdt, node, name, &size);
    FdtRange found = { 0, 0 };
    if (cells && size == 16)
        found = (FdtRange){ fdt_number(cells, 2), fdt_number(cells + 2, 2) };
    return found;
}

static Colors colors(const Fdt *fdt, FdtNode node)
{
    Colors found = { true, { 0 } };
    uint32_t size;
    const uint32_t *cells = fdt_prop(fdt, node, "bulkhead,color-map", &size);
    for (unsigned i = 0; cells && i < size / 4 && i < 2 * COLOR_WORDS; i++) {
        found.any = false;
        found.words[i / 2] |= fdt_number(cells + i, 1) << 32 * (i % 2);
    }
    return found;
}

static uint64_t harts(const Fdt *fdt, FdtNode node)
{
    uint32_t size;
    const uint32_t *cells = fdt_prop(fdt, node, "cpus", &size);
    uint64_t mask = 0;
    FdtRange reg;
    for (unsigned i = 0; cells && i < size / 4; i++) {
        FdtNode cpu = fdt_find_phandle(fdt, (uint32_t)fdt_number(cells + i, 1));
        if (cpu && fdt_reg(fdt, cpu, 0, &reg) && reg.base < 64)
            mask |= 1ul << reg.base;
    }
    return mask;
}

static PartitionModule module(const Fdt *fdt, FdtNode node)
{
    PartitionModule found = { 0, 0, 0, 0 };
    FdtRange reg;
    if (fdt_reg(fdt, node, 0, &reg)) {
        found.host = reg.base;
        found.size = reg.size;
    }
    (void)number(fdt, node, "bulkhead,load-address", &found.load);
    (void)number(fdt, node, "bulkhead,entry", &found.entry);
    return found;
}

static void read_child(const Fdt *fdt, FdtNode node, Partition *part)
{
    FdtRange reg;
    if (fdt_list_has(fdt, node, "compatible", "bulkhead,kernel"))
        part->kernel = module(fdt, node);
    if (fdt_list_has(fdt, node, "compatible", "bulkhead,initrd"))
        part->initrd = module(fdt, node);
    if (!fdt_list_has(fdt, node, "compatible", "bulkhead,memory") ||
        part->n_memories == PARTITION_MEMORIES || !fdt_reg(fdt, node, 0, &reg))
        return;
    PartitionMemory *memory = &part->memories[part->n_memories++];
    memory->guest = reg.base;
    memory->size = reg.size;
    memory->fixed = number(fdt, node, "bulkhead,host-address", &memory->host);
}

bool partitions_setup(const Fdt *fdt, PartitionSetup *setup)
{
    FdtNode node = fdt_find_compatible(fdt, NULL, "bulkhead,partitions");
    FdtNode own = node ? fdt_find_compatible(fdt, node, "bulkhead,hypervisor") : NULL;
    if (!own)
        return false;
    setup->colors = fdt_cell(fdt, node, "bulkhead,colors", 0, 0);
    setup->memory = range(fdt, own, "bulkhead,memory");
    setup->own = colors(fdt, own);
    return true;
}

bool partitions_next(const Fdt *fdt, FdtNode after, Partition *part)
{
    FdtNode node = fdt_find_compatible(fdt, after, "bulkhead,partition");
    if (!node)
        return false;
    *part = (Partition){ .node = node };
    part->name = fdt_text(fdt, node, "label");
    part->bootargs = fdt_text(fdt, node, "bootargs");
    part->number = fdt_cell(fdt, node, "reg", 0, 0);
    part->vmid = fdt_cell(fdt, node, "bulkhead,vmid", 0, 0);
    part->harts = harts(fdt, node);
    part->colors = colors(fdt, node);
    part->superpages = fdt_prop(fdt, node, "bulkhead,superpages", NULL) != NULL;
    part->budget_fills = fdt_cell(fdt, node, "bulkhead,bus-budget", 0, 0);
    part->budget_period_us = fdt_cell(fdt, node, "bulkhead,bus-budget", 1, 0);
    for (FdtNode child = fdt_next(fdt, node); child && fdt_parent(fdt, child) == node;
         child = fdt_next(fdt, child))
        read_child(fdt, child, part);
    return true;
}

bool partitions_next_shared(const Fdt *fdt, FdtNode after, PartitionShared *shared)
{
    FdtNode node = fdt_find_compatible(fdt, after, "bulkhead,shared-memory");
    uint32_t size;
    if (!node)
        return false;
    *shared = (PartitionShared){ .node = node };
    shared->name = fdt_text(fdt, node, "label");
    shared->guest = range(fdt, node, "bulkhead,guest-range");
    shared->fixed = number(fdt, node, "bulkhead,host-address", &shared->host);
    shared->doorbell = fdt_cell(fdt, node, "bulkhead,doorbell", 0, 0);
    const uint32_t *cells = fdt_prop(fdt, node, "bulkhead,partitions", &size);
    for (unsigned i = 0; cells && i < size / 4; i++)
        shared->partitions |= 1ul << (fdt_number(cells + i, 1) & 63);
    return true;
}
