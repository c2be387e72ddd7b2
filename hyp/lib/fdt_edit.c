/* SPDX-License-Identifier: MIT */
/* fdt_edit.c - blanking parts of a device tree; see fdt.h. */
#include <stddef.h>

#include "lib/fdt_tokens.h"

/* Behind the END_NODE that belongs to `node`. */
static uint32_t *end_of(FdtNode node)
{
    unsigned depth = 0;
    for (uint32_t *at = node;; at = fdt_after(at)) {
        depth += fdt_big_endian(*at) == FDT_BEGIN_NODE;
        depth -= fdt_big_endian(*at) == FDT_END_NODE;
        if (!depth)
            return at + 1;
    }
}

static void erase(uint32_t *from, const uint32_t *to)
{
    while (from < to)
        *from++ = fdt_big_endian(FDT_NOP);
}

void fdt_erase_prop(const Fdt *fdt, FdtNode node, const char *name)
{
    uint32_t *value = fdt_prop(fdt, node, name, NULL); /* behind token, size and name */
    if (value)
        erase(value - 3, fdt_after(value - 3));
}

void fdt_erase_node(const Fdt *fdt, FdtNode node)
{
    (void)fdt;
    erase(node, end_of(node));
}

bool fdt_set_reg(const Fdt *fdt, FdtNode node, unsigned index, FdtRange range)
{
    FdtRange old;
    FdtNode parent = fdt_parent(fdt, node);
    uint32_t address = fdt_cell(fdt, parent, "#address-cells", 0, 2);
    uint32_t size = fdt_cell(fdt, parent, "#size-cells", 0, 1);
    if (!fdt_reg(fdt, node, index, &old))
        return false;
    uint32_t *cells = (uint32_t *)fdt_prop(fdt, node, "reg", NULL) + index * (address + size);
    fdt_put_number(cells, address, range.base);
    fdt_put_number(cells + address, size, range.size);
    return true;
}
