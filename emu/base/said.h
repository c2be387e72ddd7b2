/* SPDX-License-Identifier: MIT */
/* said.h - what programs say of themselves by marks, as events with names. The table is said.def. */
#ifndef EMU_BASE_SAID_H
#define EMU_BASE_SAID_H

#include "emu/base/trace.h"

enum { SAID_FIRST = 64, SAID_KINDS = 64, SAID_MAX_FIELDS = 6 };

/* Reports the event that a mark of this kind, which `hart` executes, stands for. Of another kind: nothing. */
void said_emit(Trace *trace, unsigned hart, unsigned kind, uint64_t value);

#endif
