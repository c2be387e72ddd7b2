/* SPDX-License-Identifier: MIT */
/* rerun.h - what the command line wants of runs that are remembered: -history, -record, -replay. */
#ifndef EMU_TIME_RERUN_H
#define EMU_TIME_RERUN_H

#include "emu/gdb/gdb.h"
#include "emu/options/options.h"

typedef struct Rerun Rerun;

/* With -replay, sets what the machine is in `options`. Before lines are connected. Fails when the recording is none, or
 * other options say what the machine is. */
Rerun *rerun_new(Options *options, GError **error);
/* NULL is fine. After the machine, and before the lines' other ends. */
void rerun_free(Rerun *rerun);

/* Does a recording say what the machine is, and what is in its memory? */
bool rerun_is_replay(const Rerun *rerun);

/* The lines are connected: puts taps between them and the machine, if somebody wants to know. Before machine_new. */
void rerun_tap(Rerun *rerun);
/* The machine is built and was reset: with -replay, makes it what it was. */
bool rerun_load(Rerun *rerun, Machine *machine, GError **error);
/* The machine is about to run. */
bool rerun_begin(Rerun *rerun, GdbHub *gdb, GError **error);
/* It has run, and the program would end with `code`. False: a recording is not whole, or a replay went elsewhere. */
bool rerun_end(Rerun *rerun, int code, GError **error);

#endif
