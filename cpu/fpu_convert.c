/* SPDX-License-Identifier: MIT */
/* fpu_convert.c - conversions: to integers, from integers, between formats. */
#include "cpu/fpu_core.h"

/* Magnitude of a finite value rounded to an integer: fixed point, 64 bits on either side. Values of
 * 2^64 and more do not come here. */
static FPU_INLINE Wide round_to_integer(FpuEnv *env, Unpacked x, bool *inexact)
{
    int up = x.exp - SIG_TOP + 64;
    Wide fixed = up >= 0 ? (Wide)x.sig << up : fpu_shift_jam_wide(x.sig, (unsigned)-up);
    uint64_t fraction = (uint64_t)fixed;
    Wide whole = fixed >> 64;
    *inexact = fraction != 0;
    switch (env->rm) {
    case RM_RNE: return whole + (fraction > BIT(63) - ((uint64_t)whole & 1));
    case RM_RMM: return whole + (fraction >= BIT(63));
    case RM_RDN: return whole + (*inexact && x.sign);
    case RM_RUP: return whole + (*inexact && !x.sign);
    default: return whole;
    }
}

/* `a` rounded to an integer, in its own format. Without a fraction bit there is nothing to do; that leaves integers that
 * fit the significand, so that making a number of them is exact. norm:fround-s_op, norm:fround-s_zero_inf */
static FPU_INLINE uint64_t round_in_format(const Format *f, FpuEnv *env, uint64_t a, bool *inexact)
{
    Unpacked x = fpu_unpack(f, a);
    *inexact = false;
    if (fpu_is_nan(x))
        return fpu_nan_result(f, env, x, x);
    if (x.kind != KIND_FINITE || x.exp >= f->frac_bits)
        return a;
    uint64_t whole = (uint64_t)round_to_integer(env, x, inexact);
    if (whole == 0)
        return fpu_zero(f, x.sign);
    int up = __builtin_clzll(whole) - 1;
    return fpu_round(f, env, x.sign, SIG_TOP - up, whole << up);
}

/* The low 32 bits of the integer that `a` is when cut, whatever its size; 0 for what is no number. norm:fcvtmod-w-d_op */
static FPU_INLINE int32_t low_word(const Format *f, uint64_t a)
{
    Unpacked x = fpu_unpack(f, a);
    if (x.kind != KIND_FINITE || x.exp < 0 || x.exp >= SIG_TOP + 32)
        return 0;
    uint64_t whole = x.exp <= SIG_TOP ? x.sig >> (SIG_TOP - x.exp) : x.sig << (x.exp - SIG_TOP);
    return (int32_t)(uint32_t)(x.sign ? -whole : whole);
}

/* The integer of [lowest, highest] that `a` converts to; `lowest` is minus the magnitude
 * `lowest_magnitude`. What does not fit sets NV alone, and NaN counts as too large
 * (norm:fcvt_unrepresentable_nv, norm:fcvt_int_float_valid_input, norm:fcvt_nx). */
static FPU_INLINE uint64_t to_integer(const Format *f, FpuEnv *env, uint64_t a,
                                      uint64_t lowest_magnitude, uint64_t highest)
{
    Unpacked x = fpu_unpack(f, a);
    bool negative = x.sign && !fpu_is_nan(x);
    uint64_t limit = negative ? lowest_magnitude : highest;
    Wide whole = (Wide)1 << 64;
    bool inexact = false;
    if (x.kind == KIND_ZERO)
        return 0;
    if (x.kind == KIND_FINITE && x.exp < 64)
        whole = round_to_integer(env, x, &inexact);
    if (whole > limit) {
        env->flags |= FFLAG_NV;
        return negative ? -limit : limit;
    }
    if (inexact)
        env->flags |= FFLAG_NX;
    return negative ? -(uint64_t)whole : (uint64_t)whole;
}

static FPU_INLINE uint64_t from_magnitude(const Format *f, FpuEnv *env, bool sign, uint64_t value)
{
    if (value == 0)
        return 0;
    int zeros = __builtin_clzll(value);
    uint64_t sig = zeros == 0 ? fpu_shift_jam(value, 1) : value << (zeros - 1);
    return fpu_round(f, env, sign, 63 - zeros, sig);
}

