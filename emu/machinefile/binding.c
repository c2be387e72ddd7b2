/* SPDX-License-Identifier: MIT */
/* binding.c - partitions in the device tree; see binding.h. */
#include "emu/machinefile/binding.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "emu/machinefile/check.h"

/* Partitions are 1, 2, ...; what they share is numbered behind them. */
enum { SHARED_FIRST = 0x100 };

static void put_cells(void *fdt, const char *name, const uint32_t *cells, unsigned n)
{
    g_autofree fdt32_t *big = g_new(fdt32_t, n + 1);
    for (unsigned i = 0; i < n; i++)
        big[i] = cpu_to_fdt32(cells[i]);
    fdt_property(fdt, name, big, (int)(n * 4));
}

static void put_range(void *fdt, const char *name, uint64_t base, uint64_t size)
{
    const uint32_t cells[] = { (uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32),
                               (uint32_t)size };
    put_cells(fdt, name, cells, 4);
}

/* A bit a colour, the lowest in the first cell. */
static void put_colors(void *fdt, const MfNumbers *colors)
{
    uint32_t map[8] = { 0 };
    unsigned n = 1;
    for (unsigned i = 0; i < colors->n; i++) {
        map[colors->at[i] / 32 % 8] |= 1u << colors->at[i] % 32;
        n = MAX(n, colors->at[i] / 32 % 8 + 1u);
    }
    if (colors->n)
        put_cells(fdt, "bulkhead,color-map", map, n);
}

static void put_numbers(void *fdt, const char *name, const MfNumbers *numbers,
                        uint32_t (*convert)(unsigned number))
{
    g_autofree uint32_t *cells = g_new(uint32_t, numbers->n + 1);
    for (unsigned i = 0; i < numbers->n; i++)
        cells[i] = convert ? convert(numbers->at[i]) : numbers->at[i];
    if (numbers->n)
        put_cells(fdt, name, cells, numbers->n);
}

static void begin_at(void *fdt, const char *name, uint64_t address)
{
    char text[64];
    snprintf(text, sizeof text, "%s@%" G_GINT64_MODIFIER "x", name, address);
    fdt_begin_node(fdt, text);
}

static void put_region(void *fdt, const MfRegion *region)
{
    begin_at(fdt, "memory", region->address);
    fdt_property_string(fdt, "compatible", "bulkhead,memory");
    put_range(fdt, "reg", region->address, region->size);
    if (mf_at(region->at, "host"))
        fdt_property_u64(fdt, "bulkhead,host-address", region->host);
    fdt_end_node(fdt);
}

static void put_module(void *fdt, const MfModule *module)
{
    static const char kernel[] = "bulkhead,kernel\0bulkhead,module",
                      initrd[] = "bulkhead,initrd\0bulkhead,module";
    begin_at(fdt, module->is_initrd ? "initrd" : "kernel", module->at);
    fdt_property(fdt, "compatible", module->is_initrd ? initrd : kernel, sizeof kernel);
    put_range(fdt, "reg", module->at, module->bytes->len);
    fdt_property_u64(fdt, "bulkhead,load-address", module->load);
    if (!module->is_initrd)
        fdt_property_u64(fdt, "bulkhead,entry", module->entry);
    fdt_end_node(fdt);
}

/* Devices by their paths; those that the hypervisor is to stand before in a list of their own. */
static void put_devices(void *fdt, const MachineFile *file, const MfPartition *part,
                        const char *name, bool passthrough)
{
    g_autoptr(GByteArray) list = g_byte_array_new();
    MfResource resource;
    for (unsigned i = 0; i < part->devices.n; i++)
        if (mf_resource(file, part->devices.at[i], &resource) &&
            resource.passthrough == passthrough)
            g_byte_array_append(list, (const uint8_t *)resource.path,
                                (guint)strlen(resource.path) + 1);
    if (list->len)
        fdt_property(fdt, name, list->data, (int)list->len);
}

