/* SPDX-License-Identifier: MIT */
/* fpu_arith.c - addition, subtraction, multiplication and fused multiply-add. */
#include "cpu/fpu_core.h"

/* Sum of two values of which not both are KIND_FINITE; `a` and `b` are their bit patterns. */
static FPU_INLINE uint64_t add_special(const Format *f, FpuEnv *env, Unpacked x, Unpacked y,
                                       uint64_t a, uint64_t b)
{
    if (fpu_is_nan(x) || fpu_is_nan(y))
        return fpu_nan_result(f, env, x, y);
    if (x.kind == KIND_INF && y.kind == KIND_INF && x.sign != y.sign)
        return fpu_invalid(f, env);
    if (x.kind == KIND_INF)
        return a;
    if (y.kind == KIND_INF)
        return b;
    if (x.kind == KIND_ZERO && y.kind == KIND_ZERO && x.sign != y.sign)
        return fpu_zero(f, fpu_cancelled_sign(env));
    return x.kind == KIND_ZERO ? b : a;
}

/* When the smaller term loses bits its exponent is more than nine below, so that cancellation takes
 * one leading bit at most and the jam stays below the rounding position. */
static FPU_INLINE uint64_t add_finite(const Format *f, FpuEnv *env, Unpacked x, Unpacked y)
{
    if (x.exp < y.exp || (x.exp == y.exp && x.sig < y.sig)) {
        Unpacked larger = y;
        y = x;
        x = larger;
    }
    y.sig = fpu_shift_jam(y.sig, (unsigned)(x.exp - y.exp));
    if (x.sign == y.sign) {
        uint64_t sum = x.sig + y.sig;
        unsigned carry = sum >> (SIG_TOP + 1);
        return fpu_round(f, env, x.sign, x.exp + (int)carry, sum >> carry | (sum & carry));
    }
    uint64_t difference = x.sig - y.sig;
    if (difference == 0)
        return fpu_zero(f, fpu_cancelled_sign(env));
    int up = __builtin_clzll(difference) - 1;
    return fpu_round(f, env, x.sign, x.exp - up, difference << up);
}

static FPU_INLINE uint64_t float_add(const Format *f, FpuEnv *env, uint64_t a, uint64_t b)
{
    Unpacked x = fpu_unpack(f, a);
    Unpacked y = fpu_unpack(f, b);
    if (LIKELY(x.kind == KIND_FINITE && y.kind == KIND_FINITE))
        return add_finite(f, env, x, y);
    return add_special(f, env, x, y, a, b);
}

static FPU_INLINE uint64_t float_sub(const Format *f, FpuEnv *env, uint64_t a, uint64_t b)
{
    return float_add(f, env, a, b ^ fpu_sign_bit(f));
}

static FPU_INLINE bool is_inf_times_zero(Unpacked x, Unpacked y)
{
    return (x.kind == KIND_INF && y.kind == KIND_ZERO) ||
           (x.kind == KIND_ZERO && y.kind == KIND_INF);
}

static FPU_INLINE uint64_t float_mul(const Format *f, FpuEnv *env, uint64_t a, uint64_t b)
{
    Unpacked x = fpu_unpack(f, a);
    Unpacked y = fpu_unpack(f, b);
    bool sign = x.sign != y.sign;
    if (LIKELY(x.kind == KIND_FINITE && y.kind == KIND_FINITE)) {
        uint64_t product = fpu_upper_jam(((Wide)x.sig * y.sig) << 2);
        unsigned carry = product >> (SIG_TOP + 1);
        return fpu_round(f, env, sign, x.exp + y.exp + (int)carry,
                         product >> carry | (product & carry));
    }
    if (fpu_is_nan(x) || fpu_is_nan(y))
        return fpu_nan_result(f, env, x, y);
    if (is_inf_times_zero(x, y))
        return fpu_invalid(f, env);
    return x.kind == KIND_INF || y.kind == KIND_INF ? fpu_inf(f, sign) : fpu_zero(f, sign);
}

