/* SPDX-License-Identifier: MIT */
/*
 * break.h - breakpoints on events: stop, leave a mark in the trace, or dump, when something of the catalogue
 * happens.
 *
 * A breakpoint is a query (trace/query.h) over the trace's events, whether or not these are recorded anywhere. The
 * machine stops after the unit in which the event happened: an instruction, or the entry into a trap. Nothing that the
 * guest can see depends on breakpoints. Those on an address are the debugger's own (gdb.h): before the instruction there.
 */
#ifndef EMU_MONITOR_BREAK_H
#define EMU_MONITOR_BREAK_H

#include "emu/monitor/monitor.h"

typedef struct MonitorBreaks MonitorBreaks;

MonitorBreaks *monitor_breaks_new(MonitorHub *hub);
void monitor_breaks_free(MonitorBreaks *breaks);
/* Between slices: acts on what was hit. What was hit may have paused the machine. */
void monitor_breaks_act(MonitorBreaks *breaks);
/* Leaves the point where the machine stopped, if it did at one. */
void monitor_breaks_leave(MonitorBreaks *breaks);

/* Once, when a guest traps to its hypervisor, the machine stops. False: nobody could tell, which `out` says. */
bool monitor_breaks_at_exit(Monitor *monitor, GString *out);
/* That is not to happen any more. */
void monitor_breaks_forget_exit(MonitorBreaks *breaks);

MonitorFn monitor_break, monitor_delete, monitor_info_break;
/* Words that `break` takes. */
void monitor_break_words(const Machine *machine, const char *begin, GPtrArray *words);

#endif