static void put_properties(void *fdt, const MachineFile *file, const MfPartition *part,
                           uint32_t (*phandle_cpu)(unsigned))
{
    const MfBudget *budget = &part->budget;
    fdt_property_string(fdt, "compatible", "bulkhead,partition");
    fdt_property_string(fdt, "label", part->name);
    fdt_property_u32(fdt, "#address-cells", 2);
    fdt_property_u32(fdt, "#size-cells", 2);
    put_numbers(fdt, "cpus", &part->harts, phandle_cpu);
    put_colors(fdt, &part->colors);
    if (part->vmid)
        fdt_property_u32(fdt, "bulkhead,vmid", (uint32_t)part->vmid);
    if (part->superpages || (!mf_at(part->at, "superpages") && !part->colors.n))
        fdt_property(fdt, "bulkhead,superpages", NULL, 0);
    if (budget->at)
        put_cells(fdt, "bulkhead,bus-budget",
                  (const uint32_t[]){ (uint32_t)budget->fills, (uint32_t)(budget->period / 1000) },
                  2);
    put_devices(fdt, file, part, "bulkhead,devices", true);
    put_devices(fdt, file, part, "bulkhead,emulated-devices", false);
    put_numbers(fdt, "bulkhead,interrupts", &part->interrupts, NULL);
    if (part->append)
        fdt_property_string(fdt, "bootargs", part->append);
}

static void put_partition(void *fdt, const MachineFile *file, unsigned number,
                          const GPtrArray *modules, uint32_t (*phandle_cpu)(unsigned))
{
    const MfPartition *part = &file->partitions.at[number];
    begin_at(fdt, "partition", number + 1);
    fdt_property_u32(fdt, "reg", number + 1);
    put_properties(fdt, file, part, phandle_cpu);
    for (unsigned i = 0; i < part->memory.n; i++)
        put_region(fdt, &part->memory.at[i]);
    for (guint i = 0; i < modules->len; i++) {
        const MfModule *module = g_ptr_array_index(modules, i);
        if (module->partition == number)
            put_module(fdt, module);
    }
    fdt_end_node(fdt);
}

/* Partitions are named by their numbers, which are their `reg`. */
static void put_shared(void *fdt, const MachineFile *file, unsigned number)
{
    const MfShmem *shmem = &file->shmem.at[number];
    uint32_t between[MF_MOST_GROUPS];
    unsigned n = 0;
    for (unsigned i = 0; i < file->partitions.n; i++)
        for (unsigned j = 0; j < shmem->between.n && n < MF_MOST_GROUPS; j++)
            if (!strcmp(file->partitions.at[i].name, shmem->between.at[j]))
                between[n++] = i + 1;
    begin_at(fdt, "shared-memory", SHARED_FIRST + number);
    fdt_property_string(fdt, "compatible", "bulkhead,shared-memory");
    fdt_property_u32(fdt, "reg", SHARED_FIRST + number);
    fdt_property_string(fdt, "label", shmem->name);
    put_range(fdt, "bulkhead,guest-range", shmem->address, shmem->size);
    if (mf_at(shmem->at, "host"))
        fdt_property_u64(fdt, "bulkhead,host-address", shmem->host);
    put_cells(fdt, "bulkhead,partitions", between, n);
    if (shmem->interrupt)
        fdt_property_u32(fdt, "bulkhead,doorbell", (uint32_t)shmem->interrupt);
    fdt_end_node(fdt);
}

static void put_hypervisor(void *fdt, const MachineFile *file, uint64_t start)
{
    fdt_begin_node(fdt, "hypervisor");
    fdt_property_string(fdt, "compatible", "bulkhead,hypervisor");
    put_range(fdt, "bulkhead,memory", start, file->hypervisor.memory);
    put_colors(fdt, &file->hypervisor.colors);
    fdt_end_node(fdt);
}

void mf_binding_write(void *fdt, const MachineFile *file, const GPtrArray *modules,
                      uint64_t hypervisor_start, uint32_t (*phandle_cpu)(unsigned hart))
{
    TimingProfile profile;
    fdt_begin_node(fdt, "partitions");
    fdt_property_string(fdt, "compatible", "bulkhead,partitions");
    fdt_property_u32(fdt, "#address-cells", 1);
    fdt_property_u32(fdt, "#size-cells", 0);
    if (mf_profile(file, &profile))
        fdt_property_u32(fdt, "bulkhead,colors", timing_colors(&profile));
    put_hypervisor(fdt, file, hypervisor_start);
    for (unsigned i = 0; i < file->partitions.n; i++)
        put_partition(fdt, file, i, modules, phandle_cpu);
    for (unsigned i = 0; i < file->shmem.n; i++)
        put_shared(fdt, file, i);
    fdt_end_node(fdt);
}
