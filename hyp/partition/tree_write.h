/* SPDX-License-Identifier: MIT */
/*
 * tree_write.h - writes a flattened device tree, from the first node to the last. What does not fit any more is left out, and
 * tree_finish says so. Format: Devicetree Specification 0.4, chapter 5.
 */
#ifndef HYP_PARTITION_TREE_WRITE_H
#define HYP_PARTITION_TREE_WRITE_H

#include "lib/fdt.h"

enum { TREE_NAMES = 2048 };

typedef struct {
    char *base;
    uint32_t size, room;
    char names[TREE_NAMES]; /* of properties */
    uint32_t names_size;
} TreeWriter;

void tree_begin(TreeWriter *tree, void *to, uint32_t room);
/* Ends it: its size, 0 if it did not fit. */
uint32_t tree_finish(TreeWriter *tree);

/* Opens a node inside the one that is open, "name" or "name@address"; and closes it. */
void tree_node(TreeWriter *tree, const char *name);
void tree_node_at(TreeWriter *tree, const char *name, uint64_t address);
void tree_end(TreeWriter *tree);

/* Properties of the open node, before its children. */
void tree_prop(TreeWriter *tree, const char *name, const void *value, uint32_t size);
void tree_text(TreeWriter *tree, const char *name, const char *text);
void tree_cell(TreeWriter *tree, const char *name, uint32_t value);
void tree_cells(TreeWriter *tree, const char *name, const uint32_t *cells, unsigned n);
void tree_number(TreeWriter *tree, const char *name, uint64_t value); /* of two cells */
void tree_range(TreeWriter *tree, const char *name, uint64_t base, uint64_t size); /* of four */
void tree_flag(TreeWriter *tree, const char *name);
/* All properties of another tree's node but those in the list, which ends in NULL. */
void tree_copy(TreeWriter *tree, const Fdt *from, FdtNode node, const char *const *but);

#endif
