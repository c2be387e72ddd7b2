/* SPDX-License-Identifier: MIT */
/* parse.c - rules from text; see expect.h. */
#include "emu/expect/expect.h"

#include <string.h>

#include "emu/base/error.h"

static const char *const relations[] = { "<", "<=", ">", ">=", "==", "!=", "=" };

typedef struct {
    Rules *rules;
    const TraceEvent *events;
    unsigned n_events, line;
    const Partitions *parts;
    const char *start, *at; /* of the line, and in it */
    GError **error;
} Parser;

static bool wrong(const Parser *p, const char *at, const char *what, const char *fix)
{
    return fail(p->error, EXIT_CONFIG, "%s:%u:%u: %s; %s", p->rules->path, p->line,
                (unsigned)(at - p->start) + 1, what, fix);
}

static void skip_spaces(Parser *p)
{
    while (g_ascii_isspace(*p->at))
        p->at++;
}

/* The next word; empty at the end of the line. To be freed. */
static char *take_word(Parser *p)
{
    skip_spaces(p);
    const char *begin = p->at;
    while (*p->at && !g_ascii_isspace(*p->at))
        p->at++;
    return g_strndup(begin, (gsize)(p->at - begin));
}

/* A "text", if one is there. */
static bool take_text(Parser *p, char **text)
{
    skip_spaces(p);
    const char *begin = p->at + 1, *end = *p->at == '"' ? strchr(begin, '"') : NULL;
    if (*p->at != '"')
        return true;
    if (!end)
        return wrong(p, p->at, "the text has no end", "write a second \"");
    *text = g_strndup(begin, (gsize)(end - begin));
    p->at = end + 1;
    return true;
}

/* Where a part of the line ends: at `end`, but not within "" or a regex. */
static const char *find_end(const char *at, char end)
{
    const char *begin = at;
    bool text = false, regex = false;
    for (; *at && (*at != end || text || regex); at++) {
        if (*at == '"' && !regex)
            text = !text;
        else if (*at == '\\' && regex && at[1])
            at++;
        else if (*at == '/' && (regex || (!text && at > begin && g_ascii_isspace(at[-1]))))
            regex = !regex;
    }
    return at;
}

static void pattern_free(gpointer data)
{
    Pattern *pattern = data;
    trace_query_free(pattern->query);
    if (pattern->regex)
        g_regex_unref(pattern->regex);
    g_free(pattern->text);
    g_free(pattern);
}

static void rule_free(gpointer data)
{
    Rule *rule = data;
    g_ptr_array_free(rule->patterns, TRUE);
    g_free(rule->name);
    g_free(rule->hint);
    g_free(rule->column);
    g_free(rule);
}

void expect_free(Rules *rules)
{
    if (!rules)
        return;
    g_ptr_array_free(rules->rules, TRUE);
    g_free(rules->path);
    g_free(rules);
}

/* Takes "~ /regex/" off the end of `text`, which begins at `at` in the line. */
static bool split_regex(const Parser *p, const char *at, char *text, Pattern *pattern)
{
    g_autoptr(GError) problem = NULL;
    char *tilde = strchr(text, '~');
    if (!tilde)
        return true;
    char *begin = strchr(tilde, '/'), *end = begin ? strrchr(begin + 1, '/') : NULL;
    if (!end || end[1])
        return wrong(p, at + (tilde - text), "~ wants a regular expression between bars",
                     "write for example uart ~ /login:/");
    *end = 0;
    pattern->regex = g_regex_new(begin + 1, G_REGEX_RAW, 0, &problem);
    *tilde = 0;
    if (pattern->regex)
        return true;
    g_autofree char *what = g_strdup_printf("/%s/: %s", begin + 1, problem->message);
    return wrong(p, at + (begin - text), what, "mend the regular expression");
}

static bool add_pattern(const Parser *p, Rule *rule, const char *begin, const char *end)
{
    g_autoptr(GError) problem = NULL;
    while (begin < end && g_ascii_isspace(*begin))
        begin++;
    g_autofree char *text = g_strchomp(g_strndup(begin, (gsize)(end - begin)));
    Pattern *pattern = g_new0(Pattern, 1);
    g_ptr_array_add(rule->patterns, pattern);
    pattern->text = g_strdup(text);
    if (!split_regex(p, begin, text, pattern))
        return false;
    pattern->query = trace_query_new_pattern(text, p->events, p->n_events, p->parts, &problem);
    if (pattern->query)
        return true;
    const char *fix = g_strrstr(problem->message, "; ");
    const char *what = problem->message + strlen("query: ");
    g_autofree char *first = fix ? g_strndup(what, (gsize)(fix - what)) : g_strdup(what);
    return wrong(p, begin, first, fix ? fix + 2 : "docs/trace.md lists events and columns");
}

