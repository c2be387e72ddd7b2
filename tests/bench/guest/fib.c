/* SPDX-License-Identifier: MIT */
/* fib.c - Fibonacci numbers by the definition: calls and returns. */
#include "bench.h"

static uint64_t __attribute__((noinline, optimize("O1"))) fib(unsigned n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

uint64_t bench_main(void)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < ROUNDS(210); round++) {
        sum = checksum_add(sum, fib(26));
    }
    return sum;
}
