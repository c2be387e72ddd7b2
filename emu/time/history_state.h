/* SPDX-License-Identifier: MIT */
/* history_state.h - what history.c and travel.c share. */
#ifndef EMU_TIME_HISTORY_STATE_H
#define EMU_TIME_HISTORY_STATE_H

#include "cpu/worlds.h"
#include "emu/time/history.h"

/* A moment that can be gone to at once. */
typedef struct {
    Checkpoint *checkpoint;
    Moment moment;
    uint64_t work; /* machine_executed: what coming here once more costs */
    Restraint recorded;
    bool is_first; /* nothing leads here: the run was changed from outside just before */
    uint64_t steps[MACHINE_MAX_HARTS];
    GArray *worlds[MACHINE_MAX_HARTS]; /* NULL: nobody took notes */
} Mark;

/* Where a debugger had the machine. */
typedef struct {
    Moment moment;
    uint64_t steps[MACHINE_MAX_HARTS], idle[MACHINE_MAX_HARTS];
} Stop;

struct History {
    Machine *machine;
    InputLog *log;
    GPtrArray *marks; /* of Mark, in order */
    GArray *stops;    /* of Stop, in order; the oldest make room */
    size_t limit;
    uint64_t mark_due; /* in work */
    bool behind;
    Moment frontier;        /* behind: up to where the run has got */
    uint64_t frontier_hash; /* of the harts then */
    Restraint logged;
    bool touched, must_offer;
    Moment touched_at;
    unsigned tries; /* looks in vain between the same two units */
    /* Behind: what reports every instruction is put aside. */
    Commit *commits[MACHINE_MAX_HARTS];
    Stats *stats[MACHINE_MAX_HARTS];
    uint64_t trace_seq, commit_hash, commit_count;
    /* Travelling: where to; without `has_goal` a hart's steps say it (Machine.stop_hart). */
    Moment goal;
    bool has_goal, arrived, cancelled;
    uint64_t origin; /* work where the journey began: marks get denser towards it */
    int64_t look_up; /* host time at which to see whether the user still wants it */
    TimeTravel travel;
    HistoryStore *sought; /* not NULL: stores to these are looked for */
    Spa sought_at;
    uint64_t sought_size;
    uint8_t *sought_bytes;       /* as they are now */
    const HistoryReplay *replay; /* NULL: the run is live, but for its past */
    bool has_ended;              /* the replay is at its end, which was said */
    HistoryPart *part_begins;    /* NULL: nobody records */
    void *recorder;
};

enum { HISTORY_STOPS = 4096 };
/* In the past only breakpoints on events hear of events; on the way through it nobody does. */
enum { HISTORY_MUTED = TRACE_ALL_SINKS & ~(1 << TRACE_TO_BREAK) };

static inline Mark *history_mark_at(const History *h, unsigned index)
{
    return g_ptr_array_index(h->marks, index);
}

/* history_marks.c: takes a mark, `is_first` of a part, unless nobody will go back; says when the next is due; drops some;
 * bytes that all take; what was noted of who comes and goes on harts. */
void history_take_mark(History *h, bool is_first);
void history_set_mark_due(History *h);
void history_drop_marks(History *h, unsigned from, unsigned count);
size_t history_memory(const History *h);
void history_restore_worlds(Machine *machine, GArray *const *worlds);
void history_note_steps(const Machine *machine, uint64_t *steps);

Moment history_now(const History *h);
/* Is `a` before `b`? */
bool moment_before(const Moment *a, const Moment *b);
/* The run changed from outside becomes one of its own. */
void history_settle(History *h);
/* From now on nothing is new. */
void history_fall_behind(History *h);
/* Makes the machine what it was. */
void history_restore(History *h, const Mark *mark);
/* Live again if the machine is where the run has got to. */
void history_rejoin(History *h);
/* Asks for the next look. */
void history_schedule(History *h);
void history_unschedule(History *h);
/* The user has changed their mind. */
bool history_is_cancelled(History *h);
void travel_init(History *h);
/* For last_store.c: the parts of a journey. Each is what its name says; see travel.c. */
bool travel_set_out(History *h);
unsigned travel_marks_before(const History *h, const Moment *moment);
TravelEnd travel_run_to(History *h, const Moment *goal);
TravelEnd travel_run_to_steps(History *h, unsigned hart, uint64_t steps);
TravelEnd travel_go_to(History *h, const Moment *goal);

#endif
