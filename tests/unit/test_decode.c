/* SPDX-License-Identifier: MIT */
/* test_decode.c - the instruction rows: what they claim about themselves, and words anyone can look up. */
#include <criterion/criterion.h>

#include <string.h>

#include "cpu/isa/insn.h"

TestSuite(decode, .init = insn_table_init);

/* Two rows may share words only if one is a special case of the other. */
Test(decode, rows_overlap_only_as_special_cases)
{
    for (unsigned a = 1; a < INSN_COUNT; a++) {
        for (unsigned b = a + 1; b < INSN_COUNT; b++) {
            const InsnDef *x = &insn_table[a], *y = &insn_table[b];
            if (x->length != y->length || (x->match ^ y->match) & x->mask & y->mask)
                continue;
            bool nested = (x->mask & y->mask) == x->mask || (x->mask & y->mask) == y->mask;
            cr_assert(nested && x->mask != y->mask, "%s and %s claim the same words", x->name,
                      y->name);
        }
    }
}

Test(decode, each_row_finds_itself)
{
    for (unsigned id = 1; id < INSN_COUNT; id++) {
        const InsnDef *def = &insn_table[id];
        uint32_t ones = def->length == 4 ? ~0u : 0xffffu;
        /* With all free bits set, or none, it is not reserved, and no more special row has it. */
        const InsnDef *set = insn_lookup(def->match | (ones & ~def->mask), NULL);
        const InsnDef *clear = insn_lookup(def->match, NULL);
        cr_assert(set == def || clear == def, "%s is not found", def->name);
        cr_expect(!set || (set->mask & def->mask) == def->mask, "%s finds %s", def->name,
                  set->name);
    }
}

/* slti has a hint, which traces show; nothing else has, and disassembly says slti. */
Test(decode, slti_without_a_result_is_a_mark)
{
    static const struct {
        uint32_t raw;
        uint16_t op;
    } words[] = {
        { 0x0015a013, INSN_mark },  /* slti x0, x11, 1 */
        { 0x7ff02013, INSN_mark },  /* slti x0, x0, 2047 */
        { 0x0015a093, INSN_slti },  /* slti x1, x11, 1 */
        { 0x0015b013, INSN_sltiu }, /* sltiu x0, x11, 1 */
        { 0x00b5a033, INSN_slt },   /* slt x0, x11, x11 */
    };
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        Insn in;
        cr_assert(insn_decode(&in, words[i].raw, &(Isa){ .has = { [EXT_I] = true } }));
        cr_expect(in.op == words[i].op, "%08x is decoded as %u", words[i].raw, in.op);
    }
    char text[64];
    insn_disassemble(0x0015a013, 0, text, sizeof text);
    cr_expect(!strcmp(text, "slti x0,x11,1"), "%s", text);
}

