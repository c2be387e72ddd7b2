/* SPDX-License-Identifier: MIT */
/* fdt.c - the device tree's structure: nodes and properties; see fdt.h. */
#include "lib/fdt.h"

#include "lib/fdt_tokens.h"
#include "lib/string.h"

enum { MAGIC = 0xd00dfeed, DEPTH = 16 };
enum { HEAD_MAGIC, HEAD_SIZE, HEAD_TREE, HEAD_NAMES, HEAD_VERSION = 5, HEAD_COMPATIBLE };

static uint32_t big(uint32_t value)
{
    return fdt_big_endian(value);
}

bool fdt_open(Fdt *fdt, void *blob)
{
    const uint32_t *head = blob;
    if (!blob || big(head[HEAD_MAGIC]) != MAGIC || big(head[HEAD_COMPATIBLE]) > 17)
        return false;
    *fdt = (Fdt){ blob, (uint32_t *)((char *)blob + big(head[HEAD_TREE])),
                  (char *)blob + big(head[HEAD_NAMES]), big(head[HEAD_SIZE]) };
    return true;
}

/* Bytes of text or data take whole words. */
static uint32_t words(size_t bytes)
{
    return (uint32_t)((bytes + 3) / 4);
}

uint32_t *fdt_after(uint32_t *at)
{
    switch (big(*at)) {
    case FDT_BEGIN_NODE: return at + 1 + words(strlen((char *)(at + 1)) + 1);
    case FDT_PROP: return at + 3 + words(big(at[1]));
    default: return at + 1;
    }
}

FdtNode fdt_next(const Fdt *fdt, FdtNode node)
{
    uint32_t *at = node ? fdt_after(node) : fdt->tree;
    for (; big(*at) != FDT_END; at = fdt_after(at))
        if (big(*at) == FDT_BEGIN_NODE)
            return at;
    return NULL;
}

const char *fdt_name(FdtNode node)
{
    return (const char *)(node + 1);
}

FdtNode fdt_parent(const Fdt *fdt, FdtNode node)
{
    FdtNode around[DEPTH];
    unsigned depth = 0;
    for (uint32_t *at = fdt->tree; at < node; at = fdt_after(at)) {
        if (big(*at) == FDT_BEGIN_NODE && depth < DEPTH)
            around[depth++] = at;
        else if (big(*at) == FDT_END_NODE && depth)
            depth--;
    }
    return depth ? around[depth - 1] : NULL;
}

static FdtNode find_child(FdtNode node, const char *name, size_t length)
{
    unsigned depth = 0;
    for (uint32_t *at = fdt_after(node); depth || big(*at) != FDT_END_NODE; at = fdt_after(at)) {
        if (big(*at) == FDT_BEGIN_NODE && !depth++ && strlen(fdt_name(at)) == length &&
            !memcmp(fdt_name(at), name, length))
            return at;
        depth -= big(*at) == FDT_END_NODE;
    }
    return NULL;
}

FdtNode fdt_find(const Fdt *fdt, const char *path)
{
    FdtNode node = fdt_next(fdt, NULL);
    while (node && *path) {
        size_t length = 0;
        path++; /* the slash */
        while (path[length] && path[length] != '/')
            length++;
        if (length)
            node = find_child(node, path, length);
        path += length;
    }
    return node;
}

bool fdt_enabled(const Fdt *fdt, FdtNode node)
{
    const char *status = fdt_text(fdt, node, "status");
    return !*status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

FdtNode fdt_find_compatible(const Fdt *fdt, FdtNode node, const char *text)
{
    while ((node = fdt_next(fdt, node)))
        if (fdt_list_has(fdt, node, "compatible", text) && fdt_enabled(fdt, node))
            return node;
    return NULL;
}

FdtNode fdt_find_phandle(const Fdt *fdt, uint32_t phandle)
{
    FdtNode node = NULL;
    while ((node = fdt_next(fdt, node)))
        if (fdt_cell(fdt, node, "phandle", 0, 0) == phandle)
            return node;
    return NULL;
}

/* Properties stand before a node's children. */
uint32_t *fdt_next_prop(const Fdt *fdt, FdtNode node, uint32_t *last, FdtProp *prop)
{
    uint32_t *at = fdt_after(last ? last : node);
    while (big(*at) == FDT_NOP)
        at++;
    if (big(*at) != FDT_PROP)
        return NULL;
    *prop = (FdtProp){ fdt->names + big(at[2]), at + 3, big(at[1]) };
    return at;
}

void *fdt_prop(const Fdt *fdt, FdtNode node, const char *name, uint32_t *size)
{
    FdtProp prop;
    for (uint32_t *at = NULL; node && (at = fdt_next_prop(fdt, node, at, &prop));) {
        if (strcmp(prop.name, name))
            continue;
        if (size)
            *size = prop.size;
        return at + 3;
    }
    return NULL;
}
