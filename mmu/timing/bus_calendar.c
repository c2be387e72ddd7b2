/* SPDX-License-Identifier: MIT */
/* bus_calendar.c - see bus_calendar.h. */
#include "mmu/timing/bus_calendar.h"

#include <string.h>

void calendar_init(Calendar *cal, uint64_t length)
{
    memset(cal, 0, sizeof *cal);
    cal->length = length;
}

// clang-format off
static const StateField calendar_fields[] = { STATE(Calendar, late), STATE_END };
// clang-format on
static const StateDesc calendar_state = { "calendar", 1, calendar_fields, NULL };

void calendar_visit(Calendar *cal, StateVisitor *visitor)
{
    state_visit(visitor, "calendar", &calendar_state, cal);
    visitor->blob(visitor, "calendar", cal->ring, sizeof cal->ring);
}
