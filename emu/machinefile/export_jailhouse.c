/* SPDX-License-Identifier: MIT */
/*
 * export_jailhouse.c - configurations for Jailhouse: the root cell, which has everything, and a cell a partition, which
 * takes its part of it.
 *
 * Each cell is a file of its own there; here they are one after the other, each chosen by a macro, so that one text makes
 * them all. Source: Jailhouse's include/jailhouse/cell-config.h and console.h. Jailhouse itself runs on Arm and x86: the
 * interrupt controller is written as one with pins, colours there are none of in its own tree.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/board.h"
#include "emu/machinefile/export.h"

#define RAM_FLAGS "JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE"
#define IO_FLAGS  "JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO"

static void put_region(Exporter *e, uint64_t host, uint64_t guest, uint64_t size, const char *flags,
                       const char *what)
{
    export_put(e,
               "        { /* %s */\n            .phys_start = 0x%" PRIx64
               ", .virt_start = 0x%" PRIx64 ", .size = 0x%" PRIx64
               ",\n            .flags = %s,\n        },\n",
               what, host, guest, size, flags);
}

/* A struct with the header of that type, and as many regions as there are. */
static void begin_struct(Exporter *e, const char *type, const char *name, unsigned regions)
{
    export_put(
        e,
        "struct {\n    struct %s %s;\n    __u64 cpus[1];\n    struct jailhouse_memory mem_regions[%u];\n"
        "    struct jailhouse_irqchip irqchips[1];\n} __attribute__((packed)) config = {\n",
        type, name, regions);
}

static void put_counts(Exporter *e, const char *indent)
{
    export_put(
        e,
        "%s.cpu_set_size = sizeof(config.cpus),\n%s.num_memory_regions = ARRAY_SIZE(config.mem_regions),\n"
        "%s.num_irqchips = ARRAY_SIZE(config.irqchips),\n",
        indent, indent, indent);
}

static uint64_t controller(const Exporter *e)
{
    return strcmp(e->file->machine.aia, "none") != 0 ? BOARD_APLIC_S : BOARD_PLIC;
}

/* Pins 0 to 127 of the controller. */
static void put_irqchip(Exporter *e, const uint32_t pins[4])
{
    export_put(e,
               "    .irqchips = {\n        { .address = 0x%" PRIx64
               ", .pin_base = 0, .pin_bitmap = { 0x%x, 0x%x, "
               "0x%x, 0x%x } },\n    },\n",
               controller(e), pins[0], pins[1], pins[2], pins[3]);
}

static void put_root(Exporter *e)
{
    const MfMachine *m = &e->file->machine;
    const MfHypervisor *hyp = &e->file->hypervisor;
    const uint32_t all[4] = { 0xfffffffe, 0xffffffff, 0xffffffff, 0 };
    uint64_t start = BOARD_RAM + (2 << 20);
    export_put(e, "#ifdef CELL_root\n");
    if (hyp->colors.n)
        export_cannot(
            e, hyp->at, "colors", "",
            "colours of the hypervisor; its tree has no cache colouring, patches to it have");
    for (unsigned i = 0; i < e->file->shmem.n; i++)
        if (e->file->shmem.at[i].interrupt)
            export_cannot(
                e, e->file->shmem.at[i].at, "interrupt", "",
                "the doorbell of \"%s\"; use an ivshmem device, for which the board needs PCI",
                e->file->shmem.at[i].name);
    begin_struct(e, "jailhouse_system", "header", 3);
    export_put(
        e,
        "    .header = {\n        .signature = JAILHOUSE_SYSTEM_SIGNATURE,\n        .revision = "
        "JAILHOUSE_CONFIG_REVISION,\n        .hypervisor_memory = { .phys_start = 0x%" PRIx64
        ", .size = 0x%" PRIx64 " },\n",
        start, hyp->memory);
    export_put(e,
               "        .debug_console = {\n            .address = 0x%llx, .size = 0x1000, .type = "
               "JAILHOUSE_CON_TYPE_8250,\n            .flags = JAILHOUSE_CON_ACCESS_MMIO | "
               "JAILHOUSE_CON_REGDIST_1,\n        },\n",
               BOARD_UART);
    export_put(e, "        .root_cell = {\n            .name = \"root\",\n");
    put_counts(e, "            ");
    export_put(e, "        },\n    },\n    .cpus = { 0x%" PRIx64 " },\n    .mem_regions = {\n",
               (UINT64_C(1) << m->n_harts) - 1);
    put_region(e, 0x100000, 0x100000, 0x10009000 - 0x100000, IO_FLAGS, "devices");
    put_region(e, BOARD_RAM, BOARD_RAM, start - BOARD_RAM, RAM_FLAGS,
               "memory below the hypervisor");
    put_region(e, start + hyp->memory, start + hyp->memory,
               BOARD_RAM + m->memory - start - hyp->memory, RAM_FLAGS " | JAILHOUSE_MEM_DMA",
               "memory above it");
    export_put(e, "    },\n");
    put_irqchip(e, all);
    export_put(e, "};\n#endif\n\n");
}

