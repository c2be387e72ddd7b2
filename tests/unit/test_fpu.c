/* SPDX-License-Identifier: MIT */
/* test_fpu.c - the rules the F, D and Zfh chapters state about single results, one test a rule. */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "cpu/fpu.h"

enum { NX = FFLAG_NX, UF = FFLAG_UF, OF = FFLAG_OF, DZ = FFLAG_DZ, NV = FFLAG_NV };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Constants of the three formats, in the order half, single, double. */
static const uint64_t inf[] = { 0x7c00, 0x7f800000, 0x7ff0000000000000 };
static const uint64_t qnan[] = { 0x7e00, 0x7fc00000, 0x7ff8000000000000 };
static const uint64_t snan[] = { 0x7c01, 0x7f800001, 0x7ff0000000000001 };
static const uint64_t one[] = { 0x3c00, 0x3f800000, 0x3ff0000000000000 };
static const uint64_t minus[] = { 0x8000, 0x80000000, 0x8000000000000000 };
static const uint64_t least_normal[] = { 0x0400, 0x00800000, 0x0010000000000000 };

/* any_add(f, ...) is f16_add, f32_add or f64_add for f = 0, 1, 2; all bits as uint64_t. */
#define ANY_FORMAT2(NAME)                                                                  \
    static uint64_t any_##NAME(unsigned f, FpuEnv *env, uint64_t a, uint64_t b)            \
    {                                                                                      \
        if (f == 0)                                                                        \
            return f16_##NAME(env, (uint16_t)a, (uint16_t)b);                              \
        return f == 1 ? f32_##NAME(env, (uint32_t)a, (uint32_t)b) : f64_##NAME(env, a, b); \
    }
#define ANY_FORMAT1(NAME, TYPE)                                            \
    static TYPE any_##NAME(unsigned f, FpuEnv *env, uint64_t a)            \
    {                                                                      \
        if (f == 0)                                                        \
            return f16_##NAME(env, (uint16_t)a);                           \
        return f == 1 ? f32_##NAME(env, (uint32_t)a) : f64_##NAME(env, a); \
    }

ANY_FORMAT2(add)
ANY_FORMAT2(sub)
ANY_FORMAT2(mul)
ANY_FORMAT2(div)
ANY_FORMAT2(min)
ANY_FORMAT2(max)
ANY_FORMAT2(eq)
ANY_FORMAT2(lt)
ANY_FORMAT2(le)
ANY_FORMAT1(sqrt, uint64_t)
ANY_FORMAT1(to_i32, int32_t)
ANY_FORMAT1(to_u32, uint32_t)
ANY_FORMAT1(to_i64, int64_t)
ANY_FORMAT1(to_u64, uint64_t)

static uint64_t any_fma(unsigned f, FpuEnv *env, uint64_t a, uint64_t b, uint64_t c)
{
    if (f == 0)
        return f16_fma(env, (uint16_t)a, (uint16_t)b, (uint16_t)c);
    return f == 1 ? f32_fma(env, (uint32_t)a, (uint32_t)b, (uint32_t)c) : f64_fma(env, a, b, c);
}

static unsigned any_classify(unsigned f, uint64_t a)
{
    if (f == 0)
        return f16_classify((uint16_t)a);
    return f == 1 ? f32_classify((uint32_t)a) : f64_classify(a);
}

typedef uint64_t Binary(unsigned f, FpuEnv *env, uint64_t a, uint64_t b);

static void expect2(const char *name, Binary *op, unsigned f, uint8_t rm, uint64_t a, uint64_t b,
                    uint64_t result, unsigned flags)
{
    FpuEnv env = { rm, 0 };
    uint64_t got = op(f, &env, a, b);
    cr_assert(got == result && env.flags == flags,
              "format %u %s(%#" PRIx64 ", %#" PRIx64 ") rm %u: %#" PRIx64
              " flags %#x, expected %#" PRIx64 " flags %#x",
              f, name, a, b, rm, got, env.flags, result, flags);
}

