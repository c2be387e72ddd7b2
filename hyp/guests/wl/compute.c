/* SPDX-License-Identifier: MIT */
/* compute.c - phase A: nothing but arithmetic and memory. */
#include "wl.h"

enum { LARGEST = 65536 };

static uint32_t numbers[LARGEST];

static uint32_t next_random(uint32_t x)
{
    x ^= x << 13;
    x ^= x >> 17;
    return x ^ x << 5;
}

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t was = *a;
    *a = *b;
    *b = was;
}

/* Hoare's quicksort; the smaller part first, so that the stack stays low. */
static void sort(uint32_t *low, uint32_t *high)
{
    while (low < high) {
        uint32_t *i = low - 1, *j = high + 1, pivot = low[(high - low) / 2];
        for (;;) {
            do
                i++;
            while (*i < pivot);
            do
                j--;
            while (*j > pivot);
            if (i >= j)
                break;
            swap(i, j);
        }
        if (j - low < high - j) {
            sort(low, j);
            low = j + 1;
        } else {
            sort(j + 1, high);
            high = j;
        }
    }
}

/* The CRC of Ethernet, bit by bit. */
static uint32_t crc32(const void *data, uint64_t size)
{
    uint32_t crc = ~0u;
    for (const uint8_t *at = data, *end = at + size; at < end; at++) {
        crc ^= *at;
        for (unsigned i = 0; i < 8; i++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static unsigned count_by_loop(uint32_t x)
{
    unsigned n = 0;
    for (; x; x &= x - 1)
        n++;
    return n;
}

static unsigned count_by_sums(uint32_t x)
{
    x -= x >> 1 & 0x55555555;
    x = (x & 0x33333333) + (x >> 2 & 0x33333333);
    return ((x + (x >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}

/* Sorts `n` numbers; their sum must be the same afterwards. */
static void sort_some(uint64_t n)
{
    uint32_t x = 1;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < n; i++) {
        x = next_random(x);
        numbers[i] = x;
        sum += x;
    }
    sort(numbers, numbers + n - 1);
    for (uint64_t i = 0; i < n; i++) {
        check(!i || numbers[i - 1] <= numbers[i], "numbers in order", i);
        sum -= numbers[i];
    }
    check(!sum, "no number lost", sum);
}

uint64_t phase_compute(uint64_t n)
{
    n = n > LARGEST ? LARGEST : n;
    sort_some(n / 16 + 1);
    sort_some(n);
    check(crc32("123456789", 9) == 0xcbf43926, "CRC of 123456789", crc32("123456789", 9));
    check(crc32(numbers, n * sizeof(numbers[0])), "a CRC that is not zero", 0);
    for (uint64_t i = 0; i < n; i++)
        check(count_by_loop(numbers[i]) == count_by_sums(numbers[i]), "bits counted", numbers[i]);
    return n;
}
