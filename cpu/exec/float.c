/* SPDX-License-Identifier: MIT */
/*
 * float.c - F, D, Zfh and Zfa: the instructions around fpu.h's arithmetic.
 *
 * Registers are 64 bits; a narrower value is boxed: all bits above it are ones, and what is not boxed reads as the
 * canonical NaN. Any instruction that writes an f register or fflags makes mstatus.FS dirty.
 */
#include "cpu/exec/exec.h"
#include "cpu/fpu.h"

#define RS3_OF(in) ((in)->imm & 31)
#define RM_OF(in)  ((unsigned)(in)->imm >> 8 & 7)

static bool fp_is_off(const Hart *hart)
{
    return !hart_has_float(hart);
}

/* norm:FP_nontransfer_instrs_improper_nan-boxed_input: an operand that is not boxed is the canonical NaN. */
static uint16_t unbox16(uint64_t f)
{
    return f >> 16 == UINT64_MAX >> 16 ? (uint16_t)f : F16_CANONICAL_NAN;
}

/* norm:bf16_canonical_NaN: it has one of its own. */
static uint16_t unbox_bf16(uint64_t f)
{
    return f >> 16 == UINT64_MAX >> 16 ? (uint16_t)f : BF16_CANONICAL_NAN;
}

static uint64_t box16(uint16_t value)
{
    return 0xffffffffffff0000ull | value;
}

static uint32_t unbox32(uint64_t f)
{
    return f >> 32 == UINT32_MAX ? (uint32_t)f : F32_CANONICAL_NAN;
}

static uint64_t box32(uint32_t value)
{
    return 0xffffffff00000000ull | value;
}

static uint64_t unbox64(uint64_t f)
{
    return f;
}

static uint64_t box64(uint64_t value)
{
    return value;
}

/* Resolves the rounding mode. False: reserved, an illegal instruction. */
static bool begin(const Hart *hart, const Insn *in, FpuEnv *env)
{
    unsigned rm = RM_OF(in);
    *env = (FpuEnv){ .rm = (uint8_t)(rm == RM_DYN ? hart->frm : rm) };
    return !fp_is_off(hart) && env->rm <= RM_RMM;
}

static void finish(Hart *hart, const FpuEnv *env)
{
    hart->fflags |= env->flags;
    hart_dirty_float(hart);
}

/* f[rd] = value, an expression in A, B, C (operands of `bits` bits) and env. */
#define FP(name, bits, value)                \
    EXEC(name)                               \
    {                                        \
        FpuEnv env;                          \
        if (!begin(hart, in, &env))          \
            return hart_raise_illegal(hart); \
        hart->f[in->rd] = box##bits(value);  \
        finish(hart, &env);                  \
        return EXEC_NEXT;                    \
    }

/* The same without a rounding mode: the rm field is part of the opcode. */
#define FP_EXACT(name, bits, value)          \
    EXEC(name)                               \
    {                                        \
        FpuEnv env = { .rm = RM_RNE };       \
        if (fp_is_off(hart))                 \
            return hart_raise_illegal(hart); \
        hart->f[in->rd] = box##bits(value);  \
        finish(hart, &env);                  \
        return EXEC_NEXT;                    \
    }

/* x[rd] = value, with a rounding mode or without. */
#define FP_TO_X(name, value)                 \
    EXEC(name)                               \
    {                                        \
        FpuEnv env;                          \
        if (!begin(hart, in, &env))          \
            return hart_raise_illegal(hart); \
        hart->x[in->rd] = (uint64_t)(value); \
        finish(hart, &env);                  \
        return EXEC_NEXT;                    \
    }
#define FP_TO_X_EXACT(name, value)           \
    EXEC(name)                               \
    {                                        \
        FpuEnv env = { .rm = RM_RNE };       \
        if (fp_is_off(hart))                 \
            return hart_raise_illegal(hart); \
        hart->x[in->rd] = (uint64_t)(value); \
        finish(hart, &env);                  \
        return EXEC_NEXT;                    \
    }

#define A16  unbox16(hart->f[in->rs1])
#define B16  unbox16(hart->f[in->rs2])
#define C16  unbox16(hart->f[RS3_OF(in)])
#define A32  unbox32(hart->f[in->rs1])
#define B32  unbox32(hart->f[in->rs2])
#define C32  unbox32(hart->f[RS3_OF(in)])
#define A64  unbox64(hart->f[in->rs1])
#define B64  unbox64(hart->f[in->rs2])
#define C64  unbox64(hart->f[RS3_OF(in)])
#define S16  0x8000u
#define S32  0x80000000u
#define S64  0x8000000000000000ull
#define RS1X hart->x[in->rs1]

