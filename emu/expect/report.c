/* SPDX-License-Identifier: MIT */
/* report.c - answers about rules: text, TAP, JUnit, Gradescope; see expect.h. */
#include "emu/expect/expect.h"

#include <inttypes.h>
#include <string.h>

#include "emu/json.h"

const char *const expect_formats[] = { "text", "tap", "junit", "gradescope", NULL };

static const char *const relations[] = { "<", "<=", ">", ">=", "==", "!=" };

static const char *pattern_text(const Rule *rule, unsigned index)
{
    return ((const Pattern *)g_ptr_array_index(rule->patterns, index))->text;
}

static char *explain_seq(const Rule *rule)
{
    const unsigned n = rule->patterns->len;
    if (rule->step == n)
        return g_strdup_printf("all %u events came in this order", n);
    if (!rule->step)
        return g_strdup_printf("'%s' never came", pattern_text(rule, 0));
    return g_strdup_printf("after '%s' no '%s' came", pattern_text(rule, rule->step - 1),
                           pattern_text(rule, rule->step));
}

char *expect_explain(const Rule *rule)
{
    static const char *const stats[] = { "host's share", "least", "most", "mean", "sum" };
    switch (rule->kind) {
    case RULE_SEQ: return explain_seq(rule);
    case RULE_NEVER:
        return rule->count ? g_strdup_printf("it came %" PRIu64 " times", rule->count)
                           : g_strdup("it never came");
    case RULE_COUNT:
        return g_strdup_printf("there were %" PRIu64 ", %s %.15g are wanted", rule->count,
                               relations[rule->relation], rule->bound);
    case RULE_LIMIT:
        return g_strdup_printf("it took %.15g %s, at most %.15g are allowed", rule->value,
                               rule->of_time ? "ns" : "instructions", rule->bound);
    default:
        if (!rule->count)
            return g_strdup("there was nothing to compute it of");
        return g_strdup_printf("the %s is %.6g, %s %.6g is wanted", stats[rule->stat], rule->value,
                               relations[rule->relation], rule->bound);
    }
}

char *expect_show_events(const Rule *rule, const TraceEvent *events, const char *recording)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (unsigned i = 0; rule->has_event && i < rule->around; i++) {
        fputs(i == rule->before ? "> " : "  ", out);
        trace_print(&events[rule->events[i].id], &rule->events[i], out);
    }
    if (rule->has_event)
        fprintf(out,
                "look further: bulkhead trace query %s 'all where seq >= %" PRIu64
                " and seq <= %" PRIu64 "'\n",
                recording, rule->events[0].seq - MIN(rule->events[0].seq, 100),
                rule->events[rule->around - 1].seq + 100);
    fclose(out);
    return text;
}

/* Every line of `text` behind `indent`. */
static void write_indented(FILE *out, const char *indent, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line && (line[1] || **line); line++)
        fprintf(out, "%s%s\n", indent, *line);
}

static void write_details(FILE *out, const char *indent, const Rule *rule, const TraceEvent *events,
                          const char *recording)
{
    char *shown = expect_show_events(rule, events, recording);
    write_indented(out, indent, shown);
    if (rule->hint)
        fprintf(out, "%shint: %s\n", indent, rule->hint);
    free(shown);
}

static double points_of(const Rules *rules, const Rule *rule)
{
    bool any = false;
    for (unsigned i = 0; i < rules->rules->len; i++)
        any |= ((const Rule *)g_ptr_array_index(rules->rules, i))->has_points;
    return any ? rule->points : 1;
}

static void add_up(const Rules *rules, double *score, double *most, unsigned *broken)
{
    *score = *most = *broken = 0;
    for (unsigned i = 0; i < rules->rules->len; i++) {
        const Rule *rule = g_ptr_array_index(rules->rules, i);
        double points = points_of(rules, rule);
        *most += points;
        *score += rule->broken ? 0 : points;
        *broken += rule->broken;
    }
}