/* Words from the manual's examples and from any assembler. */
Test(decode, known_words)
{
    // clang-format off
    static const struct { uint32_t raw; const char *text; } words[] = {
        { 0x00000013, "addi x0,x0,0" },
        { 0xfff00093, "addi x1,x0,-1" },
        { 0xfe0508e3, "beq x10,x0,fffffffffffffff0" },
        { 0x0000006f, "jal x0,0" },
        { 0x80000537, "lui x10,0x80000" },
        { 0x00c5b023, "sd x12,0(x11)" },
        { 0x43f55513, "srai x10,x10,0x3f" },
        { 0x30200073, "mret" },
        { 0x10500073, "wfi" },
        { 0x12000073, "sfence.vma x0,x0" },
        { 0x30052573, "csrrs x10,mstatus,x10" },
        { 0x0ff0000f, "fence iorw,iorw" },
        { 0x0100000f, "pause" },
        { 0x1005a52f, "lr.w x10,(x11)" },
        { 0x0ec5b52f, "amoswap.d.aqrl x10,x12,(x11)" },
        { 0x02b57553, "fadd.d f10,f10,f11" },
        { 0x20b52553, "fsgnjx.s f10,f10,f11" },
        { 0x20c5a533, "sh1add x10,x11,x12" },
        { 0x28755513, "orc.b x10,x10" },
        { 0x6b855513, "rev8 x10,x10" },
        { 0x0045200f, "cbo.zero (x10)" },
        { 0x0ac59533, "clmul x10,x11,x12" },
        { 0x08c5c533, "pack x10,x11,x12" },
        { 0x0805c53b, "zext.h x10,x11" },
        { 0x28c5a533, "xperm4 x10,x11,x12" },
        { 0x31a59513, "aes64ks1i x10,x11,0xa" },
        { 0xf0c58533, "sm4ed x10,x11,x12,0x3" },
        { 0x0ec5d533, "czero.eqz x10,x11,x12" },
        { 0xcdf5c573, "mop.r.31 x10,x11" },
        { 0x00d00073, "wrs.nto" },
        { 0x2ec5c52f, "amocas.q.aqrl x10,x12,(x11)" },
        { 0xf01e8553, "fli.s f10,0x1p+16" },
        { 0xc2859553, "fcvtmod.w.d x10,f11,rtz" },
        { 0x44555553, "froundnx.h f10,f10,unknown" },
        { 0x00200033, "ntl.p1" },
        { 0x02156013, "prefetch.r 32(x10)" },
        { 0x8330000f, "fence.tso" },
        { 0xb8302573, "csrrs x10,mhpmcounter3h,x0" },
        { 0x5fd02573, "csrrs x10,0x5fd,x0" },
        { 0x9d69, "c.zext.h x10" },
        { 0x6781, "c.mop.15" },
        { 0x900a, "c.ntl.p1" },
        { 0x1141, "c.addi x2,-16" },
        { 0x8082, "c.jr x1" },
        { 0x9002, "c.ebreak" },
        { 0x6105, "c.addi16sp x2,32" },
        { 0x4501, "c.li x10,0" },
    };
    // clang-format on
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        char text[64], squeezed[64];
        unsigned n = 0;
        insn_disassemble(words[i].raw, 0, text, sizeof text);
        for (const char *c = text; *c; c++)
            if (*c != ' ' || !n || squeezed[n - 1] != ',')
                squeezed[n++] = *c;
        squeezed[n] = '\0';
        cr_expect_str_eq(squeezed, words[i].text, "%08x is %s, not %s", words[i].raw, words[i].text,
                         squeezed);
    }
}

Test(decode, reserved_words_are_illegal)
{
    static const uint32_t words[] = {
        0x00000000,                         /* all zeros */
        0x0000,                             /* c.addi4spn with a zero immediate */
        0x4002,                             /* c.lwsp to x0 */
        0x8002,                             /* c.jr x0 */
        0x2001,                             /* c.addiw to x0 */
        0x6101,                             /* c.addi16sp by 0 */
        0x6201,                             /* c.lui by 0, of an even register */
        0xffffffff, 0x30200077, 0x08c58573, /* between mop.rr and system instructions */
        0x31b59513,                         /* aes64ks1i of step 11 */
        0x2ec5c5af,                         /* amocas.q to an odd register */
        0x2ed5c52f,                         /* amocas.q from an odd register */
        0xc285f553,                         /* fcvtmod.w.d that does not round towards zero */
        0x08f59513,                         /* zip of RV32 */
        0xe2159553,                         /* fmvh.x.d of RV32 */
        0x9d79,                             /* after c.not two are free */
        0x9d7d,
    };
    Isa isa;
    cr_assert(isa_parse(&isa, "max", NULL));
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        Insn in;
        cr_expect(!insn_decode(&in, words[i], &isa), "%08x", words[i]);
    }
}

Test(decode, extensions_that_are_off_are_illegal)
{
    static const struct {
        const char *cpu;
        uint32_t raw;
    } cases[] = {
        { "max,c=off", 0x1141 },          { "max,m=off", 0x02c58533 },
        { "max,zba=off", 0x20c5a533 },    { "max,f=off,d=off", 0x00b57553 },
        { "max,zicboz=off", 0x0045200f }, { "max,zcmop=off", 0x6081 },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        Isa with, without;
        Insn in;
        cr_assert(isa_parse(&with, "max", NULL) && isa_parse(&without, cases[i].cpu, NULL), "%s",
                  cases[i].cpu);
        cr_expect(insn_decode(&in, cases[i].raw, &with), "%08x", cases[i].raw);
        cr_expect(!insn_decode(&in, cases[i].raw, &without), "%s", cases[i].cpu);
    }
}

