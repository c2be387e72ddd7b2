/* SPDX-License-Identifier: MIT */
/* mutant.c - which rule is broken; only in builds with MODE=mutants. See mutant.h. */
#include "emu/base/mutant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Mutant mutant_broken;

/* Before main, so that nothing can have asked yet. */
static __attribute__((constructor)) void choose_mutant(void)
{
    static const char *const names[] = {
#define MUTANT(name, corner, text) [MUTANT_##name] = #name,
#include "emu/base/mutants.def"
#undef MUTANT
    };
    const char *wanted = getenv("BULKHEAD_MUTANT");
    for (unsigned i = 1; wanted && i < sizeof names / sizeof names[0]; i++)
        if (!strcmp(wanted, names[i]))
            mutant_broken = (Mutant)i;
    if (wanted && *wanted && !mutant_broken) {
        fprintf(stderr, "BULKHEAD_MUTANT=%s: no such row in emu/base/mutants.def\n", wanted);
        exit(64);
    }
}
