/* SPDX-License-Identifier: MIT */
/* outcome.c - outcomes as text, TAP, JUnit, Gradescope; see outcome.h. */
#include "emu/expect/outcome.h"

#include <string.h>

#include "emu/json.h"

const char *const outcome_formats[] = { "text", "tap", "junit", "gradescope", NULL };

static void outcome_free(gpointer data)
{
    Outcome *outcome = data;
    g_free(outcome->name);
    g_free(outcome->said);
    g_free(outcome->place);
    g_free(outcome->details);
    g_free(outcome->hint);
    g_free(outcome);
}

Outcomes *outcomes_new(const char *suite, const char *holds)
{
    Outcomes *outcomes = g_new0(Outcomes, 1);
    outcomes->suite = g_strdup(suite);
    outcomes->holds = holds;
    outcomes->list = g_ptr_array_new_with_free_func(outcome_free);
    return outcomes;
}

void outcomes_free(Outcomes *outcomes)
{
    if (!outcomes)
        return;
    g_ptr_array_free(outcomes->list, TRUE);
    g_free(outcomes->suite);
    g_free(outcomes);
}

Outcome *outcomes_add(Outcomes *outcomes)
{
    Outcome *outcome = g_new0(Outcome, 1);
    g_ptr_array_add(outcomes->list, outcome);
    return outcome;
}

static const Outcome *outcome_at(const Outcomes *outcomes, unsigned i)
{
    return g_ptr_array_index(outcomes->list, i);
}

void outcomes_copy(Outcomes *outcomes, const Outcomes *others)
{
    for (unsigned i = 0; i < others->list->len; i++) {
        const Outcome *from = outcome_at(others, i);
        Outcome *to = outcomes_add(outcomes);
        *to = *from;
        to->name = g_strdup(from->name);
        to->said = g_strdup(from->said);
        to->place = g_strdup(from->place);
        to->details = g_strdup(from->details);
        to->hint = g_strdup(from->hint);
    }
}

unsigned outcomes_failed(const Outcomes *outcomes)
{
    unsigned failed = 0;
    for (unsigned i = 0; i < outcomes->list->len; i++)
        failed += !outcome_at(outcomes, i)->passed;
    return failed;
}

static void add_up(const Outcomes *outcomes, double *score, double *most)
{
    *score = *most = 0;
    for (unsigned i = 0; i < outcomes->list->len; i++) {
        const Outcome *outcome = outcome_at(outcomes, i);
        *most += outcome->points;
        *score += outcome->passed ? outcome->points : 0;
    }
}

/* Every line of `text` behind `indent`. */
static void write_indented(FILE *out, const char *indent, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line && (line[1] || **line); line++)
        fprintf(out, "%s%s\n", indent, *line);
}

static void write_details(FILE *out, const char *indent, const Outcome *outcome)
{
    if (outcome->details)
        write_indented(out, indent, outcome->details);
    if (outcome->hint)
        fprintf(out, "%shint: %s\n", indent, outcome->hint);
}

static void write_text(const Outcomes *outcomes, FILE *out)
{
    double score, most;
    const unsigned n = outcomes->list->len;
    for (unsigned i = 0; i < n; i++) {
        const Outcome *outcome = outcome_at(outcomes, i);
        fprintf(out, "%s %s: %s\n", outcome->passed ? "ok  " : "FAIL", outcome->name,
                outcome->said);
        if (outcome->passed)
            continue;
        if (outcome->place)
            fprintf(out, "  %s\n", outcome->place);
        write_details(out, "  ", outcome);
    }
    add_up(outcomes, &score, &most);
    fprintf(out, "%u of %u %s, %g of %g points\n", n - outcomes_failed(outcomes), n,
            outcomes->holds, score, most);
}

/* The Test Anything Protocol, version 13. */
static void write_tap(const Outcomes *outcomes, FILE *out)
{
    fprintf(out, "TAP version 13\n1..%u\n", outcomes->list->len);
    for (unsigned i = 0; i < outcomes->list->len; i++) {
        const Outcome *outcome = outcome_at(outcomes, i);
        g_autofree char *name = g_strdelimit(g_strdup(outcome->name), "#", '-');
        fprintf(out, "%s %u - %s\n", outcome->passed ? "ok" : "not ok", i + 1, name);
        fprintf(out, "# %s\n", outcome->said);
        if (!outcome->passed)
            write_details(out, "# ", outcome);
    }
}

/* Also what XML cannot hold even escaped is left out. */
static char *escape_xml(const char *text)
{
    g_autofree char *clean = g_utf8_make_valid(text ? text : "", -1);
    for (char *at = clean; *at; at++)
        if ((unsigned char)*at < ' ' && *at != '\n' && *at != '\t')
            *at = '?';
    return g_markup_escape_text(clean, -1);
}

static void write_junit(const Outcomes *outcomes, FILE *out)
{
    g_autofree char *suite = escape_xml(outcomes->suite);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"%s\" tests=\"%u\" "
            "failures=\"%u\">\n",
            suite, outcomes->list->len, outcomes_failed(outcomes));
    for (unsigned i = 0; i < outcomes->list->len; i++) {
        const Outcome *outcome = outcome_at(outcomes, i);
        g_autofree char *name = escape_xml(outcome->name), *said = escape_xml(outcome->said);
        g_autofree char *details = escape_xml(outcome->details), *hint = escape_xml(outcome->hint);
        fprintf(out, "  <testcase classname=\"%s\" name=\"%s\"", suite, name);
        if (outcome->passed)
            fprintf(out, "><system-out>%s</system-out></testcase>\n", said);
        else
            fprintf(out, "><failure message=\"%s\">%s%s</failure></testcase>\n", said, details,
                    hint);
    }
    fputs("</testsuite>\n", out);
}

/* results.json of Gradescope's autograder. */
static void write_gradescope(const Outcomes *outcomes, FILE *out)
{
    double score, most;
    add_up(outcomes, &score, &most);
    fprintf(out, "{\"score\":%g,\"tests\":[", score);
    for (unsigned i = 0; i < outcomes->list->len; i++) {
        const Outcome *outcome = outcome_at(outcomes, i);
        bool failed = !outcome->passed;
        g_autofree char *output = g_strdup_printf(
            "%s\n%s%s", outcome->said, failed && outcome->details ? outcome->details : "",
            failed && outcome->hint ? outcome->hint : "");
        g_autoptr(GString) test = g_string_new("{\"name\":");
        json_append_string(test, outcome->name);
        g_string_append_printf(test, ",\"score\":%g,\"max_score\":%g,\"status\":\"%s\",\"output\":",
                               failed ? 0 : outcome->points, outcome->points,
                               failed ? "failed" : "passed");
        json_append_string(test, output);
        fprintf(out, "%s\n%s}", i ? "," : "", test->str);
    }
    fputs("\n]}\n", out);
}

int outcome_format(const char *word)
{
    for (int i = 0; outcome_formats[i]; i++)
        if (!strcmp(word, outcome_formats[i]))
            return i;
    return -1;
}

void outcomes_write(const Outcomes *outcomes, unsigned number, FILE *out)
{
    static void (*const writers[])(const Outcomes *outcomes, FILE *out) = { write_text, write_tap,
                                                                            write_junit,
                                                                            write_gradescope };
    writers[number](outcomes, out);
}
