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

enum { WALK_GRID_LEVELS = 5, WALK_GRID_ROWS = WALK_GRID_LEVELS + 2, WALK_NO_STEP = -1 };

/* One row: the way to an entry of the first stage, or to what is accessed. */
typedef struct {
    char label[8];
    int g[WALK_GRID_LEVELS]; /* by level: which step; WALK_NO_STEP */
    int entry;
} WalkRow;

/* What was found. */
typedef struct {
    WalkQuestion question;
    WalkRequest request;
    WalkResult result;
    WalkEnd end;
    WalkRow rows[WALK_GRID_ROWS];
    unsigned n_rows;
    unsigned n_steps;      /* of result.steps, an entry that could not be read among them */
    StoreEntry remembered; /* what the store has for the address, if `is_remembered` */
    bool is_remembered;
    unsigned frame; /* whose register has the page, where associative memory translates */
} WalkGrid;

void walk_grid_look(Mmu *mmu, const WalkQuestion *question, WalkGrid *grid);
/* Has a stage with this AtpMode page tables? */
bool walk_grid_is_table(unsigned mode);
/* Did the walk end in a fault at this step? */
bool walk_grid_fails_at(const WalkGrid *grid, unsigned step);

/* Appends the drawing, or the members of a JSON object. */
void walk_grid_print(const WalkGrid *grid, GString *out);
void walk_grid_json(const WalkGrid *grid, Json *json);

/* Lines of the drawing, for who draws the rest otherwise: whose walk it is, and how it ended: what it came to or the rule that
 * refused, and what is remembered. */
void walk_grid_print_question(const WalkGrid *grid, GString *out);
void walk_grid_print_end(const WalkGrid *grid, GString *out);

#endif
