/* SPDX-License-Identifier: MIT */
/* test_float.c - the floating-point instructions around the arithmetic: boxes, registers, modes, constants. */
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "cpu/csr.h"
#include "cpu/fpu.h"
#include "tests/lib/machine_rig.h"

enum { DATA = BOARD_RAM + 0x1000 };

static Machine *machine;
static Hart *hart;

static void set_up(void)
{
    machine = rig_new(1, NULL, NULL, 0);
    hart = &machine->harts[0];
    csr_write(hart, CSR_mstatus, MSTATUS_FS);
}

static void tear_down(void)
{
    machine_free(machine);
}

TestSuite(float, .init = set_up, .fini = tear_down);

static uint64_t half(uint16_t value)
{
    return 0xffffffffffff0000 | value;
}

static uint64_t single(uint32_t value)
{
    return 0xffffffff00000000 | value;
}

/* f10 or x10 = the instruction of f11, f12, f0 and x11; false: illegal. */
static bool run(InsnId id, uint64_t a, uint64_t b, uint64_t c, unsigned rm)
{
    hart->f[11] = a;
    hart->f[12] = b;
    hart->f[0] = c;
    hart->x[11] = a;
    hart->fflags = 0;
    hart->pc = BOARD_RAM;
    return rig_execute(machine, rig_encode(id, 10, 11, 12, 0) | rm << 12);
}

/* 1, 2, 3, 0.5 and 65504 of half precision. */
enum {
    ONE = 0x3c00,
    TWO = 0x4000,
    THREE = 0x4200,
    HALF = 0x3800,
    LARGEST = 0x7bff,
    MINUS = 0x8000
};

