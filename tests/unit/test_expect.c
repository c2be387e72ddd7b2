/* SPDX-License-Identifier: MIT */
/* test_expect.c - rules about the time between events: pairs, keys, windows, units and tolerances. */
#include <criterion/criterion.h>
#include <string.h>

#include "emu/expect/expect.h"

/* What happens: one letter an event, ten nanoseconds apart; . is nothing. A letter is a mark: of its own kind, its place in the
 * alphabet, and with the value 1 if it is large and 2 if it is small. */
static void show(Expect *expect, const char *events)
{
    enum { PC, ID, VALUE };
    for (unsigned i = 0; events[i]; i++) {
        TraceRecord record = { .id = TRACE_mark, .seq = i, .time = 1000 + 10 * i };
        if (events[i] == '.')
            continue;
        record.values[ID] = (uint64_t)(g_ascii_toupper(events[i]) - 'A') + 1;
        record.values[VALUE] = g_ascii_isupper(events[i]) ? 1 : 2;
        expect_event(expect, &record);
    }
}

/* What is said of the one rule `text`, in which A to D stand for marks, to be freed. */
static char *judge(const char *text, const char *events, bool *holds)
{
    GError *error = NULL;
    uint64_t lost;
    g_autoptr(GString) rule = g_string_new(NULL);
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'D')
            g_string_append_printf(rule, "mark id=%d", *text - 'A' + 1);
        else
            g_string_append_c(rule, *text);
    Rules *rules = expect_parse("rules", rule->str, trace_events, TRACE_COUNT, NULL, &error);
    cr_assert(rules, "%s: %s", rule->str, error ? error->message : "");
    Expect *expect = expect_new(rules, trace_events, TRACE_COUNT);
    show(expect, events);
    *holds = expect_end(expect, &lost);
    char *said = expect_explain(g_ptr_array_index(rules->rules, 0));
    expect_free(rules);
    return said;
}

typedef struct {
    const char *rule, *events;
    bool holds;
    const char *says;
} Row;

static void check(const Row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool holds;
        g_autofree char *said = judge(rows[i].rule, rows[i].events, &holds);
        cr_expect(holds == rows[i].holds && strstr(said, rows[i].says), "%s of %s: %s, %s",
                  rows[i].rule, rows[i].events, holds ? "ok" : "FAIL", said);
    }
}

Test(expect, a_gap_goes_from_each_event_to_the_next_of_the_other_kind)
{
    static const Row rows[] = {
        { "gap mean A -> B == 20", "A.B", true, "the mean of 1 gaps is 20" },
        { "gap mean A -> B == 30", "A.B.A...B", true, "of 2 gaps is 30" },
        { "gap sum A -> B == 60", "A.B.A...B", true, "the sum of 2 gaps is 60" },
        { "gap max A -> B == 40", "A.B.A...B", true, "longest" },
        { "gap min A -> B == 20", "A.B.A...B", true, "shortest" },
        /* Two that overlap: 30 and 10. */
        { "gap mean A -> B == 20", "A.AB", true, "of 2 gaps" },
        { "gap min A -> B == 10", "A.AB", true, "is 10" },
        { "gap max A -> B == 30", "A.AB", true, "is 30" },
        { "gap count A -> B == 2", "A.AB", true, "there were 2 gaps" },
        /* Who waits to the end has waited at least so long; for a moment is no news. */
        { "gap max A -> B <= 20", "A.BA.....C", false, "waited to the end waited 60" },
        { "gap max A -> A <= 30", "A..A...C", false, "waited to the end waited 40" },
        { "gap max A -> B == 20", "A.BA.C", true, "the longest of 1 gaps is 20" },
        { "gap mean A -> B == 20", "A.BA.....C", true, "of 1 gaps is 20" },
        /* What has no partner counts for nothing. */
        { "gap mean A -> B == 10", "BBABBA", true, "of 1 gaps" },
        { "gap mean A -> B < 5", "BB.A.A", false,
          "2 'mark id=1' came and no 'mark id=2' behind one" },
        { "gap mean A -> B < 5", "CC", false, "no 'mark id=1' came, so there is nothing" },
        { "gap max A -> B > 0", "", false, "nothing to measure" },
        { "gap count A -> B == 0", "B.A", true, "there were 0 gaps" },
        { "gap count A -> B == 0", "C", false, "nothing to measure" },
        /* Round after round. */
        { "gap mean A -> A == 25", "A.A..A", true, "of 2 gaps is 25" },
        { "gap max mark -> B == 20", "A.B.BC", true, "is 20" },
    };
    check(rows, G_N_ELEMENTS(rows));
}