static void put_missing(Exporter *e, const MfPartition *part)
{
    if (part->colors.n)
        export_cannot(e, part->at, "colors", "",
                      "colours; its tree has no cache colouring, patches to it have");
    if (part->budget.at)
        export_cannot(e, part->at, "budget", "", "a budget of the memory bus; there is none");
    if (part->vmid)
        export_cannot(e, part->at, "vmid", "",
                      "VMID %" PRIu64 "; it is the cell's id, which the driver gives", part->vmid);
    if (part->append)
        export_cannot(e, part->at, "append", "",
                      "a command line; give it to jailhouse cell linux or cell load");
    if (part->initrd)
        export_cannot(e, part->at, "initrd", "", "an initrd; give it to jailhouse cell linux");
    for (unsigned i = 0; i < part->devices.n; i++) {
        MfResource r;
        if (mf_resource(e->file, part->devices.at[i], &r) && !r.passthrough)
            export_cannot(
                e, part->at, "devices", "",
                "device \"%s\", which the hypervisor is to stand before; nothing is emulated, use "
                "virtio over ivshmem",
                r.name);
    }
}

static unsigned count_regions(const Exporter *e, const MfPartition *part)
{
    unsigned n = part->memory.n + 1;
    MfResource r;
    for (unsigned i = 0; i < part->devices.n; i++)
        n += mf_resource(e->file, part->devices.at[i], &r) && r.passthrough;
    for (unsigned i = 0; i < e->file->shmem.n; i++)
        for (unsigned j = 0; j < e->file->shmem.at[i].between.n; j++)
            n += !strcmp(e->file->shmem.at[i].between.at[j], part->name);
    return n;
}

/* A layout's address, which may not be there. */
static uint64_t place(Exporter *e, unsigned index, const config_setting_t *at)
{
    uint64_t host = g_array_index(e->places, uint64_t, index);
    if (!host)
        export_cannot(e, at, "size", "        ",
                      "a host address; there is no room left in RAM: give the machine more");
    return host;
}

static void put_memory(Exporter *e, unsigned number)
{
    const MfPartition *part = &e->file->partitions.at[number];
    unsigned index = mf_layout_index(e->file, number);
    bool small_pages = mf_at(part->at, "superpages") ? !part->superpages : part->colors.n != 0;
    for (unsigned i = 0; i < part->memory.n; i++) {
        const MfRegion *region = &part->memory.at[i];
        put_region(e, place(e, index + i, region->at), region->address, region->size,
                   small_pages ? RAM_FLAGS
                       " | JAILHOUSE_MEM_DMA | JAILHOUSE_MEM_LOADABLE | JAILHOUSE_MEM_NO_HUGEPAGES"
                               : RAM_FLAGS " | JAILHOUSE_MEM_DMA | JAILHOUSE_MEM_LOADABLE",
                   "memory");
    }
    index = mf_layout_index(e->file, e->file->partitions.n);
    for (unsigned i = 0; i < e->file->shmem.n; i++) {
        const MfShmem *shmem = &e->file->shmem.at[i];
        for (unsigned j = 0; j < shmem->between.n; j++)
            if (!strcmp(shmem->between.at[j], part->name))
                put_region(e, place(e, index + i, shmem->at), shmem->address, shmem->size,
                           "JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_ROOTSHARED",
                           "shared memory");
    }
}

