/* SPDX-License-Identifier: MIT */
/* observe.h - what is reported of a run: logs, traces, recordings, hashes and counts, as the command line asks. */
#ifndef EMU_OBSERVE_H
#define EMU_OBSERVE_H

#include "emu/console/panel.h"
#include "emu/machine.h"
#include "emu/options/options.h"

typedef struct Observer Observer;

/* Begins, before the machine's first reset. `options` and `machine` must outlive what is returned. `panel`: where -top
 * draws; NULL: on standard error. NULL: `error` says which file cannot be written. */
Observer *observe(Machine *machine, const Options *options, Panel *panel, GError **error);

/* The machine stopped for good, for `reason` and with exit code `code`: prints what is known only then, and writes the
 * last events when the guest failed. Returns the exit code: that, or that rules were broken. */
int observe_report(Observer *observer, StopReason reason, int code);

/* Closes every file and frees the observer. False: not all could be written, which was said but for what `error` says. */
bool observe_end(Observer *observer, GError **error);

#endif
