/* SPDX-License-Identifier: MIT */
/*
 * history.h - the run as it has been, kept in memory so that the machine can go back in it.
 *
 * Checkpoints are taken while it runs, densely of late and sparsely before; input_log.h has what came in between. Any
 * moment is reached from a checkpoint before it by running the same once more. `behind` the moment up to which the run
 * has got, nothing that happens is new: input comes from the log and output goes nowhere. The machine then goes on as it
 * did; what the debugger changes there begins another run, and the former future is forgotten. See ADR 0020.
 *
 * history.c        being behind, hooks of the scheduler     history_marks.c  checkpoints: when, and which make room
 * history_life.c   begin, end, reasons not to                travel.c         going back
 * last_store.c     who wrote this?
 */
#ifndef EMU_TIME_HISTORY_H
#define EMU_TIME_HISTORY_H

#include "emu/time/checkpoint.h"
#include "emu/time/input_log.h"
#include "emu/time/travel.h"

typedef struct History History;

/* A moment in the log: records before `next` have been applied. */
typedef struct {
    Position at;
    uint64_t next;
} Moment;

/* Why this machine cannot go back, and what to do; NULL: it can. */
const char *history_refusal(const Machine *machine);

/* A run that somebody else knows, to be done once more: its input is in the log already. */
typedef struct {
    Moment end;
    uint64_t
        last_part; /* number of the record that its last part begins with; before, its end's time is another's */
    bool (*load_part)(
        void *
            opaque); /* makes the machine what the next part begins with; false: it failed, machine stopped */
    void (*differs)(void *opaque); /* a device did not take its input as it did */
    void (*ended)(void *opaque);   /* the end is reached: may pause or stop the machine */
    void (*passed)(void *opaque);  /* and is to be passed now */
    void (*left)(void *opaque);    /* the run was changed: from here on it is another */
    void *opaque;
} HistoryReplay;

/* The run was changed from outside: what `recorder` records goes on with this state, after `end`. */
typedef void HistoryPart(void *recorder, const Position *end);

/* Begins to remember: `log` must be attached. `limit`: bytes that checkpoints may take, 0: there will be no going back.
 * Sets machine->time_travel. */
History *history_new(Machine *machine, InputLog *log, size_t limit);
/* From now on what happens is that; `replay` must outlive it. Before the machine runs. */
void history_replay(History *history, const HistoryReplay *replay);
void history_record(History *history, HistoryPart *part_begins, void *recorder);
void history_free(History *history); /* before the machine; NULL is fine */

/* How far back one can go, for people. */
void history_describe(const History *history, GString *out);

/* The last store to a stretch of RAM. */
typedef struct {
    bool found;
    Spa at; /* its first byte in the stretch */
    unsigned size;
    uint64_t before, after; /* up to 8 bytes of it */
    Requester by;
    bool in_slice;  /* else between two instructions: input came */
    unsigned hart;  /* that ran, and */
    uint64_t steps; /* had used so many, without the instruction that did it */
    uint64_t ns;
} HistoryStore;

/* Finds the last store before now to the `size` bytes of RAM at `at`, and tells `tell`, if there is one, while the machine is
 * just before it. The machine is where it was afterwards, unless the user did not want to wait. */
TravelEnd history_last_store(History *history, Spa at, uint64_t size, HistoryStore *store,
                             void (*tell)(void *opaque, const HistoryStore *store), void *opaque);

/* For the machine: something was stored to a page that is PAGE_MAILBOX. */
void history_stored(Machine *machine, Spa spa, unsigned size, Requester by);

/* For the scheduler. */
/* The debugger holds the machine; it will want to come back here exactly. */
void history_paused(Machine *machine);
/* What is to be done between slices, before the machine goes on. */
void history_go_on(Machine *machine);
/* What happens from here on did not happen before. */
void history_deviates(Machine *machine);

/* Somebody is about to change the machine's state from outside. To be called between slices, before every such thing that
 * is not INPUT_*. Nothing happens if nobody remembers. */
void history_touched(Machine *machine);
/* Somebody lets a hart that waits in a WFI go on. */
void history_wake(Machine *machine, Hart *hart);
/* Somebody turns timed mode on or off. Between slices. */
void history_timed(Machine *machine, bool on);

#endif
