/* SPDX-License-Identifier: MIT */
/* partitions.c - reads the partitions out of the device tree; see partitions.h. */
#include "lib/partitions.h"
#include "lib/string.h"

/* `n` numbers of two cells each; false, and zeros: there is no such property. */
static bool numbers(const Fdt *fdt, FdtNode node, const char *name, unsigned n, uint64_t *to)
{
    uint32_t size;
    const uint32_t *cells = fdt_prop(fdt, node, name, &size);
    bool there = cells && size == 8 * n;
    for (unsigned i = 0; i < n; i++)
        to[i] = there ? fdt_number(cells + 2 * i, 2) : 0;
    return there;
}

static FdtRange range(const Fdt *fdt, FdtNode node, const char *name)
{
    uint64_t found[2];
    (void)numbers(fdt, node, name, 2, found);
    return (FdtRange){ found[0], found[1] };
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
    uint64_t mask = 0;
    uint32_t phandle;
    FdtRange reg;
    for (unsigned i = 0; (phandle = fdt_cell(fdt, node, "cpus", i, 0)); i++) {
        FdtNode cpu = fdt_find_phandle(fdt, phandle);
        if (cpu && fdt_reg(fdt, cpu, 0, &reg) && reg.base < 64)
            mask |= 1ul << reg.base;
    }
    return mask;
}

static PartitionModule module(const Fdt *fdt, FdtNode node)
{
    FdtRange reg = { 0, 0 };
    uint64_t load, entry;
    (void)fdt_reg(fdt, node, 0, &reg);
    (void)numbers(fdt, node, "bulkhead,load-address", 1, &load);
    (void)numbers(fdt, node, "bulkhead,entry", 1, &entry);
    return (PartitionModule){ reg.base, reg.size, load, entry };
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
    *memory = (PartitionMemory){ .guest = reg.base, .size = reg.size };
    memory->fixed = numbers(fdt, node, "bulkhead,host-address", 1, &memory->host);
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
    *part = (Partition){
        .node = node,
        .name = fdt_text(fdt, node, "label"),
        .bootargs = fdt_text(fdt, node, "bootargs"),
        .number = fdt_cell(fdt, node, "reg", 0, 0),
        .vmid = fdt_cell(fdt, node, "bulkhead,vmid", 0, 0),
        .harts = harts(fdt, node),
        .colors = colors(fdt, node),
        .superpages = fdt_prop(fdt, node, "bulkhead,superpages", NULL) != NULL,
        .budget_fills = fdt_cell(fdt, node, "bulkhead,bus-budget", 0, 0),
        .budget_period_us = fdt_cell(fdt, node, "bulkhead,bus-budget", 1, 0),
    };
    for (FdtNode child = fdt_next(fdt, node); child && fdt_parent(fdt, child) == node;
         child = fdt_next(fdt, child))
        read_child(fdt, child, part);
    return true;
}

bool partitions_next_shared(const Fdt *fdt, FdtNode after, PartitionShared *shared)
{
    FdtNode node = fdt_find_compatible(fdt, after, "bulkhead,shared-memory");
    uint32_t number;
    if (!node)
        return false;
    *shared = (PartitionShared){ .node = node };
    shared->name = fdt_text(fdt, node, "label");
    shared->guest = range(fdt, node, "bulkhead,guest-range");
    shared->fixed = numbers(fdt, node, "bulkhead,host-address", 1, &shared->host);
    shared->doorbell = fdt_cell(fdt, node, "bulkhead,doorbell", 0, 0);
    for (unsigned i = 0; (number = fdt_cell(fdt, node, "bulkhead,partitions", i, 0)); i++)
        shared->partitions |= 1ul << (number & 63);
    return true;
}