Test(expect, events_wait_for_others_of_their_key)
{
    static const Row rows[] = {
        { "gap mean A -> B by value == 30", "Aa.bB", true, "of 2 gaps is 30" },
        { "gap mean A -> B == 25", "Aa.bB", true, "of 2 gaps is 25" },
        { "gap max A -> B by value < 5", "A.b", false, "behind one of the same key" },
        { "gap count A -> B by value == 1", "AAbaB.b", false, "there were 3 gaps" },
    };
    check(rows, G_N_ELEMENTS(rows));
}

Test(expect, a_share_is_of_the_time_from_the_first_event_to_the_last)
{
    static const Row rows[] = {
        { "share A -> B == 0.25", "AB..A", true, "the share is 0.25" },
        { "share A -> B == 25 %", "AB..AB..A", true, "the share is 25 %" },
        { "share A -> B == 25%", "AB..AB..A.......", true, "25 %" }, /* whole rounds only */
        { "share A -> B == 25%", "AB..AB..A.......B", true, "25 %" },
        { "share B -> A == 75 %", "BA..BA..B", false, "25 %" },
        { "share A -> B == 75 %", "A..BA..BA", true, "75 %" },
        { "share A -> B == 75 %", "AA.BA..BA", true, "75 %" }, /* overlapping: once */
        { "share A -> B == 1", "ABAB.A", false, "the share is 0.4" },
        { "share A -> B == 0", "A...A", true, "the share is 0" }, /* no pair at all */
        { "share A -> B < 1", "AB", false, "from the first 'mark id=1' to the last, and 1 came" },
        { "share A -> B < 1", "B.B", false, "no 'mark id=1' came" },
        /* a's own pair goes beyond the last A and counts up to there; that of A begins and ends within. */

        { "share A -> B by value == 50 %", "A.Baa.BA", false, "the share is" },
        { "share A -> B by value == 1.5", "Aa.bBA", false, "the share is 1" },
        { "share A -> B by value == 2", "Aa..aA", false, "the share is 0" },
    };
    check(rows, G_N_ELEMENTS(rows));
}

Test(expect, what_is_outside_of_a_window_is_not_there)
{
    static const Row rows[] = {
        { "gap mean A -> B == 10 between C and D", "A.BCABD.A..B", true, "of 1 gaps is 10" },
        { "gap sum A -> B == 30 between C and D", "CABDA.BCA.BD", true, "of 2 gaps is 30" },
        { "gap count A -> B == 0 between C and D", "CADB.CBD", true,
          "there were 0" },                                                /* none across */
        { "gap mean A -> B == 10 between C and D", "CAB", true, "is 10" }, /* up to the end */
        { "gap max A -> B <= 10 between C and D", "CABA...DC", false, "to the end waited 40" },
        { "gap max A -> B == 10 between C and D", "CABADB.....C", true, "of 1 gaps is 10" },
        { "gap count A -> B == 0 between C and D", "AB", false, "no 'mark id=3' came" },
        { "share A -> B == 50 % between C and D", "CAB.ADABACAB.AD", false, "the share is 33" },
        { "count A == 2 between C and D", "ACAADA", true, "there were 2" },
        { "never A between C and D", "ACBDA", true, "it never came" },
        { "never A between C and D", "ACADA", false, "it came 1" },
        { "never A between C and D", "BB", false, "never looked at" },
        { "seq A ; B between C and D", "BACADCBD", true, "all 2" },
        { "stat max value of A == 1 between C and D", "aCADa", true, "the most is 1" },
        { "count mark == 2 between A and A", "A.B.A.B", true, "there were 2" }, /* nor its ends */
    };
    check(rows, G_N_ELEMENTS(rows));
}

Test(expect, numbers_have_units_and_tolerances)
{
    static const Row rows[] = {
        { "gap mean A -> B == 0.02 us", "A.B", true, "is 0.02 us, == 0.02 us is wanted" },
        { "gap mean A -> B == 20 us", "A.B", false, "is 0.02 us" },
        { "gap mean A -> B < 1 ms", "A.B", true, "is 2e-05 ms" },
        { "gap mean A -> B == 19 +- 1", "A.B", true, "== 19 +- 1 is wanted" },
        { "gap mean A -> B == 19 +- 0.9", "A.B", false, "is 20" },
        { "gap mean A -> B == 0.019 us +- 1 ns", "A.B", true, "is 0.02 us" },
        { "gap mean A -> B == 25 +- 20 %", "A.B", true, "is 20" },
        { "gap mean A -> B == 25 +- 19%", "A.B", false, "is 20" },
        { "share A -> B == 24 % +- 1", "AB..A", true, "is 25 %" },    /* points */
        { "share A -> B == 24 % +- 1 %", "AB..A", false, "is 25 %" }, /* 0.24 points */
        { "share A -> B == 0.24 +- 1", "AB..A", true, "is 0.25" },
        { "count A == 5 +- 2", "AAA", true, "there were 3, == 5 +- 2 are wanted" },
        { "count A = 5 +- 1", "AAA", false, "there were 3" },
        { "count A == 4 +- 25 %", "AAA", true, "there were 3" },
        { "stat mean value of A == 1.4 +- 0.1", "aA", true, "the mean is 1.5" },
        { "count A >= 3", "AAA", true, "there were 3, >= 3 are wanted" },
    };
    check(rows, G_N_ELEMENTS(rows));
}

