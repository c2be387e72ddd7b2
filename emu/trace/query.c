/* SPDX-License-Identifier: MIT */
/* query.c - a small language over the columns of events; see query.h. */
#include "emu/trace/query.h"

#include <errno.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/trace/column.h"
#include "emu/trace/file.h"

enum { CONDITIONS = 16 };

typedef enum { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_IN } Operator;

typedef struct {
    int at[TRACE_MAX_EVENTS]; /* Column, or COL_FIELDS + number of the field; -1: none */
} ColumnRef;

typedef struct {
    ColumnRef column;
    Operator op;
    uint64_t value[TRACE_MAX_EVENTS]; /* words mean other numbers in other events */
    uint64_t end;                     /* OP_IN */
} Condition;

struct TraceQuery {
    const TraceEvent *events;
    unsigned n_events;
    const Partitions *parts;
    TraceSet mask;
    Condition conditions[CONDITIONS];
    unsigned n_conditions;
    bool groups;
    ColumnRef group;
};

/* Words: names, numbers, and operators, one after the other. */
typedef struct {
    const char *at, *begin;
    char word[64];
} Lexer;

static bool is_operator(char c)
{
    return c && strchr("=!<>", c);
}

/* The next word; empty at the end. */
static const char *next_word(Lexer *lexer)
{
    size_t length = 0;
    while (g_ascii_isspace(*lexer->at))
        lexer->at++;
    lexer->begin = lexer->at;
    const bool operator= is_operator(*lexer->at);
    while (*lexer->at && !g_ascii_isspace(*lexer->at) && is_operator(*lexer->at) == operator) {
        if (length < sizeof lexer->word - 1)
            lexer->word[length++] = *lexer->at;
        lexer->at++;
    }
    lexer->word[length] = 0;
    return lexer->word;
}

static bool wrong(const Lexer *lexer, const char *wanted, GError **error)
{
    return fail(error, EXIT_USAGE,
                "query: %s is wanted in place of '%s'; write for example 'trap where exit == mmio "
                "and p == 1 group by gpa'",
                wanted, lexer->word);
}

static bool parse_events(TraceQuery *q, const char *list, GError **error)
{
    g_auto(GStrv) words = g_strsplit(list, ",", -1);
    for (char **word = words; *word; word++) {
        TraceSet found = 0;
        for (unsigned i = 0; i < q->n_events; i++)
            if (trace_name_matches(q->events[i].name, *word))
                found |= TRACE_SET(i);
        if (!found)
            return fail(error, EXIT_USAGE,
                        "query: no event is called '%s'; docs/trace.md lists them", *word);
        q->mask |= found;
    }
    return true;
}

static bool parse_column(const TraceQuery *q, const char *name, ColumnRef *column, GError **error)
{
    bool found = false;
    for (unsigned i = 0; i < q->n_events; i++) {
        column->at[i] = trace_column(&q->events[i], name);
        found |= q->mask >> i & 1 && column->at[i] >= 0;
    }
    return found ||
           fail(error, EXIT_USAGE,
                "query: none of these events has a column '%s'; docs/trace.md lists them", name);
}

/* What the words of a column are; NULL: it is a number. */
static const char *words_of(const TraceQuery *q, const ColumnRef *column, unsigned event)
{
    int at = column->at[event];
    if (at == COL_M)
        return TRACE_PRIVILEGES;
    if (at < COL_FIELDS)
        return NULL;
    const char *format = strchr(q->events[event].fields[at - COL_FIELDS], ':') + 1;
    return format[0] && format[1] ? format : NULL;
}

static bool find_word(const char *words, const char *word, uint64_t *value)
{
    size_t length = strlen(word); /* 0: not even of a gap between words */
    *value = 0;
    for (const char *at = length ? words : NULL; at && *at; (*value)++) {
        size_t this = strcspn(at, "|");
        if (this == length && !strncmp(at, word, length))
            return true;
        at += this + (at[this] == '|');
    }
    return false;
}

/* Does the column hold a partition's number: p, or a field such as victim_p? */
static bool is_partition(const TraceQuery *q, const ColumnRef *column, unsigned event)
{
    int at = column->at[event];
    if (at < COL_FIELDS)
        return at == COL_P;
    const char *field = q->events[event].fields[at - COL_FIELDS];
    size_t length = strcspn(field, ":");
    return length > 2 && !strncmp(field + length - 2, "_p", 2);
}

