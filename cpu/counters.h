/* SPDX-License-Identifier: MIT */
/*
 * counters.h - cycle, instret and the event counters, their filters by mode, and their overflow.
 *
 * A counter's value is an offset plus how often its event has happened since power-on, so counting costs nothing by
 * itself. While it is inhibited, by mcountinhibit or because it does not count in the present mode, it is the offset
 * alone.
 */
#ifndef CPU_COUNTERS_H
#define CPU_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu/isa/insn.h"

typedef enum {
#define EVENT(name, ...) EVENT_##name,
#include "cpu/events.def"
#undef EVENT
    EVENT_COUNT
} Event;

typedef enum { COUNTED_CLOCK, COUNTED_ALWAYS, COUNTED_WATCHED, COUNTED_MODELLED } EventKind;

#define EVENT_FIRST_MODELLED EVENT_cache_references

typedef struct {
    const char *name, *meaning;
    uint32_t selector; /* value of mhpmevent */
    EventKind kind;
} EventInfo;

extern const EventInfo event_info[EVENT_COUNT];

/* The first selector of raw events, which SBI has no numbers for. */
enum { EVENT_RAW = 0x20000, EVENT_RAW_MASK = 0xff };

enum { HPM_FIRST = 3, HPM_COUNTERS = 29, COUNTERS = HPM_FIRST + HPM_COUNTERS };

/* By the low five bits of the CSR numbers: 0 cycle, 2 instret, 3.. hpmcounter3... */
typedef struct {
    /* State: */
    uint64_t offset[COUNTERS];
    uint64_t event[HPM_COUNTERS];            /* mhpmevent3.. */
    uint64_t happened[EVENT_FIRST_MODELLED]; /* since power-on, of those the hart counts */
    /* Derived: */
    uint64_t seen
        [COUNTERS]; /* value when overflow was looked for last, which depends on the host's slices */
    uint8_t source[COUNTERS]; /* Event */
    uint32_t filtered;        /* counters that some mode does not count for */
    uint32_t armed;           /* counters whose overflow is an interrupt */
} Counters;

/* Recomputes what is derived, after reset and when a counter's configuration changed. */
void counters_update(Hart *hart);
/* The same after load. */
void counters_loaded(Hart *hart);

/* The hart is about to go to mode `to` (mode_of). `returning`: by an xRET, which still counts for the mode it leaves.
 * norm:instret_xret */
void counters_change_mode(Hart *hart, unsigned to, bool returning);

/* To be called before the hart runs: may a counter overflow before its `left` units are used up? */
bool counters_may_overflow(Hart *hart);
/* Looks for counters that overflowed, and raises their interrupt. norm:count_overflow_interrupt */
void counters_find_overflow(Hart *hart);

/* Counts what the instruction that just retired was. `jumped`: it set the pc. */
void counters_retire(Hart *hart, InsnClass class, bool jumped);

#endif
