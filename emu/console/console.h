/* SPDX-License-Identifier: MIT */
/*
 * console.h - what is at the other end of the guest's lines: the terminal, files, pipes, pseudo terminals, sockets, the
 * window.
 *
 * With mux=on one of these can be the other end of several lines of the guest (a serial port, virtio consoles) and of a
 * monitor: output of all is shown, input goes to the one in focus. A key pressed after the escape key (Ctrl-A) is for the emulator.
 * Input from a terminal, pipe or socket arrives when it arrives; a file is given to the guest as fast as it takes it,
 * the same in every run. Writing happens in a thread of its own, so that a slow reader does not hold up the machine for
 * every byte. The terminal is put back as it was however the program ends.
 */
#ifndef EMU_CONSOLE_CONSOLE_H
#define EMU_CONSOLE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "emu/console/terminal.h"
#include "emu/console/vc.h"
#include "emu/machine.h"

typedef enum {
    CHAR_NULL,
    CHAR_STDIO,
    CHAR_FILE,
    CHAR_PIPE,
    CHAR_PTY,
    CHAR_SOCKET,
    CHAR_VC
} CharKind;

/* One -chardev, or what -serial says. */
typedef struct {
    char *id;
    const char *name; /* CHAR_VC: what people call the line if it has no id */
    CharKind kind;
    const char *path;        /* CHAR_FILE, CHAR_PIPE, CHAR_SOCKET of this computer */
    const char *input_path;  /* CHAR_FILE: what the guest reads, may be NULL */
    bool append;             /* CHAR_FILE */
    const char *host, *port; /* CHAR_SOCKET of the network */
    bool server, wait;       /* CHAR_SOCKET: callers come; the machine waits for the first */
    const char *log;         /* gets all output too; NULL: nothing does */
    bool log_append;
    bool mux;            /* escapes are on, several lines may use it */
    bool monitor;        /* of -serial mon:…: the monitor is one of them */
    bool no_signal;      /* CHAR_STDIO: Ctrl-C is for the guest */
    unsigned cols, rows; /* CHAR_VC: how large its terminal is; 0, 0: as there is room */
    unsigned users;
} CharSpec;

typedef struct Console Console;

/* `escape`: code of the escape key. Until console_start nothing happens to `terminal`, which must outlive the console. */
Console *console_new(unsigned escape, Terminal *terminal);
/* Gives `spec`, which must outlive the console, another user. Fails when a file cannot be written, a port is not to be
 * had. What `chr` is set to lives as long as the console. */
bool console_connect(Console *console, const CharSpec *spec, HostChar **chr, GError **error);
/* Where a monitor is to be: what it writes to, and what it sets `receive` and `event` of. */
typedef struct {
    HostChar *chr;
    bool is_terminal; /* nothing but the monitor echoes what is typed */
    bool is_raw;      /* and nothing takes the end of a line back to the first column */
    const char *kind; /* of terminal, as TERM has it; NULL: as the one that the program runs in */
} ConsoleMonitor;
/* Likewise for a monitor. `first`: it gets what is typed until somebody switches. */
bool console_connect_monitor(Console *console, const CharSpec *spec, bool first, ConsoleMonitor *at,
                             GError **error);
/* The last rows of the terminal that somebody types at and reads a line from; NULL: there is no such line. Lives as long as
 * the console. */
struct Panel *console_panel(Console *console);
/* Lines in the window, of Vc: in the order in which they were connected. They live as long as the console. */
const GPtrArray *console_vcs(const Console *console);
/* Can somebody still type? */
bool console_is_live(const Console *console);
/* Takes the terminal, begins to listen to it, and to signals (SIGINT, SIGTERM, SIGHUP, SIGQUIT stop the machine with
 * exit code 128 + number). `stays_live`: the machine has other live input, also when this one ends. Fails when input
 * cannot be read. */
bool console_start(Console *console, Machine *machine, bool stays_live, GError **error);
/* The terminal is somebody else's, who gets keys as they are pressed. Before console_start. */
void console_lend_terminal(Console *console);
/* The machine was reset: its devices can take input again. */
void console_offer(Console *console);
/* Returns when what the guest said is written, so that what is said about the run comes after it. */
void console_flush(Console *console);
/* Writes out what is left. False: some output to a file or standard output is lost, which it said. NULL is fine. */
bool console_free(Console *console);

#endif
