/* SPDX-License-Identifier: MIT */
/* fpu_compare.c - comparison, minimum, maximum and classification; none of them rounds. */
#include "cpu/fpu_core.h"

/* Numbers in order as unsigned integers, -0 directly below +0. */
static FPU_INLINE uint64_t order_key(const Format *f, uint64_t a)
{
    uint64_t sign = fpu_sign_bit(f);
    return a & sign ? ~a & (2 * sign - 1) : a | sign;
}

/* norm:fmin-s_fmax-s_one_nan_input, norm:fmin-s_fmax-s_signaling_nan_nv,
 * norm:fmin-s_fmax-s_both_nan_input. */
static FPU_INLINE uint64_t float_pick(const Format *f, FpuEnv *env, uint64_t a, uint64_t b,
                                      bool largest)
{
    Unpacked x = fpu_unpack(f, a);
    Unpacked y = fpu_unpack(f, b);
    fpu_note_snan(env, x);
    fpu_note_snan(env, y);
    if (fpu_is_nan(x))
        return fpu_is_nan(y) ? fpu_canonical_nan(f) : b;
    if (fpu_is_nan(y))
        return a;
    return (order_key(f, a) < order_key(f, b)) != largest ? a : b;
}

/* The same, but a NaN on either side is answered with one. norm:fmaxm-s_fminm-s_op */
static FPU_INLINE uint64_t float_pick_number(const Format *f, FpuEnv *env, uint64_t a, uint64_t b,
                                             bool largest)
{
    Unpacked x = fpu_unpack(f, a);
    Unpacked y = fpu_unpack(f, b);
    if (fpu_is_nan(x) || fpu_is_nan(y))
        return fpu_nan_result(f, env, x, y);
    return float_pick(f, env, a, b, largest);
}

typedef enum { RELATION_LT, RELATION_EQ, RELATION_GT, RELATION_NONE } Relation;

/* How `a` stands to `b`; RELATION_NONE if either is a NaN, with NV as `signalling` asks. */
static FPU_INLINE Relation relate(const Format *f, FpuEnv *env, uint64_t a, uint64_t b,
                                  bool signalling)
{
    Unpacked x = fpu_unpack(f, a);
    Unpacked y = fpu_unpack(f, b);
    if (fpu_is_nan(x) || fpu_is_nan(y)) {
        if (signalling || x.kind == KIND_SNAN || y.kind == KIND_SNAN)
            env->flags |= FFLAG_NV;
        return RELATION_NONE;
    }
    if (a == b || (x.kind == KIND_ZERO && y.kind == KIND_ZERO))
        return RELATION_EQ;
    return order_key(f, a) < order_key(f, b) ? RELATION_LT : RELATION_GT;
}

/* The bits of fclass, lowest first: -inf, negative normal, negative subnormal, -0, +0, positive
 * subnormal, positive normal, +inf, signalling NaN, quiet NaN (norm:fclass-s_op). */
static FPU_INLINE unsigned classify(const Format *f, uint64_t a)
{
    Unpacked x = fpu_unpack(f, a);
    unsigned from_zero = 0;
    switch (x.kind) {
    case KIND_SNAN: return 1u << 8;
    case KIND_QNAN: return 1u << 9;
    case KIND_ZERO: from_zero = 0; break;
    case KIND_FINITE: from_zero = x.exp < 1 - fpu_bias(f) ? 1 : 2; break;
    case KIND_INF: from_zero = 3; break;
    }
    return x.sign ? 1u << (3 - from_zero) : 1u << (4 + from_zero);
}

#define FPU_DEFINE(N, T)                                           \
    T f##N##_min(FpuEnv *env, T a, T b)                            \
    {                                                              \
        return (T)float_pick(&fpu_f##N, env, a, b, false);         \
    }                                                              \
    T f##N##_max(FpuEnv *env, T a, T b)                            \
    {                                                              \
        return (T)float_pick(&fpu_f##N, env, a, b, true);          \
    }                                                              \
    bool f##N##_eq(FpuEnv *env, T a, T b)                          \
    {                                                              \
        return relate(&fpu_f##N, env, a, b, false) == RELATION_EQ; \
    }                                                              \
    bool f##N##_lt(FpuEnv *env, T a, T b)                          \
    {                                                              \
        return relate(&fpu_f##N, env, a, b, true) == RELATION_LT;  \
    }                                                              \
    bool f##N##_le(FpuEnv *env, T a, T b)                          \
    {                                                              \
        return relate(&fpu_f##N, env, a, b, true) <= RELATION_EQ;  \
    }                                                              \
    T f##N##_minm(FpuEnv *env, T a, T b)                           \
    {                                                              \
        return (T)float_pick_number(&fpu_f##N, env, a, b, false);  \
    }                                                              \
    T f##N##_maxm(FpuEnv *env, T a, T b)                           \
    {                                                              \
        return (T)float_pick_number(&fpu_f##N, env, a, b, true);   \
    }                                                              \
    bool f##N##_ltq(FpuEnv *env, T a, T b)                         \
    {                                                              \
        return relate(&fpu_f##N, env, a, b, false) == RELATION_LT; \
    }                                                              \
    bool f##N##_leq(FpuEnv *env, T a, T b)                         \
    {                                                              \
        return relate(&fpu_f##N, env, a, b, false) <= RELATION_EQ; \
    }                                                              \
    unsigned f##N##_classify(T a)                                  \
    {                                                              \
        return classify(&fpu_f##N, a);                             \
    }

FPU_DEFINE(16, uint16_t)
FPU_DEFINE(32, uint32_t)
FPU_DEFINE(64, uint64_t)
