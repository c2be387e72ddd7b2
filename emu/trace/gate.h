/* SPDX-License-Identifier: MIT */
/*
 * gate.h - recording and printing events only from one that starts it to one that stops it.
 *
 * While it is closed the last events are kept, and told when it opens. It opens and closes as often as the events come.
 */
#ifndef EMU_TRACE_GATE_H
#define EMU_TRACE_GATE_H

#include "emu/trace/query.h"

enum { TRACE_GATE_PRE_MAX = 1000000 };

typedef struct {
    const TraceQuery *start; /* NULL: open from the beginning, once */
    const TraceQuery *stop;  /* NULL: not by an event */
    uint64_t pre;            /* events before the one that starts it, at most TRACE_GATE_PRE_MAX */
    uint64_t insns,
        ns; /* it closes after so many: of the hart that started it; of virtual time. 0: no limit */
} TraceGateConfig;

typedef struct TraceGate TraceGate;

/* Puts a gate before the text and the file of `trace`, and turns on for it the events that it waits for. Both queries
 * must outlive it. */
TraceGate *trace_gate_new(Trace *trace, const TraceGateConfig *config);
/* Takes it away. NULL is fine. */
void trace_gate_free(TraceGate *gate);

#endif
