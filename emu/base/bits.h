/* SPDX-License-Identifier: MIT */
/* bits.h - picking bits out of words. Positions are inclusive and count from bit 0, as in the manuals. */
#ifndef EMU_BASE_BITS_H
#define EMU_BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BIT(n)       (1ull << (n))
#define MASK(hi, lo) ((~0ull >> (63 - (hi))) & (~0ull << (lo)))
#define LIKELY(c)    __builtin_expect(!!(c), 1)
#define UNLIKELY(c)  __builtin_expect(!!(c), 0)

/* The field `value[hi:lo]`, moved down to bit 0. */
static inline uint64_t bits(uint64_t value, unsigned hi, unsigned lo)
{
    return (value & MASK(hi, lo)) >> lo;
}

/* `value` with the field `[hi:lo]` replaced by the low bits of `field`. */
static inline uint64_t set_bits(uint64_t value, unsigned hi, unsigned lo, uint64_t field)
{
    return (value & ~MASK(hi, lo)) | ((field << lo) & MASK(hi, lo));
}

static inline bool is_power_of_two(uint64_t n)
{
    return n && !(n & (n - 1));
}

/* The low `width` bits of `value` (1..64), sign-extended to 64. */
static inline int64_t sign_extend(uint64_t value, unsigned width)
{
    return (int64_t)(value << (64 - width)) >> (64 - width);
}

#endif
