/* SPDX-License-Identifier: MIT */
/* recording.c - see recording.h. */
#include "emu/verdict/recording.h"

#include <stdio.h>
#include <string.h>

#include "emu/base/bits.h"
#include "emu/base/error.h"
#include "emu/trace/file.h"

/* The file's catalogue in terms of ours. */
typedef struct {
    TraceReader *reader;
    const TraceEvent *events;
    unsigned n;
    int id[TRACE_MAX_EVENTS]; /* of ours, by theirs; -1: we know none of that name */
    int field[TRACE_MAX_EVENTS][TRACE_MAX_FIELDS];
} Catalogue;

static void compare(Catalogue *c)
{
    c->events = trace_reader_events(c->reader, &c->n);
    for (unsigned i = 0; i < c->n; i++) {
        c->id[i] = -1;
        for (unsigned id = 0; id < TRACE_COUNT; id++)
            if (!strcmp(c->events[i].name, trace_events[id].name))
                c->id[i] = (int)id;
        for (unsigned f = 0; c->id[i] >= 0 && f < c->events[i].n_fields; f++) {
            const char *name = c->events[i].fields[f];
            g_autofree char *bare = g_strndup(name, strcspn(name, ":"));
            c->field[i][f] = trace_event_field(&trace_events[c->id[i]], bare);
        }
    }
}

/* As bits of ours. */
static TraceSet shown_events(const Catalogue *c)
{
    TraceSet asked = trace_reader_asked(c->reader), shown = 0;
    for (unsigned i = 0; i < c->n; i++)
        if (c->id[i] >= 0 && asked >> i & 1)
            shown |= TRACE_SET(c->id[i]);
    return shown;
}

static bool translate(const Catalogue *c, const TraceRecord *theirs, TraceRecord *ours)
{
    *ours = *theirs;
    if (c->id[theirs->id] < 0)
        return false;
    ours->id = (TraceId)c->id[theirs->id];
    memset(ours->values, 0, sizeof ours->values);
    for (unsigned f = 0; f < c->events[theirs->id].n_fields; f++)
        if (c->field[theirs->id][f] >= 0)
            ours->values[c->field[theirs->id][f]] = theirs->values[f];
    return true;
}

static unsigned first_of(TraceSet events)
{
    unsigned id = 0;
    while (!(events >> id & 1))
        id++;
    return id;
}

/* Without these there is nothing to count. */
static bool is_enough(const Catalogue *c, const char *path, GError **error)
{
    const TraceSet needed = verdict_events() & ~(TRACE_SET(TRACE_lost) | TRACE_SET(TRACE_reset));
    TraceSet missing = needed & ~shown_events(c);
    if (!missing)
        return true;
    return fail(error, EXIT_CONFIG,
                "verdict: '%s' was not to have the event %s; record it without -trace, or with "
                "all events that -help verdict lists",
                path, trace_events[first_of(missing)].name);
}

static bool write_all(const Verdict *v, const GPtrArray *paths, GError **error)
{
    for (unsigned i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        g_autoptr(GString) text = g_string_new(NULL);
        GError *problem = NULL;
        verdict_write_as(v, path, text);
        if (!strcmp(path, "-"))
            fwrite(text->str, 1, text->len, stdout);
        else if (!g_file_set_contents(path, text->str, (gssize)text->len, &problem)) {
            fail(error, EXIT_FILE, "-verdict: cannot write '%s': %s; check the path", path,
                 problem->message);
            g_error_free(problem);
            return false;
        }
    }
    return true;
}

static bool judge(Catalogue *c, const char *path, const VerdictConfig *config,
                  const GPtrArray *paths, GError **error)
{
    TraceRecord theirs, ours;
    GError *problem = NULL;
    compare(c);
    if (!is_enough(c, path, error))
        return false;
    Verdict *v = verdict_new(config, trace_reader_partitions(c->reader), shown_events(c));
    while (trace_reader_next(c->reader, &theirs, &problem))
        if (translate(c, &theirs, &ours))
            verdict_event(v, &ours);
    verdict_end(v);
    if (problem)
        verdict_is_cut(v);
    bool ok = verdict_conclude(v, error) && write_all(v, paths, error) &&
              (problem || verdict_says(v, error));
    verdict_free(v);
    if (!problem || !ok) {
        g_clear_error(&problem);
        return ok;
    }
    g_propagate_error(error, problem);
    return false;
}

bool verdict_of_recording(const char *path, const VerdictConfig *config, const GPtrArray *paths,
                          GError **error)
{
    g_autofree Catalogue *c = g_new0(Catalogue, 1);
    c->reader = trace_reader_open(path, error);
    bool ok = c->reader && judge(c, path, config, paths, error);
    trace_reader_free(c->reader);
    return ok;
}
