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

/* How the mode of a hart is written: words for its number. */
#define TRACE_PRIVILEGES "U|HS||M|VU|VS|D"

enum { TRACE_MAX_FIELDS = 16, TRACE_NO_HART = 255 };

typedef enum {
#define HART_EVENT(id, ...) TRACE_##id,
#define EVENT(id, ...)      TRACE_##id,
#include "emu/base/trace.def"
#undef EVENT
#undef HART_EVENT
    TRACE_COUNT
} TraceId;

/* How many words TRACE is given: the hart, if the event is about one, and the fields. */
enum {
#define HART_EVENT(id, name, about, ...) \
    TRACE_WORDS_##id = 1 + sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),
#define EVENT(id, name, about, ...) \
    TRACE_WORDS_##id = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),
#include "emu/base/trace.def"
#undef EVENT
#undef HART_EVENT
};

/* A set of events: bit n of event n. */
__extension__ typedef unsigned __int128 TraceSet;
#define TRACE_SET(id) ((TraceSet)1 << (id))
#define TRACE_SET_ALL (~(TraceSet)0)

typedef struct {
    const char *name, *about;
    bool of_hart;
    unsigned n_fields;
    const char *fields[TRACE_MAX_FIELDS]; /* "name:format" */
} TraceEvent;

extern const TraceEvent trace_events[TRACE_COUNT];

/* An event: the columns that all have, then its fields. */
typedef struct {
    uint64_t seq;
    uint64_t time;  /* virtual, ns */
    uint64_t insns; /* that `hart` retired */
    uint64_t spent; /* units of `hart`; 0 also where it is not known */
    uint64_t
        own; /* ns of the clock of `hart`, which differs from `time` within a round; if it is not known, the same */
    TraceId id;
    uint8_t hart;       /* TRACE_NO_HART: none */
    uint8_t mode;       /* of the hart: which of TRACE_PRIVILEGES */
    uint16_t partition; /* 0: the host; a guest's as partitions_traced says */
    uint16_t vmid;      /* of the guest that is set up, whether or not it runs */
    uint64_t values[TRACE_MAX_FIELDS];
} TraceRecord;

/* Where events can go to. */
typedef enum {
    TRACE_TO_TEXT,
    TRACE_TO_FILE,
    TRACE_TO_RING,
    TRACE_TO_BREAK,
    TRACE_TO_EXPLAIN,
    TRACE_TO_EXPECT,
    TRACE_TO_VERDICT,
    TRACE_TO_TOP,
    TRACE_TO_TRIGGER,
    TRACE_SINKS,
    TRACE_ALL_SINKS = (1 << TRACE_SINKS) - 1 /* for bits of them */
} TraceSink;

typedef struct Trace {
    uint16_t on[TRACE_COUNT]; /* bit n: it goes to sink n; 0: off */
    FILE *out;                /* where lines go; never NULL while an event goes to TRACE_TO_TEXT */
    const Clock *clock;       /* stamps events */
    uint64_t seq;
    uint16_t muted; /* bit n: sink n hears nothing, since it has heard all this before */
    /* Fills in what is known of record->hart, which it may set first if that is TRACE_NO_HART. NULL: nothing is. */
    void (*look)(void *opaque, TraceRecord *record);
    void *look_opaque;
    /* ns of a hart's own clock. NULL: nobody knows. */
    uint64_t (*own_time)(const void *opaque, unsigned hart);
    const struct Partitions *partitions; /* what guests are called, NULL: by their VMIDs */
    /* Not NULL: events that it does not want go nowhere but to TRACE_TO_BREAK and behind, and have had their number. */
    bool (*wanted)(const void *opaque, const TraceRecord *record);
    const void *wanted_opaque;
    /* Not NULL: events that it does not let pass go to no text and no file. It hears of those that are on for
     * TRACE_TO_TRIGGER as well. */
    bool (*gate)(void *opaque, const TraceRecord *record);
    void *gate_opaque;
    /* The sinks that are neither text nor the ring; `put` must be there while an event goes to them. */
    struct {
        void (*put)(void *opaque, const TraceRecord *record);
        void *opaque;
    } sinks[TRACE_SINKS];
    struct TraceRing *ring; /* where events go that go to TRACE_TO_RING */
} Trace;

/* Those that cost little and say most, for who does not choose. */
#define TRACE_CHEAP                                                                             \
    "reset,trap,trap.ret,mode,hyp.span,sbi,critical,fault.g,irq.*,imsic.*,msi.send,timer,wfi,"  \
    "wake,guest_error,uart,mark,break,semihost,end,lost,ts.*,page.*,priv.sim,reflect,shadow.*," \
    "vm.dispatch,spool.*,cp.command"

/* And in a recording. */
#define TRACE_RECORDED TRACE_CHEAP ",handler"

/* Does `word` mean the event called `name`? A name, "name.*" (that one and those below it), "all" or "*". */
bool trace_name_matches(const char *name, const char *word);
/* Turns on the events matching `pattern`: a comma list of names, "name.*" or "all"; a leading '-' turns off.
 * Fails naming the first word that matches no event. */
bool trace_enable(Trace *trace, TraceSink sink, const char *pattern, GError **error);

/* The events that go there. */
TraceSet trace_asked(const Trace *trace, TraceSink sink);

/* Reports one event. `words` holds what TRACE was given. */
void trace_emit(Trace *trace, TraceId id, const uint64_t *words);
/* Gives the record of one its number and hands it to all sinks but the ring. */
void trace_send(Trace *trace, TraceRecord *record);
/* Hands it to the text and the file, if it is on for them. */
void trace_put(Trace *trace, const TraceRecord *record);

/* Writes `record` of `event` as a line: "SEQ TIME NAME h=0 m=VS p=1 vmid=1 ic=4711 field=value ...". */
void trace_print(const TraceEvent *event, const TraceRecord *record, FILE *out);
/* Names of addresses. */
typedef struct {
    /* The name of what `address` is in, and how far behind its beginning; NULL: it is in nothing. */
    const char *(*find)(const void *opaque, uint64_t address, uint64_t *offset);
    const void *opaque;
} TraceNames;

/* The same, and behind it, if there is a name for the instruction that it is about, "sym=NAME+0x12". */
void trace_print_named(const TraceEvent *event, const TraceRecord *record, const TraceNames *names,
                       FILE *out);
/* The word of `words`, which are between bars, that stands for `value`, and its length; NULL: there is none. */
const char *trace_word(const char *words, uint64_t value, int *length);
/* Is a format one of words? */
static inline bool trace_has_words(const char *format)
{
    return format[0] && format[1];
}
/* Writes a field's value as its format says. */
void trace_print_value(const char *format, uint64_t value, FILE *out);

#define TRACE(trace, id, ...)                                                       \
    do {                                                                            \
        _Static_assert(sizeof((uint64_t[]){ __VA_ARGS__ }) == 8 * TRACE_WORDS_##id, \
                       "wrong number of arguments for trace event " #id);           \
        if (UNLIKELY((trace)->on[TRACE_##id]))                                      \
            trace_emit((trace), TRACE_##id,                                         \
                       (const uint64_t[1 + TRACE_MAX_FIELDS]){ __VA_ARGS__ });      \
    } while (0)

#endif
