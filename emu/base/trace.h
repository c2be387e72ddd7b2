/* SPDX-License-Identifier: MIT */
/*
 * trace.h - reporting what happens in the machine.
 *
 * The catalogue is trace.def. A call site writes TRACE(trace, trap, hart->id, ...): one predictable branch when the
 * event is off, and a compile-time error when an argument is missing. The mask belongs to the machine, not to the
 * program, so two machines can trace differently.
 */
#ifndef EMU_BASE_TRACE_H
#define EMU_BASE_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "emu/base/bits.h"
#include "emu/base/clock.h"

enum { TRACE_MAX_FIELDS = 12 };

typedef enum {
#define EVENT(id, ...) TRACE_##id,
#include "emu/base/trace.def"
#undef EVENT
    TRACE_COUNT
} TraceId;

enum {
#define EVENT(id, name, ...) \
    TRACE_FIELDS_##id = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),
#include "emu/base/trace.def"
#undef EVENT
};

typedef struct {
    const char *name, *fields[TRACE_MAX_FIELDS];
} TraceEvent;

extern const TraceEvent trace_events[TRACE_COUNT];

typedef struct {
    bool on[TRACE_COUNT];
    FILE *out;          /* where lines go; never NULL while an event is on */
    const Clock *clock; /* stamps events */
    uint64_t seq;
} Trace;

/* Turns on the events matching `pattern`: a comma list of names, "name.*" or "all"; a leading '-' turns off.
 * Fails naming the first word that matches no event. */
bool trace_enable(Trace *trace, const char *pattern, GError **error);

/* Writes one event as a line of text. `values` holds as many words as the event has fields. */
void trace_emit(Trace *trace, TraceId id, const uint64_t *values);

#define TRACE(trace, id, ...)                                                                   \
    do {                                                                                        \
        _Static_assert(sizeof((uint64_t[]){ __VA_ARGS__ }) == 8 * TRACE_FIELDS_##id,            \
                       "wrong number of arguments for trace event " #id);                       \
        if (UNLIKELY((trace)->on[TRACE_##id]))                                                  \
            trace_emit((trace), TRACE_##id, (const uint64_t[TRACE_MAX_FIELDS]){ __VA_ARGS__ }); \
    } while (0)

#endif
