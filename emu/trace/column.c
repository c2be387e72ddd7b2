/* SPDX-License-Identifier: MIT */
/* column.c - see column.h. */
#include "emu/trace/column.h"

#include <string.h>

#include "emu/trace/file.h"

static const char *const names[COL_FIELDS] = { "seq", "t", "ic", "h", "m", "p", "vmid", "ev" };

int trace_column(const TraceEvent *event, const char *name)
{
    for (int i = 0; i < COL_FIELDS; i++)
        if (!strcmp(name, names[i]))
            return i;
    int field = trace_event_field(event, name);
    return field < 0 ? -1 : COL_FIELDS + field;
}

uint64_t trace_column_value(int column, const TraceRecord *r)
{
    switch (column) {
    case COL_SEQ: return r->seq;
    case COL_T: return r->time;
    case COL_IC: return r->insns;
    case COL_H: return r->hart;
    case COL_M: return r->mode;
    case COL_P: return r->partition;
    case COL_VMID: return r->vmid;
    case COL_EV: return r->id;
    default: return r->values[column - COL_FIELDS];
    }
}
