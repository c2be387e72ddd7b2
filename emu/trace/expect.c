/* SPDX-License-Identifier: MIT */
/* expect.c - bulkhead trace expect: does a recorded run obey rules? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/expect/expect.h"
#include "emu/expect/live.h"
#include "emu/trace/verbs.h"

/* Could the recording show these events of a rule? Otherwise `never` would always hold. */
static bool is_covered(const Rule *rule, TraceSet events, TraceSet asked, const char *path,
                       const char *recording, GError **error)
{
    return !events || events & asked ||
           fail(error, EXIT_CONFIG,
                "%s:%u:1: the events of '%s' are none that '%s' was to record; record them with "
                "-trace, or use -expect while the machine runs",
                path, rule->line, rule->name, recording);
}

static bool are_covered(const Rules *rules, TraceReader *reader, const char *path,
                        const char *recording, GError **error)
{
    const TraceSet asked = trace_reader_asked(reader);
    const int span = trace_reader_event(reader, "hyp.span");
    for (unsigned i = 0; i < rules->rules->len; i++) {
        const Rule *rule = g_ptr_array_index(rules->rules, i);
        bool share = rule->kind == RULE_STAT && rule->stat == STAT_SHARE && span >= 0;
        if (share && !is_covered(rule, TRACE_SET(span), asked, path, recording, error))
            return false;
        for (unsigned n = 0; n < rule->patterns->len; n++) {
            const Pattern *pattern = g_ptr_array_index(rule->patterns, n);
            TraceSet events = trace_query_events(pattern->query);
            if (!is_covered(rule, events, asked, path, recording, error))
                return false;
        }
    }
    return true;
}

static bool judge(TraceReader *reader, const char *path, const char *text, const char *recording,
                  unsigned format, int *code, GError **error)
{
    unsigned n;
    uint64_t lost;
    TraceRecord record;
    GError *problem = NULL;
    const TraceEvent *events = trace_reader_events(reader, &n);
    Rules *rules = expect_parse(path, text, events, n, trace_reader_partitions(reader), error);
    if (!rules)
        return false;
    if (!are_covered(rules, reader, path, recording, error)) {
        expect_free(rules);
        return false;
    }
    Expect *expect = expect_new(rules, events, n);
    while (trace_reader_next(reader, &record, &problem))
        expect_event(expect, &record);
    *code = expect_end(expect, &lost) ? 0 : EXIT_EXPECT;
    expect_report(rules, events, format, recording, stdout);
    if (lost)
        fprintf(stderr,
                "bulkhead: %" PRIu64
                " or more events are missing from '%s': what rules say of them "
                "is not known\n",
                lost, recording);
    expect_free(rules);
    if (problem)
        g_propagate_error(error, problem);
    return !problem;
}

bool trace_verb_expect(char **argv, int *code, GError **error)
{
    int format = 0;
    const char *paths[2] = { NULL };
    unsigned n = 0;
    for (; *argv; argv++) {
        if (!strcmp(*argv, "--format") && argv[1])
            format = outcome_format(*++argv);
        else if (n < 2)
            paths[n++] = *argv;
        else
            n++;
    }
    if (format < 0 || n != 2)
        return fail(
            error, EXIT_USAGE,
            "trace expect takes a file of rules and a recording; write bulkhead trace expect "
            "[--format text|tap|junit|gradescope] RULES FILE.bht");
    g_autofree char *text = NULL;
    if (!expect_read(paths[0], &text, error))
        return false;
    TraceReader *reader = trace_reader_open(paths[1], error);
    bool ok = reader && judge(reader, paths[0], text, paths[1], (unsigned)format, code, error);
    trace_reader_free(reader);
    return ok;
}