static bool find_partition(const TraceQuery *q, const char *word, uint64_t *value)
{
    int number = partitions_named(q->parts, word);
    *value = (uint64_t)number;
    return number >= 0;
}

static bool parse_value(const char *word, uint64_t *value)
{
    static const char units[] = "KMG";
    char *end;
    if (!g_ascii_isdigit(*word))
        return false;
    errno = 0;
    *value = g_ascii_strtoull(word, &end, 0);
    const char *unit = *end ? strchr(units, *end) : NULL;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    bool fits = errno != ERANGE && *value <= UINT64_MAX >> shift;
    *value <<= shift;
    return !end[unit != NULL] && fits;
}

static bool parse_values(const TraceQuery *q, Condition *c, const char *word)
{
    uint64_t number = 0;
    bool is_number = parse_value(word, &number), found = is_number;
    for (unsigned i = 0; i < q->n_events; i++) {
        uint64_t value = 0;
        const char *words = words_of(q, &c->column, i);
        c->value[i] = number;
        if (is_number)
            continue;
        if (c->column.at[i] == COL_EV)
            c->value[i] = i;
        bool known = c->column.at[i] == COL_EV        ? !strcmp(q->events[i].name, word)
                     : is_partition(q, &c->column, i) ? find_partition(q, word, &value)
                                                      : words && find_word(words, word, &value);
        if (known && c->column.at[i] != COL_EV)
            c->value[i] = value;
        else if (!known && c->column.at[i] == COL_EV)
            c->value[i] = TRACE_MAX_EVENTS;
        else if (!known)
            c->column.at[i] = -1;
        found |= known;
    }
    return found;
}

/* VALUE..VALUE or VALUE..+LENGTH */
static bool parse_range(const TraceQuery *q, Condition *c, const char *word)
{
    g_auto(GStrv) ends = g_strsplit(word, "..", 2);
    bool length = ends[0] && ends[1] && ends[1][0] == '+';
    uint64_t first;
    if (!ends[0] || !ends[1] || !parse_value(ends[0], &first) ||
        !parse_value(ends[1] + length, &c->end))
        return false;
    c->end += length ? first : 0;
    return parse_values(q, c, ends[0]);
}

static bool parse_condition(TraceQuery *q, Lexer *lexer, GError **error)
{
    static const char *const operators[] = { "==", "!=", "<", "<=", ">", ">=", "in", "=", NULL };
    if (q->n_conditions == CONDITIONS)
        return fail(error, EXIT_USAGE, "query: there are more than %u conditions; leave some out",
                    CONDITIONS);
    Condition *c = &q->conditions[q->n_conditions++];
    if (!*next_word(lexer))
        return wrong(lexer, "a column", error);
    if (!parse_column(q, lexer->word, &c->column, error))
        return false;
    next_word(lexer);
    unsigned op = 0;
    while (operators[op] && strcmp(operators[op], lexer->word) != 0)
        op++;
    if (!operators[op])
        return wrong(lexer, "==, !=, <, <=, >, >= or in", error);
    c->op = op > OP_IN ? OP_EQ : (Operator)op;
    const char *word = next_word(lexer);
    if (c->op == OP_IN)
        return parse_range(q, c, word) ||
               wrong(lexer, "a range, first..end or first..+length,", error);
    return parse_values(q, c, word) || wrong(lexer, "a number or a word of the column", error);
}

static bool parse_rest(TraceQuery *q, Lexer *lexer, GError **error)
{
    next_word(lexer);
    if (!strcmp(lexer->word, "where")) {
        do
            if (!parse_condition(q, lexer, error))
                return false;
        while (!strcmp(next_word(lexer), "and") || !strcmp(lexer->word, "&&"));
    }
    if (!strcmp(lexer->word, "group")) {
        if (strcmp(next_word(lexer), "by") != 0)
            return wrong(lexer, "'by'", error);
        if (!parse_column(q, next_word(lexer), &q->group, error))
            return false;
        q->groups = true;
        next_word(lexer);
    }
    return !*lexer->word || wrong(lexer, "where, and, group by, or the end", error);
}

