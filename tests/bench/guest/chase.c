/* SPDX-License-Identifier: MIT */
/*
 * chase.c - a ring of pointers in random order through CHASE_KIB of memory: each load waits for
 * the one before.
 */
#include "bench.h"

#define STRIDE 64u
#define COUNT  (CHASE_KIB * 1024u / STRIDE)

static uint8_t memory[CHASE_KIB * 1024u] __attribute__((aligned(4096)));

static void **slot(unsigned i)
{
    return (void **)&memory[i * STRIDE];
}

uint64_t bench_main(void)
{
    uint64_t seed = 42;
    void **at;

    for (unsigned i = 0; i < COUNT; i++) {
        *slot(i) = slot(i);
    }
    for (unsigned i = COUNT - 1; i > 0; i--) { /* Sattolo's shuffle gives one ring */
        unsigned j = (unsigned)(random_next(&seed) % i);
        void *swap = *slot(i);

        *slot(i) = *slot(j);
        *slot(j) = swap;
    }
    at = slot(0);
    for (uint64_t hop = 0; hop < ROUNDS(CHASE_HOPS); hop++) {
        at = *at;
    }
    return (uint64_t)((uint8_t *)at - memory);
}
