/* SPDX-License-Identifier: MIT */
/* fdt.c - the device tree's structure: nodes and properties; see fdt.h. */
#include "lib/fdt.h"

#include <stddef.h>

#include "lib/string.h"

enum { MAGIC = 0xd00dfeed, BEGIN_NODE = 1, END_NODE, PROP, NOP, END = 9, DEPTH = 16 };
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

/* What follows the token at `at`. */
static uint32_t *after(uint32_t *at)
{
    switch (big(*at)) {
    case BEGIN_NODE: return at + 1 + words(strlen((char *)(at + 1)) + 1);
    case PROP: return at + 3 + words(big(at[1]));
    default: return at + 1;
    }
}

FdtNode fdt_next(const Fdt *fdt, FdtNode node)
{
    uint32_t *at = node ? after(node) : fdt->tree;
    for (; big(*at) != END; at = after(at)) {
        if (big(*at) == BEGIN_NODE)
            return at;
    }
    return NULL;
}

const char *fdt_name(FdtNode node)
{
    return (const char *)(node + 1);
}

/* Behind the END_NODE that belongs to `node`. */
static uint32_t *end_of(FdtNode node)
{
    unsigned depth = 0;
    for (uint32_t *at = node;; at = after(at)) {
        depth += big(*at) == BEGIN_NODE;
        depth -= big(*at) == END_NODE;
        if (!depth)
            return at + 1;
    }
}

FdtNode fdt_parent(const Fdt *fdt, FdtNode node)
{
    FdtNode around[DEPTH];
    unsigned depth = 0;
    for (uint32_t *at = fdt->tree; at < node; at = after(at)) {
        if (big(*at) == BEGIN_NODE && depth < DEPTH)
            around[depth++] = at;
        else if (big(*at) == END_NODE && depth)
            depth--;
    }
    return depth ? around[depth - 1] : NULL;
}

static FdtNode find_child(FdtNode node, const char *name, size_t length)
{
    unsigned depth = 0;
    for (uint32_t *at = after(node); depth || big(*at) != END_NODE; at = after(at)) {
        if (big(*at) == BEGIN_NODE && !depth++ && strlen(fdt_name(at)) == length &&
            !memcmp(fdt_name(at), name, length))
            return at;
        depth -= big(*at) == END_NODE;
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
    while ((node = fdt_next(fdt, node))) {
        if (fdt_list_has(fdt, node, "compatible", text) && fdt_enabled(fdt, node))
            return node;
    }
    return NULL;
}

FdtNode fdt_find_phandle(const Fdt *fdt, uint32_t phandle)
{
    FdtNode node = NULL;
    while ((node = fdt_next(fdt, node))) {
        if (fdt_cell(fdt, node, "phandle", 0, 0) == phandle)
            return node;
    }
    return NULL;
}

/* The PROP token of a property. Properties stand before a node's children. */
static uint32_t *find_prop(const Fdt *fdt, FdtNode node, const char *name)
{
    for (uint32_t *at = after(node); big(*at) == PROP || big(*at) == NOP; at = after(at)) {
        if (big(*at) == PROP && !strcmp(fdt->names + big(at[2]), name))
            return at;
    }
    return NULL;
}

void *fdt_prop(const Fdt *fdt, FdtNode node, const char *name, uint32_t *size)
{
    uint32_t *at = node ? find_prop(fdt, node, name) : NULL;
    if (!at)
        return NULL;
    if (size)
        *size = big(at[1]);
    return at + 3;
}

uint32_t *fdt_next_prop(const Fdt *fdt, FdtNode node, uint32_t *last, FdtProp *prop)
{
    uint32_t *at = after(last ? last : node);
    while (big(*at) == NOP)
        at++;
    if (big(*at) != PROP)
        return NULL;
    *prop = (FdtProp){ fdt->names + big(at[2]), at + 3, big(at[1]) };
    return at;
}

static void erase(uint32_t *from, const uint32_t *to)
{
    while (from < to)
        *from++ = big(NOP);
}

void fdt_erase_prop(const Fdt *fdt, FdtNode node, const char *name)
{
    uint32_t *at = node ? find_prop(fdt, node, name) : NULL;
    if (at)
        erase(at, after(at));
}

void fdt_erase_node(const Fdt *fdt, FdtNode node)
{
    (void)fdt;
    erase(node, end_of(node));
}
