/* SPDX-License-Identifier: MIT */
/* measure.c - facts of runs; see measure.h. */
#include "emu/lab/measure.h"

#include <string.h>

#include <glib/gstdio.h>

#include "emu/base/error.h"
#include "emu/expect/live.h"
#include "emu/json_read.h"

/* A fact that is counted in a recording. */
typedef struct {
    const LabFact *fact;
    TraceQuery *query, *from, *to;
    StatKind stat;
    bool is_stat;
    char *column;
    bool open; /* between from and to */
    uint64_t n;
    double least, most, sum;
} Counter;

static const char *const stats[] = {
    [STAT_MIN] = "min", [STAT_MAX] = "max", [STAT_MEAN] = "mean", [STAT_SUM] = "sum"
};

static void counter_free(gpointer data)
{
    Counter *counter = data;
    trace_query_free(counter->query);
    trace_query_free(counter->from);
    trace_query_free(counter->to);
    g_free(counter->column);
    g_free(counter);
}

/* min|max|mean|sum COLUMN of EVENT ...; returns where the events begin. */
static const char *parse_stat(Counter *counter, GError **error)
{
    const char *text = counter->fact->stat;
    g_auto(GStrv) words = g_strsplit(text, " ", 4);
    if (g_strv_length(words) == 4 && !strcmp(words[2], "of"))
        for (unsigned i = STAT_MIN; i <= STAT_SUM; i++)
            if (!strcmp(words[0], stats[i])) {
                counter->is_stat = true;
                counter->stat = (StatKind)i;
                counter->column = g_strdup(words[1]);
                return text + strlen(words[0]) + strlen(words[1]) + strlen(words[2]) + 3;
            }
    fail(error, EXIT_CONFIG,
         "stat is 'min|max|mean|sum COLUMN of EVENT'; write for example max steps of walk.end");
    return NULL;
}

/* Columns that every event has. */
static bool is_common(const char *column)
{
    return !strcmp(column, "t") || !strcmp(column, "ic");
}

static bool has_column(const Counter *counter, const TraceEvent *events, unsigned n, GError **error)
{
    if (is_common(counter->column))
        return true;
    for (unsigned i = 0; i < n; i++)
        if (trace_query_events(counter->query) >> i & 1 &&
            trace_event_field(&events[i], counter->column) >= 0)
            return true;
    return fail(error, EXIT_CONFIG,
                "none of these events has a field '%s'; docs/trace.md lists them", counter->column);
}

static double column_of(const Counter *counter, const TraceEvent *events, const TraceRecord *record)
{
    if (!counter->is_stat)
        return 0;
    if (is_common(counter->column))
        return (double)(strcmp(counter->column, "t") ? record->insns : record->time);
    int field = trace_event_field(&events[record->id], counter->column);
    return field >= 0 ? (double)record->values[field] : 0;
}

static Counter *counter_new(const LabFact *fact, const TraceEvent *events, unsigned n,
                            const Partitions *parts, GError **error)
{
    Counter *counter = g_new0(Counter, 1);
    counter->fact = fact;
    const char *text = fact->stat ? parse_stat(counter, error) : fact->count;
    bool ok =
        text && (counter->query = trace_query_new_pattern(text, events, n, parts, error)) &&
        (!fact->from ||
         (counter->from = trace_query_new_pattern(fact->from, events, n, parts, error))) &&
        (!fact->to || (counter->to = trace_query_new_pattern(fact->to, events, n, parts, error)));
    counter->open = !fact->from;
    if (ok && (!counter->is_stat || has_column(counter, events, n, error)))
        return counter;
    counter_free(counter);
    return NULL;
}

static TraceSet counter_events(const Counter *counter)
{
    return trace_query_events(counter->query) |
           (counter->from ? trace_query_events(counter->from) : 0) |
           (counter->to ? trace_query_events(counter->to) : 0);
}

static void count(Counter *counter, const TraceEvent *events, const TraceRecord *record)
{
    if (counter->open && counter->to && trace_query_matches(counter->to, record))
        counter->open = false;
    if (counter->open && trace_query_matches(counter->query, record)) {
        double value = column_of(counter, events, record);
        counter->least = counter->n ? MIN(counter->least, value) : value;
        counter->most = MAX(counter->most, value);
        counter->sum += value;
        counter->n++;
    }
    if (!counter->open && counter->from && trace_query_matches(counter->from, record))
        counter->open = true;
}

static bool counter_value(const Counter *counter, Quantity *value, GError **error)
{
    *value = (Quantity){ .number = (double)counter->n };
    if (!counter->is_stat)
        return true;
    if (!counter->n)
        return fail(error, EXIT_CONFIG,
                    "fact '%s': there was no such event; ask for one that comes",
                    counter->fact->name);
    value->number = counter->stat == STAT_MIN   ? counter->least
                    : counter->stat == STAT_MAX ? counter->most
                    : counter->stat == STAT_SUM ? counter->sum
                                                : counter->sum / (double)counter->n;
    return true;
}

