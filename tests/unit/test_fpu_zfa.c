/* SPDX-License-Identifier: MIT */
/*
 * test_fpu_zfa.c - what Zfa and Zfbfmin add to the soft-float, against MPFR and the host.
 *
 * Every value of the three formats is a double, exactly; conversions of the soft-float itself, which test_fpu_oracle.c
 * looks after, take halves there and back.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <math.h>
#include <mpfr.h>
#include <string.h>

#include "cpu/fpu.h"
#include "test_fpu_operands.h"

static double value_of(unsigned shape, uint64_t raw)
{
    FpuEnv env = { 0 };
    double value;
    uint64_t bits = shape == 0   ? f16_to_f64(&env, (uint16_t)raw)
                    : shape == 1 ? f32_to_f64(&env, (uint32_t)raw)
                                 : raw;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* `value` has an exact place in the format. */
static uint64_t raw_of(unsigned shape, double value)
{
    FpuEnv env = { 0 };
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return shape == 0 ? f64_to_f16(&env, bits) : shape == 1 ? f64_to_f32(&env, bits) : bits;
}

static bool is_signalling(const Shape *s, uint64_t raw)
{
    uint64_t magnitude = raw & ~shape_sign(s);
    return magnitude > shape_inf(s) && !(raw >> (s->frac_bits - 1) & 1);
}

static uint64_t nan_of(const Shape *s)
{
    return shape_inf(s) | 1ull << (s->frac_bits - 1);
}

typedef struct {
    uint64_t (*round)(FpuEnv *env, uint64_t a), (*roundnx)(FpuEnv *env, uint64_t a);
    uint64_t (*minm)(FpuEnv *env, uint64_t a, uint64_t b),
        (*maxm)(FpuEnv *env, uint64_t a, uint64_t b);
    uint64_t (*ltq)(FpuEnv *env, uint64_t a, uint64_t b),
        (*leq)(FpuEnv *env, uint64_t a, uint64_t b);
} Functions;

#define ONE(N, T, name)                                 \
    static uint64_t name##_##N(FpuEnv *env, uint64_t a) \
    {                                                   \
        return f##N##_##name(env, (T)a);                \
    }
#define TWO(N, T, name)                                             \
    static uint64_t name##_##N(FpuEnv *env, uint64_t a, uint64_t b) \
    {                                                               \
        return f##N##_##name(env, (T)a, (T)b);                      \
    }
#define ALL(N, T)      \
    ONE(N, T, round)   \
    ONE(N, T, roundnx) \
    TWO(N, T, minm)    \
    TWO(N, T, maxm)    \
    TWO(N, T, ltq)     \
    TWO(N, T, leq)
ALL(16, uint16_t)
ALL(32, uint32_t)
ALL(64, uint64_t)

#define ROW(N)                                                       \
    {                                                                \
        round_##N, roundnx_##N, minm_##N, maxm_##N, ltq_##N, leq_##N \
    }
static const Functions functions[] = { ROW(16), ROW(32), ROW(64) };

/* norm:fround-s_op, norm:froundnx-s_op */
static void check_round(unsigned shape, uint64_t raw)
{
    static const mpfr_rnd_t modes[] = { MPFR_RNDN, MPFR_RNDZ, MPFR_RNDD, MPFR_RNDU };
    const Shape *s = &shapes[shape];
    MPFR_DECL_INIT(x, 64);
    for (unsigned rm = 0; rm < MODES; rm++) {
        FpuEnv quiet = { (uint8_t)rm, 0 }, exact = quiet;
        uint64_t a = functions[shape].round(&quiet, raw), b = functions[shape].roundnx(&exact, raw);
        uint64_t expected = nan_of(s);
        unsigned flags = is_signalling(s, raw) ? FFLAG_NV : 0, inexact = 0;
        double value = value_of(shape, raw);
        if (!isnan(value)) {
            mpfr_set_d(x, value, MPFR_RNDN);
            inexact = (rm == RM_RMM ? mpfr_round(x, x) : mpfr_rint(x, x, modes[rm])) ? FFLAG_NX : 0;
            expected = raw_of(shape, mpfr_get_d(x, MPFR_RNDN));
        }
        if (a != expected || b != expected || quiet.flags != flags ||
            exact.flags != (flags | inexact))
            cr_assert_fail("%s %#" PRIx64 " rm %u: %#" PRIx64 ", %#" PRIx64
                           " flags %x, %x, not %#" PRIx64,
                           s->name, raw, rm, a, b, quiet.flags, exact.flags, expected);
    }
}

