/* SPDX-License-Identifier: MIT */
/* edges.c - edges of a picture; see susan.h. The mask is that of three by three pixels. */
#include "susan.h"

enum { LESS = 730 }; /* of 900: about so much is alike where there is no edge */

void edges_prepare(unsigned height)
{
    susan_prepare(height);
}

/* How much of the eight around it is like it, and on which side. */
static void look_at(Pixel *at)
{
    int32_t alike = 0, dx = 0, dy = 0;
    for (int y = -1; y <= 1; y++) {
#pragma GCC unroll 3
        for (int x = -1; x <= 1; x++) {
            int32_t weight = alikeness(at[y * PITCH + x].level, at->level);
            alike += weight;
            dx += x * weight;
            dy += y * weight;
        }
    }
    at->strength = alike < LESS ? LESS - alike : 0;
    at->dx = dx;
    at->dy = dy;
    at->direction = dx * dx > dy * dy ? 1 : PITCH;
}

/* An edge is as strong as its neighbours across it, or stronger than them. */
static void thin(Pixel *at)
{
    int32_t across = at->direction;
    at->best =
        at->strength && at->strength >= at[-across].strength && at->strength >= at[across].strength;
}

void edges_run(unsigned height)
{
    susan_smooth(height);
    for (unsigned x = BORDER; x < WIDTH - BORDER; x++) {
        for (unsigned y = BORDER; y < height - BORDER; y++)
            look_at(pixel_at(x, y));
    }
    for (unsigned x = WIDTH - BORDER; x-- > BORDER;) {
        for (unsigned y = BORDER; y < height - BORDER; y++)
            thin(pixel_at(x, y));
    }
}

/* Edges lie on the border of a rectangle, one pixel more or less, and its left side has one everywhere. */
static bool is_border(Box box, unsigned x, unsigned y)
{
    bool outside = x + 1 < box.left || x >= box.right + 1 || y + 1 < box.top || y >= box.bottom + 1;
    bool inside = x >= box.left + 1 && x + 1 < box.right && y >= box.top + 1 && y + 1 < box.bottom;
    return !outside && !inside;
}

uint64_t edges_verify(unsigned height)
{
    uint64_t sum = 0;
    for (unsigned y = BORDER; y < height - BORDER; y++) {
        for (unsigned x = BORDER; x < WIDTH - BORDER; x++) {
            const Pixel *at = pixel_at(x, y);
            Box box = cell_box(y / CELL, x / CELL);
            bool side = x == box.left && y > box.top && y + 1 < box.bottom;
            check(!at->best || is_border(box, x, y), "an edge where there is none", y * WIDTH + x);
            check(!side || at->best || at[-1].best, "an edge that was not found", y * WIDTH + x);
            sum = mix(sum, (uint64_t)at->best << 32 | (uint32_t)at->strength);
        }
    }
    return sum;
}
