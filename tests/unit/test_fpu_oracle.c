/* SPDX-License-Identifier: MIT */
/*
 * test_fpu_oracle.c - every operation of the soft-float against MPFR; links with -lmpfr -lgmp.
 *
 * The oracle computes with 160 bits and marks an inexact result by a step in a later bit, so that
 * no rounding to a shorter format can mistake it for a tie. What it rounds to is decided by scaling
 * the result until the format's last place is the unit and rounding to an integer, a way of doing
 * it that shares nothing with the code under test.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <mpfr.h>

#include "cpu/fpu.h"
#include "test_fpu_operands.h"

enum { EXACT_BITS = 160, MARKED_BITS = 200 };

typedef struct {
    uint64_t value;
    unsigned flags;
} Outcome;

typedef uint64_t Ours(FpuEnv *env, const uint64_t v[3]);
typedef int Exact(mpfr_t out, mpfr_t v[3], mpfr_rnd_t rnd);

/* An operation on up to three values of one format. */
typedef struct {
    const char *name;
    unsigned arity;
    bool divides;
    Exact *exact;
    Ours *ours[3];
} Op;

static bool raw_is_nan(const Shape *s, uint64_t raw)
{
    return (raw & ~shape_sign(s)) > shape_inf(s);
}

static bool raw_is_snan(const Shape *s, uint64_t raw)
{
    return raw_is_nan(s, raw) && !(raw >> (s->frac_bits - 1) & 1);
}

static uint64_t raw_nan(const Shape *s)
{
    return shape_inf(s) | 1ull << (s->frac_bits - 1);
}

static int shape_emin(const Shape *s)
{
    return 1 - (int)shape_bias(s);
}

/* The value of `raw`, exactly. */
static void decode(mpfr_t out, const Shape *s, uint64_t raw)
{
    uint64_t field = (raw & ~shape_sign(s)) >> s->frac_bits;
    uint64_t frac = raw & ((1ull << s->frac_bits) - 1);
    int sign = raw & shape_sign(s) ? -1 : 1;
    if (raw_is_nan(s, raw)) {
        mpfr_set_nan(out);
    } else if ((raw & ~shape_sign(s)) == shape_inf(s)) {
        mpfr_set_inf(out, sign);
    } else {
        uint64_t digits = field ? frac | 1ull << s->frac_bits : frac;
        int exp = (field ? (int)field : 1) - (int)shape_bias(s) - (int)s->frac_bits;
        mpfr_set_ui_2exp(out, digits, exp, MPFR_RNDZ);
        mpfr_setsign(out, out, sign < 0, MPFR_RNDZ);
    }
}

/* `x` * 2^-scale rounded to an integer; returns whether that lost anything. */
static bool round_at(mpfr_t out, mpfr_t x, long scale, unsigned rm)
{
    static const mpfr_rnd_t modes[] = { MPFR_RNDN, MPFR_RNDZ, MPFR_RNDD, MPFR_RNDU };
    mpfr_mul_2si(out, x, -scale, MPFR_RNDZ);
    return (rm == RM_RMM ? mpfr_round(out, out) : mpfr_rint(out, out, modes[rm])) != 0;
}

static Outcome encode_overflow(const Shape *s, uint64_t sign, unsigned rm)
{
    bool to_max = rm == RM_RTZ || rm == (sign ? RM_RUP : RM_RDN);
    return (Outcome){ sign | (shape_inf(s) - to_max), FFLAG_OF | FFLAG_NX };
}