/* norm:fmaxm-s_fminm-s_op, norm:fleq-s_fltq-s_op */
static void check_pair(unsigned shape, uint64_t a, uint64_t b)
{
    const Shape *s = &shapes[shape];
    double x = value_of(shape, a), y = value_of(shape, b);
    bool nan = isnan(x) || isnan(y), a_first = x < y || (x == y && signbit(x));
    unsigned flags = is_signalling(s, a) || is_signalling(s, b) ? FFLAG_NV : 0;
    const uint64_t expected[] = { nan       ? nan_of(s)
                                  : a_first ? a
                                            : b,
                                  nan       ? nan_of(s)
                                  : a_first ? b
                                            : a,
                                  isless(x, y), islessequal(x, y) };
    FpuEnv env[4] = { { 0 } };
    const Functions *f = &functions[shape];
    const uint64_t ours[] = { f->minm(&env[0], a, b), f->maxm(&env[1], a, b), f->ltq(&env[2], a, b),
                              f->leq(&env[3], a, b) };
    for (unsigned i = 0; i < 4; i++)
        if (ours[i] != expected[i] || env[i].flags != flags)
            cr_assert_fail("%s %u of %#" PRIx64 " and %#" PRIx64 ": %#" PRIx64
                           " flags %x, not %#" PRIx64 " %x",
                           s->name, i, a, b, ours[i], env[i].flags, expected[i], flags);
}

/* One bit of the fraction, and its neighbours, in numbers of every size: among them all halves. */
static void check_ties(unsigned shape)
{
    const Shape *s = &shapes[shape];
    uint64_t bias = shape_bias(s);
    for (uint64_t field = bias - 2; field < bias + s->frac_bits + 2; field++)
        for (unsigned at = 0; at < s->frac_bits; at++)
            for (unsigned k = 0; k < 6; k++) {
                uint64_t raw = (field << s->frac_bits) + (1ull << at) + k % 3 - 1;
                check_round(shape, k < 3 ? raw : raw | shape_sign(s));
            }
}

Test(fpu_zfa, rounding_to_integers_agrees)
{
    for (uint64_t a = 0; a <= UINT16_MAX; a++)
        check_round(0, a);
    for (unsigned shape = 0; shape < 3; shape++) {
        uint64_t edge[EDGES];
        Draw d = { 77 + shape, 0 };
        shape_edges(&shapes[shape], edge);
        for (unsigned i = 0; i < EDGES; i++)
            check_round(shape, edge[i]);
        for (unsigned i = 0; i < randoms(20000); i++)
            check_round(shape, draw_operand(&d, &shapes[shape]));
        check_ties(shape);
    }
}

Test(fpu_zfa, minimum_maximum_and_quiet_comparison_agree)
{
    for (unsigned shape = 0; shape < 3; shape++) {
        uint64_t edge[EDGES];
        Draw d = { 7 + shape, 0 };
        shape_edges(&shapes[shape], edge);
        for (unsigned i = 0; i < EDGES; i++)
            for (unsigned j = 0; j < EDGES; j++)
                check_pair(shape, edge[i], edge[j]);
        for (unsigned i = 0; i < randoms(20000); i++) {
            uint64_t a = draw_operand(&d, &shapes[shape]);
            check_pair(shape, a, draw_operand(&d, &shapes[shape]));
        }
    }
}

/* norm:fcvtmod-w-d_op, norm:fcvtmod-w-d_flags */
static void check_modular(uint64_t raw, mpfr_t x, mpz_t whole)
{
    double value = value_of(2, raw);
    FpuEnv env = { 0 }, convert = { .rm = RM_RTZ };
    int32_t ours = f64_to_i32_modular(&env, raw), expected = 0;
    f64_to_i32(&convert, raw);
    if (isfinite(value)) {
        mpfr_set_d(x, value, MPFR_RNDN);
        mpfr_get_z(whole, x, MPFR_RNDZ);
        mpz_fdiv_r_2exp(whole, whole, 32);
        expected = (int32_t)(uint32_t)mpz_get_ui(whole);
    }
    if (ours != expected || env.flags != convert.flags)
        cr_assert_fail("%#" PRIx64 ": %d flags %x, not %d %x", raw, ours, env.flags, expected,
                       convert.flags);
}

