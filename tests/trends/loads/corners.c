/* SPDX-License-Identifier: MIT */
/* corners.c - corners of a picture; see susan.h. */
#include "susan.h"

enum {
    RADIUS = 3,
    LESS = 1500, /* of 3700: about so much is alike where there is a corner */
    AROUND = 3,  /* no other so good corner within so many pixels */
    CORNERS_MAX = 512,
};

typedef struct {
    uint16_t x, y;
    int32_t strength;
} Corner;

static Corner corners[CORNERS_MAX];
static unsigned n_corners;

void corners_prepare(unsigned height)
{
    susan_prepare(height);
}

/* How alike four pixels around it are that lie opposite to each other. */
static int32_t cross(const Pixel *at, int a, int b)
{
    return alikeness(at[-a].level, at->level) + alikeness(at[a].level, at->level) +
           alikeness(at[-b].level, at->level) + alikeness(at[b].level, at->level);
}

/* Most pixels are like most of eight around them, and need no more looking at. */
static bool is_plain(const Pixel *at)
{
    return cross(at, RADIUS, RADIUS * PITCH) + cross(at, 2 * PITCH - 2, 2 * PITCH + 2) >
           4 * ALIKE + ALIKE / 2;
}

/* The mask of 37 pixels, row by row; it ends where there is too much alike for a corner. */
static void look_at(Pixel *at)
{
    static const int8_t half_width[2 * RADIUS + 1] = { 1, 2, 3, 3, 3, 2, 1 };
    int32_t alike = 0, dx = 0, dy = 0;
    for (int y = -RADIUS; y <= RADIUS; y++) {
        for (int x = -half_width[y + RADIUS]; x <= half_width[y + RADIUS]; x++) {
            int32_t weight = alikeness(at[y * PITCH + x].level, at->level);
            alike += weight;
            dx += x * weight;
            dy += y * weight;
        }
        if (alike > LESS)
            return;
    }
    at->strength = LESS - alike;
    at->dx = dx;
    at->dy = dy;
}

static bool is_best(const Pixel *at)
{
    for (int y = -AROUND; y <= AROUND; y++) {
        for (int x = -AROUND; x <= AROUND; x++) {
            int32_t other = at[y * PITCH + x].strength;
            bool before = y < 0 || (!y && x < 0);
            if (other > at->strength || (before && other == at->strength))
                return false;
        }
    }
    return true;
}

static void keep_best(unsigned x, unsigned y)
{
    const Pixel *at = pixel_at(x, y);
    if (at->strength && is_best(at) && n_corners < CORNERS_MAX)
        corners[n_corners++] = (Corner){ (uint16_t)x, (uint16_t)y, at->strength };
}

void corners_run(unsigned height)
{
    n_corners = 0;
    susan_smooth(height);
    for (unsigned x = BORDER; x < WIDTH - BORDER; x++) {
        for (unsigned y = BORDER; y < height - BORDER; y++) {
            if (!is_plain(pixel_at(x, y)))
                look_at(pixel_at(x, y));
        }
    }
    for (unsigned x = WIDTH - BORDER; x-- > BORDER;) {
        for (unsigned y = BORDER; y < height - BORDER; y++)
            keep_best(x, y);
    }
}

static void check_corner(unsigned x, unsigned y)
{
    unsigned i = 0;
    while (i < n_corners && !(corners[i].x + 2u >= x && corners[i].x <= x + 2 &&
                              corners[i].y + 2u >= y && corners[i].y <= y + 2))
        i++;
    check(i < n_corners, "a corner that was not found", y * WIDTH + x);
}

/* Each rectangle has its four, and there are no others. */
uint64_t corners_verify(unsigned height)
{
    uint64_t sum = 0;
    unsigned boxes = 0;
    for (unsigned row = 0; row < height / CELL; row++) {
        for (unsigned column = 0; column < WIDTH / CELL; column++, boxes++) {
            Box box = cell_box(row, column);
            check_corner(box.left, box.top);
            check_corner(box.right - 1, box.top);
            check_corner(box.left, box.bottom - 1);
            check_corner(box.right - 1, box.bottom - 1);
        }
    }
    check(n_corners == 4 * boxes, "corners, and no others", n_corners);
    for (unsigned i = 0; i < n_corners; i++)
        sum = mix(sum, (uint64_t)corners[i].y << 40 | (uint64_t)corners[i].x << 20 |
                           (uint32_t)corners[i].strength);
    return sum;
}
