/* SPDX-License-Identifier: MIT */
/* trace_verbs.h - `bulkhead trace VERB ...`: what can be done with traces beside recording them. */
#ifndef EMU_TRACE_VERBS_H
#define EMU_TRACE_VERBS_H

#include <stdbool.h>

#include <glib.h>

/* Does what `argv`, the words behind `bulkhead trace`, asks for; *code becomes the exit code. */
bool trace_verb(int argc, char **argv, int *code, GError **error);

/* Writes the catalogue of events to standard output, as docs/trace.md holds it. */
void trace_write_docs(void);

#endif
