/* SPDX-License-Identifier: MIT */
/*
 * drum.h - the drums: where they stand, what is below the heads, what is transferred and what waits; the sight behind the
 * monitor's `drum` and the window's panel. All times are ns of virtual time. Looking changes nothing.
 */
#ifndef EMU_SIGHT_DRUM_H
#define EMU_SIGHT_DRUM_H

#include "emu/sight/sight.h"

/* The swapping drum. */
typedef struct {
    DrumConfig config;
    uint64_t revolution; /* ns, rounded up */
    unsigned word;       /* the drum address below the heads */
    uint32_t stat;
    bool halted; /* harts do not run */
    DrumPhase phase;
    /* The transfer, or the last one. count 0: there was none. */
    unsigned write_field, read_field, count, first; /* first: where it begins */
    unsigned passed;                                /* words of it */
    uint64_t core, command_at, begins_at, ends_at;
    DrumField fields[DRUM_MOST_FIELDS];
} DrumLook;

typedef struct {
    unsigned page, slot;
    bool write;
    uint64_t core, came;
    bool current; /* it is what the drum waits for or transfers */
} PagingLookRequest;

/* The paging drum. */
typedef struct {
    PagingDrumConfig config;
    uint64_t revolution, transfer; /* ns */
    uint64_t angle;                /* ns into the revolution */
    bool ordered;
    PagingDrumPhase phase;
    uint64_t begins_at, ends_at;  /* of the one that is current */
    uint64_t reads, writes, used; /* pages, since the reset; used: pages that were ever written */
    unsigned waiting[PAGING_DRUM_SLOTS]; /* requests, by slot; with the current one */
    unsigned n;
    PagingLookRequest requests[PAGING_DRUM_MOST_REQUESTS]; /* the oldest first */
} PagingLook;

typedef struct {
    uint64_t now;
    bool has_drum, has_paging;
    DrumLook drum;
    PagingLook paging;
} DrumSight;

/* "12.345 ms". To be freed. */
char *drum_time_text(uint64_t ns);
/* One line each, without its end: what it is, where it stands, what it does. To be freed. */
char *drum_kind_text(const DrumLook *look);
char *drum_place_text(const DrumLook *look);
char *drum_work_text(const DrumSight *sight);
char *paging_kind_text(const PagingLook *look);
char *paging_place_text(const PagingLook *look);
char *paging_work_text(const DrumSight *sight);

/* Functions of the SightType. */
void *drum_sight_make(Machine *machine, const SightWants *wants);
void drum_sight_print(const void *sight, GString *out);
void drum_sight_json(const void *sight, Json *json);
void drum_sight_free(void *sight);

#endif
