/* SPDX-License-Identifier: MIT */
/* place.c - what an address is, by the device tree; see place.h. */
#include "emu/explain/place.h"

#include <libfdt.h>

#include "emu/devicetree.h"
#include "emu/explain/explain.h"
#include "emu/machinefile/names.h"

/* Does `reg` of the node cover the address? Source: Devicetree Specification 0.4, "reg" */
static bool covers(const void *tree, int node, uint64_t address)
{
    int size, parent = fdt_parent_offset(tree, node);
    const fdt32_t *reg = fdt_getprop(tree, node, "reg", &size);
    if (!reg || parent < 0 || fdt_address_cells(tree, parent) != 2 ||
        fdt_size_cells(tree, parent) != 2)
        return false;
    for (; size >= 16; size -= 16, reg += 4) {
        uint64_t base = (uint64_t)fdt32_to_cpu(reg[0]) << 32 | fdt32_to_cpu(reg[1]);
        uint64_t length = (uint64_t)fdt32_to_cpu(reg[2]) << 32 | fdt32_to_cpu(reg[3]);
        if (address - base < length)
            return true;
    }
    return false;
}

char *explain_place(const Machine *machine, uint64_t address)
{
    char path[128];
    Explain *explain = machine->explain;
    if (explain && !explain->tree)
        explain->tree = devicetree_make(machine, &(DevicetreeChosen){ 0 }, NULL);
    if (!explain || !explain->tree)
        return NULL;
    const GByteArray *tree = explain->tree;
    for (int node = fdt_next_node(tree->data, -1, NULL); node >= 0;
         node = fdt_next_node(tree->data, node, NULL))
        if (covers(tree->data, node, address) && !fdt_get_path(tree->data, node, path, sizeof path))
            return g_strdup_printf("%s (reg)", path);
    return NULL;
}

char *explain_place_in_file(const Machine *m, unsigned vmid, unsigned hart, uint64_t gpa)
{
    return m->machine_file
               ? mf_place(m->machine_file, partitions_declared(m->partitions, vmid, hart), gpa)
               : NULL;
}
