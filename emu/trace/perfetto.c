/* SPDX-License-Identifier: MIT */
/*
 * perfetto.c - recorded traces for Perfetto; see export.h.
 *
 * A process is a partition (the host is one), a thread a hart in it. A hart's time is cut into slices by mode; a trap is a
 * slice around those of the modes it led to, up to its return. Walks take no virtual time and are slices of no length.
 * Everything else is an instant. Arrows lead from a message or a wire to the hart that it interrupts.
 */
#include <string.h>

#include "emu/base/addr.h"
#include "emu/trace/export.h"
#include "emu/trace/perfetto_format.h"

enum { DEPTH = 32, HARTS = 256, FILES = 66, SOURCES = 1024, MODE_GUEST = 4, NO_MODE = 0xff };
enum { OF_MODE = 0xff }; /* a slice's level, if it is no trap's */

/* A hart in a partition. */
typedef struct {
    uint64_t uuid;
    unsigned depth;
    uint8_t slices[DEPTH]; /* levels of traps, or OF_MODE, which can only be the last */
} Track;

typedef struct {
    Perfetto *p;
    const TraceReader *reader;
    int event[TRACE_COUNT]; /* of our catalogue → the file's */
    GHashTable *tracks;     /* partition << 8 | hart → Track */
    GHashTable *processes;  /* partition + 1 → number of times it was left */
    GHashTable *host_ns;    /* the same → ns */
    struct {
        uint8_t mode; /* NO_MODE: it is not known */
        unsigned partition;
        ExportPlace place;
    } harts[HARTS];
    TraceRecord *walks[HARTS]; /* the last walk.begin; NULL: there was none */
    uint64_t flows, message;   /* so many; the one of the last message, 0: it has arrived */
    uint64_t *file_flow[HARTS],
        source_flow[SOURCES]; /* by interrupt file, NULL: no message came; by wire */
    uint64_t last_time;
} View;

static uint64_t process_of(View *v, unsigned partition)
{
    const uint64_t uuid = (uint64_t)(partition + 1) << 20;
    if (g_hash_table_contains(v->processes, GUINT_TO_POINTER(partition + 1)))
        return uuid;
    char name[24];
    const char *given = trace_reader_name(v->reader, partition);
    g_snprintf(name, sizeof name, partition ? "VMID %u" : "host", partition);
    g_hash_table_insert(v->processes, GUINT_TO_POINTER(partition + 1), NULL);
    perfetto_process(v->p, uuid, partition + 1, given ? given : name);
    if (!partition)
        return uuid;
    perfetto_counter(v->p, uuid + 1024, uuid, "exits", "exits");
    perfetto_counter(v->p, uuid + 1025, uuid, "host's time", "ns");
    return uuid;
}

static Track *track_of(View *v, unsigned partition, unsigned hart)
{
    gpointer key = GUINT_TO_POINTER(partition << 8 | hart);
    Track *track = g_hash_table_lookup(v->tracks, key);
    if (track)
        return track;
    char name[24];
    g_snprintf(name, sizeof name, hart == TRACE_NO_HART ? "no hart" : "hart %u", hart);
    track = g_new0(Track, 1);
    track->uuid = process_of(v, partition) + 1 + hart;
    perfetto_thread(v->p, track->uuid, partition + 1, (partition << 8 | hart) + 100000, name);
    g_hash_table_insert(v->tracks, key, track);
    return track;
}

static void put_fields(View *v, const Export *export, const TraceRecord *r)
{
    const TraceEvent *event = &export->events[r->id];
    for (unsigned i = 0; i < event->n_fields; i++) {
        char name[64], word[64];
        int length;
        const char *format = strchr(event->fields[i], ':');
        const char *text =
            trace_has_words(format + 1) ? trace_word(format + 1, r->values[i], &length) : NULL;
        g_snprintf(name, (gulong)MIN((size_t)(format - event->fields[i]) + 1, sizeof name), "%s",
                   event->fields[i]);
        if (text) {
            g_snprintf(word, (gulong)MIN((size_t)length + 1, sizeof word), "%s", text);
            perfetto_text(v->p, name, word);
        } else if (!r->values[i]) {
            continue; /* nothing says the same */
        } else if (format[1] == 'x' || format[1] == 'a') {
            perfetto_pointer(v->p, name, r->values[i]);
        } else {
            perfetto_number(v->p, name, r->values[i]);
        }
    }
}

/* Slices. */

static void pop(View *v, Track *track, uint64_t time)
{
    track->depth--;
    perfetto_event(v->p, time, PERFETTO_END, track->uuid, NULL);
    perfetto_put(v->p);
}

