/* SPDX-License-Identifier: MIT */
/* test_bits.c - carry-less products, packing, permutation, conditional zeros and may-be-operations. */
#include <criterion/criterion.h>

#include "tests/lib/machine_rig.h"

static Machine *machine;

static void set_up(void)
{
    machine = rig_new(1, NULL, NULL, 0);
}

static void tear_down(void)
{
    machine_free(machine);
}

TestSuite(bits, .init = set_up, .fini = tear_down);

#define OP(name, ...) rig_compute(machine, INSN_##name, __VA_ARGS__)

static uint64_t reverse(uint64_t x)
{
    return OP(rev8, OP(brev8, x, 0, 0), 0, 0);
}

static const uint64_t samples[] = {
    0, 1, 2, 0x8000000000000000, 0xffffffffffffffff, 0x123456789abcdef, 0xfedcba9876543210
};

/* (x + 1)^2 = x^2 + 1 where 1 + 1 = 0; times x is a shift; the high product is that of the reversed, reversed. */
Test(bits, carryless_products)
{
    cr_expect_eq(OP(clmul, 3, 3, 0), 5);
    cr_expect_eq(OP(clmul, 0xf, 0xf, 0), 0x55);
    cr_expect_eq(OP(clmulh, UINT64_MAX, UINT64_MAX, 0), 0x5555555555555555);
    cr_expect_eq(OP(clmul, UINT64_MAX, UINT64_MAX, 0), 0x5555555555555555);
    cr_expect_eq(OP(clmulr, UINT64_MAX, UINT64_MAX, 0), 0xaaaaaaaaaaaaaaaa);
    for (unsigned i = 0; i < G_N_ELEMENTS(samples); i++) {
        uint64_t a = samples[i];
        for (unsigned n = 0; n < 64; n += 9) {
            cr_expect_eq(OP(clmul, a, 1ull << n, 0), a << n);
            cr_expect_eq(OP(clmulh, a, 1ull << n, 0), n ? a >> (64 - n) : 0);
            cr_expect_eq(OP(clmulr, a, 1ull << n, 0), a >> (63 - n));
        }
        for (unsigned j = 0; j < G_N_ELEMENTS(samples); j++) {
            uint64_t b = samples[j], r = OP(clmulr, a, b, 0);
            cr_expect_eq(r, reverse(OP(clmul, reverse(a), reverse(b), 0)));
            cr_expect_eq(OP(clmulh, a, b, 0), r >> 1);
        }
    }
}

