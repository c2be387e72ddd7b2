/* SPDX-License-Identifier: MIT */
/* verbs.h - `bulkhead lab VERB ...`: exercises. */
#ifndef EMU_LAB_VERBS_H
#define EMU_LAB_VERBS_H

#include <stdbool.h>

#include <glib.h>

/* Does what the n words behind `bulkhead lab` ask for; *code becomes the exit code: EXIT_EXPECT if an answer is wrong. */
bool lab_verb(int n, char **words, int *code, GError **error);

#endif
