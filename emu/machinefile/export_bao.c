/* SPDX-License-Identifier: MIT */
/*
 * export_bao.c - a configuration for Bao: one C file that its build compiles in, guest images included.
 *
 * Source: Bao's own headers core/inc/config.h, vm.h, shmem.h and ipc.h say what the fields mean. Bao numbers VMs, and with
 * them VMIDs, in the order of the list, and finds out colours at run time by the cache that its platform describes.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "emu/board.h"
#include "emu/machinefile/export.h"

enum { BAO_COLORS = 64 };

static void put_colors(Exporter *e, const MfNumbers *colors, const char *indent)
{
    uint64_t map = 0;
    for (unsigned i = 0; i < colors->n; i++)
        map |= colors->at[i] < BAO_COLORS ? 1ull << colors->at[i] : 0;
    if (colors->n)
        export_put(e, "%s.colors = 0x%" PRIx64 ",\n", indent, map);
}

static bool is_elf(const char *path)
{
    char magic[4] = { 0 };
    FILE *in = fopen(path, "rb");
    bool elf = in && fread(magic, 1, 4, in) == 4 && !memcmp(magic, "\177ELF", 4);
    if (in)
        fclose(in);
    return elf;
}

/* Images are included by the assembler: whole, from wherever the build runs. */
static void put_image(Exporter *e, unsigned number)
{
    const MfPartition *part = &e->file->partitions.at[number];
    g_autofree char *flat = g_strconcat(part->kernel, ".bin", NULL);
    bool elf = is_elf(part->kernel);
    g_autofree char *path = g_canonicalize_filename(elf ? flat : part->kernel, NULL);
    if (elf)
        export_cannot(e, part->at, "kernel", "",
                      "images in ELF are not taken; make a flat one with: objcopy -O binary %s %s",
                      part->kernel, flat);
    export_put(e, "VM_IMAGE(image%u, ", number);
    export_string(e, path);
    export_put(e, ")\n");
}

static void put_regions(Exporter *e, const MfPartition *part)
{
    export_put(
        e,
        "                .region_num = %u,\n                .regions = (struct vm_mem_region[]) {\n",
        part->memory.n);
    for (unsigned i = 0; i < part->memory.n; i++) {
        const MfRegion *region = &part->memory.at[i];
        export_put(e, "                    { .base = 0x%" PRIx64 ", .size = 0x%" PRIx64,
                   region->address, region->size);
        if (mf_at(region->at, "host"))
            export_put(e, ", .place_phys = true, .phys = 0x%" PRIx64, region->host);
        export_put(e, " },\n");
    }
    export_put(e, "                },\n");
}

static void put_ipcs(Exporter *e, const MfPartition *part)
{
    unsigned n = 0;
    g_autoptr(GString) list = g_string_new(NULL);
    for (unsigned i = 0; i < e->file->shmem.n; i++) {
        const MfShmem *shmem = &e->file->shmem.at[i];
        for (unsigned j = 0; j < shmem->between.n; j++) {
            if (strcmp(shmem->between.at[j], part->name) != 0)
                continue;
            n++;
            g_string_append_printf(list,
                                   "                    { .base = 0x%" PRIx64 ", .size = 0x%" PRIx64
                                   ", .shmem_id = %u",
                                   shmem->address, shmem->size, i);
            if (shmem->interrupt)
                g_string_append_printf(
                    list, ", .interrupt_num = 1, .interrupts = (irqid_t[]) { %" PRIu64 " }",
                    shmem->interrupt);
            g_string_append(list, " },\n");
        }
    }
    if (n)
        export_put(
            e,
            "                .ipc_num = %u,\n                .ipcs = (struct ipc[]) {\n%s                },\n",
            n, list->str);
}

/* Devices that are the partition's own, and interrupts without one: a region of no size. */
static void put_devices(Exporter *e, const MfPartition *part)
{
    unsigned n = 0;
    g_autoptr(GString) list = g_string_new(NULL);
    for (unsigned i = 0; i < part->devices.n; i++) {
        MfResource r;
        if (!mf_resource(e->file, part->devices.at[i], &r) || !r.passthrough)
            continue;
        n++;
        g_string_append_printf(list,
                               "                    { .pa = 0x%" PRIx64 ", .va = 0x%" PRIx64
                               ", .size = 0x%" PRIx64,
                               r.base, r.base, MAX(r.size, 0x1000));
        if (r.interrupt)
            g_string_append_printf(list, ", .interrupt_num = 1, .interrupts = (irqid_t[]) { %u }",
                                   r.interrupt);
        g_string_append_printf(list, " }, /* %s */\n", r.name);
    }
    if (part->interrupts.n) {
        n++;
        g_string_append_printf(
            list, "                    { .interrupt_num = %u, .interrupts = (irqid_t[]) {",
            part->interrupts.n);
        for (unsigned i = 0; i < part->interrupts.n; i++)
            g_string_append_printf(list, "%s %u", i ? "," : "", part->interrupts.at[i]);
        g_string_append(list, " } },\n");
    }
    if (n)
        export_put(
            e,
            "                .dev_num = %u,\n                .devs = (struct vm_dev_region[]) {\n%s                },\n",
            n, list->str);
}

