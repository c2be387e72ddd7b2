/* SPDX-License-Identifier: MIT */
/* live.c - see live.h. */
#include "emu/verdict/live.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/verdict/base.h"
#include "emu/verdict/shared.h"

typedef struct {
    const char *path;
    FILE *file;
} Out;

struct LiveVerdict {
    Machine *machine;
    const VerdictConfig *config;
    Verdict *verdict;
    GArray *outs;                 /* of Out */
    TimingCounts *before, *after; /* of the model, at the window's edges; NULL: not there yet */
    bool stopped;
};

/* Files keep what they have until there is something new. */
static bool open_all(LiveVerdict *live, const GPtrArray *paths, GError **error)
{
    for (unsigned i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        Out out = { path, strcmp(path, "-") ? fopen(path, "a") : stdout };
        if (!out.file)
            return fail(error, EXIT_FILE, "-verdict: cannot write '%s': %s; check the path", path,
                        g_strerror(errno));
        g_array_append_val(live->outs, out);
    }
    return true;
}

/* What the model says when the window has begun, and when it is over. */
static void look_at_model(LiveVerdict *live)
{
    const Timing *timing = live->machine->timing;
    if (timing && !live->before && verdict_is_open(live->verdict))
        live->before = shared_counts(timing);
    if (timing && !live->after && verdict_is_over(live->verdict))
        live->after = shared_counts(timing);
}

/* The window is over: so is the run. */
static void end_run(LiveVerdict *live)
{
    if (live->stopped || live->config->go_on)
        return;
    live->stopped = true;
    machine_stop(live->machine, STOP_EXIT, 0);
}

static void put(void *opaque, const TraceRecord *record)
{
    LiveVerdict *live = opaque;
    verdict_event(live->verdict, record);
    look_at_model(live);
    if (verdict_is_over(live->verdict))
        end_run(live);
}

/* Fits LookFn: the time has come, whether or not something happens then. */
static void time_is_up(Machine *m, void *opaque)
{
    (void)m;
    end_run(opaque);
}

/* Better now than after the run. */
static bool base_is_good(const LiveVerdict *live, GError **error)
{
    const char *clock = live->machine->config.timed.on ? "cycles" : "instructions";
    const char *path = live->config->base;
    g_autoptr(JsonValue) base = path ? base_read(path, clock, error) : NULL;
    return !path || base;
}

LiveVerdict *live_verdict_new(Machine *m, const VerdictConfig *config, const GPtrArray *paths,
                              GError **error)
{
    const TraceSet events = verdict_events() | verdict_extra_events();
    LiveVerdict *live = g_new0(LiveVerdict, 1);
    live->machine = m;
    live->config = config;
    live->outs = g_array_new(FALSE, FALSE, sizeof(Out));
    if (!verdict_names(config, m->partitions, error) || !base_is_good(live, error) ||
        !open_all(live, paths, error)) {
        live_verdict_free(live);
        return NULL;
    }
    live->verdict = verdict_new(config, m->partitions, events);
    m->verdict = live;
    m->trace.sinks[TRACE_TO_VERDICT].put = put;
    m->trace.sinks[TRACE_TO_VERDICT].opaque = live;
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        if (events >> i & 1)
            m->trace.on[i] |= 1 << TRACE_TO_VERDICT;
    if (config->to.given && !config->to.is_mark && !config->go_on)
        machine_look_at_time(m, config->to.ns, time_is_up, live);
    return live;
}

static bool write_out(const Out *out, const GString *text)
{
    if (out->file != stdout)
        (void)!ftruncate(fileno(out->file), 0);
    return fwrite(text->str, 1, text->len, out->file) == text->len && !fflush(out->file);
}

/* The model knows nothing if timed mode never began. */
static bool judge(LiveVerdict *live, GError **error)
{
    const Machine *m = live->machine;
    bool was_timed = m->timed || m->clock.spans->len > 1;
    g_autofree TimingCounts *now = live->before && was_timed ? shared_counts(m->timing) : NULL;
    if (now)
        shared_judge(live->verdict, m->timing, live->before, live->after ? live->after : now);
    return verdict_conclude(live->verdict, error);
}

bool live_verdict_report(LiveVerdict *live, GError **error)
{
    verdict_end(live->verdict);
    if (!judge(live, error))
        return false;
    for (unsigned i = 0; i < live->outs->len; i++) {
        const Out *out = &g_array_index(live->outs, Out, i);
        g_autoptr(GString) text = g_string_new(NULL);
        verdict_write_as(live->verdict, out->path, text);
        if (!write_out(out, text))
            return fail(error, EXIT_FILE,
                        "-verdict: '%s' could not be written to its end: %s; make room for it",
                        out->path, g_strerror(errno));
    }
    return verdict_says(live->verdict, error);
}

void live_verdict_free(LiveVerdict *live)
{
    if (!live)
        return;
    for (unsigned i = 0; i < live->outs->len; i++) {
        const Out *out = &g_array_index(live->outs, Out, i);
        if (out->file != stdout)
            fclose(out->file);
    }
    g_array_free(live->outs, TRUE);
    verdict_free(live->verdict);
    if (live->machine->verdict == live)
        live->machine->verdict = NULL;
    g_free(live->before);
    g_free(live->after);
    g_free(live);
}

void live_verdict_loaded(LiveVerdict *live)
{
    const Machine *m = live->machine;
    verdict_begin(live->verdict, clock_now(&m->clock));
    for (unsigned i = 0; i < m->n_harts; i++) {
        const Hart *hart = &m->harts[i];
        verdict_see_hart(live->verdict, i, hart_mode(hart), hart->idle,
                         (unsigned)bits(hart->csr.hgatp, 57, 44), hart_own_time(hart),
                         hart_retired(hart));
    }
}

void live_verdict_restart(Machine *m)
{
    static const VerdictConfig whole;
    if (!m->verdict) {
        g_autoptr(GPtrArray) nowhere = g_ptr_array_new();
        LiveVerdict *live = live_verdict_new(m, &whole, nowhere, NULL);
        machine_trace_changed(m);
        live_verdict_loaded(live);
    }
    g_clear_pointer(&m->verdict->before, g_free);
    g_clear_pointer(&m->verdict->after, g_free);
    verdict_restart(m->verdict->verdict, clock_now(&m->clock));
    look_at_model(m->verdict);
}

bool live_verdict_now(Machine *m, bool as_json, GString *out, GError **error)
{
    for (unsigned i = 0; m->verdict && i < m->n_harts; i++)
        verdict_see_clock(m->verdict->verdict, i, clock_now(&m->clock), hart_own_time(&m->harts[i]),
                          hart_retired(&m->harts[i]), m->timed);
    if (!m->verdict || !judge(m->verdict, error))
        return false;
    (as_json ? verdict_json : verdict_text)(m->verdict->verdict, out);
    return true;
}