TraceQuery *trace_query_new(const char *text, const TraceEvent *events, unsigned n,
                            const Partitions *parts, GError **error)
{
    TraceQuery *q = g_new0(TraceQuery, 1);
    Lexer lexer = { .at = text };
    q->events = events;
    q->n_events = n;
    q->parts = parts;
    bool some = *next_word(&lexer) || wrong(&lexer, "the name of an event", error);
    if (some && parse_events(q, lexer.word, error) && parse_rest(q, &lexer, error))
        return q;
    g_free(q);
    return NULL;
}

/* Conditions, one after the other. */
static bool parse_loose(TraceQuery *q, Lexer *lexer, GError **error)
{
    for (;;) {
        const char *at = lexer->at;
        const char *word = next_word(lexer);
        if (!*word)
            return true;
        if (!strcmp(word, "where") || !strcmp(word, "and") || !strcmp(word, "&&"))
            continue;
        lexer->at = at;
        if (!parse_condition(q, lexer, error))
            return false;
    }
}

TraceQuery *trace_query_new_pattern(const char *text, const TraceEvent *events, unsigned n,
                                    const Partitions *parts, GError **error)
{
    TraceQuery *q = g_new0(TraceQuery, 1);
    Lexer lexer = { .at = text };
    q->events = events;
    q->n_events = n;
    q->parts = parts;
    bool some = *next_word(&lexer) || wrong(&lexer, "the name of an event", error);
    if (some && parse_events(q, lexer.word, error) && parse_loose(q, &lexer, error))
        return q;
    g_free(q);
    return NULL;
}

void trace_query_free(TraceQuery *q)
{
    g_free(q);
}

TraceSet trace_query_events(const TraceQuery *q)
{
    return q->mask;
}

/* A condition on a time is one on its block's. */
static void narrow_time(const Condition *c, TraceWanted *w)
{
    const uint64_t value = c->value[0];
    switch (c->op) {
    case OP_EQ:
        w->from = MAX(w->from, value);
        w->to = MIN(w->to, value);
        break;
    case OP_LT:
    case OP_LE: w->to = MIN(w->to, value); break;
    case OP_GT:
    case OP_GE: w->from = MAX(w->from, value); break;
    case OP_IN:
        w->from = MAX(w->from, value);
        w->to = MIN(w->to, c->end);
        break;
    default: break;
    }
}

void trace_query_wanted(const TraceQuery *q, TraceWanted *w)
{
    *w = TRACE_WANTED_ALL;
    w->events = q->mask;
    for (unsigned i = 0; i < q->n_conditions; i++) {
        const Condition *c = &q->conditions[i];
        if (c->column.at[0] == COL_T)
            narrow_time(c, w);
        else if (c->column.at[0] == COL_H && c->op == OP_EQ)
            w->harts &= 1u << MIN(c->value[0], 31);
        else if (c->column.at[0] == COL_P && c->op == OP_EQ)
            w->partitions &= BIT(c->value[0] & 63);
    }
}

static bool condition_holds(const Condition *c, const TraceRecord *r)
{
    int at = c->column.at[r->id];
    if (at < 0)
        return false;
    uint64_t value = trace_column_value(at, r), other = c->value[r->id];
    switch (c->op) {
    case OP_EQ: return value == other;
    case OP_NE: return value != other;
    case OP_LT: return value < other;
    case OP_LE: return value <= other;
    case OP_GT: return value > other;
    case OP_GE: return value >= other;
    default: return value >= other && value < c->end;
    }
}

bool trace_query_matches(const TraceQuery *q, const TraceRecord *r)
{
    bool matches = q->mask >> r->id & 1;
    for (unsigned i = 0; matches && i < q->n_conditions; i++)
        matches = condition_holds(&q->conditions[i], r);
    return matches;
}

bool trace_query_groups(const TraceQuery *q)
{
    return q->groups;
}

char *trace_query_group(const TraceQuery *q, const TraceRecord *r)
{
    int at = q->group.at[r->id];
    if (at < 0)
        return NULL;
    const char *format = at == COL_M ? TRACE_PRIVILEGES
                         : at < COL_FIELDS
                             ? "u"
                             : strchr(q->events[r->id].fields[at - COL_FIELDS], ':') + 1;
    if (at == COL_EV)
        return g_strdup(q->events[r->id].name);
    if (at == COL_P && q->parts && partitions_count(q->parts) > 1 &&
        r->partition < partitions_count(q->parts))
        return g_strdup(partitions_get(q->parts, r->partition)->name);
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    trace_print_value(format, trace_column_value(at, r), out);
    fclose(out);
    return text;
}
