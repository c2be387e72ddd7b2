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
#include <stdint.h>

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

/* Something of the machine's stopped it at `hart`, which `why`, a line, says: they are told. */
void gdb_tell_event(GdbHub *hub, unsigned hart, const char *why);

/* Harts are to stop at these addresses too, in every space, and `reached` is to be told; it says whether it is one of
 * them. The last call counts. */
void gdb_set_points(GdbHub *hub, const uint64_t *addresses, unsigned n,
                    bool (*reached)(void *opaque, unsigned hart), void *opaque);

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
