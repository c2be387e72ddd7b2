/* SPDX-License-Identifier: MIT */
/*
 * fpu_core.h - the common floor of the soft-float: formats, unpacking, rounding.
 *
 * Private to cpu/fpu_*.c. Every operation is written once, for any format: it unpacks its operands
 * to a sign, an exponent and a significand of 63 bits, computes with at least two spare bits below
 * the format's precision, and hands the outcome to fpu_round(). Bits that fall off on the way are
 * ORed into the lowest bit kept ("jammed"), which is all that rounding needs to know about them.
 * The Format is a compile-time constant at every call, so each copy comes out specialised.
 */
#ifndef CPU_FPU_CORE_H
#define CPU_FPU_CORE_H

#include "cpu/fpu.h"
#include "emu/base/bits.h"

#define FPU_INLINE inline __attribute__((always_inline))

typedef unsigned __int128 Wide;

/* An IEEE 754 binary format: sign, then exp_bits, then frac_bits. */
typedef struct {
    uint8_t exp_bits;
    uint8_t frac_bits;
} Format;

static const Format fpu_f16 = { 5, 10 };
static const Format fpu_bf16 = { 8, 7 };
static const Format fpu_f32 = { 8, 23 };
static const Format fpu_f64 = { 11, 52 };

typedef enum { KIND_FINITE, KIND_ZERO, KIND_INF, KIND_QNAN, KIND_SNAN } Kind;

/* Where the leading one of a finite significand stands: one bit below the top, room for a carry. */
enum { SIG_TOP = 62 };

/* A value taken apart. KIND_FINITE (not zero, normal or subnormal alike) means
 * sig * 2^(exp - SIG_TOP) with bit SIG_TOP of sig set; the other kinds use only the sign. */
typedef struct {
    Kind kind;
    bool sign;
    int exp;
    uint64_t sig;
} Unpacked;

/* Rounds where the result leaves the normal range: fpu_round() calls it, nothing else should. */
uint64_t fpu_round_edge(const Format *f, FpuEnv *env, bool sign, int exp, uint64_t sig);

static FPU_INLINE uint64_t fpu_sign_bit(const Format *f)
{
    return BIT(f->exp_bits + f->frac_bits);
}

/* The exponent field of infinities and NaNs: all ones. */
static FPU_INLINE unsigned fpu_top_field(const Format *f)
{
    return (1u << f->exp_bits) - 1;
}

static FPU_INLINE int fpu_bias(const Format *f)
{
    return (int)(fpu_top_field(f) >> 1);
}

/* How far below SIG_TOP's significand the format's own one ends. */
static FPU_INLINE unsigned fpu_spare_bits(const Format *f)
{
    return SIG_TOP - f->frac_bits;
}

static FPU_INLINE uint64_t fpu_zero(const Format *f, bool sign)
{
    return sign ? fpu_sign_bit(f) : 0;
}

static FPU_INLINE uint64_t fpu_inf(const Format *f, bool sign)
{
    return fpu_zero(f, sign) | (uint64_t)fpu_top_field(f) << f->frac_bits;
}

static FPU_INLINE uint64_t fpu_canonical_nan(const Format *f)
{
    return fpu_inf(f, false) | BIT(f->frac_bits - 1);
}

/* The NaN that answers an invalid operation. */
static FPU_INLINE uint64_t fpu_invalid(const Format *f, FpuEnv *env)
{
    env->flags |= FFLAG_NV;
    return fpu_canonical_nan(f);
}

static FPU_INLINE bool fpu_is_nan(Unpacked x)
{
    return x.kind >= KIND_QNAN;
}

/* Sets NV if `x` is a signalling NaN. */
static FPU_INLINE void fpu_note_snan(FpuEnv *env, Unpacked x)
{
    if (x.kind == KIND_SNAN)
        env->flags |= FFLAG_NV;
}

/* The result of an operation on `x` and `y` of which at least one is a NaN. */
static FPU_INLINE uint64_t fpu_nan_result(const Format *f, FpuEnv *env, Unpacked x, Unpacked y)
{
    fpu_note_snan(env, x);
    fpu_note_snan(env, y);
    return fpu_canonical_nan(f);
}

/* `x` >> `n`, jammed; any n. */
static FPU_INLINE uint64_t fpu_shift_jam(uint64_t x, unsigned n)
{
    if (n == 0)
        return x;
    return n < 64 ? x >> n | ((x << (64 - n)) != 0) : x != 0;
}

static FPU_INLINE Wide fpu_shift_jam_wide(Wide x, unsigned n)
{
    if (n == 0)
        return x;
    return n < 128 ? x >> n | ((x << (128 - n)) != 0) : x != 0;
}

/* The upper half of `x`, jammed. */
static FPU_INLINE uint64_t fpu_upper_jam(Wide x)
{
    return (uint64_t)(x >> 64) | ((uint64_t)x != 0);
}

static FPU_INLINE Unpacked fpu_unpack(const Format *f, uint64_t raw)
{
    uint64_t frac = raw & MASK(f->frac_bits - 1, 0);
    unsigned field = raw >> f->frac_bits & fpu_top_field(f);
    unsigned spare = fpu_spare_bits(f);
    Unpacked x = { .sign = (raw & fpu_sign_bit(f)) != 0 };

    if (LIKELY(field - 1 < fpu_top_field(f) - 1)) {
        x.exp = (int)field - fpu_bias(f);
        x.sig = frac << spare | BIT(SIG_TOP);
    } else if (field != 0) {
        x.kind = frac >> (f->frac_bits - 1) ? KIND_QNAN : frac ? KIND_SNAN : KIND_INF;
    } else if (frac != 0) {
        int up = __builtin_clzll(frac) - 1;
        x.exp = 1 - fpu_bias(f) + (int)spare - up;
        x.sig = frac << up;
    } else {
        x.kind = KIND_ZERO;
    }
    return x;
}

/* What to add to `sig` so that cutting its low `spare` bits off rounds it as `rm` says. */
static FPU_INLINE uint64_t fpu_increment(unsigned rm, bool sign, uint64_t sig, unsigned spare)
{
    uint64_t half = BIT(spare - 1);
    uint64_t all = BIT(spare) - 1;
    if (LIKELY(rm == RM_RNE))
        return half - 1 + (sig >> spare & 1);
    if (rm == RM_RMM)
        return half;
    return (rm == RM_RDN && sign) || (rm == RM_RUP && !sign) ? all : 0;
}

/* The format's nearest value, by env->rm, to sig * 2^(exp - SIG_TOP): bit SIG_TOP of `sig` is set,
 * bit 63 is not, and bit 0 may be a jam. Sets NX, OF and UF. */
static FPU_INLINE uint64_t fpu_round(const Format *f, FpuEnv *env, bool sign, int exp, uint64_t sig)
{
    unsigned spare = fpu_spare_bits(f);
    int field = exp + fpu_bias(f);
    if (UNLIKELY((unsigned)(field - 1) >= fpu_top_field(f) - 2))
        return fpu_round_edge(f, env, sign, exp, sig);

    uint64_t rounded = sig + fpu_increment(env->rm, sign, sig, spare);
    if (sig & MASK(spare - 1, 0))
        env->flags |= FFLAG_NX;
    /* The leading one, and a carry out of rounding, count into the exponent field by themselves. */
    return fpu_zero(f, sign) | (((uint64_t)(field - 1) << f->frac_bits) + (rounded >> spare));
}

/* The sign of a sum that is exactly zero though its terms were not alike. */
static FPU_INLINE bool fpu_cancelled_sign(const FpuEnv *env)
{
    return env->rm == RM_RDN;
}

#endif
