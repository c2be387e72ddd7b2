/* SPDX-License-Identifier: MIT */
/* fdt_values.c - what the properties of a device tree mean: numbers, lists, ranges, processors; see fdt.h. */
#include "lib/fdt.h"
#include "lib/string.h"

const char *fdt_text(const Fdt *fdt, FdtNode node, const char *name)
{
    const char *text = fdt_prop(fdt, node, name, NULL);
    return text ? text : "";
}

uint64_t fdt_number(const void *cells, unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value = value << 32 | fdt_big_endian(((const uint32_t *)cells)[i]);
    return value;
}

void fdt_put_number(void *cells, unsigned count, uint64_t value)
{
    while (count--) {
        ((uint32_t *)cells)[count] = fdt_big_endian((uint32_t)value);
        value >>= 32;
    }
}

uint32_t fdt_cell(const Fdt *fdt, FdtNode node, const char *name, unsigned index,
                  uint32_t otherwise)
{
    uint32_t size;
    const uint32_t *cells = fdt_prop(fdt, node, name, &size);
    return cells && index < size / 4 ? (uint32_t)fdt_number(cells + index, 1) : otherwise;
}

bool fdt_list_has(const Fdt *fdt, FdtNode node, const char *name, const char *text)
{
    uint32_t size;
    const char *at = fdt_prop(fdt, node, name, &size);
    for (const char *end = at ? at + size : at; at < end; at += strlen(at) + 1)
        if (!strcmp(at, text))
            return true;

    return false;
}

bool fdt_reg(const Fdt *fdt, FdtNode node, unsigned index, FdtRange *range)
{
    FdtNode parent = fdt_parent(fdt, node);
    uint32_t address = fdt_cell(fdt, parent, "#address-cells", 0, 2);
    uint32_t each = address + fdt_cell(fdt, parent, "#size-cells", 0, 1), size;
    const uint32_t *cells = fdt_prop(fdt, node, "reg", &size);
    if (!cells || (index + 1) * each * 4 > size)
        return false;
    cells += index * each;
    *range = (FdtRange){ fdt_number(cells, address), fdt_number(cells + address, each - address) };
    return true;
}

FdtNode fdt_next_cpu(const Fdt *fdt, FdtNode node, uint64_t *id)
{
    FdtRange reg;
    while ((node = fdt_next(fdt, node))) {
        if (!strcmp(fdt_text(fdt, node, "device_type"), "cpu") && fdt_reg(fdt, node, 0, &reg)) {
            *id = reg.base;
            return node;
        }
    }
    return NULL;
}
