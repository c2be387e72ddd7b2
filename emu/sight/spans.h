/* SPDX-License-Identifier: MIT */
/*
 * spans.h - what harts did of late, read from the last events (emu/base/ring.h): stretches of one mode and one partition, one
 * after the other, and what happened at moments.
 *
 * The events are there anyway, so looking is all that costs, and a look needs nothing of the one before: after a step back, or
 * a snapshot, it shows what led to where the machine is, as far as that is known. Times are of each hart's own clock, which
 * differs from the machine's by a round at most.
 */
#ifndef EMU_SIGHT_SPANS_H
#define EMU_SIGHT_SPANS_H

#include "emu/machine.h"

/* Modes as hart_mode has them, and one more. */
enum { SPAN_IDLE = MODES, SPAN_MODES };

typedef enum {
    SPAN_LASTS, /* now */
    SPAN_TRAP,
    SPAN_RETURN, /* an xRET */
    SPAN_WAITS,  /* WFI or WRS */
    SPAN_WAKES,
    SPAN_RESET,
    SPAN_ENDS
} SpanEnd;

typedef struct {
    bool guest; /* with this VMID */
    uint16_t vmid;
    unsigned owner; /* as owners.h numbers them */
} SpanWho;

typedef struct {
    uint64_t from, to; /* ns */
    bool cut;          /* it began before, but nothing is known of that */
    uint8_t mode;      /* if `n` is above 1: of most of the time */
    SpanWho who;
    uint64_t insns; /* retired; if it is cut, those that are known */
    bool has_begin, has_last;
    uint64_t begin,
        last; /* pc: of the first instruction; of the last, or of the one that trapped */
    SpanEnd end;
    uint8_t cause;  /* of a trap: 64 and above of interrupts */
    uint8_t exit;   /* and why a guest was left: word of TRACE_EXITS */
    uint8_t next;   /* mode after it */
    uint32_t n;     /* short ones that this stands for: 1: it is one */
    uint32_t exits; /* of a guest to its host in them */
    uint64_t ns[SPAN_MODES];
} Span;

typedef enum { SPOT_EXIT, SPOT_TRAP, SPOT_IRQ, SPOT_MARK, SPOT_BREAK, SPOTS } SpotKind;

/* A moment. Of an interrupt by which a guest is left there are SPOT_EXIT and SPOT_IRQ. */
typedef struct {
    uint64_t ns;
    uint8_t hart;
    SpotKind kind;
    unsigned owner;
    uint64_t number; /* cause as above; of a mark its kind; of a breakpoint its number */
    uint64_t value;  /* of SPOT_EXIT why, of a mark its value */
    uint64_t pc;
} Spot;

typedef struct {
    /* All from `from` on: spans of a hart in order; spots in order. May be NULL. */
    void (*span)(void *opaque, unsigned hart, const Span *span);
    void (*spot)(void *opaque, const Spot *spot);
    void *opaque;
} SpanListener;

/* What is known from a moment of virtual time on, as far as the newest `most` blocks of events tell. Returns from when on, in
 * ns. `why`: why it is later than asked for; NULL: it is not. Between slices. */
uint64_t spans_read(const Machine *machine, uint64_t from_ns, unsigned most,
                    const SpanListener *listener, const char **why);

/* Why nothing is known, for people; NULL: something is. */
const char *spans_unknown(const Machine *machine);

/* What ended it, what happened: words of events. To be freed. */
char *span_end_text(const Span *span);
char *spot_text(const Spot *spot);
/* "s_timer": of the event trap's. */
char *span_cause_text(unsigned cause);
/* What people call a mode of this machine: "HS", or "S"; "idle". */
const char *span_mode_name(const Machine *machine, unsigned mode);

#endif
