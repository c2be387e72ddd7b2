/* SPDX-License-Identifier: MIT */
/* views_inside.h - what the files of the views share. */
#ifndef EMU_SHARED_VIEWS_INSIDE_H
#define EMU_SHARED_VIEWS_INSIDE_H

#include "emu/shared/views.h"

ViewFn view_part, view_llc, view_colors, view_bus;

/* Cycles that the harts had together. */
uint64_t view_all_cycles(const Groups *groups);
/* Cells of a group: what it has counted, `n` of `ids`. */
void view_add_counts(const Groups *groups, Table *table, const CountId *ids, unsigned n,
                     unsigned group);
/* A table with a row for each group: who, and these. */
void view_counts(const Groups *groups, Tables *tables, const char *name, const char *title,
                 const CountId *ids, unsigned n);
/* A table of who suffered what from whom. */
void view_matrix(const Groups *groups, Tables *tables, const char *name, const char *title,
                 OwnerMatrix matrix);

#endif
