/* SPDX-License-Identifier: MIT */
/* column.h - columns of events: those that all have, and an event's fields. */
#ifndef EMU_TRACE_COLUMN_H
#define EMU_TRACE_COLUMN_H

#include "emu/base/trace.h"

/* Columns of every event come before the fields. */
typedef enum { COL_SEQ, COL_T, COL_IC, COL_H, COL_M, COL_P, COL_VMID, COL_EV, COL_FIELDS } Column;

/* The column of an event by its name: a Column, or COL_FIELDS + number of the field. -1: it has none. */
int trace_column(const TraceEvent *event, const char *name);
/* What stands there in an event that has it. */
uint64_t trace_column_value(int column, const TraceRecord *record);

#endif