/* `x`, not a NaN, rounded to the format. */
static Outcome encode(const Shape *s, mpfr_t x, unsigned rm)
{
    uint64_t sign = mpfr_signbit(x) ? shape_sign(s) : 0;
    int emin = shape_emin(s), digits = (int)s->frac_bits;
    Outcome o = { sign, 0 };
    if (!mpfr_regular_p(x))
        return (Outcome){ sign | (mpfr_inf_p(x) ? shape_inf(s) : 0), 0 };

    MPFR_DECL_INIT(rounded, MARKED_BITS);
    long exp = mpfr_get_exp(x) - 1; /* 2^exp <= |x| < 2^(exp + 1) */
    bool tiny = false;
    if (exp < emin) {
        round_at(rounded, x, exp - digits, rm);
        tiny = mpfr_get_exp(rounded) - 1 + exp - digits < emin;
    }
    long place = (exp < emin ? emin : exp) - digits;
    if (round_at(rounded, x, place, rm))
        o.flags = tiny ? FFLAG_NX | FFLAG_UF : FFLAG_NX;
    mpfr_abs(rounded, rounded, MPFR_RNDZ);
    /* From one binade to the next both the place and the encoding go up by one step. */
    if (exp > (int)shape_bias(s))
        return encode_overflow(s, sign, rm);
    uint64_t steps = (uint64_t)(place - (emin - digits)) << digits;
    o.value = sign | (steps + mpfr_get_ui(rounded, MPFR_RNDZ));
    return (o.value & ~sign) >= shape_inf(s) ? encode_overflow(s, sign, rm) : o;
}

/* Moves `x` past its last bit, away from zero, if it is not the `exact` result. */
static void mark_inexact(mpfr_t marked, mpfr_t x, bool exact)
{
    mpfr_set(marked, x, MPFR_RNDZ);
    if (exact)
        return;
    if (mpfr_signbit(x))
        mpfr_nextbelow(marked);
    else
        mpfr_nextabove(marked);
}

/* The flags no rounding has to do with. */
static unsigned special_flags(const Shape *s, const Op *op, const uint64_t raw[3], mpfr_t v[3],
                              mpfr_t result)
{
    bool snan = false, nan = false;
    for (unsigned i = 0; i < op->arity; i++) {
        snan |= raw_is_snan(s, raw[i]);
        nan |= raw_is_nan(s, raw[i]);
    }
    bool inf_by_zero = op->arity == 3 && ((mpfr_inf_p(v[0]) && mpfr_zero_p(v[1])) ||
                                          (mpfr_zero_p(v[0]) && mpfr_inf_p(v[1])));
    if (snan || inf_by_zero || (mpfr_nan_p(result) && !nan))
        return FFLAG_NV;
    return op->divides && mpfr_regular_p(v[0]) && mpfr_zero_p(v[1]) ? FFLAG_DZ : 0;
}

/* MPFR's variables for one run of a test. */
typedef struct {
    mpfr_t v[3];
    mpfr_t result;
    mpfr_t marked;
} Scratch;

static void scratch_init(Scratch *m)
{
    mpfr_inits2(MARKED_BITS, m->v[0], m->v[1], m->v[2], m->marked, (mpfr_ptr)NULL);
    mpfr_init2(m->result, EXACT_BITS);
}

static void scratch_clear(Scratch *m)
{
    mpfr_clears(m->v[0], m->v[1], m->v[2], m->marked, m->result, (mpfr_ptr)NULL);
}

/* What `op` owes under `rm`, given its result rounded towards zero in m->result, marked. */
static Outcome expected(const Shape *s, const Op *op, const uint64_t raw[3], Scratch *m,
                        unsigned rm)
{
    unsigned flags = special_flags(s, op, raw, m->v, m->result);
    if (mpfr_nan_p(m->result))
        return (Outcome){ raw_nan(s), flags };
    /* An exact zero is the one result whose sign depends on the mode. */
    if (mpfr_zero_p(m->result))
        op->exact(m->marked, m->v, rm == RM_RDN ? MPFR_RNDD : MPFR_RNDN);
    Outcome o = encode(s, m->marked, rm);
    o.flags |= flags;
    return o;
}

static void compare(const char *what, const Shape *s, const uint64_t raw[3], unsigned rm,
                    Outcome ours, Outcome theirs)
{
    if (ours.value != theirs.value || ours.flags != theirs.flags)
        cr_assert_fail("%s %s(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ") rm %u: %#" PRIx64
                       " flags %#x, expected %#" PRIx64 " flags %#x",
                       s->name, what, raw[0], raw[1], raw[2], rm, ours.value, ours.flags,
                       theirs.value, theirs.flags);
}

