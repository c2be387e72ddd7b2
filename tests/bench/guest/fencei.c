/* SPDX-License-Identifier: MIT */
/*
 * fencei.c - writes two instructions, executes fence.i and calls them: what a just-in-time
 * compiler does.
 */
#include "bench.h"

#define SLOTS      16
#define ADDI_A0_A0 0x00050513u
#define RET        0x00008067u

typedef uint64_t Code(uint64_t x);

static uint32_t code[SLOTS][16] __attribute__((aligned(4096)));

uint64_t bench_main(void)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < ROUNDS(350000); round++) {
        volatile uint32_t *slot = code[round % SLOTS];

        slot[0] = ADDI_A0_A0 | (uint32_t)(round & 0x7ff) << 20;
        slot[1] = RET;
        __asm__ volatile("fence.i" ::: "memory");
        sum = checksum_add(sum, ((Code *)(uintptr_t)slot)(round));
    }
    return sum;
}
