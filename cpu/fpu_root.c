/* SPDX-License-Identifier: MIT */
/* fpu_root.c - division and square root. */
#include "cpu/fpu_core.h"

/* The quotient of two finite values, its leading one at SIG_TOP, jammed with the remainder. */
static FPU_INLINE uint64_t div_finite(const Format *f, FpuEnv *env, Unpacked x, Unpacked y)
{
    unsigned smaller = x.sig < y.sig;
    Wide dividend = (Wide)x.sig << (SIG_TOP + smaller);
    uint64_t quotient = (uint64_t)(dividend / y.sig);
    bool inexact = (uint64_t)dividend != quotient * y.sig; /* the remainder fits the lower half */
    return fpu_round(f, env, x.sign != y.sign, x.exp - y.exp - (int)smaller, quotient | inexact);
}

static FPU_INLINE uint64_t float_div(const Format *f, FpuEnv *env, uint64_t a, uint64_t b)
{
    Unpacked x = fpu_unpack(f, a);
    Unpacked y = fpu_unpack(f, b);
    bool sign = x.sign != y.sign;
    if (LIKELY(x.kind == KIND_FINITE && y.kind == KIND_FINITE))
        return div_finite(f, env, x, y);
    if (fpu_is_nan(x) || fpu_is_nan(y))
        return fpu_nan_result(f, env, x, y);
    if (x.kind == y.kind) /* 0 / 0, inf / inf */
        return fpu_invalid(f, env);
    if (x.kind == KIND_ZERO || y.kind == KIND_INF)
        return fpu_zero(f, sign);
    if (x.kind == KIND_FINITE)
        env->flags |= FFLAG_DZ;
    return fpu_inf(f, sign);
}

/* A square root rounded down, and what is missing to the square: n = root^2 + rest. */
typedef struct {
    uint64_t root;
    Wide rest;
} Root;

/* The schoolbook method, two bits of `n` a step. */
static Root root_of_32(uint32_t n)
{
    uint32_t root = 0;
    uint32_t rest = 0;
    for (int at = 30; at >= 0; at -= 2) {
        uint32_t trial = root << 2 | 1;
        rest = rest << 2 | (n >> at & 3);
        uint32_t digit = rest >= trial;
        rest -= trial & -digit; /* no branch: its outcome is random */
        root = root << 1 | digit;
    }
    return (Root){ root, rest };
}

/* From the root of the upper half of a number to the root of the whole. `low` is the lower half,
 * 2 * width bits; with the upper half's two top bits not both zero, one more division by the root
 * doubles the digits and overshoots by one at most (P. Zimmermann, "Karatsuba Square Root"). */
static FPU_INLINE Root root_extend(Root upper, uint64_t low, unsigned width)
{
    uint64_t mask = BIT(width) - 1;
    Wide dividend = upper.rest << width | low >> width;
    Wide divisor = (Wide)upper.root << 1;
    Wide digit = dividend / divisor;
    Wide left = (dividend - digit * divisor) << width | (low & mask);
    Wide root = ((Wide)upper.root << width) + digit;
    if (left < digit * digit) {
        left += 2 * root - 1;
        root--;
    }
    return (Root){ (uint64_t)root, left - digit * digit };
}

/* The root of sig * 2^62 or, if the exponent is odd, sig * 2^63; times four, to fill 128 bits. */
static FPU_INLINE uint64_t sqrt_finite(const Format *f, FpuEnv *env, Unpacked x)
{
    Wide square = (Wide)x.sig << (SIG_TOP + 2 + (x.exp & 1));
    uint64_t upper = (uint64_t)(square >> 64);
    Root r = root_of_32((uint32_t)(upper >> 32));
    r = root_extend(r, (uint32_t)upper, 16);
    r = root_extend(r, (uint64_t)square, 32);
    return fpu_round(f, env, false, x.exp >> 1, fpu_shift_jam(r.root, 1) | (r.rest != 0));
}

static FPU_INLINE uint64_t float_sqrt(const Format *f, FpuEnv *env, uint64_t a)
{
    Unpacked x = fpu_unpack(f, a);
    if (fpu_is_nan(x))
        return fpu_nan_result(f, env, x, x);
    if (x.kind == KIND_ZERO) /* keeps its sign */
        return a;
    if (x.sign)
        return fpu_invalid(f, env);
    return x.kind == KIND_INF ? a : sqrt_finite(f, env, x);
}

#define FPU_DEFINE(N, T)                           \
    T f##N##_div(FpuEnv *env, T a, T b)            \
    {                                              \
        return (T)float_div(&fpu_f##N, env, a, b); \
    }                                              \
    T f##N##_sqrt(FpuEnv *env, T a)                \
    {                                              \
        return (T)float_sqrt(&fpu_f##N, env, a);   \
    }

FPU_DEFINE(16, uint16_t)
FPU_DEFINE(32, uint32_t)
FPU_DEFINE(64, uint64_t)