/* Holds `op` on one set of operands against the oracle in all rounding modes. */
static void check_op(const Op *op, unsigned shape, const uint64_t raw[3], Scratch *m)
{
    const Shape *s = &shapes[shape];
    for (unsigned i = 0; i < op->arity; i++)
        decode(m->v[i], s, raw[i]);
    bool exact = op->exact(m->result, m->v, MPFR_RNDZ) == 0;
    mark_inexact(m->marked, m->result, exact);
    for (unsigned rm = 0; rm < MODES; rm++) {
        FpuEnv env = { (uint8_t)rm, 0 };
        uint64_t value = op->ours[shape](&env, raw);
        Outcome theirs = expected(s, op, raw, m, rm);
        compare(op->name, s, raw, rm, (Outcome){ value, env.flags }, theirs);
    }
}

/* OURS(add, v[0], v[1]) defines add_16, add_32 and add_64; results of int32_t are sign-extended. */
#define OURS_AT(NAME, N, ...)                                    \
    static uint64_t NAME##_##N(FpuEnv *env, const uint64_t v[3]) \
    {                                                            \
        return (uint64_t)f##N##_##NAME(env, __VA_ARGS__);        \
    }
#define OURS(NAME, ...)            \
    OURS_AT(NAME, 16, __VA_ARGS__) \
    OURS_AT(NAME, 32, __VA_ARGS__) \
    OURS_AT(NAME, 64, __VA_ARGS__)

OURS(add, v[0], v[1])
OURS(sub, v[0], v[1])
OURS(mul, v[0], v[1])
OURS(div, v[0], v[1])
OURS(sqrt, v[0])
OURS(fma, v[0], v[1], v[2])

#define EXACT(NAME, CALL)                                            \
    static int exact_##NAME(mpfr_t out, mpfr_t v[3], mpfr_rnd_t rnd) \
    {                                                                \
        return CALL;                                                 \
    }

EXACT(add, mpfr_add(out, v[0], v[1], rnd))
EXACT(sub, mpfr_sub(out, v[0], v[1], rnd))
EXACT(mul, mpfr_mul(out, v[0], v[1], rnd))
EXACT(div, mpfr_div(out, v[0], v[1], rnd))
EXACT(sqrt, mpfr_sqrt(out, v[0], rnd))
EXACT(fma, mpfr_fma(out, v[0], v[1], v[2], rnd))

enum { OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_SQRT, OP_FMA };

static const Op ops[] = {
    [OP_ADD] = { "add", 2, false, exact_add, { add_16, add_32, add_64 } },
    [OP_SUB] = { "sub", 2, false, exact_sub, { sub_16, sub_32, sub_64 } },
    [OP_MUL] = { "mul", 2, false, exact_mul, { mul_16, mul_32, mul_64 } },
    [OP_DIV] = { "div", 2, true, exact_div, { div_16, div_32, div_64 } },
    [OP_SQRT] = { "sqrt", 1, false, exact_sqrt, { sqrt_16, sqrt_32, sqrt_64 } },
    [OP_FMA] = { "fma", 3, false, exact_fma, { fma_16, fma_32, fma_64 } },
};

/* Every edge, or pair or triple of edges, and random operands, in every format and mode. */
static void check_everywhere(const Op *op)
{
    Scratch m;
    scratch_init(&m);
    for (unsigned shape = 0; shape < 3; shape++) {
        uint64_t edge[EDGES];
        shape_edges(&shapes[shape], edge);
        for (unsigned i = 0; i < EDGES; i++)
            for (unsigned j = 0; j < (op->arity > 1 ? EDGES : 1); j++)
                for (unsigned k = 0; k < (op->arity > 2 ? EDGES : 1); k++)
                    check_op(op, shape, (uint64_t[]){ edge[i], edge[j], edge[k] }, &m);

        Draw d = { 0x9e3779b97f4a7c15u + shape, 0 };
        for (unsigned i = 0; i < randoms(70000); i++) {
            uint64_t raw[3];
            for (unsigned j = 0; j < 3; j++)
                raw[j] = draw_operand(&d, &shapes[shape]);
            check_op(op, shape, raw, &m);
        }
    }
    scratch_clear(&m);
}

