/* SPDX-License-Identifier: MIT */
/*
 * views.h - what the model of the shared machine has seen, as tables: who used what, who lost what to whom, who waited for
 * whom. Looking changes nothing.
 */
#ifndef EMU_SHARED_VIEWS_H
#define EMU_SHARED_VIEWS_H

#include "emu/shared/groups.h"
#include "emu/shared/table.h"

/* Adds its tables. */
typedef void ViewFn(const Groups *groups, Tables *tables);

typedef struct {
    const char *name, *help;
    ViewFn *make;
} View;

/* All of them, up to a row without a name. */
extern const View views[];
const View *view_find(const char *name);

/* The tables of one view. */
Tables *view_tables(const Timing *timing, const View *view, bool by_hart);
/* One view, or all (`view` NULL), as text or as JSON with an end of line. */
void view_write(const Timing *timing, const View *view, bool by_hart, bool as_json, GString *out);

#endif
