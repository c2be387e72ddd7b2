/* SPDX-License-Identifier: MIT */
/*
 * compare.h - one guest under every technique there is: what each phase costs whoever is below it.
 *
 *   techniques.def ── compare.c: a machine file each, a run as a process of its own ── compare_measure.c: events ── compare_print.c
 *
 * Everything is measured from events between the guest's marks; what anybody prints is not looked at.
 */
#ifndef EMU_LAB_COMPARE_H
#define EMU_LAB_COMPARE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

/* Of TRACE_PRIVILEGES. */
enum { MODE_U = 1, MODE_HS = 2, MODE_M = 8, MODE_VU = 16, MODE_VS = 32 };

typedef struct {
    const char *name;
    unsigned modes;
    const char *about, *machine;
} Technique;

typedef struct {
    char letter;
    unsigned count;
    const char *about;
} Phase;

/* Without their ends: the last has no name, and no letter. */
extern const Technique compare_techniques[];
extern const Phase compare_phases[];
enum { COMPARE_MOST_PHASES = 16 };

/* What a phase costs. */
typedef struct {
    bool complete;       /* both marks came */
    uint64_t exits;      /* traps from the guest to whoever is below */
    uint64_t host, all;  /* instructions retired there, and there or in the guest */
    uint64_t references; /* page table entries that the hart read */
    uint64_t pages;      /* of 4 KiB, of RAM, that whoever is below loaded from or stored to */
} Cost;

typedef struct {
    const Technique *technique;
    char *why;                       /* it was not measured; NULL: it was */
    Cost costs[COMPARE_MOST_PHASES]; /* by compare_phases */
} Measurement;

typedef struct {
    unsigned phases; /* bit n: phase n */
    uint64_t scale;
    GPtrArray *rows; /* of Measurement */
} Comparison;

extern const char *const compare_formats[]; /* up to a NULL */
/* Writes it in format `number` of these. */
void compare_print(const Comparison *comparison, unsigned number, FILE *out);

/* Adds up the costs of the recorded run at `path`. */
bool compare_measure(const char *path, Measurement *row, GError **error);
/* The events that it wants of one, for -trace. */
#define COMPARE_EVENTS "mark,mode,walk.end,mem"

/* bulkhead lab compare [--format F] [--only TECHNIQUE,...] [--phases LETTERS] [--scale N] */
bool compare_verb(char **words, int *code, GError **error);

#endif
