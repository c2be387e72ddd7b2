/* SPDX-License-Identifier: MIT */
/* recording.h - bulkhead verdict FILE.bht: the verdict on a recorded run. */
#ifndef EMU_VERDICT_RECORDING_H
#define EMU_VERDICT_RECORDING_H

#include "emu/verdict/verdict.h"

/* Reads the events of the recording at `path` and writes the verdict to `paths` ("-": standard output). */
bool verdict_of_recording(const char *path, const VerdictConfig *config, const GPtrArray *paths,
                          GError **error);

#endif
