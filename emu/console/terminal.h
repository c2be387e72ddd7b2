/* SPDX-License-Identifier: MIT */
/* terminal.h - the terminal's mode, and signals. */
#ifndef EMU_CONSOLE_TERMINAL_H
#define EMU_CONSOLE_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/machine.h"

typedef struct Terminal Terminal;

/* Blocks the signals that end a program in this thread and all it will start, and has a thread wait for them. To be
 * called before any other thread is there. Until there is a machine a signal, or the end of `timeout` seconds (0: none),
 * ends the program at once, whatever it waits for. Fails without threads. */
Terminal *terminal_new(uint64_t timeout, GError **error);
/* `path` is to be gone when the program ends, however it does. */
void terminal_remove_at_end(Terminal *terminal, const char *path);
/* From now on signals and the time limit stop `machine`. `take`: keys go to the guest as they are pressed;
 * `keep_signals`: Ctrl-C and Ctrl-Z keep their meaning. The terminal is put back however the program ends. */
void terminal_take(Terminal *terminal, Machine *machine, bool take, bool keep_signals);
/* `text` is written to standard output when the terminal is put back, however that comes about. Not copied; NULL: none. */
void terminal_at_end(Terminal *terminal, const char *text);
/* Called when the program is about to end by a signal that tells of a bug, once the terminal was put back. */
void terminal_on_crash(Terminal *terminal, void (*crashed)(void *opaque), void *opaque);
/* Puts the terminal back and removes what is to be gone. NULL is fine. */
void terminal_close(Terminal *terminal);

#endif
