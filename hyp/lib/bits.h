/* SPDX-License-Identifier: MIT */
/* bits.h - sets of numbers, as bits of words. */
#ifndef HYP_LIB_BITS_H
#define HYP_LIB_BITS_H

#include <stdbool.h>
#include <stdint.h>

/* The number of the lowest bit that is set; there is one. */
static inline unsigned lowest_bit(uint64_t word)
{
    unsigned n = 0;
    while (!(word >> n & 1))
        n++;
    return n;
}

/* Bit n % 64 of word n / 64. */
static inline void put_bit(uint64_t *words, unsigned n, bool set)
{
    words[n / 64] = (words[n / 64] & ~(1ul << n % 64)) | (uint64_t)set << n % 64;
}

#endif
