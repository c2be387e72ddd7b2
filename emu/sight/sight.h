/* SPDX-License-Identifier: MIT */
/*
 * sight.h - what people may see of the machine's inside, as data: each sight is built once, on the emulation thread,
 * between slices, and is then printed by the monitor, written as JSON, and drawn by a panel of the window, which all say
 * the same. Building one changes nothing of the machine. A sight that was built is never changed, and any thread may read it.
 */
#ifndef EMU_SIGHT_SIGHT_H
#define EMU_SIGHT_SIGHT_H

#include "emu/json.h"
#include "emu/machine.h"

typedef enum {
    SIGHT_HARTS, /* partitions and harts: who runs where, in which mode, and how much */
    SIGHT_TIMELINE, /* modes and partitions of each hart over the last stretch of time, and marks in it */
    SIGHT_WALK,   /* one translation, step by step */
    SIGHT_MEMORY, /* physical memory by owner and colour */
    SIGHT_CACHE,  /* whose lines the shared cache has, and who drove out whose */
    SIGHT_IRQ,    /* interrupts from their sources to harts */
    SIGHT_CSR,    /* registers of a hart, field by field */
    SIGHT_DRUM,   /* drums: where they stand, and what they transfer */
    SIGHT_COUNT
} SightId;

/* What somebody wants to see. */
typedef struct {
    uint32_t which; /* bit n: the SightId n */
    unsigned hart;  /* of csr */
    /* walk: with the registers of `walk_hart`, `va`, or `expression` as the monitor reads it if there is one, as an access 'r', 'w' or 'x' would have it translated; of the guest with `vmid`, or -1 as the hart is now;
     * `privilege` 'U', 'S', or 0: as the hart is now. With `follow` the last fault's address, or else pc. */
    bool follow;
    unsigned walk_hart;
    uint64_t va;
    char expression[64];
    char access, privilege;
    int vmid;
    uint64_t span_ns;                /* timeline: how much of the past */
    uint64_t memory_at, memory_size; /* memory: which part of it; 0, 0: all RAM */
    /* What takes long may be put together in several looks, and be as old as these: who asks again and again has this set by
     * publisher_ask. Else all is of now, and depends on nothing but the machine. */
    bool in_parts;
} SightWants;

typedef struct {
    const char *name; /* "harts": what the monitor's command and JSON call it */
    const char *help; /* a few words */
    void *(*make)(Machine *machine, const SightWants *wants);
    void (*print)(const void *sight, GString *out); /* lines */
    void (*json)(const void *sight, Json *json);    /* members of an object that is open */
    void (*free)(void *sight);
} SightType;

/* By SightId. A row without a name: not there yet. */
extern const SightType sight_types[SIGHT_COUNT];

/* Some sights of one moment. */
typedef struct {
    gint references;
    uint64_t now_ns;   /* virtual time */
    uint64_t executed; /* instructions and traps of all harts */
    unsigned n_harts;
    bool paused, timed, over;  /* over: the run has ended */
    bool paced;                /* idle time passes as on the wall */
    SightWants wants;          /* what these were made for */
    void *sights[SIGHT_COUNT]; /* NULL: not wanted */
} Sights;

/* Emulation thread, between slices. */
Sights *sights_make(Machine *machine, const SightWants *wants);
Sights *sights_ref(Sights *sights);
void sights_unref(Sights *sights); /* NULL is fine */

/* For whoever looks again and again from another thread. One message at most is on its way to the emulation thread; what it
 * finds is kept until it is taken, or replaced by what is newer. */
typedef struct SightPublisher SightPublisher;

SightPublisher *publisher_new(Machine *machine);
/* Nobody asks any more, and the machine does not run. */
void publisher_free(SightPublisher *publisher);
/* Any thread. */
void publisher_ask(SightPublisher *publisher, const SightWants *wants);
/* Emulation thread: now. */
void publisher_publish(SightPublisher *publisher, const SightWants *wants);
/* Any thread. The newest, to be unreferenced; NULL: none since the last call. */
Sights *publisher_take(SightPublisher *publisher);

#endif
