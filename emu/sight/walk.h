/* SPDX-License-Identifier: MIT */
/*
 * walk.h - a translation, step by step, with what its entries lead to: the sight behind the monitor's `walk` and the
 * window's panel. Looking changes nothing and fills nothing.
 */
#ifndef EMU_SIGHT_WALK_H
#define EMU_SIGHT_WALK_H

#include "emu/explain/walk_grid.h"
#include "emu/sight/sight.h"

/* Where an entry leads. */
typedef struct {
    bool leads_on; /* it is valid, and no fault ended the walk at it */
    bool is_leaf;
    bool of_guest;      /* to guest-physical `gpa` */
    uint64_t gpa, size; /* size: of what a leaf maps, in its stage */
    bool has_spa;
    uint64_t spa;   /* the page of 4 KiB that the walk went on in, or that is accessed */
    int color;      /* of that page; -1: nobody has colours here */
    bool violates;  /* it is none of its owner's colours */
    char owner[40]; /* whose it is: a partition's name, "vmid3", "host" */
    char *file;     /* what the machine file says of gpa; NULL: there is none */
} WalkPage;

typedef struct {
    unsigned hart; /* whose registers were used */
    char *
        why; /* this address and nothing else: "pc", "last fault, ..."; NULL: somebody asked for it */
    char *refused; /* why there is no walk; NULL: `grid` and `pages` are there */
    WalkGrid grid;
    WalkPage pages[WALK_MAX_STEPS + 1]; /* by step */
} WalkSight;

/* Questions whose address and access are set: as loads and stores of the hart are translated now; and as those of the guest
 * with that VMID, that is set up on a hart, or left one while notes of that were taken. `*hart` is where to begin to look and
 * becomes that hart; false: there is none. */
void walk_ask_as_hart(const Machine *machine, unsigned hart, WalkQuestion *question);
/* The same made by U-mode, or not: where associative memory maps that, wherever the hart is now. */
void walk_ask_as_user(const Machine *machine, unsigned hart, WalkQuestion *question, bool user);
bool walk_ask_as_guest(const Machine *machine, unsigned vmid, WalkQuestion *question,
                       unsigned *hart);

/* To be freed by walk_sight_free. */
WalkSight *walk_sight_new(Machine *machine, unsigned hart, const WalkQuestion *question);
/* Of the last fault of the hart that is remembered, or else of its pc. */
WalkSight *walk_sight_follow(Machine *machine, unsigned hart);
void walk_sight_free(void *sight);

/* One thing about an entry: a field, or what it leads to. */
typedef struct {
    char name[12];
    char *value;
    const char *says;
    bool is_wrong;
} WalkField;

/* All of step `step` (below grid.n_steps), as GPtrArray of WalkField. */
GPtrArray *walk_step_fields(const WalkSight *sight, unsigned step);
/* The same as lines, and as members of an object. */
void walk_step_print(const WalkSight *sight, unsigned step, GString *out);
void walk_step_json(const WalkSight *sight, unsigned step, Json *json);

/* Functions of the SightType. */
void *walk_sight_make(Machine *machine, const SightWants *wants);
void walk_sight_print(const void *sight, GString *out);
void walk_sight_json(const void *sight, Json *json);

#endif
