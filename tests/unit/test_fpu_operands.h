/* SPDX-License-Identifier: MIT */
/* test_fpu_operands.h - the operands on which the soft-float is held against its oracles. */
#ifndef TESTS_UNIT_TEST_FPU_OPERANDS_H
#define TESTS_UNIT_TEST_FPU_OPERANDS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* An IEEE 754 binary format, described apart from the code under test. */
typedef struct {
    const char *name;
    unsigned exp_bits;
    unsigned frac_bits;
} Shape;

static const Shape shapes[] = { { "f16", 5, 10 }, { "f32", 8, 23 }, { "f64", 11, 52 } };

enum { MODES = 5, EDGES = 46 };

/* How many random operands a test draws: `usually`, unless the environment asks for more (make check-float). */
static inline unsigned randoms(unsigned usually)
{
    const char *wanted = getenv("FPU_RANDOMS");
    return wanted ? (unsigned)strtoul(wanted, NULL, 10) : usually;
}

static inline uint64_t shape_sign(const Shape *s)
{
    return 1ull << (s->exp_bits + s->frac_bits);
}

static inline uint64_t shape_inf(const Shape *s)
{
    return shape_sign(s) - (1ull << s->frac_bits);
}

static inline uint64_t shape_bias(const Shape *s)
{
    return (1ull << (s->exp_bits - 1)) - 1;
}

/* Zeros, infinities, NaNs and the neighbours of every border: subnormals, one, the precision of the
 * format, and exponents whose doubles fall out at either end. Both signs of each. */
static inline void shape_edges(const Shape *s, uint64_t out[EDGES])
{
    unsigned f = s->frac_bits;
    uint64_t hidden = 1ull << f, bias = shape_bias(s), one = bias << f, inf = shape_inf(s);
    const uint64_t magnitudes[EDGES / 2] = {
        0,
        1,
        2,
        3,
        hidden >> 1,
        hidden - 1,
        hidden,
        hidden + 1,
        (bias - f - 1) << f,
        ((bias - f - 1) << f) + 1,
        ((bias / 2) << f) + 5,
        one - 1,
        one,
        one + 1,
        one + hidden / 2,
        one + hidden + hidden / 2,
        ((bias + f + 1) << f) + 1,
        ((bias + bias / 2 + 1) << f) - 1,
        inf - 1,
        inf - hidden,
        inf,
        inf + 1,
        inf + hidden / 2,
    };
    for (size_t i = 0; i < EDGES / 2; i++) {
        out[2 * i] = magnitudes[i];
        out[2 * i + 1] = magnitudes[i] | shape_sign(s);
    }
}

/* A seeded xorshift generator: the same operands in every run. */
typedef struct {
    uint64_t state;
    uint64_t field; /* exponent field of the operand drawn last */
} Draw;

static inline uint64_t draw_word(Draw *d)
{
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return d->state * 0x2545f4914f6cdd1dull;
}

static inline unsigned draw_below(Draw *d, unsigned n)
{
    return (unsigned)((draw_word(d) >> 32) % n);
}

/* A fraction that makes ties, carries and exact results likely. */
static inline uint64_t draw_fraction(Draw *d, unsigned f)
{
    uint64_t sparse = 1ull << draw_below(d, f) | 1ull << draw_below(d, f);
    switch (draw_below(d, 6)) {
    case 0: return 0;
    case 1: return sparse;
    case 2: return ~sparse;
    case 3: return ~0ull << draw_below(d, f);
    case 4: return ~(~0ull << draw_below(d, f));
    default: return draw_word(d);
    }
}

/* An exponent near the last one, near one, near either end, or anywhere. */
static inline uint64_t draw_field(Draw *d, const Shape *s)
{
    uint64_t top = (1ull << s->exp_bits) - 1;
    switch (draw_below(d, 8)) {
    case 0:
    case 1: return d->field + draw_below(d, 5) - 2;
    case 2: return d->field + draw_below(d, 2 * s->frac_bits + 7) - s->frac_bits - 3;
    case 3: return shape_bias(s) + draw_below(d, 2 * s->frac_bits) - s->frac_bits;
    case 4: return draw_below(d, 3);
    case 5: return top - draw_below(d, 3);
    case 6: return shape_bias(s) / 2 + draw_below(d, 9) - 4;
    default: return draw_word(d);
    }
}

static inline uint64_t draw_operand(Draw *d, const Shape *s)
{
    uint64_t fraction = draw_fraction(d, s->frac_bits) & ((1ull << s->frac_bits) - 1);
    uint64_t sign = draw_word(d) >> 63 ? shape_sign(s) : 0;
    d->field = draw_field(d, s) & ((1ull << s->exp_bits) - 1);
    return sign | d->field << s->frac_bits | fraction;
}

#endif
