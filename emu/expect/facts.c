/* SPDX-License-Identifier: MIT */
/* facts.c - what is measured of a run by the means of rules, without a judgement; see expect.h. */
#include <string.h>

#include "emu/base/error.h"
#include "emu/expect/parser.h"

static const struct {
    const char *word;
    RuleKind kind;
    ParseRule *parse;
} kinds[] = {
    { "count ", RULE_COUNT, parse_count },
    { "stat ", RULE_STAT, parse_stat },
    { "gap ", RULE_GAP, parse_gap },
    { "share ", RULE_SHARE, parse_share },
};

/* Adds the pattern `text`, if there is one, and leaves its number in *at. */
static bool add_end(const Parser *p, Rule *rule, const char *text, unsigned *at)
{
    if (!text)
        return true;
    *at = rule->patterns->len;
    return parser_pattern(p, rule, text, text + strlen(text));
}

static bool add(Parser *p, const ExpectFact *fact, Rule **rule)
{
    unsigned i = 0;
    while (i < G_N_ELEMENTS(kinds) && !g_str_has_prefix(fact->text, kinds[i].word))
        i++;
    if (i == G_N_ELEMENTS(kinds))
        return parser_wrong(p, p->at, "this is nothing that can be measured",
                            "write count, stat, gap or share in front of it");
    *rule = parser_new_rule(p, kinds[i].kind);
    p->at += strlen(kinds[i].word);
    if (!kinds[i].parse(p, *rule, fact->text + strlen(fact->text)))
        return false;
    (*rule)->steps = (*rule)->patterns->len;
    if ((fact->from || fact->to) && !(*rule)->steps)
        return parser_wrong(p, p->at, "this is about the whole run", "leave out from and to");
    return add_end(p, *rule, fact->from, &(*rule)->from) &&
           add_end(p, *rule, fact->to, &(*rule)->to);
}

Rule *expect_add_fact(Rules *rules, const ExpectFact *fact, const TraceEvent *events, unsigned n,
                      const Partitions *parts, GError **error)
{
    Parser parser = { .rules = rules,
                      .events = events,
                      .n_events = n,
                      .parts = parts,
                      .start = fact->text,
                      .at = fact->text,
                      .is_fact = true,
                      .error = error };
    Rule *rule = NULL;
    return add(&parser, fact, &rule) ? rule : NULL;
}
