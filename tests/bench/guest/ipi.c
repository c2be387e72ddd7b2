/* SPDX-License-Identifier: MIT */
/*
 * ipi.c - the hart sends itself a software interrupt through the CLINT and waits for its handler.
 */
#include "bench.h"

#define MSIP        ((volatile uint32_t *)0x2000000)
#define MIE_MSIE    8
#define MSTATUS_MIE 8

static volatile uint64_t taken;

static void __attribute__((interrupt("machine"), aligned(4))) take_interrupt(void)
{
    *MSIP = 0;
    taken++;
}

uint64_t bench_main(void)
{
    uint64_t rounds = ROUNDS(3000000);

    CSR_WRITE(mtvec, (uintptr_t)take_interrupt);
    CSR_SET(mie, MIE_MSIE);
    CSR_SET(mstatus, MSTATUS_MIE);
    for (uint64_t round = 0; round < rounds; round++) {
        *MSIP = 1;
        while (taken <= round) {
        }
    }
    return taken;
}
