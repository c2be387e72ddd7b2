/* SPDX-License-Identifier: MIT */
/* snapshot_run.h - what -loadvm and -savevm ask for. */
#ifndef EMU_TIME_SNAPSHOT_RUN_H
#define EMU_TIME_SNAPSHOT_RUN_H

#include "emu/options/options.h"

/* The machine was reset: loads it, and prepares saving it. `options` must outlive the run. */
bool snapshots_begin(Machine *machine, const Options *options, GError **error);

/* The run is over. */
bool snapshots_end(Machine *machine, const Options *options, GError **error);

#endif