/* A compressed instruction becomes what the manual says it expands to. */
Test(decode, compressed_instructions_expand)
{
    static const struct {
        uint16_t raw;
        uint32_t full;
    } pairs[] = {
        { 0x1141, 0xff010113 }, /* c.addi sp,-16     = addi sp,sp,-16 */
        { 0xe406, 0x00113423 }, /* c.sdsp ra,8(sp)   = sd ra,8(sp) */
        { 0x60a2, 0x00813083 }, /* c.ldsp ra,8(sp)   = ld ra,8(sp) */
        { 0x852e, 0x00b00533 }, /* c.mv a0,a1        = add a0,zero,a1 */
        { 0x95b2, 0x00c585b3 }, /* c.add a1,a2       = add a1,a1,a2 */
        { 0x4188, 0x0005a503 }, /* c.lw a0,0(a1)     = lw a0,0(a1) */
        { 0x8d0d, 0x40b50533 }, /* c.sub a0,a1       = sub a0,a0,a1 */
        { 0x0808, 0x01010513 }, /* c.addi4spn a0,16  = addi a0,sp,16 */
        { 0x81a8, 0x0025c503 }, /* c.lbu a0,2(a1)    = lbu a0,2(a1) */
        { 0x85a8, 0x0025d503 }, /* c.lhu a0,2(a1)    = lhu a0,2(a1) */
        { 0x85e8, 0x00259503 }, /* c.lh a0,2(a1)     = lh a0,2(a1) */
        { 0x89e8, 0x00a581a3 }, /* c.sb a0,3(a1)     = sb a0,3(a1) */
        { 0x8da8, 0x00a59123 }, /* c.sh a0,2(a1)     = sh a0,2(a1) */
        { 0x9d61, 0x0ff57513 }, /* c.zext.b a0       = andi a0,a0,255 */
        { 0x9d65, 0x60451513 }, /* c.sext.b a0       = sext.b a0,a0 */
        { 0x9d69, 0x0805453b }, /* c.zext.h a0       = zext.h a0,a0 */
        { 0x9d6d, 0x60551513 }, /* c.sext.h a0       = sext.h a0,a0 */
        { 0x9d71, 0x0805053b }, /* c.zext.w a0       = add.uw a0,a0,zero */
        { 0x9d75, 0xfff54513 }, /* c.not a0          = xori a0,a0,-1 */
        { 0x9d4d, 0x02b50533 }, /* c.mul a0,a1       = mul a0,a0,a1 */
    };
    Isa isa;
    cr_assert(isa_parse(&isa, "max", NULL));
    for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        Insn small, full;
        cr_assert(insn_decode(&small, pairs[i].raw, &isa) &&
                  insn_decode(&full, pairs[i].full, &isa));
        cr_expect_eq(small.op, full.op, "%04x", pairs[i].raw);
        cr_expect_eq(small.rd, full.rd, "%04x", pairs[i].raw);
        cr_expect_eq(small.rs1, full.rs1, "%04x", pairs[i].raw);
        cr_expect_eq(small.rs2,
                     full.rs2 * (insn_table[full.op].class == CLASS_ALU || full.rs2 == small.rs2 ||
                                 insn_table[full.op].class == CLASS_STORE),
                     "%04x", pairs[i].raw);
        cr_expect_eq(small.imm, full.imm, "%04x", pairs[i].raw);
        cr_expect_eq(small.step, 1);
        cr_expect_eq(full.step, 2);
    }
}

/* The model rv64 is QEMU's: no Svinval, Svnapot, Svpbmt; max has them. */
Test(decode, cpu_models_and_properties)
{
    static const struct {
        const char *text;
        bool svpbmt, svinval, zcd, zaamo;
    } cases[] = {
        { "max", true, true, true, true },
        { "rv64", false, false, true, true },
        { "rv64,svpbmt=on", true, false, true, true },
        { "rv64,svinval", false, true, true, true },
        { "max,a=off", true, true, true, false },
        { "max,d=off", true, true, false, true },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        Isa isa;
        cr_assert(isa_parse(&isa, cases[i].text, NULL), "%s", cases[i].text);
        cr_expect_eq(isa.has[EXT_Svpbmt], cases[i].svpbmt, "%s", cases[i].text);
        cr_expect_eq(isa.has[EXT_Svinval], cases[i].svinval, "%s", cases[i].text);
        cr_expect_eq(isa.has[EXT_Zcd], cases[i].zcd, "%s", cases[i].text);
        cr_expect_eq(isa.has[EXT_Zaamo], cases[i].zaamo, "%s", cases[i].text);
    }
    static const char *const wrong[] = {
        "", "rv128", "max,zzz=on", "max,m=maybe", "max,i=off", "max,sv48=on,sv39=off", "max,"
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Isa isa;
        g_autoptr(GError) error = NULL;
        cr_expect(!isa_parse(&isa, wrong[i], &error), "'%s'", wrong[i]);
        cr_expect_not_null(error);
    }
}