static void put_devices(Exporter *e, const MfPartition *part, uint32_t pins[4])
{
    for (unsigned i = 0; i < part->devices.n; i++) {
        MfResource r;
        if (!mf_resource(e->file, part->devices.at[i], &r) || !r.passthrough)
            continue;
        put_region(e, r.base, r.base, MAX(r.size, 0x1000), IO_FLAGS " | JAILHOUSE_MEM_ROOTSHARED",
                   r.name);
        if (r.interrupt)
            pins[r.interrupt / 32 % 4] |= 1u << r.interrupt % 32;
    }
    for (unsigned i = 0; i < part->interrupts.n; i++)
        pins[part->interrupts.at[i] / 32 % 4] |= 1u << part->interrupts.at[i] % 32;
}

/* Where the guest talks with the hypervisor: above all it has. */
static uint64_t comm_address(const MfPartition *part)
{
    uint64_t end = 0;
    for (unsigned i = 0; i < part->memory.n; i++)
        end = MAX(end, part->memory.at[i].address + part->memory.at[i].size);
    return end;
}

static void put_cell(Exporter *e, unsigned number)
{
    const MfPartition *part = &e->file->partitions.at[number];
    uint32_t pins[4] = { 0 };
    const MfModule *kernel = export_kernel(e, number);
    uint64_t harts = 0;
    for (unsigned i = 0; i < part->harts.n; i++)
        harts |= 1ull << part->harts.at[i];
    export_put(
        e,
        "#ifdef CELL_%u /* %s: jailhouse cell create FILE.cell, then jailhouse cell load with the image at -a 0x%" PRIx64
        " */\n",
        number + 1, part->name, kernel->load);
    put_missing(e, part);
    begin_struct(e, "jailhouse_cell_desc", "cell", count_regions(e, part));
    export_put(
        e,
        "    .cell = {\n        .signature = JAILHOUSE_CELL_DESC_SIGNATURE,\n        .revision = "
        "JAILHOUSE_CONFIG_REVISION,\n        .name = ");
    export_string(e, part->name);
    export_put(
        e,
        ",\n        .flags = JAILHOUSE_CELL_PASSIVE_COMMREG,\n        .cpu_reset_address = 0x%" PRIx64
        ",\n",
        kernel->entry);
    put_counts(e, "        ");
    export_put(e, "    },\n    .cpus = { 0x%" PRIx64 " },\n    .mem_regions = {\n", harts);
    put_memory(e, number);
    put_devices(e, part, pins);
    export_put(e,
               "        { /* communication region */\n            .virt_start = 0x%" PRIx64
               ", .size = 0x1000,\n            .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | "
               "JAILHOUSE_MEM_COMM_REGION,\n        },\n    },\n",
               comm_address(part));
    put_irqchip(e, pins);
    export_put(e, "};\n#endif\n\n");
}

void export_jailhouse(Exporter *e)
{
    export_put(
        e,
        "/* Cells for Jailhouse, of a machine file. Each is compiled by itself, with -DCELL_root for the root cell, -DCELL_1\n"
        " * for the first partition, and so on; objcopy -O binary makes NAME.cell of it. Jailhouse runs on Arm and x86: the\n"
        " * addresses are those of this board. */\n#include <jailhouse/types.h>\n#include <jailhouse/cell-config.h>\n\n");
    put_root(e);
    for (unsigned i = 0; i < e->file->partitions.n; i++)
        put_cell(e, i);
}
