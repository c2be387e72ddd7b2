/* SPDX-License-Identifier: MIT */
/*
 * top.h - -top: what the partitions do just now, drawn anew a few times a second while the machine runs.
 *
 * A thread asks for it by the inbox; the emulation thread looks, between slices, and draws. Nothing of the machine
 * changes. The drawing replaces itself by moving the cursor, so the terminal stays as it is however the program ends; what
 * is written to standard error meanwhile stays above it.
 */
#ifndef EMU_SHARED_TOP_H
#define EMU_SHARED_TOP_H

#include <stdbool.h>

#include "emu/console/panel.h"
#include "emu/machine.h"

typedef struct Top Top;

/* Begins. With a panel it draws there, below what a line says. With NULL it draws on standard error, which must be a terminal,
 * and from then on `stderr` is another stream to the same place. NULL: `error` says why not. */
Top *top_new(Machine *machine, bool by_hart, Panel *panel, GError **error);
/* Draws once more, what all of the run was, and leaves that standing. NULL is fine. */
void top_free(Top *top);

/* What happened since the last call, as at most `rows` lines of at most `columns` characters. */
typedef struct TopLook TopLook;
TopLook *top_look_new(const Machine *machine, bool by_hart);
void top_look_free(TopLook *look);
void top_look(TopLook *look, unsigned columns, unsigned rows, GString *out);
/* Appends `text` without what has no room, and says so. */
void top_fit(GString *text, unsigned columns, unsigned rows, GString *out);

#endif
