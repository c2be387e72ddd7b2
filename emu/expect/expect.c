/* SPDX-License-Identifier: MIT */
/* expect.c - whether rules hold, event by event; see expect.h. */
#include "emu/expect/expect.h"

#include <string.h>

#include "emu/trace/column.h"
#include "emu/trace/file.h"

enum { HARTS = 256, PORTS = 256, LONGEST_LINE = 1024 };

/* That a serial port is sending. */
typedef struct {
    GString *text; /* NULL: it has not sent anything */
    bool ended;
} PortLine;

struct Expect {
    Rules *rules;
    const TraceEvent *events;
    unsigned n_events;
    int uart, hyp_span, lost_event; /* numbers, -1: not known */
    int byte, port, for_p, dur, start, lost_count;
    PortLine lines[PORTS];
    TraceRecord last[EXPECT_AROUND]; /* a ring */
    unsigned n_last;
    uint64_t time, insns[HARTS], lost;
    uint64_t entered[HARTS]; /* when the hart last entered a guest, +1 */
    GHashTable *share;       /* partition → uint64_t[2]: ns of the host for it, and its own */
};

static int find_event(const Expect *e, const char *name)
{
    for (unsigned i = 0; i < e->n_events; i++)
        if (!strcmp(e->events[i].name, name))
            return (int)i;
    return -1;
}

static int find_field(const Expect *e, int event, const char *name)
{
    return event < 0 ? -1 : trace_event_field(&e->events[event], name);
}

static void begin_rule(Rule *rule)
{
    rule->open = rule->was_open = !rule->from;
    if (rule->kind == RULE_GAP || rule->kind == RULE_SHARE)
        rule->pairs = pairs_new();
}

Expect *expect_new(Rules *rules, const TraceEvent *events, unsigned n)
{
    Expect *e = g_new0(Expect, 1);
    e->rules = rules;
    e->events = events;
    e->n_events = n;
    e->uart = find_event(e, "uart");
    e->hyp_span = find_event(e, "hyp.span");
    e->lost_event = find_event(e, "lost");
    e->byte = find_field(e, e->uart, "byte");
    e->port = find_field(e, e->uart, "port");
    e->for_p = find_field(e, e->hyp_span, "for_p");
    e->dur = find_field(e, e->hyp_span, "dur_ns");
    e->start = find_field(e, e->hyp_span, "start");
    e->lost_count = find_field(e, e->lost_event, "count");
    e->share = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (unsigned i = 0; i < rules->rules->len; i++)
        begin_rule(g_ptr_array_index(rules->rules, i));
    return e;
}

/* Older recordings know one port only. */
static unsigned port_of(const Expect *e, const TraceRecord *r)
{
    return e->port < 0 ? 0 : (unsigned)(r->values[e->port] % PORTS);
}

static void add_to_line(Expect *e, const TraceRecord *r)
{
    if ((int)r->id != e->uart || e->byte < 0)
        return;
    PortLine *line = &e->lines[port_of(e, r)];
    char byte = (char)r->values[e->byte];
    if (!line->text)
        line->text = g_string_new(NULL);
    if (line->ended || line->text->len == LONGEST_LINE)
        g_string_truncate(line->text, 0);
    line->ended = byte == '\n';
    if (byte != '\n' && byte != '\r' && byte)
        g_string_append_c(line->text, byte);
}

static bool text_matches(const Expect *e, const Pattern *pattern, const TraceRecord *r)
{
    if ((int)r->id == e->uart) {
        const GString *line = e->lines[port_of(e, r)].text;
        return g_regex_match(pattern->regex, line ? line->str : "", 0, NULL);
    }
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    trace_print(&e->events[r->id], r, out);
    fclose(out);
    g_strchomp(text);
    bool matches = g_regex_match(pattern->regex, text, 0, NULL);
    free(text);
    return matches;
}

static bool matches(const Expect *e, const Pattern *pattern, const TraceRecord *r)
{
    return trace_query_matches(pattern->query, r) &&
           (!pattern->regex || text_matches(e, pattern, r));
}

/* This is the event to be shown. */
static void keep_event(const Expect *e, Rule *rule, const TraceRecord *r)
{
    const unsigned before = MIN(e->n_last, EXPECT_AROUND);
    for (unsigned i = 0; i < before; i++)
        rule->events[i] = e->last[(e->n_last - before + i) % EXPECT_AROUND];
    rule->events[before] = *r;
    rule->before = before;
    rule->around = before + 1;
    rule->has_event = true;
}

