/* SPDX-License-Identifier: MIT */
/*
 * monitor.h - commands for people who look at the machine: a table, and running a line of it.
 *
 * The same commands are there wherever somebody can type: gdb's `monitor` is one place. Whoever offers them says which
 * hart is meant and may bring commands of its own. Emulation thread, between slices.
 *
 * monitor.c  finding the command, help, life of the machine     monitor_registers.c  registers
 */
#ifndef EMU_MONITOR_H
#define EMU_MONITOR_H

#include "emu/machine.h"

typedef struct Monitor Monitor;

/* Gets what follows the command's name, without spaces around it; appends lines to `out`. */
typedef void MonitorFn(Monitor *monitor, const char *arguments, GString *out);

typedef struct {
    const char *name;      /* one word or more, with one space between them */
    const char *arguments; /* their syntax for people; NULL: takes none */
    const char *help;
    MonitorFn *run;
} MonitorCommand;

struct Monitor {
    Machine *machine;
    unsigned hart; /* that commands are about */
    const MonitorCommand
        *own; /* commands of whoever offers them, up to a row without a name; may be NULL */
    /* The machine is to stay where it is, or was reset; NULL: it is paused, that is all. */
    void (*paused)(Monitor *monitor);
    void *opaque; /* of whoever offers them */
};

/* Runs the command that `line` names and appends what it prints to `out`: lines, each with its end. */
void monitor_run(Monitor *monitor, const char *line, GString *out);

/* For the files of the monitor. */
MonitorFn monitor_print_registers, monitor_print_csr;

#endif
