/* SPDX-License-Identifier: MIT */
/* child.h - a run of a lab, as a process of this same program. */
#ifndef EMU_LAB_CHILD_H
#define EMU_LAB_CHILD_H

#include <signal.h>

#include "emu/lab/measure.h"

/* The command line of run `number` for somebody who looks on: `more` (up to a NULL) are options behind its own. Up to a NULL;
 * to be freed. */
char **child_command(const Lab *lab, unsigned number, char **more, GError **error);
/* The same for measuring: into `files`, without a console, within its limits. `machine`: the machine file, the lab's own if
 * NULL. */
char **child_measuring(const Lab *lab, unsigned number, const char *machine, const RunFiles *files,
                       GError **error);

/* From now on INT, TERM and HUP, this if it is not ignored, wait for child_release_signals, so that what must be cleaned up is.
 * `before` is for it. May be nested. */
void child_hold_signals(sigset_t *before);
/* Those that came are delivered now. */
void child_release_signals(const sigset_t *before);

/* Runs it to its end, its input empty. `errors`: where what it prints goes; NULL: where ours does. *code becomes its exit
 * code, 128 + n for signal n. Shows on a terminal that it goes on. A signal that
 * waits ends it, and fails with EXIT_HOST. */
bool child_run(char **command, const char *errors, int *code, GError **error);

/* A command line as it is typed; to be freed. */
char *child_typed(char **command);

#endif
