/* SPDX-License-Identifier: MIT */
/*
 * expect.h - what a recorded run must and must not do: rules, whether they hold, and saying so.
 *
 *   limit 3e9 insns                                            or ns: of the whole run
 *   seq "guest runs": mode to=VS p=1 ; uart p=1 ~ /login:/     events in this order, others between them
 *   never fault.g p=2                                          no such event
 *   count trap exit=mmio p=2 <= 3                              how many there are
 *   stat hyp.share p=1 < 0.05                                  host's part of the time spent for a guest
 *   stat max dur_ns of trap.ret p=0 < 20 us                    or min, mean, sum; of a field, or of t, ic ... (column.h)
 *   gap mean ts.stop -> ts.start by job == 206.7 ms +- 0.1     from each such event to the next such (pairs.h)
 *   share drum.cmd -> drum.end == 19.2 % +- 0.5 %              which part of the time lies between such and such
 *   points 10 hint "see lab 4"                                 of the rule before it
 *
 * A line is a rule; `"name":` may stand behind any first word; # begins a comment. What events are meant is a query without
 * group (trace/query.h) in which `where` and `and` may be left out. `~ /regex/` behind it: the event's line, as trace print
 * writes it, matches; of uart, what that port has sent since its last line feed.
 *
 * parse.c  rules from text     expect.c  looking at events     report.c  what is said of them
 */
#ifndef EMU_EXPECT_EXPECT_H
#define EMU_EXPECT_EXPECT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "emu/expect/bound.h"
#include "emu/expect/outcome.h"
#include "emu/expect/pairs.h"
#include "emu/trace/file.h"
#include "emu/trace/query.h"

enum { EXPECT_AROUND = 5 };

typedef enum {
    RULE_LIMIT,
    RULE_SEQ,
    RULE_NEVER,
    RULE_COUNT,
    RULE_STAT,
    RULE_GAP,
    RULE_SHARE
} RuleKind;
typedef enum { STAT_SHARE, STAT_MIN, STAT_MAX, STAT_MEAN, STAT_SUM, STAT_COUNT } StatKind;

/* Some events. */
typedef struct {
    char *text; /* as it was written */
    TraceQuery *query;
    GRegex *regex; /* NULL: none */
} Pattern;

typedef struct {
    RuleKind kind;
    unsigned line;
    char *name; /* its text, if it was given none */
    char *hint; /* may be NULL */
    double points;
    bool has_points;
    GPtrArray *patterns; /* of Pattern: `steps`, and the two of the window */
    unsigned steps;      /* of a seq; else none, one, or A and B of RULE_GAP and RULE_SHARE */
    unsigned from,
        to; /* of the window: which patterns; 0: it begins with the run, or ends with it */
    StatKind stat;
    char *column; /* STAT_MIN and later; of RULE_GAP and RULE_SHARE, that of the key, or NULL */
    uint64_t partition; /* STAT_SHARE */
    bool of_time;       /* RULE_LIMIT: ns, not instructions */
    Bound bound;
    /* What was seen. */
    unsigned step;       /* RULE_SEQ: patterns that came */
    bool open, was_open; /* the window */
    Pairs *pairs;        /* RULE_GAP, RULE_SHARE */
    bool nothing;        /* of which there was nothing to measure */
    uint64_t count;
    double value, least, most;
    bool broken;
    bool has_event; /* the one that broke it, or the last that counted, which stands at [before] */
    unsigned before, around;
    TraceRecord events[2 * EXPECT_AROUND + 1];
} Rule;

typedef struct {
    char *path;
    GPtrArray *rules; /* of Rule */
} Rules;

/* Reads rules about events of this catalogue, which must outlive them. `path` is for messages: FILE:LINE:COLUMN. Fails with
 * EXIT_CONFIG. */
Rules *expect_parse(const char *path, const char *text, const TraceEvent *events, unsigned n,
                    const Partitions *parts, GError **error);
void expect_free(Rules *rules);

/* Something that is measured, and not judged: a rule without its comparison, such as "gap mean A -> B". */
typedef struct {
    const char *text;
    const char *from, *to; /* the window, or NULL: from the beginning, to the end */
} ExpectFact;
/* None yet, for expect_add_fact. */
Rules *expect_new_facts(void);
/* Adds one; the rule belongs to `rules`. NULL: it is wrong (EXIT_CONFIG, "WHAT; FIX"). */
Rule *expect_add_fact(Rules *rules, const ExpectFact *fact, const TraceEvent *events, unsigned n,
                      const Partitions *parts, GError **error);
/* Behind expect_end: what was measured. NULL: *value is; else why there is nothing to measure, to be freed. */
char *expect_measured(const Rule *rule, double *value);

/* The events that they look at, if they were read for trace_events: bit n of event n. */
TraceSet expect_needs(const Rules *rules);

typedef struct Expect Expect;

/* Looks whether `rules` hold: begun, shown every event, ended. */
Expect *expect_new(Rules *rules, const TraceEvent *events, unsigned n);
void expect_event(Expect *expect, const TraceRecord *record);
/* What is known at the end though no event says it: the time, and how much a hart has retired. */
void expect_time(Expect *expect, uint64_t time, unsigned hart, uint64_t insns);
/* True: all hold. Says in *lost how many events are missing from what was seen. */
bool expect_end(Expect *expect, uint64_t *lost);

/* Adds one outcome a rule. `recording` is named in the commands that lead further. `one_each`: if no rule says what it is
 * worth, each is worth one point. */
void expect_outcomes(const Rules *rules, const TraceEvent *events, const char *recording,
                     bool one_each, Outcomes *outcomes);
/* Writes them in format `number` of outcome_formats. */
void expect_report(const Rules *rules, const TraceEvent *events, unsigned number,
                   const char *recording, FILE *out);

/* What a rule demands and what there was, as a sentence, to be freed. */
char *expect_explain(const Rule *rule);
/* The events around the one that broke it, as lines, and where to look further; to be freed. */
char *expect_show_events(const Rule *rule, const TraceEvent *events, const char *recording);

#endif