RunFiles *run_files_new(const char *folder, bool stays, const LabRun *run)
{
    RunFiles *files = g_new0(RunFiles, 1);
    files->trace = g_strdup_printf("%s/%s.bht", folder, run->name);
    files->timing = g_strdup_printf("%s/%s-timing.json", folder, run->name);
    files->verdict = g_strdup_printf("%s/%s-verdict.json", folder, run->name);
    files->shown = g_strdup_printf("%s/%s.bht", stays ? folder : "(with --keep) FOLDER", run->name);
    files->errors = g_strdup_printf("%s/%s.err", folder, run->name);
    return files;
}

void run_files_remove(const RunFiles *files)
{
    g_unlink(files->trace);
    g_unlink(files->timing);
    g_unlink(files->verdict);
    g_unlink(files->errors);
}

void run_files_free(RunFiles *files)
{
    if (!files)
        return;
    g_free(files->trace);
    g_free(files->shown);
    g_free(files->timing);
    g_free(files->verdict);
    g_free(files->errors);
    g_free(files);
}

Rules *measure_rules(const LabRun *run, const TraceEvent *events, unsigned n,
                     const Partitions *parts, GError **error)
{
    g_autofree char *text = NULL;
    if (!run->expect || !expect_read(run->expect, &text, error))
        return NULL;
    return expect_parse(run->expect, text, events, n, parts, error);
}

bool measure_check(const LabFact *fact, const Partitions *parts, GError **error)
{
    unsigned ways = !!fact->count + !!fact->stat + !!fact->timing + !!fact->verdict;
    if (ways != 1)
        return fail(error, EXIT_CONFIG,
                    "a fact is measured in one way; write count, stat, timing or verdict");
    if (fact->timing || fact->verdict)
        return (!fact->from && !fact->to) ||
               fail(error, EXIT_CONFIG, "from and to are for count and stat; leave them out");
    Counter *counter = counter_new(fact, trace_events, TRACE_COUNT, parts, error);
    if (counter)
        counter_free(counter);
    return counter != NULL;
}

static char *event_names(TraceSet events)
{
    GString *out = g_string_new(NULL);
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        if (events >> i & 1)
            g_string_append_printf(out, "%s%s", out->len ? "," : "", trace_events[i].name);
    return g_string_free(out, !out->len);
}

bool measure_needs(const Lab *lab, unsigned number, const Partitions *parts, RunNeeds *needs,
                   GError **error)
{
    const LabRun *run = &lab->runs.at[number];
    g_autoptr(GError) problem = NULL;
    TraceSet events = 0;
    *needs = (RunNeeds){ .verdict = run->verdict != NULL };
    Rules *rules = measure_rules(run, trace_events, TRACE_COUNT, parts, &problem);
    if (rules)
        events |= expect_needs(rules);
    expect_free(rules);
    for (unsigned i = 0; !problem && i < lab->facts.n; i++) {
        const LabFact *fact = &lab->facts.at[i];
        if (lab_run_of(lab, fact) != number)
            continue;
        needs->timing |= fact->timing != NULL;
        needs->verdict |= fact->verdict != NULL;
        Counter *counter = fact->count || fact->stat
                               ? counter_new(fact, trace_events, TRACE_COUNT, parts, &problem)
                               : NULL;
        if (counter) {
            events |= counter_events(counter);
            counter_free(counter);
        }
    }
    if (problem) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    needs->events = event_names(events);
    return true;
}

/* All counters of a run, for the catalogue of its recording. */
static GPtrArray *make_counters(const Lab *lab, unsigned number, TraceReader *reader,
                                GError **error)
{
    unsigned n;
    const TraceEvent *events = trace_reader_events(reader, &n);
    g_autoptr(GPtrArray) counters = g_ptr_array_new_with_free_func(counter_free);
    for (unsigned i = 0; i < lab->facts.n; i++) {
        const LabFact *fact = &lab->facts.at[i];
        if (lab_run_of(lab, fact) != number || (!fact->count && !fact->stat))
            continue;
        Counter *counter = counter_new(fact, events, n, trace_reader_partitions(reader), error);
        if (!counter)
            return NULL;
        g_ptr_array_add(counters, counter);
    }
    return g_steal_pointer(&counters);
}

