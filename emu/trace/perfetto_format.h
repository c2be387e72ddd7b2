/* SPDX-License-Identifier: MIT */
/*
 * perfetto_format.h - writing Perfetto's format: a protobuf `Trace` of packets with track descriptors and track events.
 *
 * Field numbers are those of protos/perfetto/trace/trace_packet.proto and track_event/ *.proto. Names are written once and
 * then referred to by number.
 */
#ifndef EMU_TRACE_PERFETTO_FORMAT_H
#define EMU_TRACE_PERFETTO_FORMAT_H

#include <stdint.h>
#include <stdio.h>

typedef struct Perfetto Perfetto;

typedef enum { PERFETTO_BEGIN = 1, PERFETTO_END, PERFETTO_INSTANT, PERFETTO_COUNTER } PerfettoType;

Perfetto *perfetto_new(FILE *out);
void perfetto_free(Perfetto *p);

/* Tracks: a process, a thread of one, a counter of one. `uuid` is what events name, not 0. */
void perfetto_process(Perfetto *p, uint64_t uuid, unsigned pid, const char *name);
void perfetto_thread(Perfetto *p, uint64_t uuid, unsigned pid, unsigned tid, const char *name);
void perfetto_counter(Perfetto *p, uint64_t uuid, uint64_t process, const char *name,
                      const char *unit);

/* An event: begun, given what it has, and put. `time` in ns; `name` NULL: none (the end of a slice). */
void perfetto_event(Perfetto *p, uint64_t time, PerfettoType type, uint64_t track,
                    const char *name);
void perfetto_number(Perfetto *p, const char *name, uint64_t value);
void perfetto_pointer(Perfetto *p, const char *name, uint64_t value);
void perfetto_text(Perfetto *p, const char *name, const char *text);
void perfetto_value(Perfetto *p, int64_t counter);
/* An arrow goes from the first event that has it to the next, and ends at the one that is its last. */
void perfetto_flow(Perfetto *p, uint64_t flow, int is_last);
void perfetto_put(Perfetto *p);

#endif