Test(expect, a_fact_is_a_rule_without_its_comparison)
{
    static const struct {
        ExpectFact fact;
        double value;
        const char *why; /* NULL: there is a value */
    } rows[] = {
        { { "count mark id=1", NULL, NULL }, 3, NULL },
        { { "count mark id=1", "mark id=2", NULL }, 2, NULL },
        { { "count mark id=1", NULL, "mark id=2" }, 1, NULL },
        { { "count mark id=1", "mark id=2", "mark id=3" }, 1, NULL },
        { { "count mark id=1", "mark id=4", NULL }, 0, "no 'mark id=4' came" },
        { { "count mark id=4", NULL, NULL }, 0, NULL },
        { { "stat max t of mark id=1", NULL, NULL }, 1080, NULL },
        { { "stat max t of mark id=4", NULL, NULL }, 0, "nothing to compute" },
        { { "gap mean mark id=1 -> mark id=2 by value", NULL, NULL }, 20, NULL },
        { { "gap mean mark id=1 -> mark id=4", NULL, NULL }, 0, "no 'mark id=4' behind one" },
        { { "share mark id=1 -> mark id=2", NULL, NULL }, 0.25, NULL },
        { { "share mark id=1 -> mark id=2", "mark id=2", NULL }, 0, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint64_t lost;
        double value;
        Rules *facts = expect_new_facts();
        const Rule *rule =
            expect_add_fact(facts, &rows[i].fact, trace_events, TRACE_COUNT, NULL, NULL);
        cr_assert(rule, "%s", rows[i].fact.text);
        Expect *expect = expect_new(facts, trace_events, TRACE_COUNT);
        show(expect, "A.B.A.C.A");
        expect_end(expect, &lost);
        g_autofree char *why = expect_measured(rule, &value);
        cr_expect(rows[i].why ? why && strstr(why, rows[i].why) : !why && value == rows[i].value,
                  "%s: %g, %s", rows[i].fact.text, value, why);
        expect_free(facts);
    }
    GError *error = NULL;
    Rules *facts = expect_new_facts();
    ExpectFact bad = { "never mark", NULL, NULL };
    cr_assert_not(expect_add_fact(facts, &bad, trace_events, TRACE_COUNT, NULL, &error));
    cr_assert_str_eq(
        error->message,
        "this is nothing that can be measured; write count, stat, gap or share in front of it");
    g_error_free(error);
    expect_free(facts);
}

/* A counter of pairs that remembers everything: what the other is to come to. */
static double slow_share(const char *events, double *gaps, unsigned *n)
{
    double covered = 0;
    int first = -1, last = -1;
    *gaps = *n = 0;
    for (int i = 0; events[i]; i++)
        if (g_ascii_toupper(events[i]) == 'A') {
            first = first < 0 ? i : first;
            last = i;
        }
    for (int i = 0; events[i]; i++) {
        char end = events[i] == 'A' ? 'B' : 'b', before = 0;
        if (g_ascii_toupper(events[i]) != 'A')
            continue;
        const char *at = strchr(events + i, end);
        for (int k = 0; k < i; k++)
            if (events[k] == events[i] || events[k] == end)
                before = events[k];
        if (!at)
            continue;
        *gaps += 10 * (double)(at - events - i);
        (*n)++;
        if (before != events[i]) /* the first of those that wait */
            covered += (double)(MIN(at - events, last) - i);
    }
    return first < last ? covered / (last - first) : -1;
}

Test(expect, pairs_are_those_that_one_finds_who_remembers_everything)
{
    uint32_t state = 1;
    for (unsigned i = 0; i < 3000; i++) {
        char events[41];
        unsigned n, length = 2 + i % 39;
        for (unsigned k = 0; k < length; k++) {
            state = state * 1664525 + 1013904223;
            events[k] = "AaBb.C"[(state >> 24) % 6];
        }
        events[length] = 0;
        double gaps, share = slow_share(events, &gaps, &n);
        bool holds;
        g_autofree char *rule = g_strdup_printf("share A -> B by value == %.17g +- 1e-9", share);
        g_autofree char *said = judge(rule, events, &holds);
        cr_assert_eq(holds, share >= 0, "%s: %g, %s", events, share, said);
        g_autofree char *sum = g_strdup_printf("gap sum A -> B by value == %.17g", gaps);
        g_autofree char *told = judge(sum, events, &holds);
        cr_assert_eq(holds, n > 0, "%s: %g, %s", events, gaps, told);
    }
}
