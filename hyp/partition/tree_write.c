/* SPDX-License-Identifier: MIT */
/* tree_write.c - see tree_write.h. */
#include "tree_write.h"

#include <stddef.h>

#include "lib/string.h"

enum { MAGIC = 0xd00dfeed, BEGIN_NODE = 1, END_NODE, PROP, END = 9, VERSION = 17, COMPATIBLE = 16 };
enum { HEADER = 40, RESERVED = 16, TREE_AT = HEADER + RESERVED };

/* Bytes, filled up to whole words with zeros. */
static void put(TreeWriter *tree, const void *bytes, uint32_t size)
{
    uint32_t whole = (size + 3) & ~3u;
    if (tree->room - tree->size >= whole) {
        memset(tree->base + tree->size, 0, whole);
        memcpy(tree->base + tree->size, bytes, size);
        tree->size += whole;
    } else {
        tree->room = 0;
        tree->size = 0;
    }
}

static void put_word(TreeWriter *tree, uint32_t value)
{
    value = fdt_big_endian(value);
    put(tree, &value, 4);
}

void tree_begin(TreeWriter *tree, void *to, uint32_t room)
{
    tree->base = to;
    tree->room = room;
    tree->size = TREE_AT;
    tree->names_size = 0;
    memset(to, 0, TREE_AT);
}

uint32_t tree_finish(TreeWriter *tree)
{
    put_word(tree, END);
    uint32_t names = tree->size;
    put(tree, tree->names, tree->names_size);
    if (!tree->room || tree->names_size > TREE_NAMES - 64)
        return 0;
    const uint32_t header[] = { MAGIC,          tree->size, TREE_AT,
                                names,          HEADER,     VERSION,
                                COMPATIBLE,     0,          tree->names_size,
                                names - TREE_AT };
    for (unsigned i = 0; i < HEADER / 4; i++)
        fdt_put_number(tree->base + 4 * i, 1, header[i]);
    return tree->size;
}

void tree_node(TreeWriter *tree, const char *name)
{
    put_word(tree, BEGIN_NODE);
    put(tree, name, (uint32_t)strlen(name) + 1);
}

void tree_node_at(TreeWriter *tree, const char *name, uint64_t address)
{
    char text[48];
    size_t size = strlen(name);
    unsigned digits = 1;
    memcpy(text, name, size);
    text[size++] = '@';
    while (digits < 16 && address >> 4 * digits)
        digits++;
    while (digits--)
        text[size++] = "0123456789abcdef"[address >> 4 * digits & 15];
    text[size] = 0;
    tree_node(tree, text);
}

void tree_end(TreeWriter *tree)
{
    put_word(tree, END_NODE);
}

/* Where a name is in the strings; it is added if it is new. */
static uint32_t name_at(TreeWriter *tree, const char *name)
{
    uint32_t at = 0, size = (uint32_t)strlen(name) + 1;
    while (at < tree->names_size && strcmp(tree->names + at, name))
        at += (uint32_t)strlen(tree->names + at) + 1;
    if (at == tree->names_size && size <= TREE_NAMES - at) {
        memcpy(tree->names + at, name, size);
        tree->names_size += size;
    }
    return at;
}

void tree_prop(TreeWriter *tree, const char *name, const void *value, uint32_t size)
{
    put_word(tree, PROP);
    put_word(tree, size);
    put_word(tree, name_at(tree, name));
    put(tree, value, size);
}

void tree_text(TreeWriter *tree, const char *name, const char *text)
{
    tree_prop(tree, name, text, (uint32_t)strlen(text) + 1);
}

void tree_cells(TreeWriter *tree, const char *name, const uint32_t *cells, unsigned n)
{
    put_word(tree, PROP);
    put_word(tree, 4 * n);
    put_word(tree, name_at(tree, name));
    for (unsigned i = 0; i < n; i++)
        put_word(tree, cells[i]);
}

void tree_cell(TreeWriter *tree, const char *name, uint32_t value)
{
    tree_cells(tree, name, &value, 1);
}

void tree_number(TreeWriter *tree, const char *name, uint64_t value)
{
    tree_cells(tree, name, (uint32_t[]){ (uint32_t)(value >> 32), (uint32_t)value }, 2);
}

void tree_range(TreeWriter *tree, const char *name, uint64_t base, uint64_t size)
{
    const uint32_t cells[] = { (uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32),
                               (uint32_t)size };
    tree_cells(tree, name, cells, 4);
}

void tree_flag(TreeWriter *tree, const char *name)
{
    tree_prop(tree, name, "", 0);
}

static bool is_in(const char *const *list, const char *name)
{
    while (list && *list && strcmp(*list, name))
        list++;
    return list && *list;
}

void tree_copy(TreeWriter *tree, const Fdt *from, FdtNode node, const char *const *but)
{
    FdtProp prop;
    for (uint32_t *at = NULL; (at = fdt_next_prop(from, node, at, &prop));)
        if (!is_in(but, prop.name))
            tree_prop(tree, prop.name, prop.value, prop.size);
}
