/* SPDX-License-Identifier: MIT */
/*
 * mutant.c - hostile: writes over itself. It makes an instruction, runs it, makes the next; and in the end its whole field is random,
 * and it goes there. The argument is the seed.
 */
#include "pdp.h"

enum { ADDI_A0 = 0x00050513, RET = 0x00008067 };

static uint32_t code[2];

static uint32_t next(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*random >> 32);
}

void run(uint64_t argument)
{
    uint64_t random = argument;
    for (unsigned i = 0; i < 2000; i++) {
        uint32_t by = next(&random) & 2047;
        code[0] = ADDI_A0 | by << 20;
        code[1] = RET;
        __asm__ volatile("fence.i" ::: "memory");
        if (((uint64_t(*)(uint64_t))code)(i) != i + by)
            hlt();
        pdp_count++;
    }
    volatile uint32_t *at = (volatile uint32_t *)0x80101000;
    for (unsigned i = 0; i < 3072; i++)
        at[i] = next(&random);
    __asm__ volatile("fence.i" ::: "memory");
    ((void (*)(void))(uintptr_t)(0x80101000 + (next(&random) & 0xffc)))();
}
