/* SPDX-License-Identifier: MIT */
/*
 * susan.h - a picture, and what finding corners and edges in it has in common.
 *
 * The principle is that of Smith and Brady: around each pixel, how much of the neighbourhood is about as bright as the pixel
 * itself? All of it: nothing is there. Half of it: an edge. A quarter: a corner.
 *
 * The picture is even, with noise, and has a bright or dark rectangle in each cell of 32 by 32. So it is known where edges
 * and corners are. Results lie in a record for each pixel, two to a line of the cache, and are gone through by rows and by
 * columns: what is near in the picture is near in memory in one direction only.
 */
#ifndef SUSAN_H
#define SUSAN_H

#include "loads.h"

enum { WIDTH = 160, CELL = 32, BORDER = 5, THRESHOLD = 20, ALIKE = 100 };
/* Records to a row: with WIDTH, rows would fall into few sets of a first-level cache. */
enum { PITCH = WIDTH + 2 };

typedef struct {
    unsigned left, top, right, bottom; /* the first pixels outside of it are right and bottom */
} Box;

typedef struct {
    int32_t level;     /* brightness, smoothed */
    int32_t strength;  /* of the edge or corner here; 0: none */
    int32_t dx, dy;    /* to where it is alike */
    int32_t direction; /* of an edge: to the next record across it */
    int32_t best;      /* stronger than its neighbours */
    uint64_t unused;
} Pixel;
_Static_assert(sizeof(Pixel) == 32, "two to a line");

static inline Pixel *pixel_at(unsigned x, unsigned y)
{
    return (Pixel *)PROCESS + y * PITCH + x;
}

/* How alike two levels are, 0 to ALIKE, by their difference. */
extern uint8_t likeness[511];
static inline int32_t alikeness(int32_t a, int32_t b)
{
    return likeness[a - b + 255];
}

/* The input. */
uint8_t *picture(void);
void susan_prepare(unsigned height);
/* By rows: records for all pixels. */
void susan_smooth(unsigned height);
/* The rectangle in the cell of this row and column of cells. */
Box cell_box(unsigned row, unsigned column);

#endif
