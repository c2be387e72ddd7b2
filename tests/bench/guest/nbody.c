/* SPDX-License-Identifier: MIT */
/*
 * nbody.c - five bodies that attract each other, in double precision: multiply, add, divide,
 * square root.
 */
#include "bench.h"

#define BODIES 5
#define STEP   0.01

typedef struct Body {
    double at[3];
    double speed[3];
    double mass;
} Body;

static Body bodies[BODIES];

static void attract(Body *a, Body *b)
{
    double d[3], square = 0.0625, pull;

    for (unsigned k = 0; k < 3; k++) {
        d[k] = a->at[k] - b->at[k];
        square += d[k] * d[k];
    }
    pull = STEP / (square * __builtin_sqrt(square));
    for (unsigned k = 0; k < 3; k++) {
        a->speed[k] -= d[k] * b->mass * pull;
        b->speed[k] += d[k] * a->mass * pull;
    }
}

uint64_t bench_main(void)
{
    uint64_t seed = 7, sum = 0;

    for (unsigned i = 0; i < BODIES; i++) {
        for (unsigned k = 0; k < 3; k++) {
            bodies[i].at[k] = (double)(random_next(&seed) % 1000) / 100;
            bodies[i].speed[k] = (double)(random_next(&seed) % 1000) / 1000 - 0.5;
        }
        bodies[i].mass = 1.0 + i;
    }
    for (uint64_t step = 0; step < ROUNDS(1000000); step++) {
        for (unsigned i = 0; i < BODIES; i++) {
            for (unsigned j = i + 1; j < BODIES; j++) {
                attract(&bodies[i], &bodies[j]);
            }
        }
        for (unsigned i = 0; i < BODIES; i++) {
            for (unsigned k = 0; k < 3; k++) {
                bodies[i].at[k] += STEP * bodies[i].speed[k];
            }
        }
    }
    for (unsigned i = 0; i < BODIES; i++) {
        union {
            double number;
            uint64_t bits;
        } x = { bodies[i].at[i % 3] };

        sum = checksum_add(sum, x.bits);
    }
    return sum;
}
