/* SPDX-License-Identifier: MIT */
/*
 * sha256.c - the hash of FIPS 180-4 over 4 KiB, again and again: long straight runs of shifts and
 * additions.
 */
#include "bench.h"

#define BLOCKS 64

static uint32_t constants[64];
static uint8_t message[BLOCKS][64];

/* The constants are the first 32 bits of the fractional part of the cube roots of the primes. */
static uint32_t cube_root_fraction(uint64_t prime)
{
    uint64_t root = 0;

    for (unsigned bit = 36; bit-- > 0;) {
        uint64_t trial = root | 1ull << bit;

        if ((unsigned __int128)trial * trial * trial <= (unsigned __int128)prime << 96) {
            root = trial;
        }
    }
    return (uint32_t)root;
}

static void constants_fill(void)
{
    unsigned found = 0;

    for (uint64_t n = 2; found < 64; n++) {
        uint64_t d = 2;

        while (d * d <= n && n % d) {
            d++;
        }
        if (d * d > n) {
            constants[found++] = cube_root_fraction(n);
        }
    }
}

static inline uint32_t rotate(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static void expand(uint32_t w[64], const uint8_t *block)
{
    for (unsigned i = 0; i < 16; i++) {
        w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 |
               block[4 * i + 3];
    }
    for (unsigned i = 16; i < 64; i++) {
        uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;

        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
}

static void compress(uint32_t hash[8], const uint8_t *block)
{
    uint32_t w[64], v[8];

    expand(w, block);
    for (unsigned i = 0; i < 8; i++) {
        v[i] = hash[i];
    }
    for (unsigned i = 0; i < 64; i++) {
        uint32_t big1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t big0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        uint32_t t1 = v[7] + big1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + constants[i] + w[i];
        uint32_t t2 = big0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

        v[7] = v[6];
        v[6] = v[5];
        v[5] = v[4];
        v[4] = v[3] + t1;
        v[3] = v[2];
        v[2] = v[1];
        v[1] = v[0];
        v[0] = t1 + t2;
    }
    for (unsigned i = 0; i < 8; i++) {
        hash[i] += v[i];
    }
}

uint64_t bench_main(void)
{
    uint32_t hash[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    uint64_t seed = 88172645463325252ull;

    constants_fill();
    for (unsigned i = 0; i < sizeof(message); i++) {
        message[i / 64][i % 64] = (uint8_t)random_next(&seed);
    }
    for (uint64_t round = 0; round < ROUNDS(34000); round++) {
        for (unsigned i = 0; i < BLOCKS; i++) {
            compress(hash, message[i]);
        }
    }
    return (uint64_t)hash[0] << 32 | hash[7];
}
