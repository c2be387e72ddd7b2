/* SPDX-License-Identifier: MIT */
/*
 * walk_grid.h - a walk, drawn: a row for each entry of the first stage, a column for each level of the G stage.
 *
 * What is drawn is looked at anew, and nothing is changed or filled by it.
 */
#ifndef EMU_EXPLAIN_WALK_GRID_H
#define EMU_EXPLAIN_WALK_GRID_H

#include "emu/json.h"
#include "mmu/mmu.h"

/* What to draw. */
typedef struct {
    MmuSpace space;
    Gva va;
    Access access;
    bool user;
} WalkQuestion;

/* Appends the drawing, or one JSON object and the end of its line. */
void walk_grid_draw(Mmu *mmu, const WalkQuestion *question, GString *out);
void walk_grid_json(Mmu *mmu, const WalkQuestion *question, Json *json);

#endif
