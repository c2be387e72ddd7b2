/* SPDX-License-Identifier: MIT */
/*
 * mutant.h - rules that can be broken, one at a time, to see that a test notices: `make mutants`.
 *
 * BROKEN(name) stands where a rule of the manual is applied and is false, unless this is a build with MODE=mutants and
 * the environment variable BULKHEAD_MUTANT is that name. Other builds have nothing of it.
 */
#ifndef EMU_BASE_MUTANT_H
#define EMU_BASE_MUTANT_H

typedef enum {
    MUTANT_none,
#define MUTANT(name, corner, text) MUTANT_##name,
#include "emu/base/mutants.def"
#undef MUTANT
} Mutant;

/* The one that is broken. The only variable of the program that does not hang off a Machine: it is the
 * environment's. */
extern Mutant mutant_broken;

#define BROKEN(name) (CONFIG_MUTANTS && mutant_broken == MUTANT_##name)

#endif
