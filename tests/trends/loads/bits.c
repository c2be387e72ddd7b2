/* SPDX-License-Identifier: MIT */
/* bits.c - the bits of numbers, counted in seven ways that must agree; one of them has large tables. */
#include "loads.h"

enum { LOW_BITS = 19, MIDDLE_BITS = 17, TURNS = 4 };

static uint8_t *const by_low = (uint8_t *)PROCESS; /* of each number of 19 bits */
static uint8_t *const by_middle = (uint8_t *)PROCESS + (1 << LOW_BITS); /* of 17 bits */
static uint8_t by_byte[256], by_nibble[16];
static uint64_t counted, wrong;

static unsigned count_shift(uint32_t x)
{
    unsigned n = 0;
    for (; x; x >>= 1)
        n += x & 1;
    return n;
}

static unsigned count_lowest(uint32_t x)
{
    unsigned n = 0;
    for (; x; x &= x - 1)
        n++;
    return n;
}

static unsigned count_sums(uint32_t x)
{
    x -= x >> 1 & 0x55555555;
    x = (x & 0x33333333) + (x >> 2 & 0x33333333);
    return ((x + (x >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}

static unsigned count_nibbles(uint32_t x)
{
    unsigned n = 0;
    for (; x; x >>= 4)
        n += by_nibble[x & 15];
    return n;
}

static unsigned count_bytes(uint32_t x)
{
    return by_byte[x & 255] + by_byte[x >> 8 & 255] + by_byte[x >> 16 & 255] + by_byte[x >> 24];
}

static unsigned count_halves(uint32_t x, unsigned bits)
{
    return bits == 1 ? x & 1
                     : count_halves(x >> bits / 2, bits / 2) +
                           count_halves(x & ((1u << bits / 2) - 1), bits / 2);
}

static unsigned count_tables(uint32_t x)
{
    return by_low[x & ((1 << LOW_BITS) - 1)] + by_middle[x >> LOW_BITS];
}

static void fill(uint8_t *table, unsigned bits)
{
    for (uint32_t i = 0; i < 1u << bits; i++)
        table[i] = (uint8_t)(i & 1) + table[i / 2];
}

void bits_prepare(unsigned count)
{
    (void)count;
    fill(by_byte, 8);
    fill(by_nibble, 4);
}

void bits_run(unsigned count)
{
    uint64_t random = 7;
    counted = wrong = 0;
    by_low[0] = by_middle[0] = 0;
    fill(by_low, LOW_BITS);
    fill(by_middle, MIDDLE_BITS);
    for (unsigned i = 0; i < count; i++) {
        uint32_t x = (uint32_t)next_random(&random);
        unsigned n = count_tables(x);
        bool same = n == count_shift(x) && n == count_lowest(x) && n == count_sums(x) &&
                    n == count_nibbles(x) && n == count_bytes(x) && n == count_halves(x, 32);
        wrong += !same;
        counted += n;
    }
}

uint64_t bits_verify(unsigned count)
{
    check(!wrong, "seven counts of bits that agree", wrong);
    check(counted > 15ul * count && counted < 17ul * count, "half of the bits", counted);
    return counted;
}