static void count(const Expect *e, Rule *rule, const TraceRecord *r)
{
    bool held = bound_holds(&rule->bound, (double)rule->count);
    rule->count++;
    bool holds = bound_holds(&rule->bound, (double)rule->count);
    if (!rule->has_event || (held && !holds))
        keep_event(e, rule, r); /* the first one too many, or just the first */
}

static void take_value(const Expect *e, Rule *rule, const TraceRecord *r)
{
    int at = trace_column(&e->events[r->id], rule->column);
    if (at < 0)
        return;
    double value = (double)trace_column_value(at, r);
    bool extreme = !rule->count || (rule->stat == STAT_MIN && value < rule->least) ||
                   (rule->stat == STAT_MAX && value > rule->most);
    if (extreme)
        keep_event(e, rule, r);
    rule->least = rule->count ? MIN(rule->least, value) : value;
    rule->most = rule->count ? MAX(rule->most, value) : value;
    rule->value += value;
    rule->count++;
}

/* The value of the column that A must wait for; false: the event has none. */
static bool key_of(const Expect *e, const Rule *rule, const TraceRecord *r, uint64_t *key)
{
    int at = rule->column ? trace_column(&e->events[r->id], rule->column) : -1;
    *key = at < 0 ? 0 : trace_column_value(at, r);
    return !rule->column || at >= 0;
}

static void look_at_pairs(const Expect *e, Rule *rule, const TraceRecord *r)
{
    uint64_t key;
    const bool is_start = matches(e, g_ptr_array_index(rule->patterns, 0), r);
    const bool is_end = matches(e, g_ptr_array_index(rule->patterns, 1), r);
    if (!(is_start || is_end) || !key_of(e, rule, r, &key))
        return;
    if (is_end && pairs_end(rule->pairs, key, r->time))
        keep_event(e, rule, r);
    if (is_start)
        pairs_start(rule->pairs, key, r->time);
}

/* What a rule is about. */
static void look_at_event(const Expect *e, Rule *rule, const TraceRecord *r)
{
    if (rule->kind == RULE_GAP || rule->kind == RULE_SHARE) {
        look_at_pairs(e, rule, r);
        return;
    }
    if (rule->step == rule->steps || !matches(e, g_ptr_array_index(rule->patterns, rule->step), r))
        return;
    switch (rule->kind) {
    case RULE_SEQ:
        keep_event(e, rule, r);
        rule->step++;
        break;
    case RULE_NEVER:
        if (!rule->broken)
            keep_event(e, rule, r);
        rule->broken = true;
        rule->count++;
        break;
    case RULE_COUNT: count(e, rule, r); break;
    default: take_value(e, rule, r);
    }
}

/* Neither the event that opens a window nor the one that closes it is in it. */
static void look(const Expect *e, Rule *rule, const TraceRecord *r)
{
    if (rule->open && rule->to && matches(e, g_ptr_array_index(rule->patterns, rule->to), r)) {
        rule->open = false;
        if (rule->pairs)
            pairs_break(rule->pairs, r->time);
    }
    if (rule->open)
        look_at_event(e, rule, r);
    else if (rule->from && matches(e, g_ptr_array_index(rule->patterns, rule->from), r))
        rule->open = rule->was_open = true;
}

static uint64_t *share_of(Expect *e, uint64_t partition)
{
    gpointer key = GSIZE_TO_POINTER((gsize)partition);
    uint64_t *cells = g_hash_table_lookup(e->share, key);
    if (!cells)
        g_hash_table_insert(e->share, key, cells = g_new0(uint64_t, 2));
    return cells;
}

/* Between two spans of a hart a guest has it: the one that the second is for. */
static void add_span(Expect *e, const TraceRecord *r)
{
    if ((int)r->id != e->hyp_span || e->for_p < 0 || e->dur < 0 || e->start < 0)
        return;
    uint64_t *cells = share_of(e, r->values[e->for_p]);
    cells[0] += r->values[e->dur];
    if (e->entered[r->hart])
        cells[1] += r->values[e->start] + 1 - e->entered[r->hart];
    e->entered[r->hart] = r->time + 1;
}

