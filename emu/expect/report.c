/* SPDX-License-Identifier: MIT */
/* report.c - what is said of rules that were held against a run; see expect.h. */
#include "emu/expect/expect.h"

#include <inttypes.h>

#include "emu/expect/outcome.h"

static const char *pattern_text(const Rule *rule, unsigned index)
{
    return ((const Pattern *)g_ptr_array_index(rule->patterns, index))->text;
}

static char *explain_seq(const Rule *rule)
{
    const unsigned n = rule->steps;
    if (rule->step == n)
        return g_strdup_printf("all %u events came in this order", n);
    if (!rule->step)
        return g_strdup_printf("'%s' never came", pattern_text(rule, 0));
    return g_strdup_printf("after '%s' no '%s' came", pattern_text(rule, rule->step - 1),
                           pattern_text(rule, rule->step));
}

static char *explain_stat(const Rule *rule)
{
    static const char *const stats[] = { "host's share", "least", "most", "mean", "sum" };
    g_autofree char *value = bound_show(&rule->bound, rule->value);
    if (!rule->count)
        return g_strdup("there was nothing to compute it of");
    return g_strdup_printf("the %s is %s, %s is wanted", stats[rule->stat], value,
                           rule->bound.text);
}

/* Why there is nothing to say of A -> B. */
static char *explain_nothing(const Rule *rule)
{
    const char *a = pattern_text(rule, 0), *b = pattern_text(rule, 1);
    if (!rule->pairs->starts)
        return g_strdup_printf("no '%s' came, so there is nothing to measure", a);
    if (rule->kind == RULE_GAP)
        return g_strdup_printf(
            "%" PRIu64 " '%s' came and no '%s' behind one%s, so there is nothing to measure",
            rule->pairs->starts, a, b, rule->column ? " of the same key" : "");
    return g_strdup_printf("a share is of the time from the first '%s' to the last, and %" PRIu64
                           " came at one time",
                           a, rule->pairs->starts);
}

static char *explain_pairs(const Rule *rule)
{
    static const char *const stats[] = {
        [STAT_MIN] = "shortest", [STAT_MAX] = "longest", [STAT_MEAN] = "mean", [STAT_SUM] = "sum"
    };
    g_autofree char *value = bound_show(&rule->bound, rule->value);
    if (rule->pairs->overflow)
        return g_strdup_printf("too many values of %s wait at a time; ask about fewer",
                               rule->column);
    if (rule->nothing)
        return explain_nothing(rule);
    if (rule->kind == RULE_SHARE)
        return g_strdup_printf("the share is %s, %s is wanted", value, rule->bound.text);
    if (rule->stat == STAT_COUNT)
        return g_strdup_printf("there were %s gaps, %s are wanted", value, rule->bound.text);
    if (rule->stat == STAT_MAX && rule->pairs->waited > rule->pairs->most)
        return g_strdup_printf("one that waited to the end waited %s, %s is wanted", value,
                               rule->bound.text);
    return g_strdup_printf("the %s of %" PRIu64 " gaps is %s, %s is wanted", stats[rule->stat],
                           rule->count, value, rule->bound.text);
}

char *expect_explain(const Rule *rule)
{
    if (!rule->was_open)
        return g_strdup_printf("no '%s' came, so that it was never looked at",
                               pattern_text(rule, rule->from));
    switch (rule->kind) {
    case RULE_SEQ: return explain_seq(rule);
    case RULE_NEVER:
        return rule->count ? g_strdup_printf("it came %" PRIu64 " times", rule->count)
                           : g_strdup("it never came");
    case RULE_COUNT:
        return g_strdup_printf("there were %" PRIu64 ", %s are wanted", rule->count,
                               rule->bound.text);
    case RULE_LIMIT:
        return g_strdup_printf("it took %.15g %s, at most %.15g are allowed", rule->value,
                               rule->of_time ? "ns" : "instructions", rule->bound.wanted);
    case RULE_STAT: return explain_stat(rule);
    default: return explain_pairs(rule);
    }
}

char *expect_measured(const Rule *rule, double *value)
{
    *value = rule->kind == RULE_COUNT ? (double)rule->count : rule->value;
    const bool nothing = rule->kind == RULE_STAT ? !rule->count : rule->nothing;
    const bool overflow = rule->pairs && rule->pairs->overflow;
    return !rule->was_open || nothing || overflow ? expect_explain(rule) : NULL;
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

void expect_outcomes(const Rules *rules, const TraceEvent *events, const char *recording,
                     bool one_each, Outcomes *outcomes)
{
    bool any = !one_each;
    for (unsigned i = 0; i < rules->rules->len; i++)
        any |= ((const Rule *)g_ptr_array_index(rules->rules, i))->has_points;
    for (unsigned i = 0; i < rules->rules->len; i++) {
        const Rule *rule = g_ptr_array_index(rules->rules, i);
        Outcome *outcome = outcomes_add(outcomes);
        char *shown = expect_show_events(rule, events, recording);
        outcome->name = g_strdup(rule->name);
        outcome->passed = !rule->broken;
        outcome->points = any ? rule->points : 1;
        outcome->said = expect_explain(rule);
        outcome->place = g_strdup_printf("rule at %s:%u", rules->path, rule->line);
        outcome->details = g_strdup(shown);
        outcome->hint = g_strdup(rule->hint);
        free(shown);
    }
}

void expect_report(const Rules *rules, const TraceEvent *events, unsigned number,
                   const char *recording, FILE *out)
{
    g_autoptr(Outcomes) outcomes = outcomes_new(rules->path, "rules hold");
    expect_outcomes(rules, events, recording, true, outcomes);
    outcomes_write(outcomes, number, out);
}
