/* SPDX-License-Identifier: MIT */
/* shared.h - what the model of the shared machine counted in the window, for a verdict: timed mode, live only. */
#ifndef EMU_VERDICT_SHARED_H
#define EMU_VERDICT_SHARED_H

#include "emu/verdict/inside.h"
#include "mmu/timing/timing.h"

/* The model's counts as they are now; to be freed with g_free. */
TimingCounts *shared_counts(const Timing *timing);

/* Gives every partition of the verdict what it and others did from `before` until `after`. */
void shared_judge(Verdict *verdict, const Timing *timing, const TimingCounts *before,
                  const TimingCounts *after);

#endif