static void report_text(const Rules *rules, const TraceEvent *events, const char *recording,
                        FILE *out)
{
    double score, most;
    unsigned broken;
    for (unsigned i = 0; i < rules->rules->len; i++) {
        const Rule *rule = g_ptr_array_index(rules->rules, i);
        g_autofree char *said = expect_explain(rule);
        fprintf(out, "%s %s: %s\n", rule->broken ? "FAIL" : "ok  ", rule->name, said);
        if (rule->broken) {
            fprintf(out, "  rule at %s:%u\n", rules->path, rule->line);
            write_details(out, "  ", rule, events, recording);
        }
    }
    add_up(rules, &score, &most, &broken);
    fprintf(out, "%u of %u rules hold, %g of %g points\n", rules->rules->len - broken,
            rules->rules->len, score, most);
}

/* The Test Anything Protocol, version 13. */
static void report_tap(const Rules *rules, const TraceEvent *events, const char *recording,
                       FILE *out)
{
    fprintf(out, "TAP version 13\n1..%u\n", rules->rules->len);
    for (unsigned i = 0; i < rules->rules->len; i++) {
        const Rule *rule = g_ptr_array_index(rules->rules, i);
        g_autofree char *said = expect_explain(rule);
        g_autofree char *name = g_strdelimit(g_strdup(rule->name), "#", '-');
        fprintf(out, "%s %u - %s\n", rule->broken ? "not ok" : "ok", i + 1, name);
        fprintf(out, "# %s\n", said);
        if (rule->broken)
            write_details(out, "# ", rule, events, recording);
    }
}

/* Also what XML cannot hold even escaped is left out. */
static char *escape_xml(const char *text)
{
    g_autofree char *clean = g_utf8_make_valid(text, -1);
    for (char *at = clean; *at; at++)
        if ((unsigned char)*at < ' ' && *at != '\n' && *at != '\t')
            *at = '?';
    return g_markup_escape_text(clean, -1);
}

static void report_junit(const Rules *rules, const TraceEvent *events, const char *recording,
                         FILE *out)
{
    double score, most;
    unsigned broken;
    add_up(rules, &score, &most, &broken);
    g_autofree char *path = escape_xml(rules->path);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"%s\" tests=\"%u\" "
            "failures=\"%u\">\n",
            path, rules->rules->len, broken);
    for (unsigned i = 0; i < rules->rules->len; i++) {
        const Rule *rule = g_ptr_array_index(rules->rules, i);
        g_autofree char *said = expect_explain(rule), *name = escape_xml(rule->name);
        g_autofree char *message = escape_xml(said);
        char *shown = expect_show_events(rule, events, recording);
        g_autofree char *details = escape_xml(shown),
                        *hint = escape_xml(rule->hint ? rule->hint : "");
        free(shown);
        fprintf(out, "  <testcase classname=\"%s\" name=\"%s\"", path, name);
        if (rule->broken)
            fprintf(out, "><failure message=\"%s\">%s%s</failure></testcase>\n", message, details,
                    hint);
        else
            fputs("/>\n", out);
    }
    fputs("</testsuite>\n", out);
}

/* results.json of Gradescope's autograder. */
static void report_gradescope(const Rules *rules, const TraceEvent *events, const char *recording,
                              FILE *out)
{
    double score, most;
    unsigned broken;
    add_up(rules, &score, &most, &broken);
    fprintf(out, "{\"score\":%g,\"tests\":[", score);
    for (unsigned i = 0; i < rules->rules->len; i++) {
        const Rule *rule = g_ptr_array_index(rules->rules, i);
        double points = points_of(rules, rule);
        g_autofree char *said = expect_explain(rule);
        char *shown = expect_show_events(rule, events, recording);
        g_autofree char *output = g_strdup_printf("%s\n%s%s", said, rule->broken ? shown : "",
                                                  rule->broken && rule->hint ? rule->hint : "");
        g_autoptr(GString) test = g_string_new("{\"name\":");
        free(shown);
        json_append_string(test, rule->name);
        g_string_append_printf(test, ",\"score\":%g,\"max_score\":%g,\"status\":\"%s\",\"output\":",
                               rule->broken ? 0 : points, points,
                               rule->broken ? "failed" : "passed");
        json_append_string(test, output);
        fprintf(out, "%s\n%s}", i ? "," : "", test->str);
    }
    fputs("\n]}\n", out);
}

void expect_report(const Rules *rules, const TraceEvent *events, unsigned number,
                   const char *recording, FILE *out)
{
    static void (*const reports[])(
        const Rules *rules, const TraceEvent *events, const char *recording,
        FILE *out) = { report_text, report_tap, report_junit, report_gradescope };
    reports[number](rules, events, recording, out);
}
