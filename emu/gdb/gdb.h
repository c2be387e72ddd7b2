/* SPDX-License-Identifier: MIT */
/*
 * gdb.h - a debugger may connect: gdb's remote serial protocol over a socket.
 *
 * Read next: server.c (sockets), link.c (packets out of bytes), session.c (what the packets do).
 */
#ifndef EMU_GDB_GDB_H
#define EMU_GDB_GDB_H

#include <stdbool.h>

#include <glib.h>

typedef struct Machine Machine;
typedef struct GdbServer GdbServer;

/* Waits for debuggers, one at a time, at `spec`: "tcp:HOST:PORT", "tcp::PORT", "PORT" or "unix:PATH"; without a host only this
 * computer can connect, and port 0 takes a free one. `stopped`: the machine is paused until a debugger lets it go
 * (-S). Errors: EXIT_USAGE for a spec that is none, EXIT_HOST when the port is not to be had. */
GdbServer *gdb_start(Machine *machine, const char *spec, bool stopped, GError **error);

/* The port it listens on. */
unsigned gdb_port(const GdbServer *server);

/* Tells a connected debugger that the machine has ended, hangs up, and stops listening. Emulation thread, before
 * machine_free; NULL is fine. */
void gdb_free(GdbServer *server);

#endif
