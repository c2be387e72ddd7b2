/* SPDX-License-Identifier: MIT */
/*
 * sieve.c - the sieve of Eratosthenes over one byte a number: short loops of stores with growing
 * strides.
 */
#include "bench.h"

#define LIMIT 500000u

static uint8_t composite[LIMIT];

uint64_t bench_main(void)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < ROUNDS(500); round++) {
        for (unsigned i = 0; i < LIMIT; i++) {
            composite[i] = 0;
        }
        for (unsigned i = 2; i * i < LIMIT; i++) {
            for (unsigned j = i * i; !composite[i] && j < LIMIT; j += i) {
                composite[j] = 1;
            }
        }
        for (unsigned i = 2; i < LIMIT; i++) {
            sum += composite[i] ? 0 : i ^ round;
        }
    }
    return sum;
}
