/* SPDX-License-Identifier: MIT */
/* parser.h - what the readers of rules share; for emu/expect alone. */
#ifndef EMU_EXPECT_PARSER_H
#define EMU_EXPECT_PARSER_H

#include "emu/expect/expect.h"

typedef struct {
    Rules *rules;
    const TraceEvent *events;
    unsigned n_events, line;
    const Partitions *parts;
    const char *start, *at; /* of the line, and in it */
    bool is_fact;           /* no rule of a file, but something to be measured */
    GError **error;
} Parser;

/* Fails: at `at`, a place of the line, is something wrong. */
bool parser_wrong(const Parser *p, const char *at, const char *what, const char *fix);
void parser_skip(Parser *p);
/* The next word; empty at the end of the line. To be freed. */
char *parser_word(Parser *p);
/* Where a part of the line ends: at the text `end`, or where the line does; but not within "" or a regex. */
const char *parser_find(const char *at, const char *end);
/* A "text", if one is there. */
bool parser_text(Parser *p, char **text);
/* Adds the pattern that stands from `begin` to `end`. */
bool parser_pattern(const Parser *p, Rule *rule, const char *begin, const char *end);
void parser_pattern_free(gpointer pattern);
/* Does an event of pattern `number` have this column? */
bool parser_has_column(const Parser *p, const Rule *rule, unsigned number, const char *column);
/* Takes the comparison in front of *end, which moves to where it begins; a fact has none. `base`: the unit of its number, as in bound.h. */
bool parser_bound(const Parser *p, Rule *rule, const char *base, const char **end);

/* `between A and B` at the end of a rule: where it stands. */
typedef struct {
    const char *word, *from, *middle, *to, *end; /* from NULL: there is none */
} Window;
/* Looks for it in front of *end, which moves to where it begins. */
bool parser_window(const Parser *p, const char **end, Window *window);
/* Adds its two patterns behind those of the rule. */
bool parser_window_patterns(const Parser *p, Rule *rule, const Window *window);

/* A new rule at the end of p->rules. */
Rule *parser_new_rule(const Parser *p, RuleKind kind);
/* What is behind the word of a kind of rules, up to `end`. */
typedef bool ParseRule(Parser *p, Rule *rule, const char *end);
ParseRule parse_count, parse_stat, parse_gap, parse_share;

#endif