Test(fpu_oracle, add_agrees)
{
    check_everywhere(&ops[OP_ADD]);
}

Test(fpu_oracle, sub_agrees)
{
    check_everywhere(&ops[OP_SUB]);
}

Test(fpu_oracle, mul_agrees)
{
    check_everywhere(&ops[OP_MUL]);
}

Test(fpu_oracle, div_agrees)
{
    check_everywhere(&ops[OP_DIV]);
}

Test(fpu_oracle, fma_agrees)
{
    check_everywhere(&ops[OP_FMA]);
}

Test(fpu_oracle, sqrt_agrees_also_on_every_half)
{
    Scratch m;
    scratch_init(&m);
    for (uint64_t a = 0; a <= UINT16_MAX; a++)
        check_op(&ops[OP_SQRT], 0, (uint64_t[]){ a, 0, 0 }, &m);
    scratch_clear(&m);
    check_everywhere(&ops[OP_SQRT]);
}

/* A sum of two values far apart ends in a double rounding if the smaller one is dropped or rounded
 * too early: all distances, with the smaller term at and beside one bit. */
Test(fpu_oracle, add_and_fma_agree_at_every_distance)
{
    Scratch m;
    scratch_init(&m);
    for (unsigned shape = 0; shape < 3; shape++) {
        const Shape *s = &shapes[shape];
        uint64_t one = shape_bias(s) << s->frac_bits, sign = shape_sign(s);
        for (uint64_t field = 1; field < 2 * shape_bias(s); field++)
            for (unsigned kind = 0; kind < 8; kind++) {
                uint64_t near_bit = (field << s->frac_bits) + (kind & 1) - (kind >> 1 & 1);
                uint64_t raw[3] = { one + (kind & 1), near_bit | (kind & 4 ? sign : 0), 0 };
                check_op(&ops[OP_ADD], shape, raw, &m);
                uint64_t product[3] = { raw[0], one + 3, raw[1] };
                check_op(&ops[OP_FMA], shape, product, &m);
            }
    }
    scratch_clear(&m);
}

/* Conversions between formats. */
typedef struct {
    unsigned from, to;
    Ours *ours;
} Between;

OURS_AT(to_f32, 16, (uint16_t)v[0])
OURS_AT(to_f64, 16, (uint16_t)v[0])
OURS_AT(to_f16, 32, (uint32_t)v[0])
OURS_AT(to_f64, 32, (uint32_t)v[0])
OURS_AT(to_f16, 64, v[0])
OURS_AT(to_f32, 64, v[0])

static const Between betweens[] = {
    { 0, 1, to_f32_16 }, { 0, 2, to_f64_16 }, { 1, 0, to_f16_32 },
    { 1, 2, to_f64_32 }, { 2, 0, to_f16_64 }, { 2, 1, to_f32_64 },
};

static void check_between(const Between *b, uint64_t a, Scratch *m)
{
    const Shape *from = &shapes[b->from], *to = &shapes[b->to];
    const uint64_t raw[3] = { a };
    decode(m->v[0], from, a);
    for (unsigned rm = 0; rm < MODES; rm++) {
        FpuEnv env = { (uint8_t)rm, 0 };
        uint64_t value = b->ours(&env, raw);
        Outcome theirs = { raw_nan(to), raw_is_snan(from, a) ? FFLAG_NV : 0 };
        if (!raw_is_nan(from, a))
            theirs = encode(to, m->v[0], rm);
        compare(to->name, from, raw, rm, (Outcome){ value, env.flags }, theirs);
    }
}

/* Conversions to integers of `bits` bits. */
typedef struct {
    const char *name;
    unsigned bits;
    bool is_signed;
    Ours *ours[3];
} ToInt;

