/* SPDX-License-Identifier: MIT */
/* stat.c - bulkhead trace stat: how much of what, and why guests were left. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "emu/trace/verbs.h"

enum { REASONS = 16, STEPS = 64, MODES = 8, HARTS = 256 };

typedef struct {
    const TraceEvent *events;
    int trap, walk_end, host_span; /* numbers of events and fields, -1: not known */
    int exit_field, steps_field, dur_field;
    uint64_t count, first, last;
    uint64_t of_event[TRACE_MAX_EVENTS], of_hart[HARTS];
    uint64_t walks[STEPS];
    GHashTable *exits; /* VMID → uint64_t[REASONS] */
    GHashTable *host;  /* VMID → uint64_t[1]: ns that the host took because of it */
} Stat;

static uint64_t *row(GHashTable *table, unsigned key, unsigned size)
{
    uint64_t *cells = g_hash_table_lookup(table, GUINT_TO_POINTER(key));
    if (!cells)
        g_hash_table_insert(table, GUINT_TO_POINTER(key), cells = g_new0(uint64_t, size));
    return cells;
}

static void count(Stat *s, const TraceRecord *r)
{
    s->first = s->count ? s->first : r->time;
    s->last = r->time;
    s->count++;
    s->of_event[r->id]++;
    s->of_hart[r->hart]++;
    if ((int)r->id == s->trap && s->exit_field >= 0 && r->values[s->exit_field])
        row(s->exits, r->vmid, REASONS)[MIN(r->values[s->exit_field], REASONS - 1)]++;
    if ((int)r->id == s->walk_end && s->steps_field >= 0)
        s->walks[MIN(r->values[s->steps_field], STEPS - 1)]++;
    if ((int)r->id == s->host_span && s->dur_field >= 0)
        *row(s->host, (unsigned)r->values[0], 1) += r->values[s->dur_field];
}

static int by_number(const void *a, const void *b)
{
    return (int)GPOINTER_TO_UINT(*(void *const *)a) - (int)GPOINTER_TO_UINT(*(void *const *)b);
}

static void **sorted(GHashTable *table, unsigned *n)
{
    void **keys = g_hash_table_get_keys_as_array(table, n);
    if (*n)
        qsort(keys, *n, sizeof *keys, by_number);
    return keys;
}

static void print_exits(const Stat *s)
{
    unsigned n;
    g_autofree void **keys = sorted(s->exits, &n);
    for (unsigned i = 0; i < n; i++) {
        const uint64_t *cells = g_hash_table_lookup(s->exits, keys[i]);
        const char *format = strchr(s->events[s->trap].fields[s->exit_field], ':') + 1;
        printf("exits of VMID %u\n", GPOINTER_TO_UINT(keys[i]));
        for (unsigned reason = 0; reason < REASONS; reason++) {
            if (!cells[reason])
                continue;
            printf("%12" PRIu64 "  ", cells[reason]);
            trace_print_value(format, reason, stdout);
            putchar('\n');
        }
    }
}

static void print_host(const Stat *s)
{
    unsigned n;
    g_autofree void **keys = sorted(s->host, &n);
    for (unsigned i = 0; i < n; i++)
        printf("host's time for partition %u\n%12" PRIu64 "  ns\n", GPOINTER_TO_UINT(keys[i]),
               *(const uint64_t *)g_hash_table_lookup(s->host, keys[i]));
}

static void print_stat(const Stat *s)
{
    printf("events\n%12" PRIu64 "  in %" PRIu64 " ns\n", s->count, s->last - s->first);
    for (unsigned i = 0; i < TRACE_MAX_EVENTS; i++)
        if (s->of_event[i])
            printf("%12" PRIu64 "  %s\n", s->of_event[i], s->events[i].name);
    puts("harts");
    for (unsigned i = 0; i < HARTS; i++)
        if (s->of_hart[i] && i == TRACE_NO_HART)
            printf("%12" PRIu64 "  none\n", s->of_hart[i]);
        else if (s->of_hart[i])
            printf("%12" PRIu64 "  %u\n", s->of_hart[i], i);
    print_exits(s);
    print_host(s);
    if (s->walk_end >= 0 && s->of_event[s->walk_end])
        puts("walks by entries read");
    for (unsigned i = 0; i < STEPS; i++)
        if (s->walks[i])
            printf("%12" PRIu64 "  %u\n", s->walks[i], i);
}

static int find_field(const Stat *s, int event, const char *name)
{
    return event < 0 ? -1 : trace_event_field(&s->events[event], name);
}

bool trace_verb_stat(char **argv, int *code, GError **error)
{
    (void)code;
    unsigned n;
    TraceRecord record;
    GError *problem = NULL;
    TraceReader *reader = trace_reader_open(argv[0], error);
    if (!reader)
        return false;
    g_autofree Stat *s = g_new0(Stat, 1);
    s->events = trace_reader_events(reader, &n);
    s->trap = trace_reader_event(reader, "trap");
    s->walk_end = trace_reader_event(reader, "walk.end");
    s->host_span = trace_reader_event(reader, "hyp.span");
    s->exit_field = find_field(s, s->trap, "exit");
    s->steps_field = find_field(s, s->walk_end, "steps");
    s->dur_field = find_field(s, s->host_span, "dur_ns");
    s->exits = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    s->host = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    while (trace_reader_next(reader, &record, &problem))
        count(s, &record);
    print_stat(s);
    g_hash_table_unref(s->exits);
    g_hash_table_unref(s->host);
    trace_reader_free(reader);
    if (problem)
        g_propagate_error(error, problem);
    return !problem;
}