/* What fli loads: -1, the smallest normal number, 2^-16, 2^-15, 2^-8, 2^-7, 1/16, 1/8, then 1/4, 1/2, 1 and 2 each with
 * quarters or halves between them, 4, 8, 16, 128, 256, 2^15, 2^16, infinity, NaN. norm:fli-h_op: half precision has no
 * 2^16, and infinity in its place. */
// clang-format off
static const uint16_t f16_constants[32] = {
    0xbc00, 0x0400, 0x0100, 0x0200, 0x1c00, 0x2000, 0x2c00, 0x3000, 0x3400, 0x3500, 0x3600,
    0x3700, 0x3800, 0x3900, 0x3a00, 0x3b00, 0x3c00, 0x3d00, 0x3e00, 0x3f00, 0x4000, 0x4100,
    0x4200, 0x4400, 0x4800, 0x4c00, 0x5800, 0x5c00, 0x7800, 0x7c00, 0x7c00, 0x7e00,
};
static const uint32_t f32_constants[32] = {
    0xbf800000, 0x00800000, 0x37800000, 0x38000000, 0x3b800000, 0x3c000000, 0x3d800000, 0x3e000000,
    0x3e800000, 0x3ea00000, 0x3ec00000, 0x3ee00000, 0x3f000000, 0x3f200000, 0x3f400000, 0x3f600000,
    0x3f800000, 0x3fa00000, 0x3fc00000, 0x3fe00000, 0x40000000, 0x40200000, 0x40400000, 0x40800000,
    0x41000000, 0x41800000, 0x43000000, 0x43800000, 0x47000000, 0x47800000, 0x7f800000, 0x7fc00000,
};
static const uint64_t f64_constants[32] = {
    0xbff0000000000000, 0x0010000000000000, 0x3ef0000000000000, 0x3f00000000000000,
    0x3f70000000000000, 0x3f80000000000000, 0x3fb0000000000000, 0x3fc0000000000000,
    0x3fd0000000000000, 0x3fd4000000000000, 0x3fd8000000000000, 0x3fdc000000000000,
    0x3fe0000000000000, 0x3fe4000000000000, 0x3fe8000000000000, 0x3fec000000000000,
    0x3ff0000000000000, 0x3ff4000000000000, 0x3ff8000000000000, 0x3ffc000000000000,
    0x4000000000000000, 0x4004000000000000, 0x4008000000000000, 0x4010000000000000,
    0x4020000000000000, 0x4030000000000000, 0x4060000000000000, 0x4070000000000000,
    0x40e0000000000000, 0x40f0000000000000, 0x7ff0000000000000, 0x7ff8000000000000,
};
// clang-format on