/* x * y + z of three values of which not all are KIND_FINITE; `c` is the bit pattern of z. */
static FPU_INLINE uint64_t fma_special(const Format *f, FpuEnv *env, Unpacked x, Unpacked y,
                                       Unpacked z, uint64_t c)
{
    bool sign = x.sign != y.sign;
    bool product_inf = x.kind == KIND_INF || y.kind == KIND_INF;
    if (fpu_is_nan(x) || fpu_is_nan(y) || fpu_is_nan(z)) {
        if (is_inf_times_zero(x, y)) /* norm:fma_nv_flag */
            env->flags |= FFLAG_NV;
        fpu_note_snan(env, z);
        return fpu_nan_result(f, env, x, y);
    }
    if (is_inf_times_zero(x, y) || (product_inf && z.kind == KIND_INF && z.sign != sign))
        return fpu_invalid(f, env);
    if (product_inf)
        return fpu_inf(f, sign);
    if (z.kind == KIND_ZERO && z.sign != sign) /* the product is a zero, as z is */
        return fpu_zero(f, fpu_cancelled_sign(env));
    return c;
}

typedef struct {
    bool sign;
    int exp;
    Wide sig; /* value sig * 2^(exp - 64 - SIG_TOP), bit 64 + SIG_TOP set */
} WideTerm;

/* add_finite() at double width: the product is held exactly, so the argument there holds here. */
static FPU_INLINE uint64_t fma_finite(const Format *f, FpuEnv *env, WideTerm x, WideTerm y)
{
    if (x.exp < y.exp || (x.exp == y.exp && x.sig < y.sig)) {
        WideTerm larger = y;
        y = x;
        x = larger;
    }
    y.sig = fpu_shift_jam_wide(y.sig, (unsigned)(x.exp - y.exp));
    Wide sum = x.sign == y.sign ? x.sig + y.sig : x.sig - y.sig;
    if (sum == 0)
        return fpu_zero(f, fpu_cancelled_sign(env));
    uint64_t upper = (uint64_t)(sum >> 64);
    int zeros = upper ? __builtin_clzll(upper) : 64 + __builtin_clzll((uint64_t)sum);
    sum = zeros == 0 ? fpu_shift_jam_wide(sum, 1) : sum << (zeros - 1);
    return fpu_round(f, env, x.sign, x.exp + 1 - zeros, fpu_upper_jam(sum));
}

static FPU_INLINE uint64_t float_fma(const Format *f, FpuEnv *env, uint64_t a, uint64_t b,
                                     uint64_t c)
{
    Unpacked x = fpu_unpack(f, a);
    Unpacked y = fpu_unpack(f, b);
    Unpacked z = fpu_unpack(f, c);
    if (UNLIKELY(x.kind != KIND_FINITE || y.kind != KIND_FINITE || z.kind > KIND_ZERO))
        return fma_special(f, env, x, y, z, c);

    Wide product = (Wide)x.sig * y.sig;
    unsigned carry = (unsigned)(product >> (2 * SIG_TOP + 1));
    WideTerm p = { x.sign != y.sign, x.exp + y.exp + (int)carry, product << (2 - carry) };
    if (z.kind == KIND_ZERO)
        return fpu_round(f, env, p.sign, p.exp, fpu_upper_jam(p.sig));
    return fma_finite(f, env, p, (WideTerm){ z.sign, z.exp, (Wide)z.sig << 64 });
}

#define FPU_DEFINE(N, T)                              \
    T f##N##_add(FpuEnv *env, T a, T b)               \
    {                                                 \
        return (T)float_add(&fpu_f##N, env, a, b);    \
    }                                                 \
    T f##N##_sub(FpuEnv *env, T a, T b)               \
    {                                                 \
        return (T)float_sub(&fpu_f##N, env, a, b);    \
    }                                                 \
    T f##N##_mul(FpuEnv *env, T a, T b)               \
    {                                                 \
        return (T)float_mul(&fpu_f##N, env, a, b);    \
    }                                                 \
    T f##N##_fma(FpuEnv *env, T a, T b, T c)          \
    {                                                 \
        return (T)float_fma(&fpu_f##N, env, a, b, c); \
    }

FPU_DEFINE(16, uint16_t)
FPU_DEFINE(32, uint32_t)
FPU_DEFINE(64, uint64_t)
