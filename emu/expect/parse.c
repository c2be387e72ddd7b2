/* SPDX-License-Identifier: MIT */
/* parse.c - rules from text; see expect.h. */
#include <string.h>

#include "emu/base/error.h"
#include "emu/expect/parser.h"

static void rule_free(gpointer data)
{
    Rule *rule = data;
    g_ptr_array_free(rule->patterns, TRUE);
    g_free(rule->name);
    g_free(rule->hint);
    g_free(rule->column);
    bound_clear(&rule->bound);
    pairs_free(rule->pairs);
    g_free(rule);
}

Rules *expect_new_facts(void)
{
    Rules *rules = g_new0(Rules, 1);
    rules->rules = g_ptr_array_new_with_free_func(rule_free);
    return rules;
}

void expect_free(Rules *rules)
{
    if (!rules)
        return;
    g_ptr_array_free(rules->rules, TRUE);
    g_free(rules->path);
    g_free(rules);
}

static bool parse_limit(Parser *p, Rule *rule, const char *end)
{
    char *rest;
    parser_skip(p);
    const char *number = p->at;
    (void)end;
    rule->bound.relation = IS_LE;
    rule->bound.wanted = g_ascii_strtod(number, &rest);
    bool ok = rest != number;
    p->at = rest;
    g_autofree char *unit = parser_word(p);
    rule->of_time = !strcmp(unit, "ns");
    return (ok && (rule->of_time || !strcmp(unit, "insns"))) ||
           parser_wrong(p, number, "limit wants a number and its unit, insns or ns",
                        "write for example limit 3e9 insns");
}

static bool parse_seq(Parser *p, Rule *rule, const char *end)
{
    for (const char *at = p->at;; at++) {
        const char *stop = parser_find(at, ";");
        stop = MIN(stop, end);
        if (!parser_pattern(p, rule, at, stop))
            return false;
        if (stop == end)
            return true;
        at = stop;
    }
}

static bool parse_never(Parser *p, Rule *rule, const char *end)
{
    return parser_pattern(p, rule, p->at, end);
}

bool parse_count(Parser *p, Rule *rule, const char *end)
{
    return parser_bound(p, rule, NULL, &end) && parser_pattern(p, rule, p->at, end);
}

/* hyp.share p=N */
static bool parse_hyp_share(Parser *p, Rule *rule, const char *end)
{
    char *rest;
    parser_skip(p);
    const char *at = p->at, *value;
    rule->stat = STAT_SHARE;
    if (*at != 'p' || strcspn(at, "=") >= (size_t)(end - at))
        return parser_wrong(p, at, "hyp.share is of a partition",
                            "write for example hyp.share p=1");
    value = at + strcspn(at, "=") + strspn(strchr(at, '='), "= ");
    g_autofree char *name = g_strchomp(g_strndup(value, value < end ? (gsize)(end - value) : 0));
    int named = partitions_named(p->parts, name);
    rule->partition = named >= 0 ? (uint64_t)named : g_ascii_strtoull(value, &rest, 0);
    if (named >= 0)
        return true;
    while (g_ascii_isspace(*rest))
        rest++;
    return rest == end ||
           parser_wrong(p, at, "hyp.share is of a partition", "write for example hyp.share p=1");
}

/* What the word behind stat means; G_N_ELEMENTS of them: nothing. */
static const char *const stats[] = { "hyp.share", "min", "max", "mean", "sum" };

bool parse_stat(Parser *p, Rule *rule, const char *end)
{
    parser_skip(p);
    const char *begin = p->at;
    g_autofree char *word = parser_word(p);
    unsigned kind = 0;
    while (kind < G_N_ELEMENTS(stats) && strcmp(word, stats[kind]) != 0)
        kind++;
    rule->column = kind == STAT_SHARE ? NULL : parser_word(p);
    const bool of_time =
        rule->column && (g_str_has_suffix(rule->column, "_ns") || !strcmp(rule->column, "t"));
    if (!parser_bound(p, rule, kind == STAT_SHARE ? "parts" : of_time ? "ns" : NULL, &end))
        return false;
    if (kind == STAT_SHARE)
        return parse_hyp_share(p, rule, end);
    g_autofree char *of = parser_word(p);
    if (kind == G_N_ELEMENTS(stats) || strcmp(of, "of") != 0 || p->at > end)
        return parser_wrong(p, begin,
                            "stat wants hyp.share p=N, or min, max, mean or sum COLUMN of EVENT",
                            "write for example stat max dur_ns of trap.ret < 20000");
    rule->stat = (StatKind)kind;
    if (!parser_pattern(p, rule, p->at, end))
        return false;
    g_autofree char *what = g_strdup_printf("none of these events has a column '%s'", rule->column);
    return parser_has_column(p, rule, 0, rule->column) ||
           parser_wrong(p, begin, what, "docs/trace.md lists them");
}

