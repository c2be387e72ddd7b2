/* SPDX-License-Identifier: MIT */
/* report.h - -timing-report: all views of the shared machine at the end of a run. */
#ifndef EMU_SHARED_REPORT_H
#define EMU_SHARED_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "emu/machine.h"

typedef struct TimingReport TimingReport;

/* Opens `path` ("-": standard output), so that what cannot be written is known before the run. A name that ends in .json
 * asks for JSON. NULL: `error` says why not. */
TimingReport *timing_report_new(const Machine *machine, const char *path, GError **error);
/* Writes it. False: not all of it could be, which was said. */
bool timing_report_write(TimingReport *report);
/* NULL is fine. */
void timing_report_free(TimingReport *report);

#endif
