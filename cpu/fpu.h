/* SPDX-License-Identifier: MIT */
/*
 * fpu.h - IEEE 754 arithmetic in integers, as the F, D and Zfh extensions define it.
 *
 * Values are bit patterns in uint16_t, uint32_t and uint64_t; NaN-boxing is the caller's business.
 * Nothing here touches the host's floating point, so results and flags are the same on every host.
 * Every NaN result is the canonical one (norm:F_canonical_NaN, norm:D_canonical_NaN,
 * norm:Zfh_canonical_NaN), subnormals are exact (norm:ieee_std_subnormal) and tininess is detected
 * after rounding (norm:ieee_std_tininess).
 */
#ifndef CPU_FPU_H
#define CPU_FPU_H

#include <stdbool.h>
#include <stdint.h>

/* The encodings of `rm` and `frm` (norm:dyn_round_enc); 5 and 6 are reserved. */
typedef enum {
    RM_RNE = 0, /* to nearest, ties to even */
    RM_RTZ,     /* towards zero */
    RM_RDN,     /* down, towards minus infinity */
    RM_RUP,     /* up, towards plus infinity */
    RM_RMM,     /* to nearest, ties to the larger magnitude */
    RM_DYN = 7, /* what `frm` says; resolved by the caller, never seen here */
} RoundingMode;

/* The accrued exceptions as they lie in `fflags`: inexact, underflow, overflow, division by zero,
 * invalid operation. */
enum { FFLAG_NX = 1, FFLAG_UF = 2, FFLAG_OF = 4, FFLAG_DZ = 8, FFLAG_NV = 16 };

/* What an operation reads and leaves behind besides its operands. */
typedef struct {
    uint8_t rm;    /* a RoundingMode below RM_DYN; read by every operation that rounds */
    uint8_t flags; /* FFLAG_*: operations only set bits, the caller clears them */
} FpuEnv;

#define F16_CANONICAL_NAN  ((uint16_t)0x7e00)
#define BF16_CANONICAL_NAN ((uint16_t)0x7fc0)
#define F32_CANONICAL_NAN  ((uint32_t)0x7fc00000)
#define F64_CANONICAL_NAN  ((uint64_t)0x7ff8000000000000)

/*
 * One set of functions a format; N is 16, 32 or 64, and T is uintN_t:
 *
 *   f16_add   f32_add   f64_add    a + b                              norm:fadd-s_fmul-s_op
 *   f16_sub   f32_sub   f64_sub    a - b                              norm:fsub-s_op
 *   f16_mul   f32_mul   f64_mul    a * b                              norm:fadd-s_fmul-s_op
 *   f16_div   f32_div   f64_div    a / b; x / 0 sets DZ               norm:fdiv-s_op
 *   f16_sqrt  f32_sqrt  f64_sqrt   square root of a                   norm:fsqrt-s_op
 *   f16_fma   f32_fma   f64_fma    a * b + c, rounded once; inf * 0   norm:fmadd-s_op,
 *                                  sets NV even if c is a quiet NaN   norm:fma_nv_flag
 *   f16_min   f32_min   f64_min    the smaller, -0 < +0; a number     norm:fmin-s_fmax-s_op
 *   f16_max   f32_max   f64_max    the larger     wins over a NaN
 *   f16_minm  f32_minm  f64_minm   the same, but a NaN wins           norm:fmaxm-s_fminm-s_op
 *   f16_maxm  f32_maxm  f64_maxm
 *   f16_eq    f32_eq    f64_eq     a == b; NV for a signalling NaN    norm:feq-s_quiet
 *   f16_lt    f32_lt    f64_lt     a < b;  NV for any NaN             norm:flt-s_fle-s_signaling
 *   f16_le    f32_le    f64_le     a <= b; NV for any NaN
 *   f16_ltq   f32_ltq   f64_ltq    a < b, a <= b; NV for a            norm:fleq-s_fltq-s_op
 *   f16_leq   f32_leq   f64_leq    signalling NaN alone
 *   f16_round ...                  to an integer of the same format, rounded as env->rm says;
 *   f16_roundnx ...                the second sets NX                 norm:fround-s_op
 *   f16_classify ...               the mask of fclass (one bit of 10) norm:fclass-s_op
 *   f16_is_nan, f16_is_snan ...    is it a NaN; is it a signalling one
 *
 *   f16_to_i32   f32_to_i32   f64_to_i32     to an integer, rounded as env->rm says; NaN and what
 *   f16_to_u32   f32_to_u32   f64_to_u32     does not fit give the nearest bound (NaN the upper
 *   f16_to_i64   f32_to_i64   f64_to_i64     one) and set NV alone
 *   f16_to_u64   f32_to_u64   f64_to_u64     (norm:fcvt_unrepresentable_nv,
 *                                            norm:fcvt_int_float_valid_input)
 *
 *   f16_from_i32 f32_from_i32 f64_from_i32   from an integer, rounded as env->rm says
 *   f16_from_u32 f32_from_u32 f64_from_u32                            norm:fcvt_round
 *   f16_from_i64 f32_from_i64 f64_from_i64
 *   f16_from_u64 f32_from_u64 f64_from_u64
 */