static FPU_INLINE uint64_t from_signed(const Format *f, FpuEnv *env, int64_t value)
{
    return from_magnitude(f, env, value < 0, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static FPU_INLINE uint64_t to_format(const Format *to, const Format *from, FpuEnv *env, uint64_t a)
{
    Unpacked x = fpu_unpack(from, a);
    if (LIKELY(x.kind == KIND_FINITE))
        return fpu_round(to, env, x.sign, x.exp, x.sig);
    if (fpu_is_nan(x))
        return fpu_nan_result(to, env, x, x);
    return x.kind == KIND_INF ? fpu_inf(to, x.sign) : fpu_zero(to, x.sign);
}

#define FPU_DEFINE(N, T)                                                   \
    int32_t f##N##_to_i32(FpuEnv *env, T a)                                \
    {                                                                      \
        return (int32_t)to_integer(&fpu_f##N, env, a, BIT(31), INT32_MAX); \
    }                                                                      \
    uint32_t f##N##_to_u32(FpuEnv *env, T a)                               \
    {                                                                      \
        return (uint32_t)to_integer(&fpu_f##N, env, a, 0, UINT32_MAX);     \
    }                                                                      \
    int64_t f##N##_to_i64(FpuEnv *env, T a)                                \
    {                                                                      \
        return (int64_t)to_integer(&fpu_f##N, env, a, BIT(63), INT64_MAX); \
    }                                                                      \
    uint64_t f##N##_to_u64(FpuEnv *env, T a)                               \
    {                                                                      \
        return to_integer(&fpu_f##N, env, a, 0, UINT64_MAX);               \
    }                                                                      \
    T f##N##_from_i32(FpuEnv *env, int32_t x)                              \
    {                                                                      \
        return (T)from_signed(&fpu_f##N, env, x);                          \
    }                                                                      \
    T f##N##_from_u32(FpuEnv *env, uint32_t x)                             \
    {                                                                      \
        return (T)from_magnitude(&fpu_f##N, env, false, x);                \
    }                                                                      \
    T f##N##_from_i64(FpuEnv *env, int64_t x)                              \
    {                                                                      \
        return (T)from_signed(&fpu_f##N, env, x);                          \
    }                                                                      \
    T f##N##_from_u64(FpuEnv *env, uint64_t x)                             \
    {                                                                      \
        return (T)from_magnitude(&fpu_f##N, env, false, x);                \
    }

FPU_DEFINE(16, uint16_t)
FPU_DEFINE(32, uint32_t)
FPU_DEFINE(64, uint64_t)

#define FPU_DEFINE_ROUND(N, T)                                       \
    T f##N##_round(FpuEnv *env, T a)                                 \
    {                                                                \
        bool inexact;                                                \
        return (T)round_in_format(&fpu_f##N, env, a, &inexact);      \
    }                                                                \
    T f##N##_roundnx(FpuEnv *env, T a)                               \
    {                                                                \
        bool inexact;                                                \
        T rounded = (T)round_in_format(&fpu_f##N, env, a, &inexact); \
        env->flags |= inexact ? FFLAG_NX : 0;                        \
        return rounded;                                              \
    }

FPU_DEFINE_ROUND(16, uint16_t)
FPU_DEFINE_ROUND(32, uint32_t)
FPU_DEFINE_ROUND(64, uint64_t)

int32_t f64_to_i32_modular(FpuEnv *env, uint64_t a)
{
    FpuEnv cut = { .rm = RM_RTZ };
    int32_t fitting = f64_to_i32(&cut, a);
    env->flags |= cut.flags;
    return cut.flags & FFLAG_NV ? low_word(&fpu_f64, a) : fitting;
}

#define FPU_DEFINE_BETWEEN(N, T, M)                        \
    T f##M##_to_f##N(FpuEnv *env, uint##M##_t a)           \
    {                                                      \
        return (T)to_format(&fpu_f##N, &fpu_f##M, env, a); \
    }

FPU_DEFINE_BETWEEN(16, uint16_t, 32)
FPU_DEFINE_BETWEEN(16, uint16_t, 64)
FPU_DEFINE_BETWEEN(32, uint32_t, 16)
FPU_DEFINE_BETWEEN(32, uint32_t, 64)
FPU_DEFINE_BETWEEN(64, uint64_t, 16)
FPU_DEFINE_BETWEEN(64, uint64_t, 32)

uint32_t bf16_to_f32(FpuEnv *env, uint16_t a)
{
    return (uint32_t)to_format(&fpu_f32, &fpu_bf16, env, a);
}

uint16_t f32_to_bf16(FpuEnv *env, uint32_t a)
{
    return (uint16_t)to_format(&fpu_bf16, &fpu_f32, env, a);
}
