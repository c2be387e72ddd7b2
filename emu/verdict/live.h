/* SPDX-License-Identifier: MIT */
/* live.h - a verdict on a run while it runs: -verdict. */
#ifndef EMU_VERDICT_LIVE_H
#define EMU_VERDICT_LIVE_H

#include "emu/machine.h"
#include "emu/verdict/verdict.h"

typedef struct LiveVerdict LiveVerdict;

/* Opens the files, `paths` of strings ("-": standard output), and turns on the events that the verdict needs. Before the
 * machine's first reset. It is machine->verdict from now on. */
LiveVerdict *live_verdict_new(Machine *machine, const VerdictConfig *config, const GPtrArray *paths,
                              GError **error);
/* The machine stopped for good: judges and writes. False: it could not, or nothing was judged, and `error` says why. */
bool live_verdict_report(LiveVerdict *live, GError **error);
void live_verdict_free(LiveVerdict *live);

/* The machine has been loaded from a snapshot: harts that no event told of are where they are now. */
void live_verdict_loaded(LiveVerdict *live);

/* For the monitor, between slices: counts from now on, whether or not there was a verdict before. */
void live_verdict_restart(Machine *machine);
/* What was counted until now; the run goes on. False: nobody asked for a verdict. */
bool live_verdict_now(Machine *machine, bool as_json, GString *out, GError **error);

#endif