#define FP_ARITHMETIC(s, n)                                             \
    FP(fadd_##s, n, f##n##_add(&env, A##n, B##n))                       \
    FP(fsub_##s, n, f##n##_sub(&env, A##n, B##n))                       \
    FP(fmul_##s, n, f##n##_mul(&env, A##n, B##n))                       \
    FP(fdiv_##s, n, f##n##_div(&env, A##n, B##n))                       \
    FP(fsqrt_##s, n, f##n##_sqrt(&env, A##n))                           \
    FP(fmadd_##s, n, f##n##_fma(&env, A##n, B##n, C##n))                \
    FP(fmsub_##s, n, f##n##_fma(&env, A##n, B##n, C##n ^ S##n))         \
    FP(fnmsub_##s, n, f##n##_fma(&env, A##n ^ S##n, B##n, C##n))        \
    FP(fnmadd_##s, n, f##n##_fma(&env, A##n ^ S##n, B##n, C##n ^ S##n)) \
    FP_EXACT(fsgnj_##s, n, (A##n & ~S##n) | (B##n & S##n))              \
    FP_EXACT(fsgnjn_##s, n, (A##n & ~S##n) | (~B##n & S##n))            \
    FP_EXACT(fsgnjx_##s, n, A##n ^ (B##n & S##n))                       \
    FP_EXACT(fmin_##s, n, f##n##_min(&env, A##n, B##n))                 \
    FP_EXACT(fmax_##s, n, f##n##_max(&env, A##n, B##n))                 \
    FP_TO_X_EXACT(feq_##s, f##n##_eq(&env, A##n, B##n))                 \
    FP_TO_X_EXACT(flt_##s, f##n##_lt(&env, A##n, B##n))                 \
    FP_TO_X_EXACT(fle_##s, f##n##_le(&env, A##n, B##n))                 \
    FP_TO_X_EXACT(fclass_##s, f##n##_classify(A##n))                    \
    FP_TO_X(fcvt_w_##s, (int64_t)f##n##_to_i32(&env, A##n))             \
    FP_TO_X(fcvt_wu_##s, (int64_t)(int32_t)f##n##_to_u32(&env, A##n))   \
    FP_TO_X(fcvt_l_##s, f##n##_to_i64(&env, A##n))                      \
    FP_TO_X(fcvt_lu_##s, f##n##_to_u64(&env, A##n))                     \
    FP(fcvt_##s##_w, n, f##n##_from_i32(&env, (int32_t)RS1X))           \
    FP(fcvt_##s##_wu, n, f##n##_from_u32(&env, (uint32_t)RS1X))         \
    FP(fcvt_##s##_l, n, f##n##_from_i64(&env, (int64_t)RS1X))           \
    FP(fcvt_##s##_lu, n, f##n##_from_u64(&env, RS1X))                   \
    FP_EXACT(fli_##s, n, f##n##_constants[in->rs1])                     \
    FP_EXACT(fminm_##s, n, f##n##_minm(&env, A##n, B##n))               \
    FP_EXACT(fmaxm_##s, n, f##n##_maxm(&env, A##n, B##n))               \
    FP(fround_##s, n, f##n##_round(&env, A##n))                         \
    FP(froundnx_##s, n, f##n##_roundnx(&env, A##n))                     \
    FP_TO_X_EXACT(fltq_##s, f##n##_ltq(&env, A##n, B##n))               \
    FP_TO_X_EXACT(fleq_##s, f##n##_leq(&env, A##n, B##n))

FP_ARITHMETIC(h, 16)
FP_ARITHMETIC(s, 32)
FP_ARITHMETIC(d, 64)
FP(fcvt_s_d, 32, f64_to_f32(&env, A64))
FP(fcvt_d_s, 64, f32_to_f64(&env, A32))
FP(fcvt_s_h, 32, f16_to_f32(&env, A16))
FP(fcvt_d_h, 64, f16_to_f64(&env, A16))
FP(fcvt_h_s, 16, f32_to_f16(&env, A32))
FP(fcvt_h_d, 16, f64_to_f16(&env, A64))
FP(fcvt_s_bf16, 32, bf16_to_f32(&env, unbox_bf16(hart->f[in->rs1])))
FP(fcvt_bf16_s, 16, f32_to_bf16(&env, A32))
FP_TO_X_EXACT(fcvtmod_w_d, (int64_t)f64_to_i32_modular(&env, A64))

/* Moves carry bits, boxed or not. norm:fmv_bits_preserved */
#define FP_MOVE(name, target, value)         \
    EXEC(name)                               \
    {                                        \
        if (fp_is_off(hart))                 \
            return hart_raise_illegal(hart); \
        target = (value);                    \
        return EXEC_NEXT;                    \
    }

static ExecResult move_to_f(Hart *hart, const Insn *in, uint64_t value)
{
    if (fp_is_off(hart))
        return hart_raise_illegal(hart);
    hart->f[in->rd] = value;
    hart_dirty_float(hart);
    return EXEC_NEXT;
}

FP_MOVE(fmv_x_h, hart->x[in->rd], (uint64_t)(int16_t)hart->f[in->rs1])
FP_MOVE(fmv_x_w, hart->x[in->rd], (uint64_t)(int32_t)hart->f[in->rs1])
FP_MOVE(fmv_x_d, hart->x[in->rd], hart->f[in->rs1])

EXEC(fmv_h_x)
{
    return move_to_f(hart, in, box16((uint16_t)RS1X));
}

EXEC(fmv_w_x)
{
    return move_to_f(hart, in, box32((uint32_t)RS1X));
}

EXEC(fmv_d_x)
{
    return move_to_f(hart, in, RS1X);
}

static ExecResult load_f(Hart *hart, const Insn *in, unsigned size)
{
    uint64_t value;
    if (fp_is_off(hart))
        return hart_raise_illegal(hart);
    if (!exec_load(hart, RS1X + (uint64_t)(int64_t)in->imm, size, &value))
        return hart_raise_fault(hart);
    return move_to_f(hart, in, value | (size < 8 ? ~0ull << 8 * size : 0));
}

static ExecResult store_f(Hart *hart, const Insn *in, unsigned size)
{
    if (fp_is_off(hart))
        return hart_raise_illegal(hart);
    if (!exec_store(hart, RS1X + (uint64_t)(int64_t)in->imm, size, hart->f[in->rs2]))
        return hart_raise_fault(hart);
    return EXEC_NEXT;
}

EXEC(flh)
{
    return load_f(hart, in, 2);
}

EXEC(flw)
{
    return load_f(hart, in, 4);
}

EXEC(fld)
{
    return load_f(hart, in, 8);
}

EXEC(fsh)
{
    return store_f(hart, in, 2);
}

EXEC(fsw)
{
    return store_f(hart, in, 4);
}

EXEC(fsd)
{
    return store_f(hart, in, 8);
}