Test(bits, packing_and_permutation)
{
    static const struct {
        InsnId id;
        uint64_t rs1, rs2, rd;
    } cases[] = {
        { INSN_pack, 0x1111111122222222, 0x3333333344444444, 0x4444444422222222 },
        { INSN_packh, 0x11223344556677ff, 0xffffffffffffff80, 0x80ff },
        { INSN_packw, 0xffffffffffff1234, 0xffffffffffff8765, 0xffffffff87651234 },
        { INSN_packw, 0x1234, 0x7765, 0x77651234 },
        { INSN_brev8, 0x0102040810204080, 0, 0x8040201008040201 },
        { INSN_brev8, 0x00000000000000e5, 0, 0xa7 },
        /* norm:zbkx_indexing_behavior: sixteen nibbles, each index names one; of eight bytes an index may name none. */
        { INSN_xperm4, 0xfedcba9876543210, 0x0123456789abcdef, 0x0123456789abcdef },
        { INSN_xperm4, 0x0123456789abcdef, 0x00000000000000f0, 0xffffffffffffff0f },
        { INSN_xperm8, 0x8877665544332211, 0x0001020304050607, 0x1122334455667788 },
        { INSN_xperm8, 0x8877665544332211, 0xff08070000000000, 0x0000881111111111 },
        { INSN_czero_eqz, 0x123, 0, 0 },
        { INSN_czero_eqz, 0x123, 1ull << 63, 0x123 },
        { INSN_czero_nez, 0x123, 0, 0x123 },
        { INSN_czero_nez, 0x123, 1ull << 63, 0 },
        { INSN_andn, 0xff, 0x0f, 0xf0 },
        { INSN_rev8, 0x0102030405060708, 0, 0x0807060504030201 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
        cr_expect_eq(rig_compute(machine, cases[i].id, cases[i].rs1, cases[i].rs2, 0), cases[i].rd,
                     "%s 0x%lx 0x%lx", insn_table[cases[i].id].name, cases[i].rs1, cases[i].rs2);
}

/* norm:Zimop_mop-r_op, norm:Zcmop_instr_write */
Test(bits, may_be_operations_write_zero_and_compressed_ones_nothing)
{
    Hart *hart = &machine->harts[0];
    for (unsigned n = 0; n < 32; n++)
        cr_expect_eq(OP(mop_r_n, ~0ull, ~0ull, n), 0, "mop.r.%u", n);
    for (unsigned n = 0; n < 8; n++)
        cr_expect_eq(OP(mop_rr_n, ~0ull, ~0ull, n), 0, "mop.rr.%u", n);
    for (unsigned n = 1; n < 16; n += 2) {
        for (unsigned i = 1; i < 32; i++)
            hart->x[i] = i;
        hart->pc = BOARD_RAM;
        cr_expect(rig_execute(machine, 0x6001 | n << 7 | 0x00010000), "c.mop.%u", n);
        cr_expect_eq(hart->pc, BOARD_RAM + 2);
        for (unsigned i = 0; i < 32; i++)
            cr_expect_eq(hart->x[i], i, "c.mop.%u, x%u", n, i);
    }
}

/* What belongs to two extensions is there with either, and what needs two is not there without one. */
Test(bits, an_instruction_may_belong_to_two_extensions_or_need_two)
{
    static const struct {
        const char *cpu;
        InsnId id;
        bool there;
    } cases[] = {
        { "max,zbb=off", INSN_rol, true },        { "max,zbb=off,zbkb=off", INSN_rol, false },
        { "max,zbkb=off", INSN_rol, true },       { "max,zbb=off", INSN_clz, false },
        { "max,zbc=off", INSN_clmul, true },      { "max,zbc=off", INSN_clmulr, false },
        { "max,zbkc=off", INSN_clmulh, true },    { "max,zbc=off,zbkc=off", INSN_clmulh, false },
        { "max,zknd=off", INSN_aes64ks2, true },  { "max,zknd=off,zkne=off", INSN_aes64ks2, false },
        { "max,zbb=off", INSN_c_sext_b, false },  { "max,zba=off", INSN_c_zext_w, false },
        { "max,m=off", INSN_c_mul, false },       { "max,m=off,zmmul=on", INSN_c_mul, true },
        { "max,m=off,zmmul=on", INSN_mul, true }, { "max,m=off,zmmul=on", INSN_div, false },
        { "max,zcb=off", INSN_c_lbu, false },     { "max,zfh=off", INSN_flh, true },
        { "max,zfh=off", INSN_fadd_h, false },    { "max,zfhmin=off", INSN_fadd_h, false },
        { "max,zfh=off", INSN_fli_h, false },     { "max,zfh=off", INSN_fli_s, true },
        { "max,d=off", INSN_fli_d, false },       { "max,d=off", INSN_fcvt_d_h, false },
        { "max,d=off", INSN_fcvt_s_h, true },     { "max,zacas=off", INSN_amocas_b, false },
        { "max,zabha=off", INSN_amocas_w, true }, { "max,zabha=off", INSN_amocas_b, false },
        { "max,a=off", INSN_wrs_nto, false },     { "rv64", INSN_wrs_nto, true },
        { "rv64", INSN_czero_eqz, false },        { "rv64,zkn=on", INSN_sha512sum0, true },
        { "rv64,zks=on", INSN_sm4ed, true },      { "rv64,zk=on", INSN_xperm8, true },
        { "rv64", INSN_xperm8, false },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        Isa isa;
        Insn in;
        cr_assert(isa_parse(&isa, cases[i].cpu, NULL), "%s", cases[i].cpu);
        cr_expect_eq(insn_decode(&in, rig_encode(cases[i].id, 10, 10, 10, 0), &isa), cases[i].there,
                     "%s: %s", cases[i].cpu, insn_table[cases[i].id].name);
    }
}

/* A letter without its parts is off as well, and what was asked for by name says what it misses. */
Test(bits, groups_need_their_parts)
{
    static const struct {
        const char *cpu;
        Extension group;
    } cases[] = {
        { "max,zca=off", EXT_C },        { "max,zaamo=off", EXT_A }, { "max,zmmul=off", EXT_M },
        { "max,zbs=off", EXT_B },        { "max,zbkx=off", EXT_Zk }, { "max,zbkx=off", EXT_Zks },
        { "max,zalrsc=off", EXT_Zawrs }, { "max,f=off", EXT_Zfh },
    };
    Isa isa;
    g_autoptr(GError) error = NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        cr_assert(isa_parse(&isa, cases[i].cpu, NULL), "%s", cases[i].cpu);
        cr_expect(!isa.has[cases[i].group], "%s: %s", cases[i].cpu,
                  extension_info[cases[i].group].option);
    }
    cr_expect(!isa_parse(&isa, "max,zkn=on,zbkb=off", &error));
    cr_expect_str_eq(error->message, "-cpu: zkn needs zbkb; add zbkb=on, or leave zkn out");
}

/* Without Zbb its zext.h is the packw of Zbkb, with the same meaning. */
Test(bits, zext_h_is_a_packw)
{
    Isa isa;
    Insn in;
    cr_assert(isa_parse(&isa, "max,zbb=off", NULL));
    cr_assert(insn_decode(&in, rig_encode(INSN_zext_h, 10, 11, 0, 0), &isa));
    cr_expect_eq(in.op, INSN_packw);
    cr_expect_eq(OP(zext_h, 0xffffffffffff8123, 0, 0), 0x8123);
}

/* Zcb: x10 is rd, and rs1 of loads and stores is x11. */
Test(bits, additional_compressed_instructions)
{
    static const struct {
        InsnId id;
        uint64_t x10, x12, result;
    } cases[] = {
        { INSN_c_zext_b, 0x1234567890abcdef, 0, 0xef },
        { INSN_c_sext_b, 0x1234567890abcdef, 0, 0xffffffffffffffef },
        { INSN_c_zext_h, 0x1234567890abcdef, 0, 0xcdef },
        { INSN_c_sext_h, 0x1234567890abcdef, 0, 0xffffffffffffcdef },
        { INSN_c_zext_w, 0x1234567890abcdef, 0, 0x90abcdef },
        { INSN_c_not, 0x1234567890abcdef, 0, 0xedcba9876f543210 },
        { INSN_c_mul, 7, -3ull, -21ull },
        { INSN_c_slli64, 7, 0, 7 },
        { INSN_c_srli64, 7, 0, 7 },
        { INSN_c_srai64, -7ull, 0, -7ull },
    };
    static const struct {
        InsnId id;
        unsigned offset;
        uint64_t x10, memory; /* after it; before it is 0x8182838485868788 */
    } accesses[] = {
        { INSN_c_lbu, 3, 0x85, 0x8182838485868788 },
        { INSN_c_lhu, 2, 0x8586, 0x8182838485868788 },
        { INSN_c_lh, 2, 0xffffffffffff8586, 0x8182838485868788 },
        { INSN_c_sb, 3, 0x55, 0x8182838444868788 },
        { INSN_c_sh, 2, 0x55, 0x8182838433448788 },
    };
    Hart *hart = &machine->harts[0];
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        hart->pc = BOARD_RAM;
        hart->x[10] = cases[i].x10;
        hart->x[12] = cases[i].x12;
        cr_assert(rig_execute(machine, rig_encode(cases[i].id, 10, 10, 12, 0)));
        cr_expect_eq(hart->x[10], cases[i].result, "%s: 0x%lx", insn_table[cases[i].id].name,
                     hart->x[10]);
        cr_expect_eq(hart->pc, BOARD_RAM + 2);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(accesses); i++) {
        hart->pc = BOARD_RAM;
        hart->x[10] = 0x55;
        hart->x[11] = BOARD_RAM + 0x1000;
        hart->x[12] = 0x11223344;
        rig_write64(machine, BOARD_RAM + 0x1000, 0x8182838485868788);
        cr_assert(rig_execute(machine, rig_encode(accesses[i].id, 10, 11, 12, accesses[i].offset)));
        cr_expect_eq(hart->x[10], accesses[i].x10, "%s", insn_table[accesses[i].id].name);
        cr_expect_eq(rig_read64(machine, BOARD_RAM + 0x1000), accesses[i].memory, "%s",
                     insn_table[accesses[i].id].name);
    }
}

/* Prefetches fault nowhere, and no hint changes a register. */
Test(bits, hints_do_nothing)
{
    static const InsnId hints[] = { INSN_ntl_p1,     INSN_ntl_pall,   INSN_ntl_s1,
                                    INSN_ntl_all,    INSN_c_ntl_p1,   INSN_c_ntl_pall,
                                    INSN_c_ntl_s1,   INSN_c_ntl_all,  INSN_prefetch_i,
                                    INSN_prefetch_r, INSN_prefetch_w, INSN_fence_tso,
                                    INSN_pause };
    Hart *hart = &machine->harts[0];
    for (unsigned i = 0; i < G_N_ELEMENTS(hints); i++) {
        for (unsigned r = 1; r < 32; r++)
            hart->x[r] = r;
        hart->pc = BOARD_RAM;
        cr_expect(rig_execute(machine, rig_encode(hints[i], 0, 11, 0, 32)), "%s",
                  insn_table[hints[i]].name);
        for (unsigned r = 0; r < 32; r++)
            cr_expect_eq(hart->x[r], r, "%s", insn_table[hints[i]].name);
    }
}
