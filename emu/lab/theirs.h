/* SPDX-License-Identifier: MIT */
/* theirs.h - a student's machine file in place of a lab's: only what the lab allows may differ. */
#ifndef EMU_LAB_THEIRS_H
#define EMU_LAB_THEIRS_H

#include "emu/lab/lab.h"

/* Is the file at `path` that of the run but for what may be changed? Prints what is not to stderr. Fails with EXIT_FILE, or
 * EXIT_CONFIG. */
bool theirs_check(const LabRun *run, const char *path, GError **error);

#endif
