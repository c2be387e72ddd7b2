/* SPDX-License-Identifier: MIT */
/* measure.c - facts of runs; see measure.h. */
#include "emu/lab/measure.h"

#include <string.h>

#include <glib/gstdio.h>

#include "emu/base/error.h"
#include "emu/expect/live.h"
#include "emu/json_read.h"

/* A fact that is measured in a recording. */
typedef struct {
    const LabFact *fact;
    const Rule *rule;
} Counter;

/* How it is measured in a recording, as a rule without a comparison, to be freed; NULL: in another way. */
static char *rule_of(const LabFact *fact)
{
    return fact->count   ? g_strdup_printf("count %s", fact->count)
           : fact->stat  ? g_strdup_printf("stat %s", fact->stat)
           : fact->gap   ? g_strdup_printf("gap %s", fact->gap)
           : fact->share ? g_strdup_printf("share %s", fact->share)
                         : NULL;
}

/* Adds a fact to `rules`, and to `counters` if that is not NULL. */
static bool add_fact(const LabFact *fact, const TraceEvent *events, unsigned n,
                     const Partitions *parts, Rules *rules, GArray *counters, GError **error)
{
    g_autofree char *text = rule_of(fact);
    if (!text)
        return true;
    ExpectFact wanted = { text, fact->from, fact->to };
    Counter counter = { fact, expect_add_fact(rules, &wanted, events, n, parts, error) };
    if (counter.rule && counters)
        g_array_append_val(counters, counter);
    return counter.rule != NULL;
}

static bool counter_value(const Counter *counter, Quantity *value, GError **error)
{
    *value = (Quantity){ 0 };
    g_autofree char *why = expect_measured(counter->rule, &value->number);
    return !why || fail(error, EXIT_CONFIG, "fact '%s': %s; ask for something that comes",
                        counter->fact->name, why);
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
    unsigned ways = !!fact->count + !!fact->stat + !!fact->gap + !!fact->share + !!fact->timing +
                    !!fact->verdict;
    if (ways != 1)
        return fail(
            error, EXIT_CONFIG,
            "a fact is measured in one way; write count, stat, gap, share, timing or verdict");
    if ((fact->timing || fact->verdict) && (fact->from || fact->to))
        return fail(error, EXIT_CONFIG,
                    "from and to are for count, stat, gap and share; leave them out");
    Rules *rules = expect_new_facts();
    bool ok = add_fact(fact, trace_events, TRACE_COUNT, parts, rules, NULL, error);
    expect_free(rules);
    return ok;
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
    *needs = (RunNeeds){ .verdict = run->verdict != NULL };
    Rules *rules = measure_rules(run, trace_events, TRACE_COUNT, parts, &problem);
    Rules *facts = expect_new_facts();
    TraceSet events = rules ? expect_needs(rules) : 0;
    for (unsigned i = 0; !problem && i < lab->facts.n; i++) {
        const LabFact *fact = &lab->facts.at[i];
        if (lab_run_of(lab, fact) != number)
            continue;
        needs->timing |= fact->timing != NULL;
        needs->verdict |= fact->verdict != NULL;
        add_fact(fact, trace_events, TRACE_COUNT, parts, facts, NULL, &problem);
    }
    events |= expect_needs(facts);
    expect_free(rules);
    expect_free(facts);
    if (problem) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    needs->events = event_names(events);
    return true;
}

/* Shows the whole recording to the facts and, if there are any, the rules. */
static bool read_all(TraceReader *reader, Rules *facts, Rules *rules, GError **error)
{
    unsigned n;
    uint64_t lost;
    TraceRecord record;
    g_autoptr(GError) problem = NULL;
    const TraceEvent *events = trace_reader_events(reader, &n);
    Expect *measuring = expect_new(facts, events, n);
    Expect *judging = rules ? expect_new(rules, events, n) : NULL;
    while (trace_reader_next(reader, &record, &problem)) {
        expect_event(measuring, &record);
        if (judging)
            expect_event(judging, &record);
    }
    expect_end(measuring, &lost);
    if (judging)
        expect_end(judging, &lost);
    bool ok = !problem;
    if (problem)
        g_propagate_error(error, g_steal_pointer(&problem));
    return ok;
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

/* The rules of a run, and its facts, for the catalogue of its recording. */
static bool make_rules(const Lab *lab, unsigned number, TraceReader *reader, Rules *facts,
                       GArray *counters, Rules **rules, GError **error)
{
    unsigned n;
    g_autoptr(GError) problem = NULL;
    const TraceEvent *events = trace_reader_events(reader, &n);
    const Partitions *parts = trace_reader_partitions(reader);
    for (unsigned i = 0; !problem && i < lab->facts.n; i++)
        if (lab_run_of(lab, &lab->facts.at[i]) == number)
            add_fact(&lab->facts.at[i], events, n, parts, facts, counters, &problem);
    *rules = problem ? NULL : measure_rules(&lab->runs.at[number], events, n, parts, &problem);
    bool ok = !problem;
    if (problem)
        g_propagate_error(error, g_steal_pointer(&problem));
    return ok;
}

/* `recording`: what it is called in commands that lead further. */
static bool measure_trace(const Lab *lab, unsigned number, const char *path, const char *recording,
                          Quantity *values, Outcomes *outcomes, GError **error)
{
    unsigned n;
    TraceReader *reader = trace_reader_open(path, error);
    if (!reader)
        return false;
    g_autoptr(GArray) counters = g_array_new(FALSE, FALSE, sizeof(Counter));
    Rules *facts = expect_new_facts(), *rules = NULL;
    const TraceEvent *events = trace_reader_events(reader, &n);
    bool ok = make_rules(lab, number, reader, facts, counters, &rules, error) &&
              read_all(reader, facts, rules, error);
    if (ok && rules)
        add_rules(rules, events, recording, lab->runs.at[number].name, outcomes);
    for (guint i = 0; ok && i < counters->len; i++) {
        const Counter *counter = &g_array_index(counters, Counter, i);
        ok = counter_value(counter, &values[counter->fact - lab->facts.at], error);
    }
    expect_free(facts);
    expect_free(rules);
    trace_reader_free(reader);
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
