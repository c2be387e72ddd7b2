/* SPDX-License-Identifier: MIT */
/*
 * gdb.h - debuggers may connect: gdb's remote serial protocol over sockets.
 *
 * There may be several ports, each for one debugger at a time. The machine runs while no debugger holds it.
 *
 * Read next: server.c (sockets), hub.c (one machine, several debuggers), link.c (packets out of bytes), session.c (what
 * the packets do).
 */
#ifndef EMU_GDB_GDB_H
#define EMU_GDB_GDB_H

#include <stdbool.h>

#include <glib.h>

typedef struct Machine Machine;
typedef struct GdbHub GdbHub;

/* No port yet. */
GdbHub *gdb_new(Machine *machine);

/* Waits for debuggers, one at a time, at `spec`: "tcp:HOST:PORT", "tcp::PORT", "PORT" or "unix:PATH"; without a host only
 * this computer can connect, and port 0 takes a free one. Words may follow, after commas: "vmid=N" shows the guest with
 * that VMID alone, "view=partition" a process a guest. Errors: EXIT_USAGE for a spec that is none, EXIT_HOST when the
 * port is not to be had. */
bool gdb_listen(GdbHub *hub, const char *spec, GError **error);

/* The run ends when a debugger hangs up. */
void gdb_end_with_debugger(GdbHub *hub);

/* Does a debugger keep the machine from running? */
bool gdb_holds(const GdbHub *hub);

/* The port that the spec given `index`-th listens on. */
unsigned gdb_port(const GdbHub *hub, unsigned index);

/* The machine is paused, and not by a debugger: those that are connected are told. */
void gdb_tell_paused(GdbHub *hub);

/* Tells connected debuggers that the machine has ended, hangs up, and stops listening. Emulation thread, before
 * machine_free; NULL is fine. */
void gdb_free(GdbHub *hub);

#endif
