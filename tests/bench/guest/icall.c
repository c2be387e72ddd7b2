/* SPDX-License-Identifier: MIT */
/* icall.c - calls of one of sixteen functions through a table, in an order that does not repeat. */
#include "bench.h"

typedef uint64_t Step(uint64_t x);

#define STEP(n)                                                      \
    static uint64_t __attribute__((noinline)) step_##n(uint64_t x)   \
    {                                                                \
        return (x ^ (x >> ((n) + 1))) + 0x9e3779b97f4a7c15ull * (n); \
    }
// clang-format off
STEP(0) STEP(1) STEP(2) STEP(3) STEP(4) STEP(5) STEP(6) STEP(7)
STEP(8) STEP(9) STEP(10) STEP(11) STEP(12) STEP(13) STEP(14) STEP(15)

static Step *const steps[16] = {
    step_0, step_1, step_2, step_3, step_4, step_5, step_6, step_7,
    step_8, step_9, step_10, step_11, step_12, step_13, step_14, step_15,
};
// clang-format on

uint64_t bench_main(void)
{
    uint64_t x = 1;

    for (uint64_t round = 0; round < ROUNDS(30000000); round++) {
        x = steps[(x ^ x >> 32) & 15](x + round);
    }
    return x;
}
