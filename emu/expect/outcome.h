/* SPDX-License-Identifier: MIT */
/* outcome.h - what was looked at and how it came out, and saying so: text, TAP, JUnit, Gradescope. */
#ifndef EMU_EXPECT_OUTCOME_H
#define EMU_EXPECT_OUTCOME_H

#include <stdbool.h>
#include <stdio.h>

#include <glib.h>

/* One thing that was looked at. The strings are its own; all but `name` and `said` may be NULL. */
typedef struct {
    char *name;
    bool passed;
    double points; /* it is worth, if it passed */
    char *said;    /* what was wanted and what there was */
    char *place;   /* where in a file it was asked for */
    char *details; /* lines that show more; only of what did not pass, as is the hint */
    char *hint;
} Outcome;

typedef struct {
    char *suite;       /* all of them together: for JUnit */
    const char *holds; /* "rules hold": behind "3 of 4" */
    GPtrArray *list;   /* of Outcome */
} Outcomes;

Outcomes *outcomes_new(const char *suite, const char *holds);
void outcomes_free(Outcomes *outcomes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Outcomes, outcomes_free)

/* One more, whose fields the caller fills. */
Outcome *outcomes_add(Outcomes *outcomes);
/* Adds what is in `others`. */
void outcomes_copy(Outcomes *outcomes, const Outcomes *others);
/* How many did not pass. */
unsigned outcomes_failed(const Outcomes *outcomes);

/* Words for the option --format; NULL: no more. */
extern const char *const outcome_formats[];
/* The number of the format that is called so, or -1. */
int outcome_format(const char *word);
/* Writes them in format `number`. */
void outcomes_write(const Outcomes *outcomes, unsigned number, FILE *out);

#endif