/* Conversions from integers. */
typedef struct {
    const char *name;
    Ours *ours[3];
    int (*set)(mpfr_t out, uint64_t x);
} FromInt;

OURS(to_i32, v[0])
OURS(to_u32, v[0])
OURS(to_i64, v[0])
OURS(to_u64, v[0])
OURS(from_i32, (int32_t)v[0])
OURS(from_u32, (uint32_t)v[0])
OURS(from_i64, (int64_t)v[0])
OURS(from_u64, v[0])

static int set_i32(mpfr_t out, uint64_t x)
{
    return mpfr_set_si(out, (int32_t)x, MPFR_RNDZ);
}

static int set_u32(mpfr_t out, uint64_t x)
{
    return mpfr_set_ui(out, (uint32_t)x, MPFR_RNDZ);
}

static int set_i64(mpfr_t out, uint64_t x)
{
    return mpfr_set_si(out, (int64_t)x, MPFR_RNDZ);
}

static int set_u64(mpfr_t out, uint64_t x)
{
    return mpfr_set_ui(out, x, MPFR_RNDZ);
}

static const ToInt to_ints[] = {
    { "to_i32", 32, true, { to_i32_16, to_i32_32, to_i32_64 } },
    { "to_u32", 32, false, { to_u32_16, to_u32_32, to_u32_64 } },
    { "to_i64", 64, true, { to_i64_16, to_i64_32, to_i64_64 } },
    { "to_u64", 64, false, { to_u64_16, to_u64_32, to_u64_64 } },
};

static const FromInt from_ints[] = {
    { "from_i32", { from_i32_16, from_i32_32, from_i32_64 }, set_i32 },
    { "from_u32", { from_u32_16, from_u32_32, from_u32_64 }, set_u32 },
    { "from_i64", { from_i64_16, from_i64_32, from_i64_64 }, set_i64 },
    { "from_u64", { from_u64_16, from_u64_32, from_u64_64 }, set_u64 },
};

/* Rounds `x` to an integer and clamps it to the type; a NaN is the largest integer. */
static Outcome clamp(const ToInt *c, mpfr_t x, unsigned rm)
{
    uint64_t max = UINT64_MAX >> (64 - c->bits + c->is_signed);
    uint64_t min = c->is_signed ? ~max : 0;
    MPFR_DECL_INIT(rounded, MARKED_BITS);
    if (mpfr_nan_p(x))
        return (Outcome){ max, FFLAG_NV };
    bool inexact = mpfr_number_p(x) && round_at(rounded, x, 0, rm);
    if (!mpfr_number_p(x))
        mpfr_set(rounded, x, MPFR_RNDZ);
    if (mpfr_cmp_ui(rounded, max) > 0)
        return (Outcome){ max, FFLAG_NV };
    if (c->is_signed ? mpfr_cmp_si(rounded, (int64_t)min) < 0 : mpfr_sgn(rounded) < 0)
        return (Outcome){ min, FFLAG_NV };
    uint64_t value =
        c->is_signed ? (uint64_t)mpfr_get_si(rounded, MPFR_RNDZ) : mpfr_get_ui(rounded, MPFR_RNDZ);
    return (Outcome){ value, inexact ? FFLAG_NX : 0 };
}

static void check_to_ints(unsigned shape, uint64_t a, Scratch *m)
{
    const uint64_t raw[3] = { a };
    decode(m->v[0], &shapes[shape], a);
    for (unsigned i = 0; i < 4; i++)
        for (unsigned rm = 0; rm < MODES; rm++) {
            FpuEnv env = { (uint8_t)rm, 0 };
            uint64_t value = to_ints[i].ours[shape](&env, raw);
            Outcome theirs = clamp(&to_ints[i], m->v[0], rm);
            compare(to_ints[i].name, &shapes[shape], raw, rm, (Outcome){ value, env.flags },
                    theirs);
        }
}

