/* SPDX-License-Identifier: MIT */
/* observe.c - what is reported of a run; see observe.h. */
#include "emu/observe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "cpu/stats.h"
#include "emu/base/error.h"
#include "emu/base/ring.h"
#include "emu/expect/live.h"
#include "emu/explain/explain.h"
#include "emu/shared/report.h"
#include "emu/shared/top.h"
#include "emu/trace/file.h"
#include "emu/trace/gate.h"
#include "emu/trace/ring.h"
#include "emu/verdict/live.h"

struct Observer {
    Machine *machine;
    const Options *options;
    TraceWriter *recording;
    TraceGate *gate;
    LiveExpect *expect;
    bool failed;     /* something could not be written, which was said, but for `problem` */
    GError *problem; /* NULL: none */
    FILE *log, *commits, *mix, *explained;
    TimingReport *timing; /* NULL: none is wanted */
    Top *top;             /* likewise */
};

static bool open_log(const char *option, const char *path, FILE **file, GError **error)
{
    *file = path ? fopen(path, "w") : stderr;
    return *file || fail(error, EXIT_FILE, "%s: cannot write '%s': %s; check the path", option,
                         path, g_strerror(errno));
}

static bool enable(Machine *m, TraceSink sink, const GPtrArray *patterns, GError **error)
{
    for (unsigned i = 0; i < patterns->len; i++)
        if (!trace_enable(&m->trace, sink, g_ptr_array_index(patterns, i), error))
            return false;
    return true;
}

static bool is_wanted(const void *filter, const TraceRecord *record)
{
    return trace_query_matches(filter, record);
}

/* -trace: as text, or into -trace-file. */
static bool observe_events(Observer *it, GError **error)
{
    const Options *o = it->options;
    Trace *trace = &it->machine->trace;
    trace->wanted = o->trace_filter ? is_wanted : NULL;
    trace->wanted_opaque = o->trace_filter;
    if (!o->trace_file)
        return enable(it->machine, TRACE_TO_TEXT, o->recorded, error);
    if (o->recorded->len ? !enable(it->machine, TRACE_TO_FILE, o->recorded, error)
                         : !trace_enable(trace, TRACE_TO_FILE, TRACE_RECORDED, error))
        return false;
    it->recording = trace_writer_new(o->trace_file, "Bulkhead " VERSION,
                                     trace_asked(trace, TRACE_TO_FILE), trace->partitions, error);
    trace->sinks[TRACE_TO_FILE].put = trace_writer_put;
    trace->sinks[TRACE_TO_FILE].opaque = it->recording;
    return it->recording != NULL;
}

/* -trace-start, -trace-stop: before both. */
static void observe_trigger(Observer *it)
{
    const Options *o = it->options;
    const TraceGateConfig config = { o->trace_start, o->trace_stop, o->trace_pre, o->stop_insns,
                                     o->stop_ns };
    if (o->trace_start || o->trace_stop || o->stop_insns || o->stop_ns)
        it->gate = trace_gate_new(&it->machine->trace, &config);
}

/* -trace-ring, or what is kept without it. */
static bool observe_ring(Observer *it, GError **error)
{
    const Options *o = it->options;
    Machine *m = it->machine;
    m->ring_file = o->ring_file ? o->ring_file : TRACE_RING_FILE;
    if (!o->ring_size)
        return true;
    m->trace.ring = ring_new(o->ring_size);
    if (!o->ringed->len)
        return trace_enable(&m->trace, TRACE_TO_RING, TRACE_CHEAP, error);
    return enable(m, TRACE_TO_RING, o->ringed, error);
}

/* What is told of every instruction. */
static void observe_commits(Observer *it)
{
    const Options *o = it->options;
    Machine *m = it->machine;
    m->commit.mix = o->mix_file ? g_new0(InsnMix, 1) : NULL;
    m->commit.log = o->log_commits ? it->commits : NULL;
    m->commit.print_to = stderr;
    m->commit.print_at = o->hash_at;
    m->commit.print_every = o->hash_every;
    for (unsigned i = 0; i < m->n_harts; i++)
        m->harts[i].commit = o->log_commits || o->trace_hash || o->mix_file ? &m->commit : NULL;
}

static bool begin(Observer *it, Panel *panel, GError **error)
{
    const Options *o = it->options;
    Machine *m = it->machine;
    bool top = o->top || o->top_harts; /* first: it has all that is written to stderr */
    if (top && !(it->top = top_new(m, o->top_harts, panel, error)))
        return false;
    if (!open_log("-D", o->log_file, &it->log, error) ||
        !open_log("--log", o->commit_file, &it->commits, error))
        return false;
    m->trace.out = it->log;
    if (!enable(m, TRACE_TO_TEXT, o->traces, error) || !observe_events(it, error) ||
        !observe_ring(it, error))
        return false;
    if (o->mix_file && !open_log("-insn-mix", o->mix_file, &it->mix, error))
        return false;
    if (o->explain && !open_log("-explain", o->explain_file, &it->explained, error))
        return false;
    if (o->explain)
        explain_keep(m, true);
    if (o->timing_report && !(it->timing = timing_report_new(m, o->timing_report, error)))
        return false;
    observe_trigger(it);
    if (o->expect_file && !(it->expect = live_expect_new(m, o->expect_file, error)))
        return false;
    if (o->verdicts->len && !live_verdict_new(m, &o->verdict, o->verdicts, error))
        return false;
    observe_commits(it);
    for (unsigned i = 0; o->stats && i < m->n_harts; i++)
        stats_start(&m->harts[i]);
    machine_trace_changed(m);
    if (o->state_marks->len)
        machine_hash_at(m, (const uint64_t *)(const void *)o->state_marks->data,
                        o->state_marks->len, stderr);
    return true;
}