/* Shows the whole recording to the counters and rules. */
static bool read_all(TraceReader *reader, GPtrArray *counters, Expect *expect, GError **error)
{
    unsigned n;
    TraceRecord record;
    g_autoptr(GError) problem = NULL;
    const TraceEvent *events = trace_reader_events(reader, &n);
    while (trace_reader_next(reader, &record, &problem)) {
        for (guint i = 0; i < counters->len; i++)
            count(g_ptr_array_index(counters, i), events, &record);
        if (expect)
            expect_event(expect, &record);
    }
    if (problem)
        g_propagate_error(error, g_steal_pointer(&problem));
    return !*error;
}

/* Outcomes of rules, named by their run. */
static void add_rules(const Rules *rules, const TraceEvent *events, const char *recording,
                      const char *run, Outcomes *outcomes)
{
    guint first = outcomes->list->len;
    expect_outcomes(rules, events, recording, false, outcomes);
    for (guint i = first; i < outcomes->list->len; i++) {
        Outcome *outcome = g_ptr_array_index(outcomes->list, i);
        g_autofree char *name = outcome->name;
        outcome->name = g_strdup_printf("%s, %s", run, name);
    }
}

/* `recording`: what it is called in commands that lead further. */
static bool measure_trace(const Lab *lab, unsigned number, const char *path, const char *recording,
                          Quantity *values, Outcomes *outcomes, GError **error)
{
    unsigned n;
    uint64_t lost;
    g_autoptr(GError) problem = NULL;
    TraceReader *reader = trace_reader_open(path, error);
    if (!reader)
        return false;
    const TraceEvent *events = trace_reader_events(reader, &n);
    g_autoptr(GPtrArray) counters = make_counters(lab, number, reader, &problem);
    Rules *rules = problem ? NULL
                           : measure_rules(&lab->runs.at[number], events, n,
                                           trace_reader_partitions(reader), &problem);
    Expect *expect = rules ? expect_new(rules, events, n) : NULL;
    bool ok = !problem && read_all(reader, counters, expect, &problem);
    if (expect)
        expect_end(expect, &lost);
    if (ok && rules)
        add_rules(rules, events, recording, lab->runs.at[number].name, outcomes);
    for (guint i = 0; ok && i < counters->len; i++) {
        const Counter *counter = g_ptr_array_index(counters, i);
        ok = counter_value(counter, &values[counter->fact - lab->facts.at], &problem);
    }
    expect_free(rules);
    trace_reader_free(reader);
    if (problem)
        g_propagate_error(error, g_steal_pointer(&problem));
    return ok;
}

/* A value of a report as text; NULL: it is none. To be freed. */
static char *json_text_of(const JsonValue *value)
{
    switch (value->kind) {
    case JSON_STRING: return g_strdup(value->text);
    case JSON_NUMBER: return g_strdup_printf("%.17g", value->number);
    case JSON_FLAG: return g_strdup(value->number ? "yes" : "no");
    case JSON_NULL: return g_strdup("");
    default: return NULL;
    }
}

/* What a report says at a place, or at several, joined by +: a number or a word. */
static bool measure_json(const JsonValue *report, const char *places, Quantity *value,
                         GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) parts = g_strsplit(places, " + ", -1);
    for (char **place = parts; *place; place++) {
        const JsonValue *found = json_find(report, *place, error);
        g_autofree char *part = found ? json_text_of(found) : NULL;
        if (!found)
            return false;
        if (!part)
            return fail(error, EXIT_CONFIG, "there is a group at %s; go on to what is in it",
                        *place);
        g_string_append(text, part);
    }
    *value = (Quantity){ 0 };
    const char *rest = quantity_number(text->str, &value->number);
    return (rest && !*rest) || quantity_word(text->str, value) ||
           fail(error, EXIT_CONFIG,
                "there is neither a number nor a word at %s, but '%s'; look at what is there",
                places, text->str);
}

static bool measure_report(const Lab *lab, unsigned number, bool timing, const char *path,
                           Quantity *values, GError **error)
{
    g_autoptr(JsonValue) report = NULL;
    for (unsigned i = 0; i < lab->facts.n; i++) {
        const LabFact *fact = &lab->facts.at[i];
        const char *place = timing ? fact->timing : fact->verdict;
        if (!place || lab_run_of(lab, fact) != number)
            continue;
        if (!report && !(report = json_read_file(path, error)))
            return false;
        if (!measure_json(report, place, &values[i], error)) {
            g_prefix_error(error, "fact '%s': ", fact->name);
            return false;
        }
    }
    return true;
}

bool measure_run(const Lab *lab, unsigned number, const RunFiles *files, Quantity *values,
                 Outcomes *outcomes, GError **error)
{
    return (!g_file_test(files->trace, G_FILE_TEST_EXISTS) ||
            measure_trace(lab, number, files->trace, files->shown, values, outcomes, error)) &&
           measure_report(lab, number, true, files->timing, values, error) &&
           measure_report(lab, number, false, files->verdict, values, error);
}
