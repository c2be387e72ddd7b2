/* SPDX-License-Identifier: MIT */
/* fpu_core.c - rounding at both ends of a format's range: overflow and the subnormals. */
#include "cpu/fpu_core.h"

/* Overflow gives infinity, unless the rounding mode points back at the largest finite value. */
static uint64_t round_overflow(const Format *f, FpuEnv *env, bool sign)
{
    bool to_nearest = env->rm == RM_RNE || env->rm == RM_RMM;
    bool outwards = env->rm == (sign ? RM_RDN : RM_RUP);
    env->flags |= FFLAG_OF | FFLAG_NX;
    return fpu_inf(f, sign) - !(to_nearest || outwards);
}

/* Tiny means: still below the smallest normal value when rounded as if exponents had no lower end
 * (norm:ieee_std_tininess). A tiny result that is exact raises nothing. */
static uint64_t round_subnormal(const Format *f, FpuEnv *env, bool sign, int field, uint64_t sig)
{
    unsigned spare = fpu_spare_bits(f);
    bool tiny = field < 0 || sig + fpu_increment(env->rm, sign, sig, spare) < BIT(SIG_TOP + 1);

    sig = fpu_shift_jam(sig, (unsigned)(1 - field));
    uint64_t rounded = sig + fpu_increment(env->rm, sign, sig, spare);
    if (sig & MASK(spare - 1, 0))
        env->flags |= tiny ? FFLAG_UF | FFLAG_NX : FFLAG_NX;
    return fpu_zero(f, sign) | rounded >> spare;
}

uint64_t fpu_round_edge(const Format *f, FpuEnv *env, bool sign, int exp, uint64_t sig)
{
    unsigned spare = fpu_spare_bits(f);
    int top = (int)fpu_top_field(f);
    int field = exp + fpu_bias(f);

    if (field <= 0)
        return round_subnormal(f, env, sign, field, sig);
    uint64_t rounded = sig + fpu_increment(env->rm, sign, sig, spare);
    if (field >= top || (field == top - 1 && rounded >= BIT(SIG_TOP + 1)))
        return round_overflow(f, env, sign);
    if (sig & MASK(spare - 1, 0))
        env->flags |= FFLAG_NX;
    return fpu_zero(f, sign) | (((uint64_t)(field - 1) << f->frac_bits) + (rounded >> spare));
}