Test(fpu_zfa, modular_conversion_agrees)
{
    mpfr_t x;
    mpz_t whole;
    uint64_t edge[EDGES];
    Draw d = { 5, 0 };
    mpfr_init2(x, 64);
    mpz_init(whole);
    shape_edges(&shapes[2], edge);
    for (unsigned i = 0; i < EDGES; i++)
        check_modular(edge[i], x, whole);
    for (uint64_t field = 1020; field < 1023 + 100; field++)
        for (unsigned i = 0; i < 200; i++) {
            uint64_t raw = draw_operand(&d, &shapes[2]);
            check_modular((raw & 0x800fffffffffffff) | field << 52, x, whole);
        }
    for (unsigned i = 0; i < randoms(20000); i++)
        check_modular(draw_operand(&d, &shapes[2]), x, whole);
    mpfr_clear(x);
    mpz_clear(whole);
}

/* What is added to a magnitude before its low `cut` bits are dropped. */
static uint32_t increment(unsigned rm, bool sign, uint32_t a, unsigned cut)
{
    uint32_t half = 1u << (cut - 1), all = (1u << cut) - 1;
    switch (rm) {
    case RM_RNE: return half - 1 + (a >> cut & 1);
    case RM_RMM: return half;
    case RM_RDN: return sign ? all : 0;
    case RM_RUP: return sign ? 0 : all;
    default: return 0;
    }
}

/* bfloat16 has the exponents of single precision: rounding is an addition to the bits, whatever they are. */
Test(fpu_zfa, bfloat16_is_the_upper_half_of_a_single)
{
    Draw d = { 3, 0 };
    uint64_t edge[EDGES];
    shape_edges(&shapes[1], edge);
    for (unsigned i = 0; i < EDGES + 10 * randoms(20000); i++) {
        uint32_t a = (uint32_t)(i < EDGES ? edge[i] : draw_operand(&d, &shapes[1])),
                 magnitude = a & 0x7fffffff;
        if (i % 16 == 7) /* about the largest, and about the smallest normal number */
            a = (a & 0x8000ffff) | (i & 16 ? 0x7f7f0000 : 0x007f0000), magnitude = a & 0x7fffffff;
        for (unsigned rm = 0; rm < MODES; rm++) {
            FpuEnv env = { (uint8_t)rm, 0 };
            bool sign = a >> 31;
            uint16_t ours = f32_to_bf16(&env, a), expected = 0x7fc0;
            unsigned flags = is_signalling(&shapes[1], a) ? FFLAG_NV : 0;
            if (magnitude <= 0x7f800000) {
                expected =
                    (uint16_t)((magnitude +
                                (magnitude & 0xffff ? increment(rm, sign, magnitude, 16) : 0)) >>
                               16);
                bool becomes_normal = magnitude + increment(rm, sign, magnitude, 15) >= 0x800000;
                if (magnitude & 0xffff)
                    flags |= FFLAG_NX | (magnitude < 0x800000 && !becomes_normal ? FFLAG_UF : 0) |
                             (expected == 0x7f80 ? FFLAG_OF : 0);
                expected |= (uint16_t)(sign << 15);
            }
            cr_assert(ours == expected && env.flags == flags, "%#x rm %u: %#x flags %x, not %#x %x",
                      a, rm, ours, env.flags, expected, flags);
        }
    }
    for (uint32_t a = 0; a <= UINT16_MAX; a++) {
        FpuEnv env = { 0 };
        bool nan = (a & 0x7fff) > 0x7f80;
        cr_assert_eq(bf16_to_f32(&env, (uint16_t)a), nan ? F32_CANONICAL_NAN : a << 16, "%#x", a);
        cr_assert_eq(env.flags, nan && !(a & 0x40) ? FFLAG_NV : 0, "%#x", a);
    }
}
