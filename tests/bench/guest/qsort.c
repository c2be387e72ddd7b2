/* SPDX-License-Identifier: MIT */
/* qsort.c - quicksort of 64-bit numbers with a comparison function called through a pointer. */
#include "bench.h"

#define COUNT 100000u
#define SMALL 8

typedef int Compare(const uint64_t *a, const uint64_t *b);

static uint64_t numbers[COUNT];

static int __attribute__((noinline)) compare_up(const uint64_t *a, const uint64_t *b)
{
    return (*a > *b) - (*a < *b);
}

static int __attribute__((noinline)) compare_low_half(const uint64_t *a, const uint64_t *b)
{
    uint32_t x = (uint32_t)*a, y = (uint32_t)*b;

    return (x > y) - (x < y);
}

static void insertion(uint64_t *a, unsigned count, Compare *compare)
{
    for (unsigned i = 1; i < count; i++) {
        uint64_t value = a[i];
        unsigned j = i;

        for (; j > 0 && compare(&a[j - 1], &value) > 0; j--) {
            a[j] = a[j - 1];
        }
        a[j] = value;
    }
}

static void sort(uint64_t *a, unsigned count, Compare *compare)
{
    while (count > SMALL) {
        uint64_t pivot = a[count / 2];
        unsigned i = 0, j = count - 1;

        for (;; i++, j--) {
            while (compare(&a[i], &pivot) < 0) {
                i++;
            }
            while (compare(&a[j], &pivot) > 0) {
                j--;
            }
            if (i >= j) {
                break;
            }
            uint64_t swap = a[i];
            a[i] = a[j];
            a[j] = swap;
        }
        sort(a + j + 1, count - j - 1, compare);
        count = j + 1;
    }
    insertion(a, count, compare);
}

uint64_t bench_main(void)
{
    uint64_t seed = 0x9e3779b97f4a7c15ull, sum = 0;

    for (uint64_t round = 0; round < ROUNDS(26); round++) {
        for (unsigned i = 0; i < COUNT; i++) {
            numbers[i] = random_next(&seed);
        }
        sort(numbers, COUNT, round & 1 ? compare_low_half : compare_up);
        for (unsigned i = 0; i < COUNT; i += 97) {
            sum = checksum_add(sum, numbers[i]);
        }
    }
    return sum;
}
