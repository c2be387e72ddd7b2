/* SPDX-License-Identifier: MIT */
/* maths.c - roots of cubic equations and of squares, and angles, in integers. */
#include "loads.h"

enum { ANGLES = 1024, QUARTER = ANGLES, ONE = 1 << 14, KEPT = 2048 };

typedef struct {
    int64_t root;
    uint32_t square_root;
    int32_t sine;
} Result;

static int32_t sines[ANGLES + 1]; /* of a quarter of the circle */
static Result *const kept = (Result *)PROCESS;
static uint64_t wrong;

static int64_t cube(int64_t x)
{
    return x * x * x;
}

/* The largest x with x^3 + b x <= c, for b >= 0: one root, since it rises. */
static int64_t cubic_root(int64_t b, int64_t c)
{
    int64_t low = 0, high = 1 << 17;
    while (high - low > 1) {
        int64_t x = (low + high) / 2;
        if (cube(x) + b * x <= c)
            low = x;
        else
            high = x;
    }
    return low;
}

/* Digit by digit, as by hand, in base two. */
static uint32_t square_root(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = 1ul << 62; bit; bit >>= 2) {
        bool digit = x >= root + bit;
        x -= digit ? root + bit : 0;
        root = root / 2 + (digit ? bit : 0);
    }
    return (uint32_t)root;
}

/* Bhaskara's approximation for the table; between its entries a line. */
static void make_sines(void)
{
    for (int64_t i = 0; i <= ANGLES; i++) {
        int64_t x = i * (2 * QUARTER - i);
        sines[i] = (int32_t)(4 * x * ONE / (5l * QUARTER * QUARTER - x));
    }
}

static int32_t sine_of(uint32_t angle)
{
    uint32_t place = angle >> 4 & (ANGLES - 1), rest = angle & 15;
    int32_t value = sines[place] + (sines[place + 1] - sines[place]) * (int32_t)rest / 16;
    return angle >> 14 & 1 ? -value : value;
}

void maths_prepare(unsigned count)
{
    (void)count;
    make_sines();
}

void maths_run(unsigned count)
{
    uint64_t random = 3;
    wrong = 0;
    for (unsigned i = 0; i < count; i++) {
        int64_t b = (int64_t)next_random(&random) % 100000, c = (int64_t)next_random(&random) << 18;
        Result result = { cubic_root(b, c), square_root((uint64_t)c), sine_of((uint32_t)c >> 10) };
        int64_t x = result.root;
        uint64_t root = result.square_root;
        wrong += !(cube(x) + b * x <= c && cube(x + 1) + b * (x + 1) > c);
        wrong += !(root * root <= (uint64_t)c && (root + 1) * (root + 1) > (uint64_t)c);
        kept[i % KEPT] = result;
    }
}

uint64_t maths_verify(unsigned count)
{
    uint64_t sum = 0;
    check(!wrong, "roots", wrong);
    check(!sines[0] && sines[ANGLES] == ONE && sines[ANGLES / 3] >= ONE / 2 - 40 &&
              sines[ANGLES / 3] <= ONE / 2 + 40,
          "sines", (uint64_t)sines[ANGLES / 3]);
    for (unsigned i = 0; i < KEPT && i < count; i++)
        sum = mix(sum, (uint64_t)(kept[i].root + kept[i].square_root + kept[i].sine));
    return sum;
}
