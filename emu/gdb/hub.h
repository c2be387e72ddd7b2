/* SPDX-License-Identifier: MIT */
/* hub.h - what several debuggers of one machine share; for server.c and tests, which have sessions without sockets. */
#ifndef EMU_GDB_HUB_H
#define EMU_GDB_HUB_H

#include "cpu/breakpoint.h"
#include "emu/gdb/gdb.h"
#include "emu/machine.h"

struct GdbHub {
    Machine *machine;
    GPtrArray *sessions;      /* of GdbSession; not owned */
    GPtrArray *servers;       /* of GdbServer; NULL: none */
    GArray *points, *watches; /* of all sessions */
    Breakpoints all;          /* the same as harts want them */
    bool ends_run;            /* the run ends when a debugger hangs up */
    GArray *own_points;       /* of Breakpoint: gdb_set_points */
    bool (*reached)(void *opaque, unsigned hart);
    void *reached_opaque;
    GString *event;                 /* what gdb_tell_event said last */
    bool any_connected, live_input; /* live_input: of the machine while there is no debugger */
};

/* A hub without sockets. */
GdbHub *gdb_hub_new(Machine *machine);
void gdb_hub_free(GdbHub *hub);

#endif
