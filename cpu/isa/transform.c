/* SPDX-License-Identifier: MIT */
/* transform.c - a trapping instruction as htinst and mtinst show it. */
#include "cpu/isa/insn.h"
#include "emu/base/bits.h"
#include "emu/base/mutant.h"

enum {
    OPCODE_LOAD = 0x03,
    OPCODE_LOAD_FP = 0x07,
    OPCODE_STORE = 0x23,
    OPCODE_STORE_FP = 0x27,
    OPCODE_AMO = 0x2f,
    OPCODE_SYSTEM = 0x73,
};
enum {
    FIELD_OPCODE = 0x7f,
    FIELD_RD = 0x1f << 7,
    FIELD_FUNCT3 = 7 << 12,
    FIELD_RS1 = 0x1f << 15,
    FIELD_RS2 = 0x1f << 20,
};

/* The 32-bit equivalent of a compressed load or store, without its immediate and rs1. */
static uint32_t expand(uint32_t raw, const Isa *isa)
{
    Insn in;
    if (!insn_decode(&in, raw, isa))
        return 0;
    const InsnDef *def = &insn_table[in.op];
    if (def->class == CLASS_STORE)
        return def->match | (uint32_t)in.rs2 << 20;
    return def->class == CLASS_LOAD ? def->match | (uint32_t)in.rd << 7 : 0;
}

/* What the transformation keeps of an instruction. */
static uint32_t kept_fields(uint32_t raw)
{
    switch (raw & FIELD_OPCODE) {
    case OPCODE_LOAD:
    case OPCODE_LOAD_FP:
        return FIELD_OPCODE | FIELD_RD | FIELD_FUNCT3 | (BROKEN(tinst_immediate) ? FIELD_RS2 : 0);
    case OPCODE_STORE:
    case OPCODE_STORE_FP: return FIELD_OPCODE | FIELD_FUNCT3 | FIELD_RS2;
    case OPCODE_AMO: return ~(uint32_t)FIELD_RS1;
    case OPCODE_SYSTEM: /* HLV, HLVX and HSV */
        return bits(raw, 14, 12) == 4 && !BROKEN(tinst_guest_access) ? ~(uint32_t)FIELD_RS1 : 0;
    default: return 0;
    }
}

/* norm:H_tinst_addr_offset: the difference of addresses takes the place of rs1. */
uint32_t insn_transform(uint32_t raw, unsigned offset, const Isa *isa)
{
    bool compressed = insn_length((uint16_t)raw) == 2;
    uint32_t word = compressed ? expand(raw & 0xffff, isa) : raw;
    uint32_t kept = kept_fields(word);
    if (!kept)
        return 0;
    word = (word & kept) | (BROKEN(tinst_offset) ? 0 : offset << 15);
    return compressed && !BROKEN(tinst_compressed) ? word & ~2u : word;
}
