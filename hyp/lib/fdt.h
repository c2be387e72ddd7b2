/* SPDX-License-Identifier: MIT */
/*
 * fdt.h - reading a flattened device tree where it lies, and blanking parts of it.
 *
 * A node is a pointer to its beginning in the tree's structure block; NULL is no node. What is
 * erased is overwritten by FDT_NOP: the tree never changes size, so pointers stay good.
 * Format: Devicetree Specification 0.4, chapter 5.
 */
#ifndef HYP_LIB_FDT_H
#define HYP_LIB_FDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *base;     /* of the header */
    uint32_t *tree; /* the structure block */
    char *names;    /* the strings block: names of properties */
    uint32_t size;  /* of all, in bytes */
} Fdt;

typedef uint32_t *FdtNode;

typedef struct {
    uint64_t base, size;
} FdtRange;

/* All numbers in a tree are big-endian: from there, and back. */
static inline uint32_t fdt_big_endian(uint32_t value)
{
    return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

/* False: that is no device tree of a version we know. */
bool fdt_open(Fdt *fdt, void *blob);

/* The node after `node` in the order of the text, the root after NULL; NULL at the end. */
FdtNode fdt_next(const Fdt *fdt, FdtNode node);
/* "cpu@0"; "" for the root. */
const char *fdt_name(FdtNode node);
/* The node around `node`. */
FdtNode fdt_parent(const Fdt *fdt, FdtNode node);
/* By path: "/chosen". Names are compared whole. */
FdtNode fdt_find(const Fdt *fdt, const char *path);
/* The next node after `node` that is compatible with `text` and not disabled. */
FdtNode fdt_find_compatible(const Fdt *fdt, FdtNode node, const char *text);
/* Has it no status, or a good one? */
bool fdt_enabled(const Fdt *fdt, FdtNode node);
FdtNode fdt_find_phandle(const Fdt *fdt, uint32_t phandle);

/* The value of a property, and its size in bytes (may be NULL); NULL if there is none. */
void *fdt_prop(const Fdt *fdt, FdtNode node, const char *name, uint32_t *size);
typedef struct {
    const char *name;
    const void *value;
    uint32_t size;
} FdtProp;

/* The property behind `after` in the order of the text, the first one behind NULL; NULL at the end.
 * What is returned is to be given back as `after`. */
uint32_t *fdt_next_prop(const Fdt *fdt, FdtNode node, uint32_t *after, FdtProp *prop);
/* The value of a property as a text; "" if there is none. */
const char *fdt_text(const Fdt *fdt, FdtNode node, const char *name);
/* The cell at `index` of a property of 32-bit cells; `otherwise` if it has no such cell. */
uint32_t fdt_cell(const Fdt *fdt, FdtNode node, const char *name, unsigned index,
                  uint32_t otherwise);
/* Does a list of texts have this one? */
bool fdt_list_has(const Fdt *fdt, FdtNode node, const char *name, const char *text);
/* A number of one or two cells, and its inverse. */
uint64_t fdt_number(const void *cells, unsigned count);
void fdt_put_number(void *cells, unsigned count, uint64_t value);

/* The range at `index` of `reg`, by the cells that the parent says; false if there is none. */
bool fdt_reg(const Fdt *fdt, FdtNode node, unsigned index, FdtRange *range);
/* Writes there in place; false if there is none. */
bool fdt_set_reg(const Fdt *fdt, FdtNode node, unsigned index, FdtRange range);

/* The next processor after `node`; its hart goes to `id`. */
FdtNode fdt_next_cpu(const Fdt *fdt, FdtNode node, uint64_t *id);
/* Does `riscv,isa` of this processor name an extension: "h", "sstc"? */
bool fdt_isa_has(const Fdt *fdt, FdtNode cpu, const char *extension);
/* Takes it out of `riscv,isa` and `riscv,isa-extensions`. */
void fdt_isa_remove(const Fdt *fdt, FdtNode cpu, const char *extension);

void fdt_erase_prop(const Fdt *fdt, FdtNode node, const char *name);
/* With everything in it. */
void fdt_erase_node(const Fdt *fdt, FdtNode node);

#endif
