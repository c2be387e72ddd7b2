/* SPDX-License-Identifier: MIT */
/* gate.c - from one event to another; see gate.h. */
#include "emu/trace/gate.h"

struct TraceGate {
    Trace *trace;
    TraceGateConfig config;
    bool open;
    uint8_t hart; /* that started it */
    uint64_t insns, time;
    TraceRecord *last; /* a ring of config.pre */
    uint64_t n_last;
};

static void open_now(TraceGate *t, const TraceRecord *r)
{
    const uint64_t n = MIN(t->n_last, t->config.pre);
    for (uint64_t i = 0; i < n; i++)
        trace_put(t->trace, &t->last[(t->n_last - n + i) % t->config.pre]);
    t->n_last = 0;
    t->open = true;
    t->hart = r->hart;
    t->insns = r->insns;
    t->time = r->time;
}

static void keep(TraceGate *t, const TraceRecord *r)
{
    if (t->config.pre && (!t->trace->wanted || t->trace->wanted(t->trace->wanted_opaque, r)))
        t->last[t->n_last++ % t->config.pre] = *r;
}

static bool is_over(const TraceGate *t, const TraceRecord *r)
{
    const TraceGateConfig *c = &t->config;
    return (c->ns && r->time - t->time >= c->ns) ||
           (c->insns && r->hart == t->hart && r->insns - t->insns >= c->insns);
}

/* Fits Trace.gate. The event that stops it is the last that is told. */
static bool passes(void *opaque, const TraceRecord *r)
{
    TraceGate *t = opaque;
    if (t->open && is_over(t, r))
        t->open = false;
    if (!t->open && t->config.start && trace_query_matches(t->config.start, r))
        open_now(t, r);
    else if (t->open && t->config.stop && trace_query_matches(t->config.stop, r))
        return !(t->open = false);
    if (!t->open)
        keep(t, r);
    return t->open;
}

static void listen(Trace *trace, const TraceQuery *query)
{
    for (unsigned i = 0; query && i < TRACE_COUNT; i++)
        if (trace_query_events(query) >> i & 1)
            trace->on[i] |= 1 << TRACE_TO_TRIGGER;
}

TraceGate *trace_gate_new(Trace *trace, const TraceGateConfig *config)
{
    TraceGate *t = g_new0(TraceGate, 1);
    t->trace = trace;
    t->config = *config;
    t->open = !config->start;
    t->hart = 0;
    t->last = config->pre ? g_new(TraceRecord, config->pre) : NULL;
    listen(trace, config->start);
    listen(trace, config->stop);
    trace->gate = passes;
    trace->gate_opaque = t;
    return t;
}

void trace_gate_free(TraceGate *t)
{
    if (!t)
        return;
    t->trace->gate = NULL;
    g_free(t->last);
    g_free(t);
}