#define FPU_DECLARE(N, T)                                                                        \
    T f##N##_add(FpuEnv *env, T a, T b);                                                         \
    T f##N##_sub(FpuEnv *env, T a, T b);                                                         \
    T f##N##_mul(FpuEnv *env, T a, T b);                                                         \
    T f##N##_div(FpuEnv *env, T a, T b);                                                         \
    T f##N##_sqrt(FpuEnv *env, T a);                                                             \
    T f##N##_fma(FpuEnv *env, T a, T b, T c);                                                    \
    T f##N##_min(FpuEnv *env, T a, T b);                                                         \
    T f##N##_max(FpuEnv *env, T a, T b);                                                         \
    bool f##N##_eq(FpuEnv *env, T a, T b);                                                       \
    bool f##N##_lt(FpuEnv *env, T a, T b);                                                       \
    bool f##N##_le(FpuEnv *env, T a, T b);                                                       \
    T f##N##_minm(FpuEnv *env, T a, T b);                                                        \
    T f##N##_maxm(FpuEnv *env, T a, T b);                                                        \
    bool f##N##_ltq(FpuEnv *env, T a, T b);                                                      \
    bool f##N##_leq(FpuEnv *env, T a, T b);                                                      \
    T f##N##_round(FpuEnv *env, T a);                                                            \
    T f##N##_roundnx(FpuEnv *env, T a);                                                          \
    unsigned f##N##_classify(T a);                                                               \
    int32_t f##N##_to_i32(FpuEnv *env, T a);                                                     \
    uint32_t f##N##_to_u32(FpuEnv *env, T a);                                                    \
    int64_t f##N##_to_i64(FpuEnv *env, T a);                                                     \
    uint64_t f##N##_to_u64(FpuEnv *env, T a);                                                    \
    T f##N##_from_i32(FpuEnv *env, int32_t x);                                                   \
    T f##N##_from_u32(FpuEnv *env, uint32_t x);                                                  \
    T f##N##_from_i64(FpuEnv *env, int64_t x);                                                   \
    T f##N##_from_u64(FpuEnv *env, uint64_t x);                                                  \
                                                                                                 \
    static inline bool f##N##_is_nan(T a)                                                        \
    {                                                                                            \
        T infinity = F##N##_CANONICAL_NAN & (F##N##_CANONICAL_NAN - 1); /* less the quiet bit */ \
        return (T)(a << 1) > (T)(infinity << 1);                                                 \
    }                                                                                            \
                                                                                                 \
    static inline bool f##N##_is_snan(T a)                                                       \
    {                                                                                            \
        return f##N##_is_nan(a) && (a & F##N##_CANONICAL_NAN) != F##N##_CANONICAL_NAN;           \
    }

FPU_DECLARE(16, uint16_t)
FPU_DECLARE(32, uint32_t)
FPU_DECLARE(64, uint64_t)
#undef FPU_DECLARE

/* The low 32 bits of `a` cut to an integer of any size; flags as f64_to_i32 with RM_RTZ sets them. 0 for infinities and
 * NaN (norm:fcvtmod-w-d_op, norm:fcvtmod-w-d_flags). */
int32_t f64_to_i32_modular(FpuEnv *env, uint64_t a);

/* Between formats; only narrowing can round (norm:fcvt-s-d_fcvt-d-s_op, norm:fcvt-s-h_fcvt-h-s_op,
 * norm:fcvt-d-h_fcvt-h-d_op). */
uint32_t f16_to_f32(FpuEnv *env, uint16_t a);
uint64_t f16_to_f64(FpuEnv *env, uint16_t a);
uint16_t f32_to_f16(FpuEnv *env, uint32_t a);
uint64_t f32_to_f64(FpuEnv *env, uint32_t a);
uint16_t f64_to_f16(FpuEnv *env, uint64_t a);
uint32_t f64_to_f32(FpuEnv *env, uint64_t a);

/* bfloat16: the upper half of a single-precision number. */
uint32_t bf16_to_f32(FpuEnv *env, uint16_t a);
uint16_t f32_to_bf16(FpuEnv *env, uint32_t a);

#endif