static void check_from_ints(uint64_t x, Scratch *m)
{
    const uint64_t raw[3] = { x };
    for (unsigned i = 0; i < 4; i++) {
        from_ints[i].set(m->v[0], x);
        for (unsigned shape = 0; shape < 3; shape++)
            for (unsigned rm = 0; rm < MODES; rm++) {
                FpuEnv env = { (uint8_t)rm, 0 };
                uint64_t value = from_ints[i].ours[shape](&env, raw);
                Outcome theirs = encode(&shapes[shape], m->v[0], rm);
                compare(from_ints[i].name, &shapes[shape], raw, rm, (Outcome){ value, env.flags },
                        theirs);
            }
    }
}

Test(fpu_oracle, conversions_between_formats_agree)
{
    Scratch m;
    scratch_init(&m);
    for (uint64_t a = 0; a <= UINT16_MAX; a++) {
        check_between(&betweens[0], a, &m);
        check_between(&betweens[1], a, &m);
    }
    for (size_t i = 0; i < sizeof(betweens) / sizeof(betweens[0]); i++) {
        const Shape *from = &shapes[betweens[i].from], *to = &shapes[betweens[i].to];
        uint64_t edge[EDGES];
        shape_edges(from, edge);
        for (unsigned j = 0; j < EDGES; j++)
            check_between(&betweens[i], edge[j], &m);
        Draw d = { 77 + i, 0 };
        for (unsigned j = 0; j < 2 * randoms(70000); j++) {
            uint64_t a = draw_operand(&d, from);
            uint64_t span = 2 * shape_bias(to) + 2 * to->frac_bits + 8;
            uint64_t field = shape_bias(from) - span / 2 + draw_word(&d) % span;
            check_between(&betweens[i], a, &m);
            if (to->exp_bits <
                from->exp_bits) /* the same digits at the size of the result's range */
                a = (a & ~shape_inf(from)) | field << from->frac_bits;
            check_between(&betweens[i], a, &m);
        }
    }
    scratch_clear(&m);
}

Test(fpu_oracle, conversions_to_integers_agree)
{
    Scratch m;
    scratch_init(&m);
    for (uint64_t a = 0; a <= UINT16_MAX; a++)
        check_to_ints(0, a, &m);
    for (unsigned shape = 1; shape < 3; shape++) {
        const Shape *s = &shapes[shape];
        uint64_t edge[EDGES];
        shape_edges(s, edge);
        for (unsigned i = 0; i < EDGES; i++)
            check_to_ints(shape, edge[i], &m);
        Draw d = { 4711 + shape, 0 };
        for (unsigned i = 0; i < randoms(70000) / 2; i++) {
            uint64_t a = draw_operand(&d, s);
            check_to_ints(shape, a, &m);
            /* the same digits at a size around the integers' */
            uint64_t field = shape_bias(s) - 3 + draw_below(&d, 70);
            check_to_ints(shape, (a & ~shape_inf(s)) | field << s->frac_bits, &m);
        }
    }
    scratch_clear(&m);
}

Test(fpu_oracle, conversions_from_integers_agree)
{
    Scratch m;
    scratch_init(&m);
    for (unsigned at = 0; at < 64; at++)
        for (int delta = -2; delta <= 2; delta++)
            for (unsigned low = 0; low <= at; low++)
                check_from_ints((1ull << at) + (1ull << low) + (uint64_t)delta, &m);
    Draw d = { 31337, 0 };
    for (unsigned i = 0; i < randoms(70000); i++)
        check_from_ints(draw_fraction(&d, 63) >> draw_below(&d, 64), &m);
    scratch_clear(&m);
}

/* The order of MPFR; of two equal values minimum takes the negative and maximum the positive. */
static Outcome expected_extreme(const Shape *s, const uint64_t raw[3], Scratch *m, bool largest)
{
    unsigned flags = raw_is_snan(s, raw[0]) || raw_is_snan(s, raw[1]) ? FFLAG_NV : 0;
    if (raw_is_nan(s, raw[0]) && raw_is_nan(s, raw[1]))
        return (Outcome){ raw_nan(s), flags };
    if (raw_is_nan(s, raw[0]) || raw_is_nan(s, raw[1]))
        return (Outcome){ raw[raw_is_nan(s, raw[0])], flags };
    int order = mpfr_cmp(m->v[0], m->v[1]);
    if (order == 0)
        order = (int)mpfr_signbit(m->v[1]) - (int)mpfr_signbit(m->v[0]);
    return (Outcome){ raw[largest ? order < 0 : order > 0], flags };
}

