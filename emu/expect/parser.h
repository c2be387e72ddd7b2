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
/* Takes the comparison in front of *end, which moves to where it begins. `base`: the unit of its number, as in bound.h. */
bool parser_bound(const Parser *p, Rule *rule, const char *base, const char **end);

/* What is behind the words gap and share. */
bool parse_gap(Parser *p, Rule *rule, const char *end);
bool parse_share(Parser *p, Rule *rule, const char *end);

/* `between A and B` at the end of a rule: where it stands. */
typedef struct {
    const char *word, *begin, *and, *end; /* begin NULL: there is none */
} Window;
/* Looks for it in front of *end, which moves to where it begins. */
bool parser_window(const Parser *p, const char **end, Window *window);
/* Adds its two patterns behind those of the rule. */
bool parser_window_patterns(const Parser *p, Rule *rule, const Window *window);

#endif
