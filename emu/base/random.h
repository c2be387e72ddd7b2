/* SPDX-License-Identifier: MIT */
/*
 * random.h - numbers that look random and are the same in every run.
 *
 * The generator is splitmix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014): a
 * counter and a mixing function, so the counter is all there is to save.
 */
#ifndef EMU_BASE_RANDOM_H
#define EMU_BASE_RANDOM_H

#include <stdint.h>

#define RANDOM_STEP 0x9e3779b97f4a7c15

/* The 64-bit number of this state. */
static inline uint64_t random_at(uint64_t state)
{
    uint64_t z = state + RANDOM_STEP;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* The same, and moves on to the next. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t value = random_at(*state);
    *state += RANDOM_STEP;
    return value;
}

#endif
