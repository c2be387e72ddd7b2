/* SPDX-License-Identifier: MIT */
/* bound.h - what a number must be: "< 3", "== 206.7 ms +- 0.1", "== 80.8 % +- 1 %". */
#ifndef EMU_EXPECT_BOUND_H
#define EMU_EXPECT_BOUND_H

#include <stdbool.h>

#include <glib.h>

typedef enum { IS_LT, IS_LE, IS_GT, IS_GE, IS_EQ, IS_NE } Relation;

typedef struct {
    Relation relation;
    double wanted, off;  /* how far off it may be */
    double factor;       /* of its unit */
    char unit[8], *text; /* as it was written */
} Bound;

/* Reads it from `text`. Numbers may have units that go with `base`, in which they are then told: "ns", "parts" for %, or NULL,
 * for none. NULL: all is well; else where it is not, *what is wrong and the *fix, both to be freed. */
const char *bound_parse(Bound *bound, const char *text, const char *base, char **what, char **fix);
void bound_clear(Bound *bound);

bool bound_holds(const Bound *bound, double value);
/* A number in the unit of the bound, for people; to be freed. */
char *bound_show(const Bound *bound, double value);

#endif