#define EXPECT(NAME, f, rm, a, b, result, flags) \
    expect2(#NAME, any_##NAME, f, rm, a, b, result, flags)

/* norm:dyn_round_enc. One and a term of half, a quarter or three quarters of its last place. */
Test(fpu, each_rounding_mode_takes_its_own_neighbour)
{
    static const struct {
        uint64_t a, b;
        uint64_t result[5]; /* RNE, RTZ, RDN, RUP, RMM */
    } cases[] = {
        { 0x3f800000, 0x33800000, { 0x3f800000, 0x3f800000, 0x3f800000, 0x3f800001, 0x3f800001 } },
        { 0x3f800001, 0x33800000, { 0x3f800002, 0x3f800001, 0x3f800001, 0x3f800002, 0x3f800002 } },
        { 0x3f800000, 0x33000000, { 0x3f800000, 0x3f800000, 0x3f800000, 0x3f800001, 0x3f800000 } },
        { 0x3f800000, 0x33c00000, { 0x3f800001, 0x3f800000, 0x3f800000, 0x3f800001, 0x3f800001 } },
        { 0xbf800000, 0xb3800000, { 0xbf800000, 0xbf800000, 0xbf800001, 0xbf800000, 0xbf800001 } },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (uint8_t rm = RM_RNE; rm <= RM_RMM; rm++)
            EXPECT(add, 1, rm, cases[i].a, cases[i].b, cases[i].result[rm], NX);
}

/* norm:fcsr_fflags_op: flags accrue; an exact operation leaves them as they are. */
Test(fpu, flags_accrue)
{
    FpuEnv env = { RM_RNE, 0 };
    f64_div(&env, one[2], 0);
    f64_add(&env, one[2], one[2]);
    f64_add(&env, one[2], 1);
    f64_sqrt(&env, one[2] | minus[2]);
    cr_assert_eq(env.flags, DZ | NX | NV);
}

/* norm:F_canonical_NaN, norm:D_canonical_NaN, norm:Zfh_canonical_NaN: payloads and signs of NaN
 * operands are not passed on; only signalling ones raise NV. */
Test(fpu, every_nan_result_is_canonical)
{
    for (unsigned f = 0; f < 3; f++) {
        uint64_t odd = (qnan[f] | minus[f]) + 5;
        Binary *const ops[] = { any_add, any_sub, any_mul, any_div };
        for (size_t i = 0; i < COUNT(ops); i++) {
            expect2("binary", ops[i], f, RM_RNE, odd, one[f], qnan[f], 0);
            expect2("binary", ops[i], f, RM_RNE, one[f], odd, qnan[f], 0);
            expect2("binary", ops[i], f, RM_RNE, snan[f], odd, qnan[f], NV);
            expect2("binary", ops[i], f, RM_RNE, one[f], snan[f] | minus[f], qnan[f], NV);
        }
        FpuEnv env = { RM_RNE, 0 };
        cr_assert_eq(any_sqrt(f, &env, odd), qnan[f]);
        cr_assert_eq(any_fma(f, &env, one[f], one[f], odd), qnan[f]);
        cr_assert_eq(env.flags, 0);
    }
    FpuEnv env = { RM_RNE, 0 };
    cr_assert_eq(f32_to_f64(&env, 0xffc12345), qnan[2]);
    cr_assert_eq(f64_to_f16(&env, 0xfff8123456789abc), qnan[0]);
    cr_assert_eq(env.flags, 0);
    cr_assert_eq(f16_to_f32(&env, 0xfc01), qnan[1]);
    cr_assert_eq(env.flags, NV);
}

Test(fpu, invalid_operations_give_the_canonical_nan_and_nv)
{
    for (unsigned f = 0; f < 3; f++) {
        EXPECT(add, f, RM_RNE, inf[f], inf[f] | minus[f], qnan[f], NV);
        EXPECT(sub, f, RM_RNE, inf[f], inf[f], qnan[f], NV);
        EXPECT(mul, f, RM_RNE, inf[f], minus[f], qnan[f], NV);
        EXPECT(div, f, RM_RNE, 0, minus[f], qnan[f], NV);
        EXPECT(div, f, RM_RNE, inf[f], inf[f], qnan[f], NV);
        FpuEnv env = { RM_RNE, 0 };
        cr_assert_eq(any_sqrt(f, &env, one[f] | minus[f]), qnan[f]);
        cr_assert_eq(env.flags, NV);
    }
}

/* norm:fma_nv_flag */
Test(fpu, fma_of_infinity_and_zero_is_invalid_even_with_a_quiet_nan_addend)
{
    for (unsigned f = 0; f < 3; f++) {
        const uint64_t addends[] = { qnan[f], one[f], inf[f], 0 };
        for (size_t i = 0; i < COUNT(addends); i++) {
            FpuEnv env = { RM_RNE, 0 }, swapped = { RM_RNE, 0 };
            cr_assert_eq(any_fma(f, &env, inf[f], 0, addends[i]), qnan[f]);
            cr_assert_eq(any_fma(f, &swapped, minus[f], inf[f], addends[i]), qnan[f]);
            cr_assert_eq(env.flags, NV);
            cr_assert_eq(swapped.flags, NV);
        }
    }
}

/* norm:fmadd-s_op; (1 + u)^2 - (1 + 2u) = u^2 is lost if the product is rounded first. */
Test(fpu, fma_rounds_once)
{
    static const uint64_t square[] = { 0x0010, 0x28800000, 0x3970000000000000 };
    for (unsigned f = 0; f < 3; f++) {
        FpuEnv env = { RM_RNE, 0 };
        uint64_t x = one[f] + 1;
        cr_assert_eq(any_fma(f, &env, x, x, (one[f] + 2) | minus[f]), square[f]);
        cr_assert_eq(env.flags, 0);
    }
}

Test(fpu, exact_zero_sums_are_negative_only_when_rounding_down_or_both_terms_are)
{
    for (unsigned f = 0; f < 3; f++)
        for (uint8_t rm = RM_RNE; rm <= RM_RMM; rm++) {
            uint64_t cancelled = rm == RM_RDN ? minus[f] : 0;
            EXPECT(sub, f, rm, one[f], one[f], cancelled, 0);
            EXPECT(add, f, rm, 0, minus[f], cancelled, 0);
            EXPECT(add, f, rm, 0, 0, 0, 0);
            EXPECT(add, f, rm, minus[f], minus[f], minus[f], 0);
            FpuEnv env = { rm, 0 };
            cr_assert_eq(any_fma(f, &env, one[f], one[f], one[f] | minus[f]), cancelled);
            cr_assert_eq(any_fma(f, &env, minus[f], one[f], minus[f]), minus[f]);
        }
}

Test(fpu, finite_divided_by_zero_is_infinite_and_sets_dz_alone)
{
    for (unsigned f = 0; f < 3; f++) {
        EXPECT(div, f, RM_RNE, one[f], 0, inf[f], DZ);
        EXPECT(div, f, RM_RNE, 1, minus[f], inf[f] | minus[f], DZ);
        EXPECT(div, f, RM_RNE, inf[f], 0, inf[f], 0);
    }
}

Test(fpu, square_root_of_minus_zero_is_minus_zero)
{
    for (unsigned f = 0; f < 3; f++) {
        FpuEnv env = { RM_RDN, 0 };
        cr_assert_eq(any_sqrt(f, &env, minus[f]), minus[f]);
        cr_assert_eq(any_sqrt(f, &env, inf[f]), inf[f]);
        cr_assert_eq(env.flags, 0);
    }
}

Test(fpu, overflow_goes_to_infinity_or_to_the_largest_number_as_the_mode_points)
{
    static const bool up_is_inf[] = { true, false, false, true, true };
    static const bool down_is_inf[] = { true, false, true, false, true };
    for (unsigned f = 0; f < 3; f++)
        for (uint8_t rm = RM_RNE; rm <= RM_RMM; rm++) {
            uint64_t max = inf[f] - 1;
            EXPECT(add, f, rm, max, max, up_is_inf[rm] ? inf[f] : max, OF | NX);
            EXPECT(sub, f, rm, max | minus[f], max, (down_is_inf[rm] ? inf[f] : max) | minus[f],
                   OF | NX);
        }
}

/* norm:ieee_std_tininess. 2^-126 less 2^-150 still has 24 digits, so it is tiny, though it ends at
 * 2^-126; less 2^-152 it rounds to 2^-126 already with unbounded exponent, so it is not tiny. */
Test(fpu, tininess_is_detected_after_rounding)
{
    EXPECT(mul, 1, RM_RNE, 0x3f7fffff, 0x00800000, 0x00800000, UF | NX);
    FpuEnv env = { RM_RNE, 0 };
    cr_assert_eq(f32_fma(&env, 0x19800000, 0x99800000, 0x00800000), 0x00800000);
    cr_assert_eq(env.flags, NX);
}

/* norm:ieee_std_subnormal */
Test(fpu, exact_subnormal_results_raise_no_underflow)
{
    for (unsigned f = 0; f < 3; f++) {
        uint64_t half = one[f] - least_normal[f];
        EXPECT(mul, f, RM_RNE, least_normal[f], half, least_normal[f] / 2, 0);
        EXPECT(sub, f, RM_RNE, least_normal[f], 1, least_normal[f] - 1, 0);
        EXPECT(mul, f, RM_RNE, 1, half, 0, UF | NX);
        EXPECT(mul, f, RM_RUP, 1, half, 1, UF | NX);
    }
}

/* norm:fmin-s_fmax-s_zero_compare */
Test(fpu, minimum_and_maximum_order_the_zeros)
{
    for (unsigned f = 0; f < 3; f++) {
        EXPECT(min, f, RM_RNE, 0, minus[f], minus[f], 0);
        EXPECT(min, f, RM_RNE, minus[f], 0, minus[f], 0);
        EXPECT(max, f, RM_RNE, 0, minus[f], 0, 0);
        EXPECT(max, f, RM_RNE, minus[f], 0, 0, 0);
        EXPECT(min, f, RM_RNE, one[f] | minus[f], minus[f], one[f] | minus[f], 0);
        EXPECT(max, f, RM_RNE, inf[f] | minus[f], 1 | minus[f], 1 | minus[f], 0);
    }
}

/* norm:fmin-s_fmax-s_one_nan_input, norm:fmin-s_fmax-s_both_nan_input,
 * norm:fmin-s_fmax-s_signaling_nan_nv */
Test(fpu, minimum_and_maximum_prefer_numbers_to_nans)
{
    for (unsigned f = 0; f < 3; f++) {
        Binary *const ops[] = { any_min, any_max };
        for (size_t i = 0; i < COUNT(ops); i++) {
            expect2("min, max", ops[i], f, RM_RNE, qnan[f], one[f], one[f], 0);
            expect2("min, max", ops[i], f, RM_RNE, one[f], qnan[f], one[f], 0);
            expect2("min, max", ops[i], f, RM_RNE, snan[f], one[f], one[f], NV);
            expect2("min, max", ops[i], f, RM_RNE, one[f], snan[f], one[f], NV);
            expect2("min, max", ops[i], f, RM_RNE, qnan[f] + 1, qnan[f] | minus[f], qnan[f], 0);
            expect2("min, max", ops[i], f, RM_RNE, snan[f], qnan[f] + 1, qnan[f], NV);
        }
    }
}

/* norm:feq-s_quiet, norm:flt-s_fle-s_signaling, norm:feq-s_flt-s_fle-s_NaN_input */
Test(fpu, comparisons_with_nan_are_false_and_only_eq_is_quiet)
{
    for (unsigned f = 0; f < 3; f++) {
        EXPECT(eq, f, RM_RNE, qnan[f], qnan[f], false, 0);
        EXPECT(eq, f, RM_RNE, one[f], snan[f], false, NV);
        EXPECT(lt, f, RM_RNE, qnan[f], one[f], false, NV);
        EXPECT(le, f, RM_RNE, one[f], qnan[f], false, NV);
        EXPECT(le, f, RM_RNE, snan[f], snan[f], false, NV);
    }
}

/* norm:feq-s_flt-s_fle-s_op */
Test(fpu, comparisons_hold_the_zeros_equal)
{
    for (unsigned f = 0; f < 3; f++) {
        EXPECT(eq, f, RM_RNE, minus[f], 0, true, 0);
        EXPECT(lt, f, RM_RNE, minus[f], 0, false, 0);
        EXPECT(le, f, RM_RNE, 0, minus[f], true, 0);
        EXPECT(lt, f, RM_RNE, inf[f] | minus[f], 1 | minus[f], true, 0);
        EXPECT(lt, f, RM_RNE, one[f], one[f], false, 0);
        EXPECT(le, f, RM_RNE, one[f], one[f], true, 0);
        EXPECT(le, f, RM_RNE, one[f], one[f] | minus[f], false, 0);
    }
}

/* norm:fclass-s_op, norm:fclass-d_op, norm:fclass-h_op */
Test(fpu, classify_sets_the_bit_of_the_class)
{
    for (unsigned f = 0; f < 3; f++) {
        uint64_t s = minus[f], subnormal = least_normal[f] - 1;
        const uint64_t members[10][2] = {
            { inf[f] | s, inf[f] | s },
            { one[f] | s, least_normal[f] | s },
            { 1 | s, subnormal | s },
            { s, s },
            { 0, 0 },
            { 1, subnormal },
            { least_normal[f], inf[f] - 1 },
            { inf[f], inf[f] },
            { snan[f], (qnan[f] - 1) | s },
            { qnan[f], (qnan[f] + 1) | s },
        };
        for (unsigned bit = 0; bit < 10; bit++)
            for (unsigned i = 0; i < 2; i++)
                cr_assert_eq(any_classify(f, members[bit][i]), 1u << bit, "format %u, %#" PRIx64, f,
                             members[bit][i]);
    }
}

Test(fpu, nan_predicates_tell_quiet_from_signalling)
{
    cr_assert(f16_is_nan(0x7c01) && f16_is_snan(0xfdff) && f16_is_nan(0xfe00));
    cr_assert(!f16_is_nan(0xfc00) && !f16_is_snan(0x7e01) && !f16_is_snan(0x7c00));
    cr_assert(f32_is_nan(0x7f800001) && f32_is_snan(0xffbfffff) && f32_is_nan(0xffc00000));
    cr_assert(!f32_is_nan(0xff800000) && !f32_is_snan(0x7fc00001) && !f32_is_snan(0x7f800000));
    cr_assert(f64_is_nan(snan[2]) && f64_is_snan(qnan[2] - 1) && f64_is_nan(minus[2] | qnan[2]));
    cr_assert(!f64_is_nan(inf[2] | minus[2]) && !f64_is_snan(qnan[2] + 1) && !f64_is_snan(inf[2]));
}

/* norm:fcvt_int_float_valid_input, norm:fcvt_int_double_valid_input */
Test(fpu, conversion_of_nan_and_infinity_gives_the_bound_and_nv)
{
    for (unsigned f = 0; f < 3; f++) {
        const struct {
            uint64_t from;
            bool lower;
        } cases[] = {
            { inf[f], false },
            { qnan[f], false },
            { qnan[f] | minus[f], false },
            { snan[f], false },
            { snan[f] | minus[f], false },
            { inf[f] | minus[f], true },
        };
        for (size_t i = 0; i < COUNT(cases); i++) {
            FpuEnv env[4] = { { 0 } };
            cr_assert_eq(any_to_i32(f, &env[0], cases[i].from),
                         cases[i].lower ? INT32_MIN : INT32_MAX);
            cr_assert_eq(any_to_u32(f, &env[1], cases[i].from), cases[i].lower ? 0 : UINT32_MAX);
            cr_assert_eq(any_to_i64(f, &env[2], cases[i].from),
                         cases[i].lower ? INT64_MIN : INT64_MAX);
            cr_assert_eq(any_to_u64(f, &env[3], cases[i].from), cases[i].lower ? 0 : UINT64_MAX);
            for (unsigned j = 0; j < 4; j++)
                cr_assert_eq(env[j].flags, NV);
        }
    }
}

/* norm:fcvt_unrepresentable_nv, norm:fcvt_nx: the rounded value counts, and NV excludes NX. */
Test(fpu, conversion_to_32_bits_saturates_after_rounding)
{
    static const struct {
        uint64_t from; /* double */
        uint8_t rm;
        int32_t i32;
        unsigned i32_flags;
        uint32_t u32;
        unsigned u32_flags;
    } cases[] = {
        /* 2147483647.5 */
        { 0x41dfffffffe00000, RM_RTZ, INT32_MAX, NX, 0x7fffffff, NX },
        { 0x41dfffffffe00000, RM_RNE, INT32_MAX, NV, 0x80000000, NX },
        /* -2147483648.5 */
        { 0xc1e0000000100000, RM_RNE, INT32_MIN, NX, 0, NV },
        { 0xc1e0000000100000, RM_RMM, INT32_MIN, NV, 0, NV },
        /* 4294967295.5 */
        { 0x41effffffff00000, RM_RDN, INT32_MAX, NV, UINT32_MAX, NX },
        { 0x41effffffff00000, RM_RUP, INT32_MAX, NV, UINT32_MAX, NV },
        /* -0.5 and -1 */
        { 0xbfe0000000000000, RM_RNE, 0, NX, 0, NX },
        { 0xbfe0000000000000, RM_RMM, -1, NX, 0, NV },
        { 0xbfe0000000000000, RM_RDN, -1, NX, 0, NV },
        { 0xbff0000000000000, RM_RTZ, -1, 0, 0, NV },
        /* -0 */
        { 0x8000000000000000, RM_RDN, 0, 0, 0, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        FpuEnv s = { cases[i].rm, 0 }, u = { cases[i].rm, 0 };
        cr_assert_eq(f64_to_i32(&s, cases[i].from), cases[i].i32, "case %zu", i);
        cr_assert_eq(f64_to_u32(&u, cases[i].from), cases[i].u32, "case %zu", i);
        cr_assert_eq(s.flags, cases[i].i32_flags, "case %zu: %#x", i, s.flags);
        cr_assert_eq(u.flags, cases[i].u32_flags, "case %zu: %#x", i, u.flags);
    }
}

/* norm:fcvt_int_double_valid_input */
Test(fpu, conversion_to_64_bits_saturates)
{
    FpuEnv env = { RM_RNE, 0 };
    cr_assert_eq(f64_to_i64(&env, 0x43dfffffffffffff), 0x7ffffffffffffc00);
    cr_assert_eq(f64_to_i64(&env, 0xc3e0000000000000), INT64_MIN);
    cr_assert_eq(f64_to_u64(&env, 0x43efffffffffffff), 0xfffffffffffff800);
    cr_assert_eq(f32_to_u64(&env, 0x5f7fffff), 0xffffff0000000000);
    cr_assert_eq(env.flags, 0);
    cr_assert_eq(f64_to_i64(&env, 0x43e0000000000000), INT64_MAX);
    cr_assert_eq(f64_to_i64(&env, 0xc3e0000000000001), INT64_MIN);
    cr_assert_eq(f64_to_u64(&env, 0x43f0000000000000), UINT64_MAX);
    cr_assert_eq(f32_to_u64(&env, 0x5f800000), UINT64_MAX);
    cr_assert_eq(env.flags, NV);
}

/* norm:fcvt_round */
Test(fpu, conversion_from_integers_rounds_as_told)
{
    FpuEnv rne = { RM_RNE, 0 }, rup = { RM_RUP, 0 };
    cr_assert_eq(f32_from_i32(&rne, INT32_MIN), 0xcf000000);
    cr_assert_eq(f64_from_u64(&rne, 1ull << 63), 0x43e0000000000000);
    cr_assert_eq(f64_from_i32(&rne, -3), 0xc008000000000000);
    cr_assert_eq(f32_from_u64(&rne, 0), 0);
    cr_assert_eq(rne.flags, 0);
    cr_assert_eq(f32_from_i32(&rne, 0x01000001), 0x4b800000);
    cr_assert_eq(f32_from_i32(&rup, 0x01000001), 0x4b800001);
    cr_assert_eq(f64_from_i64(&rup, INT64_MAX), 0x43e0000000000000);
    cr_assert_eq(rne.flags, NX);
    cr_assert_eq(rup.flags, NX);
    cr_assert_eq(f16_from_u32(&rne, 65520), 0x7c00);
    cr_assert_eq(rne.flags, NX | OF);
}

/* norm:fcvt-s-d_fcvt-d-s_op, norm:fcvt-s-h_fcvt-h-s_op, norm:fcvt-d-h_fcvt-h-d_op */
Test(fpu, narrowing_rounds_once_and_widening_is_exact)
{
    FpuEnv env = { RM_RNE, 0 };
    cr_assert_eq(f16_to_f32(&env, 0x0001), 0x33800000);
    cr_assert_eq(f16_to_f64(&env, 0xfbff), 0xc0effc0000000000);
    cr_assert_eq(f32_to_f64(&env, 0x00000001), 0x36a0000000000000);
    cr_assert_eq(env.flags, 0);
    /* just above a tie of half, which rounding to single first would turn into that tie */
    cr_assert_eq(f64_to_f16(&env, 0x3ff0020000000001), 0x3c01);
    cr_assert_eq(env.flags, NX);
    cr_assert_eq(f64_to_f32(&env, 0x3690000000000000), 0);
    cr_assert_eq(env.flags, NX | UF);
    cr_assert_eq(f32_to_f16(&env, 0x477ff000), 0x7c00);
    cr_assert_eq(env.flags, NX | UF | OF);
}