/* The result goes to the register its row names; norm:Zfh_computational_instrs. */
Test(float, half_precision)
{
    const struct {
        InsnId id;
        uint64_t a, b, c, result;
        unsigned flags;
    } cases[] = {
        { INSN_fadd_h, half(ONE), half(TWO), 0, half(THREE), 0 },
        { INSN_fadd_h, half(LARGEST), half(LARGEST), 0, half(0x7c00), FFLAG_OF | FFLAG_NX },
        { INSN_fsub_h, half(THREE), half(TWO), 0, half(ONE), 0 },
        { INSN_fmul_h, half(TWO), half(HALF), 0, half(ONE), 0 },
        { INSN_fdiv_h, half(ONE), half(TWO), 0, half(HALF), 0 },
        { INSN_fdiv_h, half(ONE), half(0), 0, half(0x7c00), FFLAG_DZ },
        { INSN_fsqrt_h, half(0x4400), 0, 0, half(TWO), 0 },
        { INSN_fmadd_h, half(ONE), half(TWO), half(ONE), half(THREE), 0 },
        { INSN_fmsub_h, half(ONE), half(THREE), half(ONE), half(TWO), 0 },
        { INSN_fnmsub_h, half(ONE), half(TWO), half(THREE), half(ONE), 0 },
        { INSN_fnmadd_h, half(ONE), half(TWO), half(ONE), half(THREE | MINUS), 0 },
        { INSN_fsgnj_h, half(ONE), half(TWO | MINUS), 0, half(ONE | MINUS), 0 },
        { INSN_fsgnjn_h, half(ONE), half(TWO | MINUS), 0, half(ONE), 0 },
        { INSN_fsgnjx_h, half(ONE | MINUS), half(TWO | MINUS), 0, half(ONE), 0 },
        { INSN_fmin_h, half(ONE), half(TWO), 0, half(ONE), 0 },
        { INSN_fmax_h, half(ONE), half(TWO), 0, half(TWO), 0 },
        { INSN_feq_h, half(ONE), half(ONE), 0, 1, 0 },
        { INSN_flt_h, half(ONE), half(ONE), 0, 0, 0 },
        { INSN_fle_h, half(ONE), half(ONE), 0, 1, 0 },
        { INSN_fclass_h, half(0x0001), 0, 0, 1 << 5, 0 },
        { INSN_fcvt_w_h, half(THREE | MINUS), 0, 0, -3ull, 0 },
        { INSN_fcvt_wu_h, half(THREE | MINUS), 0, 0, 0, FFLAG_NV },
        { INSN_fcvt_wu_h, half(0x7c00), 0, 0, UINT64_MAX, FFLAG_NV },
        { INSN_fcvt_l_h, half(0x7c00), 0, 0, INT64_MAX, FFLAG_NV },
        { INSN_fcvt_lu_h, half(LARGEST), 0, 0, 65504, 0 },
        { INSN_fcvt_h_w, -3ull, 0, 0, half(THREE | MINUS), 0 },
        { INSN_fcvt_h_wu, 0xffffffff00000003, 0, 0, half(THREE), 0 },
        { INSN_fcvt_h_l, -2ull, 0, 0, half(TWO | MINUS), 0 },
        { INSN_fcvt_h_lu, -2ull, 0, 0, half(0x7c00), FFLAG_OF | FFLAG_NX },
        { INSN_fcvt_s_h, half(THREE), 0, 0, single(0x40400000), 0 },
        { INSN_fcvt_h_s, single(0x40400001), 0, 0, half(THREE), FFLAG_NX },
        { INSN_fcvt_d_h, half(THREE), 0, 0, 0x4008000000000000, 0 },
        { INSN_fcvt_h_d, 0x4008000000000000, 0, 0, half(THREE), 0 },
        { INSN_fcvt_bf16_s, single(0x40408001), 0, 0, half(0x4041), FFLAG_NX },
        { INSN_fcvt_s_bf16, half(0x4041), 0, 0, single(0x40410000), 0 },
        { INSN_fcvt_s_bf16, 0x4041, 0, 0, single(F32_CANONICAL_NAN), 0 }, /* not boxed */
        { INSN_fadd_h, ONE, half(TWO), 0, half(F16_CANONICAL_NAN), 0 },
        { INSN_fadd_h, single(ONE), half(TWO), 0, half(F16_CANONICAL_NAN), 0 },
        { INSN_fmv_x_h, 0x123456789abc8001, 0, 0, 0xffffffffffff8001, 0 },
        { INSN_fmv_h_x, 0x123456789abc8001, 0, 0, half(0x8001), 0 },
        { INSN_fminm_h, half(ONE), half(0x7d00), 0, half(F16_CANONICAL_NAN), FFLAG_NV },
        { INSN_fmaxm_h, half(ONE), half(TWO), 0, half(TWO), 0 },
        { INSN_fround_h, half(0x3e00), 0, 0, half(TWO), 0 },
        { INSN_froundnx_h, half(0x3e00), 0, 0, half(TWO), FFLAG_NX },
        { INSN_fleq_h, half(ONE), half(F16_CANONICAL_NAN), 0, 0, 0 },
        { INSN_fltq_h, half(ONE), half(TWO), 0, 1, 0 },
        { INSN_fminm_s, single(0x3f800000), single(0x80000000), 0, single(0x80000000), 0 },
        { INSN_fmaxm_s, single(0x3f800000), single(0x7fc00000), 0, single(0x7fc00000), 0 },
        { INSN_fround_s, single(0x3fc00000), 0, 0, single(0x40000000), 0 },
        { INSN_froundnx_s, single(0xbec00000), 0, 0, single(0x80000000), FFLAG_NX },
        { INSN_fleq_s, single(0x3f800000), single(0x3f800000), 0, 1, 0 },
        { INSN_fltq_s, single(0x3f800000), single(0x7fa00000), 0, 0, FFLAG_NV },
        { INSN_fminm_d, 0x3ff0000000000000, 0x4000000000000000, 0, 0x3ff0000000000000, 0 },
        { INSN_fmaxm_d, 0, 0x8000000000000000, 0, 0, 0 },
        { INSN_fround_d, 0x3ff8000000000000, 0, 0, 0x4000000000000000, 0 },
        { INSN_froundnx_d, 0x4330000000000001, 0, 0, 0x4330000000000001, 0 },
        { INSN_fleq_d, 0x7ff8000000000000, 0, 0, 0, 0 },
        { INSN_fltq_d, 0, 1, 0, 1, 0 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *name = insn_table[cases[i].id].name;
        cr_assert(run(cases[i].id, cases[i].a, cases[i].b, cases[i].c, 0), "%s is illegal", name);
        uint64_t result = insn_table[cases[i].id].rd_is_f ? hart->f[10] : hart->x[10];
        cr_expect_eq(result, cases[i].result, "%s, row %u: 0x%lx", name, i, result);
        cr_expect_eq(hart->fflags, cases[i].flags, "%s, row %u: flags %x", name, i, hart->fflags);
    }
}

/* norm:fcvtmod-w-d_op: 2^32 + 5 is 5, and only a 32-bit conversion would saturate; the flags are as if it did. */
Test(float, modular_conversion)
{
    cr_assert(run(INSN_fcvtmod_w_d, 0x41f0000000500000, 0, 0, 0)); /* 2^32 + 5 */
    cr_expect_eq(hart->x[10], 5);
    cr_expect_eq(hart->fflags, FFLAG_NV);
    cr_assert(run(INSN_fcvtmod_w_d, 0xc000000000000000, 0, 0, 0)); /* -2 */
    cr_expect_eq(hart->x[10], -2ull);
    cr_expect_eq(hart->fflags, 0);
    cr_assert(run(INSN_fcvtmod_w_d, 0x41e0000000000000, 0, 0, 0)); /* 2^31: the sign of a word */
    cr_expect_eq(hart->x[10], 0xffffffff80000000);
    cr_assert(run(INSN_fcvtmod_w_d, 0x7ff0000000000000, 0, 0, 0));
    cr_expect_eq(hart->x[10], 0);
}

/* The table of the manual, in C. */
Test(float, constants)
{
    const double values[32] = { -1,   0,      0x1p-16, 0x1p-15, 0x1p-8, 0x1p-7, 0.0625,   0.125,
                                0.25, 0.3125, 0.375,   0.4375,  0.5,    0.625,  0.75,     0.875,
                                1,    1.25,   1.5,     1.75,    2,      2.5,    3,        4,
                                8,    16,     128,     256,     0x1p15, 0x1p16, INFINITY, NAN };
    for (unsigned i = 0; i < 32; i++) {
        uint64_t bits;
        FpuEnv env = { 0 };
        memcpy(&bits, &values[i], 8);
        if (i == 31)
            bits = F64_CANONICAL_NAN;
        static const InsnId ids[] = { INSN_fli_h, INSN_fli_s, INSN_fli_d };
        const uint64_t expected[] = { half(i == 1 ? 0x0400 : f64_to_f16(&env, bits)),
                                      single(i == 1 ? 0x00800000 : f64_to_f32(&env, bits)),
                                      i == 1 ? 0x0010000000000000 : bits };
        for (unsigned k = 0; k < 3; k++) {
            hart->pc = BOARD_RAM;
            hart->fflags = 0;
            cr_assert(rig_execute(machine, rig_encode(ids[k], 10, i, 0, 0)));
            cr_expect_eq(hart->f[10], expected[k], "%s %u: 0x%lx", insn_table[ids[k]].name, i,
                         hart->f[10]);
            cr_expect_eq(hart->fflags, 0);
        }
    }
}

Test(float, half_precision_loads_and_stores)
{
    rig_write64(machine, DATA, 0x1122334455667788);
    hart->x[11] = DATA + 2;
    hart->pc = BOARD_RAM;
    cr_assert(rig_execute(machine, rig_encode(INSN_flh, 10, 11, 0, 4)));
    cr_expect_eq(hart->f[10], half(0x1122));
    hart->f[12] = 0xaaaabbbbccccdddd; /* a store takes the bits there are */
    cr_assert(rig_execute(machine, rig_encode(INSN_fsh, 0, 11, 12, 0)));
    cr_expect_eq(rig_read64(machine, DATA), 0x11223344dddd7788);
}

/* Reserved rounding modes, in the instruction or in frm; and everything with FS off. */
Test(float, what_is_illegal)
{
    static const InsnId rounding[] = { INSN_fadd_h, INSN_fround_s, INSN_froundnx_d, INSN_fcvt_h_s,
                                       INSN_fcvt_bf16_s };
    static const InsnId all[] = { INSN_fli_h,       INSN_fli_s,   INSN_fminm_d, INSN_fleq_s,
                                  INSN_fcvtmod_w_d, INSN_flh,     INSN_fsh,     INSN_fmv_x_h,
                                  INSN_fmv_h_x,     INSN_fround_h };
    for (unsigned i = 0; i < G_N_ELEMENTS(rounding); i++) {
        cr_expect(run(rounding[i], 0, 0, 0, RM_RMM));
        cr_expect(!run(rounding[i], 0, 0, 0, 5));
        cr_expect(!run(rounding[i], 0, 0, 0, 6));
        hart->frm = 6;
        cr_expect(!run(rounding[i], 0, 0, 0, RM_DYN));
        hart->frm = RM_RUP;
        cr_expect(run(rounding[i], 0, 0, 0, RM_DYN));
    }
    csr_write(hart, CSR_mstatus, 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(all); i++) {
        cr_expect(!run(all[i], DATA, 0, 0, 0), "%s", insn_table[all[i]].name);
        cr_expect_eq(hart->csr.mcause, CAUSE_ILLEGAL);
    }
}
