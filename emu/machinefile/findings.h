/* SPDX-License-Identifier: MIT */
/*
 * findings.h - what is wrong with a text, where, and what to do about it.
 *
 *     two.bh:18:12: error: partition "linux" asks 512M in 14 colours, but only 448M of RAM have them
 *        18 |   colors = "4-17";
 *           |            ^~~~~~
 *        fix: add 2 colours, or set memory = "448M"
 *
 * libconfig knows lines; columns are looked for in the line, and left out where a key stands twice in it.
 */
#ifndef EMU_MACHINEFILE_FINDINGS_H
#define EMU_MACHINEFILE_FINDINGS_H

#include <stdbool.h>
#include <stdio.h>

#include <glib.h>

typedef struct {
    unsigned line;          /* from 1 on; 0: the whole file */
    unsigned column, width; /* from 1 on; 0: not known */
    bool is_warning;
    char *text, *fix;
} Finding;

typedef struct {
    char *path;
    char **lines; /* of the text, up to a NULL */
    unsigned n_lines;
    GPtrArray *list; /* of Finding */
    unsigned errors, warnings;
} Findings;

Findings *findings_new(const char *path, const char *text);
void findings_free(Findings *findings);

/* One more finding. `key`: the setting of that line whose value is meant ("?key": the name itself), or NULL. The message is a sentence, then
 * "; " and what to do. */
void findings_add(Findings *findings, bool is_warning, unsigned line, const char *key,
                  const char *format, ...) G_GNUC_PRINTF(5, 6);
/* The same with a place that is known. */
void findings_add_at(Findings *findings, unsigned line, unsigned column, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* Forgets all of them. */
void findings_clear(Findings *findings);

/* All of them in the order of their lines. */
void findings_print(Findings *findings, FILE *out);

#endif