/* RELATION NUMBER at the end of the line. Shortens *end to what is before it. */
static bool take_bound(const Parser *p, Rule *rule, const char **end)
{
    const char *at = *end, *number;
    char *rest;
    while (at > p->at && !g_ascii_isspace(at[-1]))
        at--;
    number = at;
    rule->bound = g_ascii_strtod(number, &rest);
    while (at > p->at && g_ascii_isspace(at[-1]))
        at--;
    const char *relation = at;
    while (relation > p->at && strchr("<>=!", relation[-1]))
        relation--;
    for (unsigned i = 0; i < G_N_ELEMENTS(relations); i++) {
        if (rest != *end || number == rest || strlen(relations[i]) != (size_t)(at - relation) ||
            strncmp(relation, relations[i], (size_t)(at - relation)) != 0)
            continue;
        rule->relation = i > IS_NE ? IS_EQ : (Relation)i;
        *end = relation;
        return true;
    }
    return wrong(p, number, "a comparison with a number is wanted at the end of the line",
                 "write for example <= 3");
}

static bool parse_limit(Parser *p, Rule *rule, const char *end)
{
    char *rest;
    skip_spaces(p);
    const char *number = p->at;
    (void)end;
    rule->relation = IS_LE;
    rule->bound = g_ascii_strtod(number, &rest);
    bool ok = rest != number;
    p->at = rest;
    g_autofree char *unit = take_word(p);
    rule->of_time = !strcmp(unit, "ns");
    return (ok && (rule->of_time || !strcmp(unit, "insns"))) ||
           wrong(p, number, "limit wants a number and its unit, insns or ns",
                 "write for example limit 3e9 insns");
}

static bool parse_seq(Parser *p, Rule *rule, const char *end)
{
    for (const char *at = p->at;; at++) {
        const char *stop = find_end(at, ';');
        stop = MIN(stop, end);
        if (!add_pattern(p, rule, at, stop))
            return false;
        if (stop == end)
            return true;
        at = stop;
    }
}

static bool parse_never(Parser *p, Rule *rule, const char *end)
{
    return add_pattern(p, rule, p->at, end);
}

static bool parse_count(Parser *p, Rule *rule, const char *end)
{
    return take_bound(p, rule, &end) && add_pattern(p, rule, p->at, end);
}

static bool has_column(const Parser *p, const Rule *rule)
{
    const Pattern *pattern = g_ptr_array_index(rule->patterns, 0);
    for (unsigned i = 0; i < p->n_events; i++)
        if (trace_query_events(pattern->query) >> i & 1 &&
            trace_event_field(&p->events[i], rule->column) >= 0)
            return true;
    return false;
}

/* hyp.share p=N */
static bool parse_share(Parser *p, Rule *rule, const char *end)
{
    char *rest;
    skip_spaces(p);
    const char *at = p->at, *value;
    rule->stat = STAT_SHARE;
    if (*at != 'p' || strcspn(at, "=") >= (size_t)(end - at))
        return wrong(p, at, "hyp.share is of a partition", "write for example hyp.share p=1");
    value = at + strcspn(at, "=") + strspn(strchr(at, '='), "= ");
    g_autofree char *name = g_strchomp(g_strndup(value, value < end ? (gsize)(end - value) : 0));
    int named = partitions_named(p->parts, name);
    rule->partition = named >= 0 ? (uint64_t)named : g_ascii_strtoull(value, &rest, 0);
    if (named >= 0)
        return true;
    while (g_ascii_isspace(*rest))
        rest++;
    return rest == end ||
           wrong(p, at, "hyp.share is of a partition", "write for example hyp.share p=1");
}

