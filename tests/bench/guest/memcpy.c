/* SPDX-License-Identifier: MIT */
/* memcpy.c - copies of 24 bytes to 64 KiB, eight bytes at a time, with unaligned ends. */
#include "bench.h"

#define SIZE 65536u

static uint64_t from[SIZE / 8 + 2], to[SIZE / 8 + 2];

static void __attribute__((noinline)) copy(uint8_t *target, const uint8_t *source, size_t size)
{
    uint64_t *words = (uint64_t *)target;
    const uint64_t *source_words = (const uint64_t *)source;

    for (; size >= 64; size -= 64, words += 8, source_words += 8) {
        uint64_t a = source_words[0], b = source_words[1], c = source_words[2], d = source_words[3];
        uint64_t e = source_words[4], f = source_words[5], g = source_words[6], h = source_words[7];

        words[0] = a, words[1] = b, words[2] = c, words[3] = d;
        words[4] = e, words[5] = f, words[6] = g, words[7] = h;
    }
    for (; size >= 8; size -= 8) {
        *words++ = *source_words++;
    }
    target = (uint8_t *)words;
    source = (const uint8_t *)source_words;
    for (; size > 0; size--) {
        *target++ = *source++;
    }
}

uint64_t bench_main(void)
{
    uint64_t seed = 12345, sum = 0;
    uint8_t *target = (uint8_t *)to, *source = (uint8_t *)from;

    for (unsigned i = 0; i < SIZE / 8; i++) {
        from[i] = random_next(&seed);
    }
    for (uint64_t round = 0; round < ROUNDS(120000); round++) {
        copy(target, source, SIZE);
        for (unsigned size = 24; size < SIZE / 2; size = size * 3 + 1) {
            copy(target + 8 * (round & 63), source + 8 * (size & 63), size);
        }
        sum = checksum_add(sum, to[round % (SIZE / 8)]);
    }
    return sum;
}
