/* SPDX-License-Identifier: MIT */
/*
 * csr.c - M-mode reads, writes, sets and clears control registers: eight such instructions in a
 * loop of eighteen.
 */
#include "bench.h"

#define SSIE 2

uint64_t bench_main(void)
{
    uint64_t sum = 0, value = 1;

    for (uint64_t round = 0; round < ROUNDS(4000000); round++) {
        CSR_WRITE(mscratch, value + round);
        CSR_WRITE(sepc, value & 0xfffffffffffffff8ull);
        value += CSR_READ(mscratch);
        value ^= CSR_READ(sepc);
        CSR_SET(mie, SSIE);
        sum += CSR_READ(mie);
        __asm__ volatile("csrc mie, %0" ::"r"((uint64_t)SSIE));
        sum ^= CSR_READ(mtvec) & value;
    }
    return checksum_add(sum, value);
}