enum { CMP_MIN, CMP_MAX, CMP_EQ, CMP_LT, CMP_LE, CMPS };
static const char *const cmp_names[CMPS] = { "min", "max", "eq", "lt", "le" };

static Outcome expected_cmp(const Shape *s, const uint64_t raw[3], Scratch *m, unsigned cmp)
{
    bool nan = raw_is_nan(s, raw[0]) || raw_is_nan(s, raw[1]);
    bool snan = raw_is_snan(s, raw[0]) || raw_is_snan(s, raw[1]);
    switch (cmp) {
    case CMP_MIN: return expected_extreme(s, raw, m, false);
    case CMP_MAX: return expected_extreme(s, raw, m, true);
    case CMP_EQ: return (Outcome){ mpfr_equal_p(m->v[0], m->v[1]) != 0, snan ? FFLAG_NV : 0 };
    case CMP_LT: return (Outcome){ mpfr_less_p(m->v[0], m->v[1]) != 0, nan ? FFLAG_NV : 0 };
    default: return (Outcome){ mpfr_lessequal_p(m->v[0], m->v[1]) != 0, nan ? FFLAG_NV : 0 };
    }
}

#define COMPARISONS(N, T)                                                  \
    static uint64_t cmp##N(FpuEnv *env, const uint64_t v[3], unsigned cmp) \
    {                                                                      \
        T a = (T)v[0], b = (T)v[1];                                        \
        switch (cmp) {                                                     \
        case CMP_MIN: return f##N##_min(env, a, b);                        \
        case CMP_MAX: return f##N##_max(env, a, b);                        \
        case CMP_EQ: return f##N##_eq(env, a, b);                          \
        case CMP_LT: return f##N##_lt(env, a, b);                          \
        default: return f##N##_le(env, a, b);                              \
        }                                                                  \
    }

COMPARISONS(16, uint16_t)
COMPARISONS(32, uint32_t)
COMPARISONS(64, uint64_t)

static void check_cmps(unsigned shape, const uint64_t raw[3], Scratch *m)
{
    static uint64_t (*const ours[])(FpuEnv *, const uint64_t *, unsigned) = { cmp16, cmp32, cmp64 };
    decode(m->v[0], &shapes[shape], raw[0]);
    decode(m->v[1], &shapes[shape], raw[1]);
    for (unsigned cmp = 0; cmp < CMPS; cmp++) {
        FpuEnv env = { RM_RNE, 0 };
        uint64_t value = ours[shape](&env, raw, cmp);
        Outcome theirs = expected_cmp(&shapes[shape], raw, m, cmp);
        compare(cmp_names[cmp], &shapes[shape], raw, 0, (Outcome){ value, env.flags }, theirs);
    }
}

Test(fpu_oracle, comparisons_minimum_and_maximum_agree)
{
    Scratch m;
    scratch_init(&m);
    for (unsigned shape = 0; shape < 3; shape++) {
        uint64_t edge[EDGES];
        shape_edges(&shapes[shape], edge);
        for (unsigned i = 0; i < EDGES; i++)
            for (unsigned j = 0; j < EDGES; j++)
                check_cmps(shape, (uint64_t[3]){ edge[i], edge[j] }, &m);
        Draw d = { 99 + shape, 0 };
        for (unsigned i = 0; i < randoms(70000); i++) {
            uint64_t a = draw_operand(&d, &shapes[shape]);
            check_cmps(shape, (uint64_t[3]){ a, draw_operand(&d, &shapes[shape]) }, &m);
        }
    }
    scratch_clear(&m);
}
