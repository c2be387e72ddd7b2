/* SPDX-License-Identifier: MIT */
/* compare_measure.c - costs of phases from a recorded run; see compare.h. */
#include "emu/base/error.h"
#include "emu/board.h"
#include "emu/lab/compare.h"
#include "emu/trace/file.h"

enum { MARK_BEGIN = 1, MARK_END = 2, PAGE_BITS = 12 };

/* Events and fields, by their numbers in the recording. */
typedef struct {
    int mark, mode, walk, mem;
    int id, value, to, steps, spa;
} Fields;

typedef struct {
    Fields f;
    unsigned guest;    /* modes */
    Cost *cost;        /* of the phase that goes on; NULL: none does */
    uint64_t begin;    /* instructions of the hart at its mark */
    bool below;        /* the guest is not running */
    uint64_t left;     /* and has not since then */
    GHashTable *pages; /* of this phase */
} Reading;

static int field(TraceReader *reader, int event, const char *name)
{
    unsigned n;
    const TraceEvent *events = trace_reader_events(reader, &n);
    return event < 0 ? -1 : trace_event_field(&events[event], name);
}

static bool find_fields(TraceReader *reader, Fields *f)
{
    f->mark = trace_reader_event(reader, "mark");
    f->mode = trace_reader_event(reader, "mode");
    f->walk = trace_reader_event(reader, "walk.end");
    f->mem = trace_reader_event(reader, "mem");
    f->id = field(reader, f->mark, "id");
    f->value = field(reader, f->mark, "value");
    f->to = field(reader, f->mode, "to");
    f->steps = field(reader, f->walk, "steps");
    f->spa = field(reader, f->mem, "spa");
    return f->id >= 0 && f->value >= 0 && f->to >= 0 && f->steps >= 0 && f->spa >= 0;
}

/* Marks are the guest's. */
static void take_mark(Reading *r, Measurement *row, const TraceRecord *e)
{
    const uint64_t id = e->values[r->f.id], letter = e->values[r->f.value];
    for (unsigned i = 0; id == MARK_BEGIN && compare_phases[i].letter; i++)
        if ((uint64_t)compare_phases[i].letter == letter) {
            r->cost = &row->costs[i];
            *r->cost = (Cost){ 0 };
            r->begin = e->insns;
            g_hash_table_remove_all(r->pages);
        }
    if (id != MARK_END || !r->cost)
        return;
    r->cost->all = e->insns - r->begin;
    r->cost->pages = g_hash_table_size(r->pages);
    r->cost->complete = true;
    r->cost = NULL;
}

/* The xRET that goes back retires where it is, behind the event. */
static void take_mode(Reading *r, const TraceRecord *e)
{
    const bool below = !(r->guest >> e->values[r->f.to] & 1);
    if (below && !r->below) {
        r->left = e->insns;
        if (r->cost)
            r->cost->exits++;
    } else if (!below && r->below && r->cost) {
        r->cost->host += e->insns + 1 - r->left;
    }
    r->below = below;
}

static void take(Reading *r, Measurement *row, const TraceRecord *e)
{
    if ((int)e->id == r->f.mark)
        take_mark(r, row, e);
    else if ((int)e->id == r->f.mode)
        take_mode(r, e);
    else if ((int)e->id == r->f.walk && r->cost)
        r->cost->references += e->values[r->f.steps];
    else if ((int)e->id == r->f.mem && r->cost && r->below && e->values[r->f.spa] >= BOARD_RAM)
        g_hash_table_add(r->pages, GSIZE_TO_POINTER((gsize)(e->values[r->f.spa] >> PAGE_BITS)));
}

bool compare_measure(const char *path, Measurement *row, GError **error)
{
    TraceRecord record;
    g_autoptr(GError) problem = NULL;
    TraceReader *reader = trace_reader_open(path, error);
    if (!reader)
        return false;
    Reading reading = { .guest = row->technique->modes };
    bool ok =
        find_fields(reader, &reading.f) ||
        fail(error, EXIT_CONFIG, "'%s' has not the events %s; record them", path, COMPARE_EVENTS);
    reading.pages = g_hash_table_new(NULL, NULL);
    while (ok && trace_reader_next(reader, &record, &problem))
        take(&reading, row, &record);
    g_hash_table_unref(reading.pages);
    trace_reader_free(reader);
    if (!problem)
        return ok;
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
}