/* True: it is begun, and its event is still to be put. */
static bool push(View *v, Track *track, uint64_t time, uint8_t level, const char *name)
{
    if (track->depth == DEPTH)
        return false;
    track->slices[track->depth++] = level;
    perfetto_event(v->p, time, PERFETTO_BEGIN, track->uuid, name);
    return true;
}

static void leave_mode(View *v, unsigned hart, uint64_t time)
{
    if (v->harts[hart].mode == NO_MODE)
        return;
    Track *track = track_of(v, v->harts[hart].partition, hart);
    if (track->depth && track->slices[track->depth - 1] == OF_MODE)
        pop(v, track, time);
    v->harts[hart].mode = NO_MODE;
}

/* What runs in this mode on that hart. */
static unsigned partition_of(const View *v, unsigned mode, unsigned vmid, unsigned hart)
{
    return mode >= MODE_GUEST ? partitions_traced(trace_reader_partitions(v->reader), vmid, hart)
                              : PARTITION_HOST;
}

static void enter_mode(View *v, unsigned hart, unsigned mode, unsigned vmid, uint64_t time)
{
    char name[8];
    int length;
    const char *word = trace_word(TRACE_PRIVILEGES, mode, &length);
    unsigned partition = partition_of(v, mode, vmid, hart);
    if (v->harts[hart].mode == mode && v->harts[hart].partition == partition)
        return;
    leave_mode(v, hart, time);
    g_snprintf(name, sizeof name, "%.*s", word ? length : 1, word ? word : "?");
    v->harts[hart].mode = (uint8_t)mode;
    v->harts[hart].partition = partition;
    if (push(v, track_of(v, partition, hart), time, OF_MODE, name))
        perfetto_put(v->p);
}

static void put_trap(View *v, const Export *export, const TraceRecord *r)
{
    char name[64];
    int length, field = trace_event_field(&export->events[r->id], "name");
    const char *words = field < 0 ? NULL : strchr(export->events[r->id].fields[field], ':') + 1;
    const char *word = words ? trace_word(words, r->values[field], &length) : NULL;
    const unsigned to = (unsigned)export_field(export, r, "to");
    Track *track = track_of(v, partition_of(v, to, r->vmid, r->hart), r->hart);
    g_snprintf(name, sizeof name, "%.*s", word ? length : 4, word ? word : "trap");
    leave_mode(v, r->hart, r->time);
    if (push(v, track, r->time, (uint8_t)export_field(export, r, "deleg"), name)) {
        put_fields(v, export, r);
        perfetto_put(v->p);
    }
    enter_mode(v, r->hart, to, r->vmid, r->time);
}

static void put_return(View *v, const Export *export, const TraceRecord *r)
{
    enum { VS = 1, HS, M };
    const unsigned level = r->mode == M ? M : r->mode >= MODE_GUEST ? VS : HS;
    Track *track = track_of(v, r->partition, r->hart);
    unsigned at = track->depth;
    leave_mode(v, r->hart, r->time);
    for (at = track->depth; at && track->slices[at - 1] != level;)
        at--;
    while (at && export_field(export, r, "id") && track->depth >= at)
        pop(v, track, r->time);
    enter_mode(v, r->hart, (unsigned)export_field(export, r, "to"), r->vmid, r->time);
}

static void keep_walk(View *v, const TraceRecord *r)
{
    if (!v->walks[r->hart])
        v->walks[r->hart] = g_new(TraceRecord, 1);
    *v->walks[r->hart] = *r;
}

static void put_walk(View *v, const Export *export, const TraceRecord *r)
{
    Track *track = track_of(v, r->partition, r->hart);
    const TraceRecord *begin = v->walks[r->hart];
    if (!push(v, track, r->time, OF_MODE, "walk"))
        return;
    if (begin && begin->time == r->time)
        put_fields(v, export, begin);
    put_fields(v, export, r);
    perfetto_put(v->p);
    pop(v, track, r->time);
}

/* Arrows. */

/* The interrupt file that a hart's interrupt comes from, as imsic.set numbers them. */
static uint64_t *flow_of_interrupt(View *v, const Export *export, const TraceRecord *r)
{
    enum { FILE_M, FILE_S, FIRST_GUEST, M = 3, EXTERNAL = 3 };
    const unsigned to = (unsigned)export_field(export, r, "to");
    uint64_t *flows = v->file_flow[r->hart];
    if (!flows || export_field(export, r, "via") < EXTERNAL)
        return NULL;
    if (to == M || (to < MODE_GUEST && flows[FILE_S]))
        return &flows[to == M ? FILE_M : FILE_S];
    for (unsigned i = FIRST_GUEST; i < FILES; i++)
        if (flows[i])
            return &flows[i];
    return NULL;
}

