/* SPDX-License-Identifier: MIT */
/* verbs.h - `bulkhead trace VERB ...`: what can be done with recorded traces. */
#ifndef EMU_TRACE_VERBS_H
#define EMU_TRACE_VERBS_H

#include <stdbool.h>

#include <glib.h>

#include "emu/trace/file.h"

/* Does what `argv`, the words behind `bulkhead trace`, asks for; *code becomes the exit code. */
bool trace_verb(int argc, char **argv, int *code, GError **error);

/* Writes the catalogue of events to standard output, as docs/trace.md holds it. */
void trace_write_docs(void);

/* The verbs, with as many words as their row in verbs.c says. They write to standard output. */
bool trace_verb_print(char **argv, int *code, GError **error);  /* ... FILE, NULL */
bool trace_verb_query(char **argv, int *code, GError **error);  /* ... FILE QUERY, NULL */
bool trace_verb_stat(char **argv, int *code, GError **error);   /* FILE */
bool trace_verb_export(char **argv, int *code, GError **error); /* FORMAT ... FILE, NULL */
bool trace_verb_expect(char **argv, int *code, GError **error); /* ... RULES FILE, NULL */
bool trace_verb_diff(char **argv, int *code, GError **error);   /* FILE FILE; code 1: they differ */

#endif