/* What is behind points or hint. */
static bool parse_extra(Parser *p, const char *word, Rule *rule)
{
    if (!strcmp(word, "points")) {
        char *rest;
        parser_skip(p);
        rule->points = g_ascii_strtod(p->at, &rest);
        rule->has_points = true;
        if (rest == p->at || !(rule->points >= 0 && rule->points <= 1e6))
            return parser_wrong(p, p->at, "points wants a number", "write for example points 10");
        p->at = rest;
    } else {
        g_clear_pointer(&rule->hint, g_free);
        if (!parser_text(p, &rule->hint))
            return false;
        if (!rule->hint)
            return parser_wrong(p, p->at, "hint wants a text",
                                "write for example hint \"see lab 4\"");
    }
    parser_skip(p);
    return true;
}

static bool is_extra(const char *word)
{
    return !strcmp(word, "points") || !strcmp(word, "hint");
}

/* points N, hint "text": of the rule before. `word` is the first one. */
static bool parse_extras(Parser *p, const char *word, const char *word_at)
{
    GPtrArray *rules = p->rules->rules;
    Rule *rule = rules->len ? g_ptr_array_index(rules, rules->len - 1) : NULL;
    if (!rule)
        return parser_wrong(p, word_at, "there is no rule before it", "write it behind one");
    bool ok = parse_extra(p, word, rule);
    while (ok && *p->at) {
        const char *at = p->at;
        g_autofree char *next = parser_word(p);
        ok = is_extra(next)
                 ? parse_extra(p, next, rule)
                 : parser_wrong(p, at, "only points and hint can stand here", "begin a new line");
    }
    return ok;
}

static const struct {
    const char *word;
    ParseRule *parse;
} kinds[] = {
    [RULE_LIMIT] = { "limit", parse_limit }, [RULE_SEQ] = { "seq", parse_seq },
    [RULE_NEVER] = { "never", parse_never }, [RULE_COUNT] = { "count", parse_count },
    [RULE_STAT] = { "stat", parse_stat },    [RULE_GAP] = { "gap", parse_gap },
    [RULE_SHARE] = { "share", parse_share },
};

Rule *parser_new_rule(const Parser *p, RuleKind kind)
{
    Rule *rule = g_new0(Rule, 1);
    rule->kind = kind;
    rule->line = p->line;
    rule->patterns = g_ptr_array_new_with_free_func(parser_pattern_free);
    g_ptr_array_add(p->rules->rules, rule);
    return rule;
}

static bool parse_rule(Parser *p, RuleKind kind)
{
    Rule *rule = parser_new_rule(p, kind);
    const char *end = p->start + strlen(p->start);
    if (!parser_text(p, &rule->name))
        return false;
    parser_skip(p);
    if (rule->name && *p->at == ':')
        p->at++;
    if (!rule->name)
        rule->name = g_strdup(p->start + strspn(p->start, " \t"));
    Window window;
    if (!parser_window(p, &end, &window) || !kinds[kind].parse(p, rule, end))
        return false;
    rule->steps = rule->patterns->len;
    if (window.from && !rule->steps)
        return parser_wrong(p, window.word + 1, "such a rule is about the whole run",
                            "leave out what stands from between on");
    return parser_window_patterns(p, rule, &window);
}

static bool parse_line(Parser *p)
{
    parser_skip(p);
    const char *begin = p->at;
    g_autofree char *word = parser_word(p);
    if (!*word)
        return true;
    if (is_extra(word))
        return parse_extras(p, word, begin);
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (!strcmp(word, kinds[i].word))
            return parse_rule(p, (RuleKind)i);
    g_autofree char *what = g_strdup_printf("no rule begins with '%s'", word);
    return parser_wrong(p, begin, what,
                        "write limit, seq, never, count, stat, gap, share, points or hint");
}

Rules *expect_parse(const char *path, const char *text, const TraceEvent *events, unsigned n,
                    const Partitions *parts, GError **error)
{
    Rules *rules = expect_new_facts();
    rules->path = g_strdup(path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Parser parser = {
        .rules = rules, .events = events, .n_events = n, .parts = parts, .error = error
    };
    for (char **line = lines; *line; line++) {
        *(char *)parser_find(*line, "#") = 0;
        g_strchomp(*line);
        parser.line++;
        parser.start = parser.at = *line;
        if (!parse_line(&parser)) {
            expect_free(rules);
            return NULL;
        }
    }
    if (rules->rules->len)
        return rules;
    fail(error, EXIT_CONFIG, "%s:1:1: there is no rule; write for example never fault.g", path);
    expect_free(rules);
    return NULL;
}