Observer *observe(Machine *machine, const Options *options, Panel *panel, GError **error)
{
    Observer *it = g_new0(Observer, 1);
    it->machine = machine;
    it->options = options;
    if (begin(it, panel, error))
        return it;
    observe_end(it, NULL);
    return NULL;
}

/* A run that the guest has ended is over for every handler. */
static void report_explanation(const Observer *it, StopReason reason)
{
    Machine *m = it->machine;
    g_autoptr(GString) text = g_string_new(NULL);
    Explanation *found =
        explain_now(m, (unsigned)m->current, reason == STOP_EXIT || reason == STOP_RESET);
    if (it->options->explain_json)
        explanation_json(found, &(Json){ .out = text });
    else
        explanation_print(found, text);
    fputs(text->str, it->explained);
    explanation_free(found);
}

/* Did the guest fail? An instruction limit, a signal or a screen that was lost is a usual end, also of a replay, unless a file was named for the
 * events before it. */
static bool has_failed(const Observer *it, StopReason reason, int code)
{
    bool usual = it->options->replay && (code > EXIT_TIMEOUT || code == EXIT_HOST);
    bool failed = (reason == STOP_EXIT && !usual) || (reason == STOP_QUIT && code == EXIT_TIMEOUT);
    return code && (failed || it->options->ring_file) && it->machine->trace.ring;
}

/* A report of nothing should say why. */
static void report_untimed(const Machine *m)
{
    const TimedConfig *config = &m->config.timed;
    if (!config->on || m->timed || m->clock.spans->len > 1)
        return;
    if (config->start == TIMED_AT_MARK)
        fprintf(stderr, "bulkhead: timed mode never began: no mark of kind %" PRIu64 "%s came\n",
                config->mark, config->has_value ? " with that value" : "");
    else
        fprintf(stderr, "bulkhead: timed mode never began: nobody said `timing on`\n");
}

int observe_report(Observer *it, StopReason reason, int code)
{
    const Options *o = it->options;
    Machine *m = it->machine;
    for (unsigned i = 0; i < m->n_harts; i++)
        TRACE(&m->trace, end, i, (unsigned)code, m->timed);
    report_untimed(m);
    top_free(g_steal_pointer(&it->top));
    if (o->trace_hash)
        fprintf(stderr, "trace hash at the end, after %" PRIu64 " instructions: %016" PRIx64 "\n",
                m->commit.count, m->commit.hash);
    for (unsigned i = 0; o->stats && i < m->n_harts; i++)
        stats_print(&m->harts[i], it->log);
    if (o->mix_file)
        mix_print(m->commit.mix, it->mix);
    if (o->explain)
        report_explanation(it, reason);
    it->failed |= it->timing && !timing_report_write(it->timing);
    it->failed |= m->verdict && !live_verdict_report(m->verdict, &it->problem);
    if (it->expect && !live_expect_report(it->expect, o->trace_file))
        code = EXIT_EXPECT;
    if (!has_failed(it, reason, code))
        return code;
    g_autofree char *said = trace_ring_dump_said(m, m->ring_file);
    fprintf(stderr, "bulkhead: exit code %d: %s\n", code, said);
    return code;
}

/* A log that could not be written whole is said to be so: it looks complete. */
static bool close_log(FILE *file, const char *path)
{
    bool ok = !file || (!fflush(file) && !ferror(file));
    if (!ok)
        fprintf(
            stderr,
            "bulkhead: error: '%s' could not be written to its end: %s\nfix: make room for it\n",
            path ? path : "standard error", g_strerror(errno));
    if (file && file != stderr)
        fclose(file);
    return ok;
}

bool observe_end(Observer *it, GError **error)
{
    const Options *o = it->options;
    bool ok = !it->failed;
    top_free(it->top);
    timing_report_free(it->timing);
    ok &= close_log(it->log, o->log_file);
    ok &= close_log(it->commits, o->commit_file);
    ok &= close_log(it->mix, o->mix_file);
    ok &= close_log(it->explained, o->explain_file);
    if (it->problem)
        g_propagate_error(error, g_steal_pointer(&it->problem));
    ok &= !it->recording || trace_writer_close(it->recording, error && *error ? NULL : error);
    live_expect_free(it->expect);
    live_verdict_free(it->machine->verdict);
    trace_gate_free(it->gate);
    memset(it->machine->trace.on, 0, sizeof it->machine->trace.on);
    ring_free(it->machine->trace.ring);
    it->machine->trace.ring = NULL;
    machine_trace_changed(it->machine);
    g_free(it);
    return ok;
}
