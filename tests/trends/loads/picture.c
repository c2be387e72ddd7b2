/* SPDX-License-Identifier: MIT */
/* picture.c - a picture with rectangles in it; see susan.h. */
#include "susan.h"

uint8_t likeness[511];

uint8_t *picture(void)
{
    return (uint8_t *)FILES;
}

/* Of another size and place in each cell, and nowhere near its border. */
Box cell_box(unsigned row, unsigned column)
{
    uint64_t random = row * 64 + column + 1;
    unsigned left = column * CELL + 6 + next_random(&random) % 5;
    unsigned top = row * CELL + 6 + next_random(&random) % 5;
    return (Box){ left, top, left + 10 + next_random(&random) % 6,
                  top + 10 + next_random(&random) % 6 };
}

static void draw_box(Box box, unsigned brightness, uint64_t *random)
{
    for (unsigned y = box.top; y < box.bottom; y++)
        for (unsigned x = box.left; x < box.right; x++)
            picture()[y * WIDTH + x] = (uint8_t)(brightness + next_random(random) % 4);
}

/* Falls from ALIKE to nothing where the difference passes the threshold: 1 / (1 + (d / t)^6). */
static void make_likeness(void)
{
    for (int64_t d = -255; d <= 255; d++) {
        int64_t six = d * d * d * d * d * d, limit = (int64_t)THRESHOLD * THRESHOLD * THRESHOLD;
        likeness[d + 255] = (uint8_t)(ALIKE * limit * limit / (limit * limit + six));
    }
}

void susan_prepare(unsigned height)
{
    uint64_t random = 5;
    check(height * PITCH * sizeof(Pixel) <= PROCESS_SIZE, "room for a record each", height);
    make_likeness();
    for (unsigned i = 0; i < height * WIDTH; i++)
        picture()[i] = (uint8_t)(100 + next_random(&random) % 4);
    for (unsigned row = 0; row < height / CELL; row++)
        for (unsigned column = 0; column < WIDTH / CELL; column++)
            draw_box(cell_box(row, column), (row + column) % 2 ? 20 : 200, &random);
}

/* Noise goes where a neighbour to the right or below is alike; borders of things stay sharp. */
static int32_t level_of(const uint8_t *at)
{
    int32_t sum = 2 * at[0], weight = 2;
    int32_t next[2] = { at[1], at[WIDTH] };
    for (unsigned i = 0; i < 2; i++) {
        bool alike = alikeness(next[i], at[0]) > ALIKE / 2;
        sum += alike ? next[i] : 0;
        weight += alike;
    }
    return sum / weight;
}

void susan_smooth(unsigned height)
{
    for (unsigned y = 0; y < height; y++) {
        for (unsigned x = 0; x < WIDTH; x++)
            *pixel_at(x, y) = (Pixel){ .level = level_of(&picture()[y * WIDTH + x]) };
    }
}