static void put_controller(Exporter *e)
{
    const char *aia = e->file->machine.aia;
    if (!strcmp(aia, "none"))
        export_put(e, "                .arch = { .irqc.plic.base = 0x%llx },\n", BOARD_PLIC);
    else if (!strcmp(aia, "aplic"))
        export_put(e, "                .arch = { .irqc.aia.aplic.base = 0x%llx },\n",
                   BOARD_APLIC_S);
    else
        export_put(
            e,
            "                .arch = { .irqc.aia = { .aplic.base = 0x%llx, .imsic.base = 0x%llx } },\n",
            BOARD_APLIC_S, BOARD_IMSIC_S);
}

static void put_missing(Exporter *e, const MfPartition *part, unsigned number)
{
    static const char indent[] = "            ";
    if (part->initrd)
        export_cannot(e, part->at, "initrd", indent, "an initrd; build it into the kernel's image");
    if (part->append)
        export_cannot(
            e, part->at, "append", indent,
            "a command line; write it into the guest's device tree, which is part of the image");
    if (part->budget.at)
        export_cannot(
            e, part->at, "budget", indent,
            "a budget of the memory bus; there is none, colours are all that is kept apart");
    if (part->vmid && part->vmid != number + 1)
        export_cannot(e, part->at, "vmid", indent,
                      "VMID %" PRIu64
                      "; Bao numbers in the order of the file, from %u on: write %u",
                      part->vmid, 1, number + 1);
    if (mf_at(part->at, "superpages") && !part->superpages)
        export_cannot(e, part->at, "superpages", indent,
                      "no superpages; they are not used where there are colours");
    for (unsigned i = 0; i < part->devices.n; i++) {
        MfResource r;
        if (mf_resource(e->file, part->devices.at[i], &r) && !r.passthrough)
            export_cannot(
                e, part->at, "devices", indent,
                "device \"%s\", which the hypervisor is to stand before; use VirtIO of another "
                "VM (remio), or set passthrough = true",
                r.name);
    }
    for (unsigned i = 0; i < part->colors.n; i++) {
        if (part->colors.at[i] < BAO_COLORS)
            continue;
        export_cannot(e, part->at, "colors", indent,
                      "colours from %d on; a set of colours has 64 bits: take a cache with fewer",
                      BAO_COLORS);
        break;
    }
}

static void put_vm(Exporter *e, unsigned number)
{
    const MfPartition *part = &e->file->partitions.at[number];
    const MfModule *kernel = export_kernel(e, number);
    uint64_t harts = 0;
    for (unsigned i = 0; i < part->harts.n; i++)
        harts |= 1ull << part->harts.at[i];
    export_put(e, "        { /* %s */\n", part->name);
    put_missing(e, part, number);
    export_put(e, "            .image = VM_IMAGE_BUILTIN(image%u, 0x%" PRIx64 "),\n", number,
               kernel->load);
    export_put(e,
               "            .entry = 0x%" PRIx64 ",\n            .cpu_affinity = 0x%" PRIx64 ",\n",
               kernel->entry, harts);
    put_colors(e, &part->colors, "            ");
    export_put(e, "            .platform = {\n                .cpu_num = %u,\n", part->harts.n);
    put_regions(e, part);
    put_ipcs(e, part);
    put_devices(e, part);
    put_controller(e);
    export_put(e, "            },\n        },\n");
}

static void put_shmem(Exporter *e)
{
    if (!e->file->shmem.n)
        return;
    export_put(e, "    .shmemlist_size = %u,\n    .shmemlist = (struct shmem[]) {\n",
               e->file->shmem.n);
    for (unsigned i = 0; i < e->file->shmem.n; i++) {
        const MfShmem *shmem = &e->file->shmem.at[i];
        export_put(e, "        { .size = 0x%" PRIx64, shmem->size);
        if (mf_at(shmem->at, "host"))
            export_put(e, ", .place_phys = true, .phys = 0x%" PRIx64, shmem->host);
        export_put(e, " }, /* shared memory %u */\n", i);
    }
    export_put(e, "    },\n");
}

void export_bao(Exporter *e)
{
    const MachineFile *file = e->file;
    const MfMachine *m = &file->machine;
    export_put(
        e,
        "/* A configuration for Bao on the board qemu-riscv64-virt, of a machine file. Build it with\n"
        " * make PLATFORM=qemu-riscv64-virt IRQC=%s CONFIG_REPO=FOLDER CONFIG=NAME, this file being FOLDER/NAME.c */\n",
        !strcmp(m->aia, "none")    ? "PLIC"
        : !strcmp(m->aia, "aplic") ? "APLIC"
                                   : "AIA");
    export_put(e, "#include <config.h>\n\n");
    if (mf_at(m->at, "harts") && m->n_harts != 4)
        export_cannot(e, m->at, "harts", "",
                      "the number of harts; the board's description has 4: change cpu_num there");
    if (mf_at(file->hypervisor.at, "memory"))
        export_cannot(
            e, file->hypervisor.at, "memory", "",
            "a limit to the hypervisor's memory; it takes what it needs from the board's");
    for (unsigned i = 0; i < file->partitions.n; i++)
        put_image(e, i);
    export_put(e, "\nstruct config config = {\n");
    if (file->hypervisor.colors.n) {
        export_put(e, "    .hyp = {\n");
        put_colors(e, &file->hypervisor.colors, "        ");
        export_put(e, "    },\n");
    }
    put_shmem(e);
    export_put(e, "    .vmlist_size = %u,\n    .vmlist = (struct vm_config[]) {\n",
               file->partitions.n);
    for (unsigned i = 0; i < file->partitions.n; i++)
        put_vm(e, i);
    export_put(e, "    },\n};\n");
}
