/* SPDX-License-Identifier: MIT */
/*
 * float.c - F and D: the instructions around fpu.h's arithmetic.
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
    return !(hart->csr.mstatus & MSTATUS_FS);
}

/* norm:FP_nontransfer_instrs_improper_nan-boxed_input: an operand that is not boxed is the canonical NaN. */
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
    hart->csr.mstatus |= MSTATUS_FS;
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

#define A32  unbox32(hart->f[in->rs1])
#define B32  unbox32(hart->f[in->rs2])
#define C32  unbox32(hart->f[RS3_OF(in)])
#define A64  unbox64(hart->f[in->rs1])
#define B64  unbox64(hart->f[in->rs2])
#define C64  unbox64(hart->f[RS3_OF(in)])
#define S32  0x80000000u
#define S64  0x8000000000000000ull
#define RS1X hart->x[in->rs1]

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
    FP(fcvt_##s##_lu, n, f##n##_from_u64(&env, RS1X))

FP_ARITHMETIC(s, 32)
FP_ARITHMETIC(d, 64)
FP(fcvt_s_d, 32, f64_to_f32(&env, A64))
FP(fcvt_d_s, 64, f32_to_f64(&env, A32))

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
    hart->csr.mstatus |= MSTATUS_FS;
    return EXEC_NEXT;
}

FP_MOVE(fmv_x_w, hart->x[in->rd], (uint64_t)(int32_t)hart->f[in->rs1])
FP_MOVE(fmv_x_d, hart->x[in->rd], hart->f[in->rs1])

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
    return move_to_f(hart, in, size == 4 ? box32((uint32_t)value) : value);
}

static ExecResult store_f(Hart *hart, const Insn *in, unsigned size)
{
    if (fp_is_off(hart))
        return hart_raise_illegal(hart);
    if (!exec_store(hart, RS1X + (uint64_t)(int64_t)in->imm, size, hart->f[in->rs2]))
        return hart_raise_fault(hart);
    return EXEC_NEXT;
}

EXEC(flw)
{
    return load_f(hart, in, 4);
}

EXEC(fld)
{
    return load_f(hart, in, 8);
}

EXEC(fsw)
{
    return store_f(hart, in, 4);
}

EXEC(fsd)
{
    return store_f(hart, in, 8);
}
