/* SPDX-License-Identifier: MIT */
/* values.c - numbers worth computing with: those at which something changes, and some of all others. */
#include "emu/base/bits.h"
#include "program.h"

uint64_t value_edge(Rng *rng)
{
    static const uint64_t edges[] = { 0,
                                      1,
                                      ~0ull,
                                      ~0ull,
                                      0x80000000,
                                      0xffffffff80000000,
                                      0xffffffff80000000,
                                      0x7fffffff,
                                      0xffffffff,
                                      1ull << 63,
                                      1ull << 63,
                                      ~0ull >> 1 };
    return edges[rng_below(rng, G_N_ELEMENTS(edges))];
}

uint64_t value_integer(Rng *rng)
{
    uint64_t any = rng_next(rng);
    unsigned bit = rng_below(rng, 64);
    switch (rng_below(rng, 13)) {
    case 10:
    case 11:
    case 12: return value_edge(rng);
    case 0: return rng_below(rng, 65);
    case 1: return ~(uint64_t)rng_below(rng, 65);
    case 2: return BIT(bit);
    case 3: return BIT(bit) - 1;
    case 4: return ~BIT(bit);
    case 5: return 0 - BIT(bit);
    case 6: return (uint64_t)(int64_t)(int32_t)any;
    case 7: return any >> bit;
    case 8: return any & rng_next(rng) & rng_next(rng); /* few ones */
    default: return any;
    }
}

/* A number of a format with `exponent` and `fraction` bits; its exponent is one of those at which something changes,
 * or near the bias, so that sums and products of two meet. */
static uint64_t pick_float(Rng *rng, unsigned exponent, unsigned fraction)
{
    uint64_t top = BIT(exponent) - 1, bias = top >> 1;
    uint64_t e, f = rng_next(rng);
    switch (rng_below(rng, 8)) {
    case 0: e = 0; break;
    case 1: e = top; break;
    case 2: e = 1 + rng_below(rng, 2); break;
    case 3: e = top - 1 - rng_below(rng, 2); break;
    case 4: e = rng_next(rng) & top; break;
    default: e = bias - 4 + rng_below(rng, 9 + 2 * exponent); break;
    }
    switch (rng_below(rng, 6)) {
    case 0: f = 0; break;
    case 1: f = ~0ull; break;
    case 2: f = BIT(rng_below(rng, fraction)); break;
    case 3: f = ~BIT(rng_below(rng, fraction)); break;
    case 4: f = ~0ull << rng_below(rng, fraction); break;
    default: break;
    }
    uint64_t sign = (uint64_t)rng_chance(rng, 1, 2) << (exponent + fraction);
    return sign | (e & top) << fraction | (f & (BIT(fraction) - 1));
}

/* What may stand in a floating-point register: of each width, boxed as it should be, and sometimes not. */
uint64_t value_float(Rng *rng)
{
    switch (rng_below(rng, 12)) {
    case 0: return value_integer(rng);
    case 1: return pick_float(rng, 8, 23) | (rng_next(rng) << 32);
    case 2:
    case 3: return pick_float(rng, 5, 10) | ~0ull << 16;
    case 4:
    case 5:
    case 6:
    case 7: return pick_float(rng, 8, 23) | ~0ull << 32;
    default: return pick_float(rng, 11, 52);
    }
}
