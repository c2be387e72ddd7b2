/* SPDX-License-Identifier: MIT */
/*
 * export_xen.c - domains for Xen without a toolstack (dom0less): a device tree source, to be merged into the board's.
 *
 * Source: Xen's docs/misc/arm/device-tree/booting.txt and docs/misc/cache-coloring.rst. Both speak of Arm: the bindings
 * of domains are the common part of Xen, colours and assigned devices are Arm's for now.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/machinefile/export.h"
#include "emu/machinefile/values.h"

static void put_cell_pair(Exporter *e, uint64_t value)
{
    export_put(e, "0x%x 0x%x", (unsigned)(value >> 32), (unsigned)value);
}

static void put_missing(Exporter *e, const MfPartition *part)
{
    static const char indent[] = "            ";
    if (part->budget.at)
        export_cannot(e, part->at, "budget", indent, "a budget of the memory bus; there is none");
    if (part->vmid)
        export_cannot(e, part->at, "vmid", indent, "VMID %" PRIu64 "; Xen chooses: leave vmid out",
                      part->vmid);
    if (mf_at(part->at, "superpages") && !part->superpages)
        export_cannot(e, part->at, "superpages", indent,
                      "no superpages; Xen uses them unless there are colours");
    if (part->interrupts.n)
        export_cannot(
            e, part->at, "interrupts", indent,
            "interrupts without a device; give them with a device of a partial device tree");
    for (unsigned i = 0; i < part->devices.n; i++)
        export_cannot(
            e, part->at, "devices", indent,
            "device \"%s\"; assign it with a partial device tree (a module multiboot,device-tree), "
            "which needs an IOMMU or direct-map",
            part->devices.at[i]);
}

/* Memory is an amount; where the guest sees it is Xen's choice. */
static void put_memory(Exporter *e, const MfPartition *part)
{
    static const char indent[] = "            ";
    uint64_t sum = 0;
    for (unsigned i = 0; i < part->memory.n; i++) {
        const MfRegion *region = &part->memory.at[i];
        sum += region->size;
        if (mf_at(region->at, "host"))
            export_cannot(e, region->at, "host", indent,
                          "host address 0x%" PRIx64
                          "; xen,static-mem has it, for Arm only and not with colours",
                          region->host);
        if (mf_at(region->at, "address") || i)
            export_cannot(e, region->at, "address", indent,
                          "guest address 0x%" PRIx64 "; Xen chooses where a guest sees its memory",
                          region->address);
    }
    export_put(e, "            memory = <");
    put_cell_pair(e, sum >> 10);
    export_put(e, ">; /* KiB */\n");
}

static void put_harts(Exporter *e, const MfPartition *part)
{
    export_put(e, "            cpus = <%u>;\n", part->harts.n);
    for (unsigned i = 0; i < part->harts.n; i++)
        export_put(
            e,
            "            vcpu%u {\n                compatible = \"xen,vcpu\";\n                id = <%u>;\n"
            "                hard-affinity = \"%u\";\n            };\n",
            i, i, part->harts.at[i]);
}

static void put_modules(Exporter *e, unsigned number)
{
    const MfPartition *part = &e->file->partitions.at[number];
    for (guint i = 0; i < e->modules->len; i++) {
        const MfModule *module = g_ptr_array_index(e->modules, i);
        if (module->partition != number)
            continue;
        const char *kind = module->is_initrd ? "ramdisk" : "kernel";
        export_put(e,
                   "            module@%" PRIx64
                   " {\n                compatible = \"multiboot,%s\", "
                   "\"multiboot,module\";\n                reg = <",
                   module->at, kind);
        put_cell_pair(e, module->at);
        export_put(e, " ");
        put_cell_pair(e, module->bytes->len);
        export_put(e, ">;\n");
        if (part->append && !module->is_initrd) {
            export_put(e, "                bootargs = ");
            export_string(e, part->append);
            export_put(e, ";\n");
        }
        export_put(e, "            };\n");
    }
}

static void put_domain(Exporter *e, unsigned number)
{
    const MfPartition *part = &e->file->partitions.at[number];
    g_autofree char *colors = mf_numbers_text(&part->colors);
    export_put(e,
               "        domU%u { /* %s */\n            compatible = \"xen,domain\";\n"
               "            #address-cells = <2>;\n            #size-cells = <2>;\n",
               number + 1, part->name);
    put_memory(e, part);
    if (part->colors.n)
        export_put(e, "            llc-colors = \"%s\"; /* Arm64 only */\n", colors);
    put_missing(e, part);
    put_harts(e, part);
    put_modules(e, number);
    export_put(e, "        };\n");
}

/* Xen's own command line: what says how the last-level cache is cut into colours. */
static void put_bootargs(Exporter *e)
{
    const MachineFile *file = e->file;
    g_autoptr(GString) words = g_string_new("sched=null");
    g_autofree char *own = mf_numbers_text(&file->hypervisor.colors);
    TimingProfile profile;
    bool colored = file->hypervisor.colors.n;
    for (unsigned i = 0; i < file->partitions.n; i++)
        colored |= file->partitions.at[i].colors.n;
    if (colored && mf_profile(file, &profile)) {
        g_autofree char *size = mf_size_text(profile.llc.size);
        g_string_append_printf(words, " llc-coloring=on llc-size=%s llc-nr-ways=%u", size,
                               profile.llc.ways);
        if (file->hypervisor.colors.n)
            g_string_append_printf(words, " xen-llc-colors=%s", own);
    }
    export_put(e, "        xen,xen-bootargs = \"%s\";\n", words->str);
    if (mf_at(file->hypervisor.at, "memory"))
        export_cannot(e, file->hypervisor.at, "memory", "        ",
                      "a limit to the hypervisor's memory; Xen takes what it needs");
}

void export_xen(Exporter *e)
{
    export_put(
        e,
        "/* Domains for Xen (dom0less), of a machine file: merge /chosen into the board's device tree. Modules lie\n"
        " * where bulkhead run puts them; a boot loader that puts them elsewhere changes their reg. */\n");
    export_put(
        e, "/dts-v1/;\n\n/ {\n    #address-cells = <2>;\n    #size-cells = <2>;\n\n    chosen {\n"
           "        #address-cells = <2>;\n        #size-cells = <2>;\n");
    put_bootargs(e);
    for (unsigned i = 0; i < e->file->partitions.n; i++)
        put_domain(e, i);
    for (unsigned i = 0; i < e->file->shmem.n; i++)
        export_cannot(e, e->file->shmem.at[i].at, "name", "        ",
                      "shared memory \"%s\"; Xen has it for Arm only, as "
                      "xen,domain-shared-memory-v1",
                      e->file->shmem.at[i].name);
    export_put(e, "    };\n};\n");
}