void expect_event(Expect *e, const TraceRecord *r)
{
    add_to_line(e, r);
    add_span(e, r);
    e->time = r->time;
    e->insns[r->hart] = r->insns;
    if ((int)r->id == e->lost_event && e->lost_count >= 0)
        e->lost += r->values[e->lost_count];
    for (unsigned i = 0; i < e->rules->rules->len; i++) {
        Rule *rule = g_ptr_array_index(e->rules->rules, i);
        if (rule->has_event && rule->around <= rule->before + EXPECT_AROUND)
            rule->events[rule->around++] = *r;
        look(e, rule, r);
    }
    e->last[e->n_last++ % EXPECT_AROUND] = *r;
}

void expect_time(Expect *e, uint64_t time, unsigned hart, uint64_t insns)
{
    e->time = time;
    e->insns[hart % HARTS] = insns;
}

static void end_limit(const Expect *e, Rule *rule)
{
    uint64_t insns = 0;
    for (unsigned i = 0; i < HARTS; i++)
        insns += e->insns[i];
    rule->value = (double)(rule->of_time ? e->time : insns);
    rule->broken = !bound_holds(&rule->bound, rule->value);
}

static void end_stat(Expect *e, Rule *rule)
{
    if (rule->stat == STAT_SHARE) {
        const uint64_t *cells = share_of(e, rule->partition);
        rule->count = cells[0] + cells[1];
        rule->value = rule->count ? (double)cells[0] / (double)rule->count : 0;
    } else if (rule->stat == STAT_MIN) {
        rule->value = rule->least;
    } else if (rule->stat == STAT_MAX) {
        rule->value = rule->most;
    } else if (rule->stat == STAT_MEAN && rule->count) {
        rule->value /= (double)rule->count;
    }
    rule->broken = !rule->count || !bound_holds(&rule->bound, rule->value);
}

static void end_pairs(const Expect *e, Rule *rule)
{
    Pairs *pairs = rule->pairs;
    pairs_break(pairs, e->time);
    rule->count = pairs->count;
    bool some = rule->stat == STAT_COUNT ? pairs->starts || pairs->ends : pairs->count;
    if (rule->kind == RULE_SHARE)
        some = pairs_share(pairs, &rule->value);
    else
        rule->value = rule->stat == STAT_MIN     ? pairs->least
                      : rule->stat == STAT_MAX   ? MAX(pairs->most, pairs->waited)
                      : rule->stat == STAT_SUM   ? pairs->sum
                      : rule->stat == STAT_COUNT ? (double)pairs->count
                                                 : pairs->sum / (double)MAX(pairs->count, 1);
    rule->nothing = !some;
    rule->broken = !some || pairs->overflow || !bound_holds(&rule->bound, rule->value);
}

static void end_rule(Expect *e, Rule *rule)
{
    switch (rule->kind) {
    case RULE_LIMIT: end_limit(e, rule); break;
    case RULE_SEQ: rule->broken = rule->step < rule->steps; break;
    case RULE_NEVER: break;
    case RULE_COUNT: rule->broken = !bound_holds(&rule->bound, (double)rule->count); break;
    case RULE_STAT: end_stat(e, rule); break;
    default: end_pairs(e, rule);
    }
    rule->broken |= !rule->was_open;
}

bool expect_end(Expect *e, uint64_t *lost)
{
    bool all = true;
    for (unsigned i = 0; i < e->rules->rules->len; i++) {
        Rule *rule = g_ptr_array_index(e->rules->rules, i);
        end_rule(e, rule);
        all &= !rule->broken;
    }
    *lost = e->lost;
    for (unsigned i = 0; i < PORTS; i++)
        if (e->lines[i].text)
            g_string_free(e->lines[i].text, TRUE);
    g_hash_table_unref(e->share);
    g_free(e);
    return all;
}

TraceSet expect_needs(const Rules *rules)
{
    TraceSet events = 0;
    for (unsigned i = 0; i < rules->rules->len; i++) {
        const Rule *rule = g_ptr_array_index(rules->rules, i);
        events |=
            rule->kind == RULE_STAT && rule->stat == STAT_SHARE ? TRACE_SET(TRACE_hyp_span) : 0;
        for (unsigned n = 0; n < rule->patterns->len; n++)
            events |= trace_query_events(((Pattern *)g_ptr_array_index(rule->patterns, n))->query);
    }
    return events;
}
