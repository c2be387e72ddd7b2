/* SPDX-License-Identifier: MIT */
/* diff.c - bulkhead trace diff: where two recordings part. */
#include <stdio.h>
#include <string.h>

#include "emu/trace/verbs.h"

/* The same event: its columns, and its fields by name. */
static bool same(const TraceEvent *a, const TraceRecord *x, const TraceEvent *b,
                 const TraceRecord *y)
{
    if (strcmp(a->name, b->name) != 0 || a->n_fields != b->n_fields || x->time != y->time ||
        x->insns != y->insns || x->hart != y->hart || x->mode != y->mode ||
        x->partition != y->partition || x->vmid != y->vmid)
        return false;
    for (unsigned i = 0; i < a->n_fields; i++)
        if (strcmp(a->fields[i], b->fields[i]) != 0 || x->values[i] != y->values[i])
            return false;
    return true;
}

static void show(const char *sign, bool is_there, const TraceEvent *events, const TraceRecord *r)
{
    fputs(sign, stdout);
    if (is_there)
        trace_print(&events[r->id], r, stdout);
    else
        puts("(the end)");
}

/* 0: they are the same; 1: they are not. */
static int compare(TraceReader *a, TraceReader *b, GError **error)
{
    unsigned n;
    TraceRecord x, y, last = { 0 };
    bool any = false;
    const TraceEvent *of_a = trace_reader_events(a, &n), *of_b = trace_reader_events(b, &n);
    for (;; any = true, last = x) {
        bool has_x = trace_reader_next(a, &x, error);
        bool has_y = (has_x || !*error) && trace_reader_next(b, &y, error);
        if (*error || (!has_x && !has_y))
            return 0;
        if (has_x && has_y && same(&of_a[x.id], &x, &of_b[y.id], &y))
            continue;
        if (any)
            show("  ", true, of_a, &last);
        show("- ", has_x, of_a, &x);
        show("+ ", has_y, of_b, &y);
        return 1;
    }
}

bool trace_verb_diff(char **argv, int *code, GError **error)
{
    GError *problem = NULL;
    TraceReader *a = trace_reader_open(argv[0], &problem);
    TraceReader *b = a ? trace_reader_open(argv[1], &problem) : NULL;
    if (b)
        *code = compare(a, b, &problem);
    trace_reader_free(a);
    trace_reader_free(b);
    if (problem)
        g_propagate_error(error, problem);
    return !problem;
}
