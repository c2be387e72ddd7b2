/* SPDX-License-Identifier: MIT */
/* console_terminal.h - the terminal's mode, and signals. */
#ifndef EMU_CONSOLE_TERMINAL_H
#define EMU_CONSOLE_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/machine.h"

typedef struct Terminal Terminal;

typedef struct {
    Machine *machine;  /* stopped by signals and by the time limit */
    bool take;         /* keys go to the guest as they are pressed */
    bool keep_signals; /* Ctrl-C and Ctrl-Z keep their meaning */
    uint64_t timeout;  /* seconds, 0: none */
} TerminalConfig;

/* Blocks the signals that end a program in this thread and all it will start. To be called before any thread is. */
void terminal_block_signals(void);

/* Starts to wait for signals. From now on the terminal is put back however the program ends. Fails without threads. */
Terminal *terminal_open(const TerminalConfig *config, GError **error);
/* Puts the terminal back. NULL is fine. */
void terminal_close(Terminal *terminal);

#endif