static bool parse_stat(Parser *p, Rule *rule, const char *end)
{
    static const char *const kinds[] = { "hyp.share", "min", "max", "mean", "sum" };
    if (!take_bound(p, rule, &end))
        return false;
    skip_spaces(p);
    const char *begin = p->at;
    g_autofree char *word = take_word(p);
    unsigned kind = 0;
    while (kind < G_N_ELEMENTS(kinds) && strcmp(word, kinds[kind]) != 0)
        kind++;
    if (kind == STAT_SHARE)
        return parse_share(p, rule, end);
    rule->column = take_word(p);
    g_autofree char *of = take_word(p);
    if (kind == G_N_ELEMENTS(kinds) || strcmp(of, "of") != 0 || p->at > end)
        return wrong(p, begin, "stat wants hyp.share p=N, or min, max, mean or sum COLUMN of EVENT",
                     "write for example stat max dur_ns of trap.ret < 20000");
    rule->stat = (StatKind)kind;
    if (!add_pattern(p, rule, p->at, end))
        return false;
    g_autofree char *what = g_strdup_printf("none of these events has a field '%s'", rule->column);
    return has_column(p, rule) || wrong(p, begin, what, "docs/trace.md lists them");
}

/* What is behind points or hint. */
static bool parse_extra(Parser *p, const char *word, Rule *rule)
{
    if (!strcmp(word, "points")) {
        char *rest;
        skip_spaces(p);
        rule->points = g_ascii_strtod(p->at, &rest);
        rule->has_points = true;
        if (rest == p->at || !(rule->points >= 0 && rule->points <= 1e6))
            return wrong(p, p->at, "points wants a number", "write for example points 10");
        p->at = rest;
    } else {
        g_clear_pointer(&rule->hint, g_free);
        if (!take_text(p, &rule->hint))
            return false;
        if (!rule->hint)
            return wrong(p, p->at, "hint wants a text", "write for example hint \"see lab 4\"");
    }
    skip_spaces(p);
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
        return wrong(p, word_at, "there is no rule before it", "write it behind one");
    bool ok = parse_extra(p, word, rule);
    while (ok && *p->at) {
        const char *at = p->at;
        g_autofree char *next = take_word(p);
        ok = is_extra(next)
                 ? parse_extra(p, next, rule)
                 : wrong(p, at, "only points and hint can stand here", "begin a new line");
    }
    return ok;
}

static const struct {
    const char *word;
    bool (*parse)(Parser *p, Rule *rule, const char *end);
} kinds[] = {
    [RULE_LIMIT] = { "limit", parse_limit }, [RULE_SEQ] = { "seq", parse_seq },
    [RULE_NEVER] = { "never", parse_never }, [RULE_COUNT] = { "count", parse_count },
    [RULE_STAT] = { "stat", parse_stat },
};

static bool parse_rule(Parser *p, RuleKind kind)
{
    Rule *rule = g_new0(Rule, 1);
    const char *end = p->start + strlen(p->start);
    rule->kind = kind;
    rule->line = p->line;
    rule->patterns = g_ptr_array_new_with_free_func(pattern_free);
    g_ptr_array_add(p->rules->rules, rule);
    if (!take_text(p, &rule->name))
        return false;
    skip_spaces(p);
    if (rule->name && *p->at == ':')
        p->at++;
    if (!rule->name)
        rule->name = g_strdup(p->start + strspn(p->start, " \t"));
    return kinds[kind].parse(p, rule, end);
}

static bool parse_line(Parser *p)
{
    skip_spaces(p);
    const char *begin = p->at;
    g_autofree char *word = take_word(p);
    if (!*word)
        return true;
    if (is_extra(word))
        return parse_extras(p, word, begin);
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (!strcmp(word, kinds[i].word))
            return parse_rule(p, (RuleKind)i);
    g_autofree char *what = g_strdup_printf("no rule begins with '%s'", word);
    return wrong(p, begin, what, "write limit, seq, never, count, stat, points or hint");
}

Rules *expect_parse(const char *path, const char *text, const TraceEvent *events, unsigned n,
                    const Partitions *parts, GError **error)
{
    Rules *rules = g_new0(Rules, 1);
    rules->path = g_strdup(path);
    rules->rules = g_ptr_array_new_with_free_func(rule_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Parser parser = {
        .rules = rules, .events = events, .n_events = n, .parts = parts, .error = error
    };
    for (char **line = lines; *line; line++) {
        *(char *)find_end(*line, '#') = 0;
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
