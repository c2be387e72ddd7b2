/* SPDX-License-Identifier: MIT */
/* timeline.h - modes and partitions of each hart over the last stretch of time, and what happened in it. */
#ifndef EMU_SIGHT_TIMELINE_H
#define EMU_SIGHT_TIMELINE_H

#include "emu/sight/owners.h"
#include "emu/sight/sight.h"
#include "emu/sight/spans.h"

/* Of all harts together; how much is read; how much of the past is shown to who does not say. */
enum { TIMELINE_SPANS = 4096, TIMELINE_SPOTS = 2048, TIMELINE_BLOCKS = 8 };
#define TIMELINE_SPAN_NS UINT64_C(10000000)

typedef struct {
    GArray *spans;  /* of Span, one behind the other, up to now */
    uint64_t grain; /* ns: neighbours that were shorter together are one; 0: all are as they were */
    uint64_t exits, traps, irqs; /* spots of these kinds */
} TimelineHart;

typedef struct {
    uint64_t asked;      /* ns */
    uint64_t from, now;  /* what is known, ns */
    const char *why;     /* it is shorter than asked for; NULL: it is not */
    const char *unknown; /* why there is nothing at all; NULL: there is */
    bool timed;
    unsigned n_harts;
    TimelineHart harts[MACHINE_MAX_HARTS];
    GArray *spots;       /* of Spot, by when they were told */
    uint64_t spots_from; /* ns: there are all from then on */
    GArray *owners;      /* of SightOwner: those in it */
    const char *modes[SPAN_MODES];
} Timeline;

void *timeline_make(Machine *machine, const SightWants *wants);
void timeline_print(const void *timeline, GString *out);
void timeline_json(const void *timeline, Json *json);
void timeline_free(void *timeline);
/* Of one hart; MACHINE_MAX_HARTS: of all. `rows`: how many spans are listed. */
void timeline_print_hart(const Timeline *timeline, unsigned hart, unsigned rows, GString *out);

/* What is to be seen of a hart in an n-th part of the time from `from` to `to`. */
typedef struct {
    uint8_t mode;   /* of most of it; SPAN_MODES: nothing is known */
    bool mixed;     /* there is more than one */
    uint8_t spots;  /* bit n: one of SpotKind n at least */
    unsigned owner; /* of the longest span */
} TimelineCell;
/* `n` is at most as many as there are ns. To be freed. */
TimelineCell *timeline_cells(const Timeline *timeline, unsigned hart, uint64_t from, uint64_t to,
                             unsigned n);

/* The span of the hart at that time; NULL: none is known. */
const Span *timeline_at(const Timeline *timeline, unsigned hart, uint64_t ns);
/* The next, or previous, spot of `kinds` (bits) of the hart after, or before, that time; NULL: there is none. */
const Spot *timeline_spot(const Timeline *timeline, unsigned hart, uint64_t ns, unsigned kinds,
                          bool forward);

/* A letter for a mode, of which "HS" and "S" are 'H' and 'S': M H S U V u(VU) and '.' of idle. */
char timeline_letter(const Timeline *timeline, unsigned mode);
/* "1.234567 ms": exact. To be freed. */
char *timeline_time(uint64_t ns);
/* What is known of a span, in one line: as the monitor lists it. To be freed. */
char *timeline_span_text(const Timeline *timeline, const Span *span);
/* The same in words that can be broken into lines. */
char *timeline_span_words(const Timeline *timeline, const Span *span);

#endif
