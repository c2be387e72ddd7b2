/* SPDX-License-Identifier: MIT */
/*
 * with_gdb.h - `bulkhead gdb`: gdb in front, the emulator in a process behind it.
 *
 * They meet at a socket in a folder of their own, which nobody else can enter. gdb is the caller's process, so the terminal and
 * its Ctrl-C are gdb's; what the guest prints appears among what gdb does. Either ends the other.
 */
#ifndef EMU_WITH_GDB_H
#define EMU_WITH_GDB_H

#include "emu/options/options.h"

typedef struct WithGdb WithGdb;

/* Finds a gdb that knows RISC-V, writes its first commands, and goes on in a process of its own: the caller's waits for
 * with_gdb_ready and becomes gdb, or ends with the code this one ends with before. Adds the socket to the options. To be
 * called while there is one thread. Errors: EXIT_HOST when there is no gdb, or no place for the folder. */
WithGdb *with_gdb_start(Options *options, GError **error);

/* The socket is there. */
void with_gdb_ready(WithGdb *with);

/* Removes the folder. NULL is fine. */
void with_gdb_free(WithGdb *with);

#endif
