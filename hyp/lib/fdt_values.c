/* SPDX-License-Identifier: MIT */
/* fdt_values.c - what the properties of a device tree mean: numbers, lists, ranges, processors; see fdt.h. */
#include <stddef.h>

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
    for (const char *end = at ? at + size : at; at < end; at += strlen(at) + 1) {
        if (!strcmp(at, text))
            return true;
    }
    return false;
}

/* Where the range at `index` lies in `reg`, and how many cells its two numbers have. */
static uint32_t *reg_cells(const Fdt *fdt, FdtNode node, unsigned index, uint32_t count[2])
{
    uint32_t size;
    uint32_t *cells = fdt_prop(fdt, node, "reg", &size);
    FdtNode parent = fdt_parent(fdt, node);
    count[0] = fdt_cell(fdt, parent, "#address-cells", 0, 2);
    count[1] = fdt_cell(fdt, parent, "#size-cells", 0, 1);
    uint32_t each = count[0] + count[1];
    return cells && (index + 1) * each * 4 <= size ? cells + index * each : NULL;
}

bool fdt_reg(const Fdt *fdt, FdtNode node, unsigned index, FdtRange *range)
{
    uint32_t count[2], *cells = reg_cells(fdt, node, index, count);
    if (!cells)
        return false;
    *range = (FdtRange){ fdt_number(cells, count[0]), fdt_number(cells + count[0], count[1]) };
    return true;
}

bool fdt_set_reg(const Fdt *fdt, FdtNode node, unsigned index, FdtRange range)
{
    uint32_t count[2], *cells = reg_cells(fdt, node, index, count);
    if (!cells)
        return false;
    fdt_put_number(cells, count[0], range.base);
    fdt_put_number(cells + count[0], count[1], range.size);
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

/* "rv64imafdch_zicsr_sstc": single letters up to the first underscore, then words. Returns the
 * place of an extension with the underscore before a word, and how long that is. */
static char *find_extension(char *isa, const char *extension, size_t *length)
{
    *length = strlen(extension) + (extension[1] != 0);
    char *at = isa + 4; /* behind rv64 */
    if (!extension[1]) {
        while (*at && *at != '_' && *at != *extension)
            at++;
        return *at == *extension ? at : NULL;
    }
    for (at = isa; *at; at++) {
        const char *end = at + *length;
        if (*at == '_' && strlen(at) >= *length && !memcmp(at + 1, extension, *length - 1) &&
            (!*end || *end == '_'))
            return at;
    }
    return NULL;
}

bool fdt_isa_has(const Fdt *fdt, FdtNode cpu, const char *extension)
{
    size_t length;
    char *isa = fdt_prop(fdt, cpu, "riscv,isa", NULL);
    return isa && strlen(isa) > 4 && find_extension(isa, extension, &length);
}

void fdt_isa_remove(const Fdt *fdt, FdtNode cpu, const char *extension)
{
    size_t length;
    uint32_t size;
    char *isa = fdt_prop(fdt, cpu, "riscv,isa", NULL);
    char *at = isa && strlen(isa) > 4 ? find_extension(isa, extension, &length) : NULL;
    if (at) {
        size_t rest = strlen(at + length);
        memmove(at, at + length, rest);
        memset(at + rest, 0, length);
    }
    at = fdt_prop(fdt, cpu, "riscv,isa-extensions", &size);
    for (char *end = at ? at + size : at; at < end; at += strlen(at) + 1) {
        if (strcmp(at, extension))
            continue;
        /* The list keeps its size and ends in empty texts. */
        size_t gap = strlen(at) + 1;
        memmove(at, at + gap, (size_t)(end - at) - gap);
        memset(end - gap, 0, gap);
        return;
    }
}
