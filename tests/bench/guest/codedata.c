/* SPDX-License-Identifier: MIT */
/*
 * codedata.c - calls a function and stores into another word of the page that holds it; no
 * instruction changes.
 */
#include "bench.h"

typedef uint64_t Code(uint64_t x);

static struct {
    uint32_t code[2];
    uint32_t space[510];
    volatile uint64_t words[256];
} page __attribute__((aligned(4096))) = { .code = { 0x00350513 /* addi a0, a0, 3 */,
                                                    0x00008067 /* ret */ } };

uint64_t bench_main(void)
{
    Code *function = (Code *)(uintptr_t)page.code;
    uint64_t sum = 0;

    __asm__ volatile("fence.i" ::: "memory");
    for (uint64_t round = 0; round < ROUNDS(12000000); round++) {
        sum += function(round);
        page.words[round & 255] = sum;
    }
    return checksum_add(sum, page.words[17]);
}
