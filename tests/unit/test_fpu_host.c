/* SPDX-License-Identifier: MIT */
/*
 * test_fpu_host.c - single and double arithmetic against the host's floating point.
 *
 * The host knows four of the five rounding modes and detects tininess after rounding too. Operands
 * and results are volatile, so that no operation is folded or moved past a change of <fenv.h>.
 */
#include <criterion/criterion.h>
#include <fenv.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cpu/fpu.h"
#include "test_fpu_operands.h"

enum { HOST_MODES = 4, RANDOMS = 100000 };

static const int host_modes[HOST_MODES] = {
    [RM_RNE] = FE_TONEAREST,
    [RM_RTZ] = FE_TOWARDZERO,
    [RM_RDN] = FE_DOWNWARD,
    [RM_RUP] = FE_UPWARD,
};

typedef enum { OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_FMA, OP_SQRT, OP_CONVERT, OP_TO_I64, OPS } Op;

static const char *const op_names[OPS] = { "add", "sub",  "mul",     "div",
                                           "fma", "sqrt", "convert", "to_i64" };

static unsigned host_flags(void)
{
    static const struct {
        int host;
        unsigned ours;
    } map[] = {
        { FE_INEXACT, FFLAG_NX },   { FE_UNDERFLOW, FFLAG_UF }, { FE_OVERFLOW, FFLAG_OF },
        { FE_DIVBYZERO, FFLAG_DZ }, { FE_INVALID, FFLAG_NV },
    };
    unsigned flags = 0;
    int raised = fetestexcept(FE_ALL_EXCEPT);
    for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
        flags |= raised & map[i].host ? map[i].ours : 0;
    return flags;
}

/* Bits of a value and back. A NaN is given as the canonical one: the host's keep their payloads. */
#define PACKING(N, T, FLOAT)                                    \
    static uint64_t bits##N(FLOAT value)                        \
    {                                                           \
        T raw;                                                  \
        memcpy(&raw, &value, sizeof(raw));                      \
        return f##N##_is_nan(raw) ? F##N##_CANONICAL_NAN : raw; \
    }                                                           \
                                                                \
    static FLOAT value##N(uint64_t bits)                        \
    {                                                           \
        T raw = (T)bits;                                        \
        FLOAT value;                                            \
        memcpy(&value, &raw, sizeof(raw));                      \
        return value;                                           \
    }

PACKING(32, uint32_t, float)
PACKING(64, uint64_t, double)

/* What the host and we make of an operation; conversion is to the other one of the two formats. */
#define HOST(N, T, FLOAT, FMA, SQRT, OTHER_N, OTHER)                                      \
    static uint64_t host##N(Op op, const uint64_t v[3])                                   \
    {                                                                                     \
        volatile FLOAT a = value##N(v[0]), b = value##N(v[1]), c = value##N(v[2]), r = 0; \
        volatile OTHER other;                                                             \
        volatile int64_t integer;                                                         \
        feclearexcept(FE_ALL_EXCEPT);                                                     \
        switch (op) {                                                                     \
        case OP_ADD: r = a + b; break;                                                    \
        case OP_SUB: r = a - b; break;                                                    \
        case OP_MUL: r = a * b; break;                                                    \
        case OP_DIV: r = a / b; break;                                                    \
        case OP_FMA: r = FMA(a, b, c); break;                                             \
        case OP_SQRT: r = SQRT(a); break;                                                 \
        case OP_CONVERT: other = (OTHER)a; return bits##OTHER_N(other);                   \
        default: integer = llrint((double)a); return (uint64_t)integer;                   \
        }                                                                                 \
        return bits##N(r);                                                                \
    }                                                                                     \
                                                                                          \
    static uint64_t ours##N(FpuEnv *env, Op op, const uint64_t v[3])                      \
    {                                                                                     \
        T a = (T)v[0], b = (T)v[1], c = (T)v[2];                                          \
        switch (op) {                                                                     \
        case OP_ADD: return f##N##_add(env, a, b);                                        \
        case OP_SUB: return f##N##_sub(env, a, b);                                        \
        case OP_MUL: return f##N##_mul(env, a, b);                                        \
        case OP_DIV: return f##N##_div(env, a, b);                                        \
        case OP_FMA: return f##N##_fma(env, a, b, c);                                     \
        case OP_SQRT: return f##N##_sqrt(env, a);                                         \
        case OP_CONVERT: return f##N##_to_f##OTHER_N(env, a);                             \
        default: return (uint64_t)f##N##_to_i64(env, a);                                  \
        }                                                                                 \
    }

HOST(32, uint32_t, float, fmaf, sqrtf, 64, double)
HOST(64, uint64_t, double, fma, sqrt, 32, float)

static void check(Op op, unsigned shape, const uint64_t v[3])
{
    for (unsigned rm = 0; rm < HOST_MODES; rm++) {
        FpuEnv env = { (uint8_t)rm, 0 };
        uint64_t ours = (shape == 1 ? ours32 : ours64)(&env, op, v);
        fesetround(host_modes[rm]);
        uint64_t host = (shape == 1 ? host32 : host64)(op, v);
        unsigned flags = host_flags();
        fesetround(FE_TONEAREST);
        if (op == OP_TO_I64 && flags & FFLAG_NV) /* the host answers these by one fixed value */
            host = ours;
        if (ours != host || env.flags != flags)
            cr_assert_fail("%s %s(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ") rm %u: %#" PRIx64
                           " flags %#x, the host has %#" PRIx64 " flags %#x",
                           shapes[shape].name, op_names[op], v[0], v[1], v[2], rm, ours, env.flags,
                           host, flags);
    }
}

/* Every operation except fma, and fma of numbers: inf * 0 + NaN is RISC-V's own (norm:fma_nv_flag,
 * IEEE 754 leaves the flag open). */
static void check_all(unsigned shape, const uint64_t v[3])
{
    uint64_t top = shape_inf(&shapes[shape]), magnitude = shape_sign(&shapes[shape]) - 1;
    bool nan = false;
    for (unsigned i = 0; i < 3; i++)
        nan |= (v[i] & magnitude) > top;
    for (Op op = 0; op < OPS; op++)
        if (op != OP_FMA || !nan)
            check(op, shape, v);
}

static void check_shape(unsigned shape)
{
    uint64_t edge[EDGES];
    shape_edges(&shapes[shape], edge);
    for (unsigned i = 0; i < EDGES; i++)
        for (unsigned j = 0; j < EDGES; j++)
            check_all(shape, (uint64_t[]){ edge[i], edge[j], edge[(5 * i + 7 * j) % EDGES] });

    Draw d = { 0xb5297a4d3f84d5b5u + shape, 0 };
    for (unsigned i = 0; i < RANDOMS; i++) {
        uint64_t v[3];
        for (unsigned j = 0; j < 3; j++)
            v[j] = draw_operand(&d, &shapes[shape]);
        check_all(shape, v);
    }
}

Test(fpu_host, single_precision_agrees)
{
    check_shape(1);
}

Test(fpu_host, double_precision_agrees)
{
    check_shape(2);
}
