/* SPDX-License-Identifier: MIT */
/* parser.c - words, patterns and comparisons of rules; see parser.h. */
#include "emu/expect/parser.h"

#include <string.h>

#include "emu/base/error.h"
#include "emu/trace/column.h"

bool parser_wrong(const Parser *p, const char *at, const char *what, const char *fix)
{
    if (p->is_fact)
        return fail(p->error, EXIT_CONFIG, "%s; %s", what, fix);
    return fail(p->error, EXIT_CONFIG, "%s:%u:%u: %s; %s", p->rules->path, p->line,
                (unsigned)(at - p->start) + 1, what, fix);
}

void parser_skip(Parser *p)
{
    while (g_ascii_isspace(*p->at))
        p->at++;
}

char *parser_word(Parser *p)
{
    parser_skip(p);
    const char *begin = p->at;
    while (*p->at && !g_ascii_isspace(*p->at))
        p->at++;
    return g_strndup(begin, (gsize)(p->at - begin));
}

bool parser_text(Parser *p, char **text)
{
    parser_skip(p);
    const char *begin = p->at + 1, *end = *p->at == '"' ? strchr(begin, '"') : NULL;
    if (*p->at != '"')
        return true;
    if (!end)
        return parser_wrong(p, p->at, "the text has no end", "write a second \"");
    *text = g_strndup(begin, (gsize)(end - begin));
    p->at = end + 1;
    return true;
}

const char *parser_find(const char *at, const char *end)
{
    const char *begin = at;
    bool text = false, regex = false;
    for (; *at && (text || regex || strncmp(at, end, strlen(end)) != 0); at++) {
        if (*at == '"' && !regex)
            text = !text;
        else if (*at == '\\' && regex && at[1])
            at++;
        else if (*at == '/' && (regex || (!text && at > begin && g_ascii_isspace(at[-1]))))
            regex = !regex;
    }
    return at;
}

void parser_pattern_free(gpointer data)
{
    Pattern *pattern = data;
    trace_query_free(pattern->query);
    if (pattern->regex)
        g_regex_unref(pattern->regex);
    g_free(pattern->text);
    g_free(pattern);
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
        return parser_wrong(p, at + (tilde - text), "~ wants a regular expression between bars",
                            "write for example uart ~ /login:/");
    *end = 0;
    pattern->regex = g_regex_new(begin + 1, G_REGEX_RAW, 0, &problem);
    *tilde = 0;
    if (pattern->regex)
        return true;
    g_autofree char *what = g_strdup_printf("/%s/: %s", begin + 1, problem->message);
    return parser_wrong(p, at + (begin - text), what, "mend the regular expression");
}

bool parser_pattern(const Parser *p, Rule *rule, const char *begin, const char *end)
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
    return parser_wrong(p, begin, first, fix ? fix + 2 : "docs/trace.md lists events and columns");
}

bool parser_has_column(const Parser *p, const Rule *rule, unsigned number, const char *column)
{
    const Pattern *pattern = g_ptr_array_index(rule->patterns, number);
    for (unsigned i = 0; i < p->n_events; i++)
        if (trace_query_events(pattern->query) >> i & 1 && trace_column(&p->events[i], column) >= 0)
            return true;
    return false;
}

/* Where the last word before `end` begins. */
static const char *last_word(const Parser *p, const char *end)
{
    while (end > p->at && !g_ascii_isspace(end[-1]))
        end--;
    return end;
}

bool parser_bound(const Parser *p, Rule *rule, const char *base, const char **end)
{
    g_autofree char *what = NULL, *fix = NULL;
    const char *at = *end;
    if (p->is_fact)
        return true;
    while (at > p->at && !strchr("<>=!/\"", at[-1]))
        at--;
    const char *relation = at;
    while (relation > p->at && strchr("<>=!", relation[-1]))
        relation--;
    if (relation == at || (relation > p->at && !g_ascii_isspace(relation[-1])))
        return parser_wrong(p, last_word(p, *end),
                            "a comparison with a number is wanted at the end of the line",
                            "write for example <= 3");
    g_autofree char *text = g_strndup(relation, (gsize)(*end - relation));
    bound_clear(&rule->bound);
    const char *where = bound_parse(&rule->bound, text, base, &what, &fix);
    *end = relation;
    return !where || parser_wrong(p, relation + (where - text), what, fix);
}
