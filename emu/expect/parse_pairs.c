/* SPDX-License-Identifier: MIT */
/* parse_pairs.c - rules about the time from events to events, and windows; see expect.h. */
#include <string.h>

#include "emu/expect/parser.h"

/* A -> B [by COLUMN], from p->at to `end`. */
static bool parse_two(const Parser *p, Rule *rule, const char *end)
{
    const char *arrow = parser_find(p->at, "->"), *by = parser_find(p->at, " by ");
    if (arrow >= end)
        return parser_wrong(p, end, "there is no -> between two kinds of events",
                            "write for example gap mean trap -> trap.ret < 2 us");
    by = MIN(by, end);
    if (by < arrow)
        return parser_wrong(p, by + 1, "by stands before the ->", "write A -> B by COLUMN");
    if (!parser_pattern(p, rule, p->at, arrow) || !parser_pattern(p, rule, arrow + 2, by))
        return false;
    if (by == end)
        return true;
    const char *name = by + strlen(" by ");
    rule->column = g_strstrip(g_strndup(name, (gsize)(end - name)));
    for (unsigned i = 0; i < 2; i++)
        if (!parser_has_column(p, rule, i, rule->column)) {
            const Pattern *pattern = g_ptr_array_index(rule->patterns, i);
            g_autofree char *what =
                g_strdup_printf("no event of '%s' has a column '%s'", pattern->text, rule->column);
            return parser_wrong(p, name, what, "docs/trace.md lists them");
        }
    return true;
}

bool parse_gap(Parser *p, Rule *rule, const char *end)
{
    static const char *const stats[] = { [STAT_MIN] = "min",
                                         [STAT_MAX] = "max",
                                         [STAT_MEAN] = "mean",
                                         [STAT_SUM] = "sum",
                                         [STAT_COUNT] = "count" };
    parser_skip(p);
    const char *begin = p->at;
    g_autofree char *word = parser_word(p);
    unsigned kind = STAT_MIN;
    while (kind <= STAT_COUNT && strcmp(word, stats[kind]) != 0)
        kind++;
    if (kind > STAT_COUNT)
        return parser_wrong(p, begin, "gap wants min, max, mean, sum or count and A -> B",
                            "write for example gap mean trap -> trap.ret < 2 us");
    rule->stat = (StatKind)kind;
    return parser_bound(p, rule, kind == STAT_COUNT ? NULL : "ns", &end) && parse_two(p, rule, end);
}

bool parse_share(Parser *p, Rule *rule, const char *end)
{
    return parser_bound(p, rule, "parts", &end) && parse_two(p, rule, end);
}

bool parser_window(const Parser *p, const char **end, Window *window)
{
    static const char between[] = " between ", and_word[] = " and ";
    *window = (Window){ .word = parser_find(p->at, between), .end = *end };
    if (!*window->word)
        return true;
    window->from = window->word + strlen(between);
    window->middle = parser_find(window->from, and_word);
    window->to = window->middle + strlen(and_word);
    if (!*window->middle || *parser_find(window->to, and_word))
        return parser_wrong(p, window->from, "between wants two kinds of events, and one 'and'",
                            "write for example between mark id=1 and mark id=2");
    *end = window->word;
    return true;
}

bool parser_window_patterns(const Parser *p, Rule *rule, const Window *window)
{
    if (!window->from)
        return true;
    rule->from = rule->steps;
    rule->to = rule->steps + 1;
    return parser_pattern(p, rule, window->from, window->middle) &&
           parser_pattern(p, rule, window->to, window->end);
}
