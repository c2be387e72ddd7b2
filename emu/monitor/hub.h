/* SPDX-License-Identifier: MIT */
/*
 * hub.h - the places where somebody types commands, and what all monitors of a machine share.
 *
 * A place is the end of a HostChar, as a device is: bytes come in on the emulation thread, between slices, and the
 * command runs there. On a terminal the line is edited (edit.h); elsewhere lines are taken as they come, and
 * nothing is echoed. The machine goes on while somebody types.
 */
#ifndef EMU_MONITOR_HUB_H
#define EMU_MONITOR_HUB_H

#include <stdio.h>

#include "emu/console/console.h"
#include "emu/machine.h"

typedef struct Options Options;
typedef struct Loader Loader;
typedef struct GdbHub GdbHub;
typedef struct Semihost Semihost;
typedef struct Symbols Symbols;
typedef struct Display Display;

/* What commands may look at beside the machine. All may be NULL: tests have only a machine. */
typedef struct {
    const Options *options;
    const Loader *loader;
    GdbHub *gdb;
    Semihost *semihost;
    Display *display;
} MonitorHost;

typedef struct MonitorBreaks MonitorBreaks;

typedef struct MonitorHub {
    Machine *machine;
    MonitorHost host;
    GPtrArray *places;           /* of MonitorPlace */
    struct MonitorPlace *driver; /* of the window's buttons; NULL: there was none yet */
    GPtrArray *history;          /* of strings: lines that were typed, at all places */
    MonitorBreaks *breaks;
    Symbols *symbols; /* of the images; NULL: nobody asked yet */
    FILE *log;        /* that a command opened for events; NULL: none */
    bool no_files;    /* commands neither read nor write files, nor open sockets */
} MonitorHub;

/* Prompt of every place; what scripts for QEMU wait for. */
#define MONITOR_PROMPT "(qemu) "
enum { MONITOR_MAX_LINE = 4096, MONITOR_MAX_HISTORY = 100 };

/* The machine must outlive it; it gets machine->monitors. */
MonitorHub *monitor_hub_new(Machine *machine);
/* Before the machine is freed. What threads still use lives on. NULL is fine. */
void monitor_hub_free(MonitorHub *hub);

/* Commands can be typed at `at`, a line of the console's, from now on. */
void monitor_hub_add_place(MonitorHub *hub, const ConsoleMonitor *at);
/* Names of the images that are ELF files. */
const Symbols *monitor_hub_symbols(MonitorHub *hub);
/* Commands are about `hart` from now on, everywhere. */
void monitor_hub_choose(MonitorHub *hub, unsigned hart);
/* Returns when editors have drawn their lines, or are slow about it: a picture shows the same every time. */
void monitor_hub_settle(const MonitorHub *hub);
/* Runs a line that somebody did not type, but asked for by a button. It is shown with its answer wherever somebody is. */
void monitor_hub_run(MonitorHub *hub, const char *line);
/* Writes `text`, lines, to every place where somebody is. */
void monitor_hub_say(MonitorHub *hub, const char *text);

#endif
