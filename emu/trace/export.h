/* SPDX-License-Identifier: MIT */
/*
 * export.h - recorded traces in other tools' formats.
 *
 * A format is a row of export.c's table. It is begun, sees every event in order, and is ended.
 *
 * export.c    which format, which events; Spike's log, JSON Lines
 * perfetto.c  slices, instants, counters and flows      perfetto.c  how they are written
 * vcd.c       value changes
 */
#ifndef EMU_TRACE_EXPORT_H
#define EMU_TRACE_EXPORT_H

#include <stdio.h>

#include "emu/trace/file.h"

typedef struct {
    const TraceEvent *events;
    unsigned n_events;
    const TraceReader *reader;
    const char *path;
    FILE *out;
    int trap, trap_ret, mode; /* numbers of these events in the file, -1: it has none */
    void *state;              /* the format's own */
} Export;

/* The number of event `event` of the catalogue in this file, which may be of another version; -1: it has none. */
static inline int export_event(const Export *export, TraceId id)
{
    return trace_reader_event(export->reader, trace_events[id].name);
}

/* The value of a field by name; 0: the event has none. */
uint64_t export_field(const Export *export, const TraceRecord *r, const char *name);

/*
 * The mode of a hart, event by event. Events of a trap or a return say in their columns where the hart was before.
 */
typedef struct {
    uint64_t time, insns; /* of the last trap, return or change of mode */
} ExportPlace;

/* The mode in which the hart is after `r`. */
unsigned export_mode(const Export *export, const TraceRecord *r, ExportPlace *place, unsigned now);

void trace_perfetto_begin(Export *export);
void trace_perfetto_write(Export *export, const TraceRecord *record);
void trace_perfetto_end(Export *export);

void trace_vcd_begin(Export *export);
void trace_vcd_write(Export *export, const TraceRecord *record);
void trace_vcd_end(Export *export);

#endif