static void put_flow(View *v, const Export *export, const TraceRecord *r)
{
    const int id = (int)r->id;
    uint64_t *flow = NULL;
    const uint64_t source = export_field(export, r, "src") + export_field(export, r, "num");
    if (id == v->event[TRACE_msi_send]) {
        perfetto_flow(v->p, v->message = ++v->flows, false);
    } else if (id == v->event[TRACE_imsic_set]) {
        if (!v->file_flow[r->hart])
            v->file_flow[r->hart] = g_new0(uint64_t, FILES);
        flow = &v->file_flow[r->hart][MIN(export_field(export, r, "file"), FILES - 1)];
        *flow = v->message ? v->message : ++v->flows;
        v->message = 0;
        perfetto_flow(v->p, *flow, false);
    } else if (id == v->event[TRACE_irq_line] && export_field(export, r, "level") &&
               source < SOURCES) {
        perfetto_flow(v->p, v->source_flow[source] = ++v->flows, false);
    } else if (id == v->event[TRACE_irq_claim] && source < SOURCES && v->source_flow[source]) {
        perfetto_flow(v->p, v->source_flow[source], true);
        v->source_flow[source] = 0;
    } else if (id == v->event[TRACE_irq_deliver] && (flow = flow_of_interrupt(v, export, r)) &&
               *flow) {
        perfetto_flow(v->p, *flow, true);
        *flow = 0;
    }
}

static void put_instant(View *v, const Export *export, const TraceRecord *r)
{
    const Track *track = track_of(v, r->partition, r->hart);
    perfetto_event(v->p, r->time, PERFETTO_INSTANT, track->uuid, export->events[r->id].name);
    put_fields(v, export, r);
    put_flow(v, export, r);
    perfetto_put(v->p);
}

static void add_to_counter(View *v, GHashTable *counts, uint64_t track, unsigned partition,
                           uint64_t more, uint64_t time)
{
    gpointer key = GUINT_TO_POINTER(partition + 1);
    gsize count = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, key)) + more;
    g_hash_table_insert(counts, key, GSIZE_TO_POINTER(count));
    perfetto_event(v->p, time, PERFETTO_COUNTER, track, NULL);
    perfetto_value(v->p, (int64_t)count);
    perfetto_put(v->p);
}

static void put_host_time(View *v, const Export *export, const TraceRecord *r)
{
    unsigned partition = (unsigned)export_field(export, r, "for_p") & 0xffff;
    if (!partition)
        return;
    uint64_t uuid = process_of(v, partition);
    add_to_counter(v, v->processes, uuid + 1024, partition, 1, r->time);
    add_to_counter(v, v->host_ns, uuid + 1025, partition, export_field(export, r, "dur_ns"),
                   r->time);
}

void trace_perfetto_begin(Export *export)
{
    View *v = g_new0(View, 1);
    v->p = perfetto_new(export->out);
    v->reader = export->reader;
    v->tracks = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    v->processes = g_hash_table_new(NULL, NULL);
    v->host_ns = g_hash_table_new(NULL, NULL);
    for (unsigned i = 0; i < HARTS; i++)
        v->harts[i].mode = NO_MODE;
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        v->event[i] = export_event(export, (TraceId)i);
    export->state = v;
}

void trace_perfetto_write(Export *export, const TraceRecord *r)
{
    View *v = export->state;
    const int id = (int)r->id;
    v->last_time = r->time;
    const bool moves = id == export->trap || id == export->trap_ret;
    if (r->hart != TRACE_NO_HART) {
        unsigned now = v->harts[r->hart].mode == NO_MODE ? r->mode & 7 : v->harts[r->hart].mode;
        unsigned mode = export_mode(export, r, &v->harts[r->hart].place, now);
        enter_mode(v, r->hart, moves ? r->mode & 7 : mode, r->vmid, r->time);
    }
    if (id == v->event[TRACE_walk_begin])
        keep_walk(v, r);
    else if (id == v->event[TRACE_walk_end])
        put_walk(v, export, r);
    else if (id == export->trap)
        put_trap(v, export, r);
    else if (id == export->trap_ret)
        put_return(v, export, r);
    else if (id == v->event[TRACE_hyp_span])
        put_host_time(v, export, r);
    else if (id != v->event[TRACE_walk_pte] && id != export->mode)
        put_instant(v, export, r);
}

static void close_track(gpointer key, gpointer track, gpointer view)
{
    (void)key;
    while (((Track *)track)->depth)
        pop(view, track, ((View *)view)->last_time);
}

void trace_perfetto_end(Export *export)
{
    View *v = export->state;
    g_hash_table_foreach(v->tracks, close_track, v);
    perfetto_free(v->p);
    for (unsigned i = 0; i < HARTS; i++) {
        g_free(v->walks[i]);
        g_free(v->file_flow[i]);
    }
    g_hash_table_unref(v->tracks);
    g_hash_table_unref(v->processes);
    g_hash_table_unref(v->host_ns);
    g_free(v);
}
