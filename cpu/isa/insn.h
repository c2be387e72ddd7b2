/* SPDX-License-Identifier: MIT */
/*
 * insn.h - instructions as data: the rows of all.def, and what decoding makes of an instruction word.
 */
#ifndef CPU_ISA_INSN_H
#define CPU_ISA_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu/isa/isa.h"

typedef struct Hart Hart;
typedef struct Insn Insn;

typedef enum { EXEC_NEXT, EXEC_JUMP, EXEC_TRAP } ExecResult;
/* Executes `in` at hart->pc. EXEC_JUMP: pc is set; EXEC_TRAP: hart->exception is. */
typedef ExecResult ExecFn(Hart *hart, const Insn *in);

typedef enum {
    CLASS_ALU,
    CLASS_LOAD,
    CLASS_STORE,
    CLASS_AMO,
    CLASS_BRANCH,
    CLASS_JUMP,
    CLASS_CSR,
    CLASS_FP,
    CLASS_CBO,
    CLASS_SYSTEM,
} InsnClass;

typedef enum {
    INSN_NONE, /* a slot not decoded yet: zero, so that fresh memory is right */
#define INSN(id, ...) INSN_##id,
#include "cpu/isa/all.def"
#undef INSN
    INSN_COUNT,
    INSN_mark = INSN_COUNT, /* slti with rd=x0 is decoded as this: see docs/adr/0015-marks.md */
    /* What decoding leaves in slots that are no instruction. */
    INSN_illegal,
    INSN_crossing, /* may cross the end of the page: fetched anew each time */
    INSN_page_end, /* after the last slot */
    INSN_OP_COUNT
} InsnId;

/* Registers are numbered 0..31; writes to x0 go to the sink. */
enum { REG_SINK = 32 };

/* An instruction ready to execute, in 8 bytes; compressed ones are expanded. */
struct Insn {
    uint16_t op; /* InsnId */
    uint8_t rd;
    uint8_t rs1; /* or a 5-bit immediate (CSR); in the wide form the step */
    union {
        struct {
            uint8_t rs2;
            uint8_t step; /* halfwords to the next instruction */
            int16_t imm;  /* or the CSR's number, or rs3 | rm << 8 */
        };
        int32_t wide; /* lui, auipc, jal */
    };
};

/* Where one run of encoding bits lands in a decoded operand. */
typedef struct {
    uint8_t slot, lo, width, shift, bias;
} InsnField;

enum {
    SLOT_RD,
    SLOT_RS1,
    SLOT_RS2,
    SLOT_RS3,
    SLOT_AQ,
    SLOT_RL,
    SLOT_RM,
    SLOT_CSR,
    SLOT_FM,
    SLOT_PRED,
    SLOT_SUCC,
    SLOT_IMM,
    SLOT_COUNT
};

/* "rd=0", "imm>10", "rd&1"; relation 0: none, it never holds. */
typedef struct {
    uint8_t slot, number;
    char relation;
} InsnCondition;

enum { CONDITIONS = 3 };

typedef struct {
    /* The row: */
    const char *name, *encoding, *operands;
    Extension extension, also, needs; /* also: 0, none; needs: EXT_I, which is there always */
    InsnClass class;
    const char *expands, *unless, *unusual;
    ExecFn *exec;
    /* Read from the row by insn_table_init(): */
    uint32_t mask, match;
    uint8_t fixed_bits;                 /* in the mask */
    uint8_t length, n_fields, sign_bit; /* sign_bit 0: the immediate is unsigned */
    bool is_wide, rd_is_f, has_rd;
    uint16_t base; /* what it expands to; itself if not compressed */
    int16_t implied[SLOT_COUNT];
    InsnCondition reserved[CONDITIONS],
        odd[CONDITIONS]; /* `unless` and `unusual`: when any of these holds */
    InsnField fields[14];
} InsnDef;

ExecFn exec_mark;
extern InsnDef insn_table[INSN_COUNT + 1]; /* the last one is INSN_mark, which is no row */

/* Parses the rows; call once at start, before anything else here. */
void insn_table_init(void);

/* The row that matches `raw` among extensions `isa` has (all if NULL), or NULL if it is reserved. */
const InsnDef *insn_lookup(uint32_t raw, const Isa *isa);

/* The operands of `raw` as its row sees them, sign-extended immediate included. */
void insn_operands(const InsnDef *def, uint32_t raw, int64_t operands[SLOT_COUNT]);

/* Does no assembler make this word of `def`, valid as it is? */
bool insn_is_unusual(const InsnDef *def, uint32_t raw);

/* Decodes `raw` for execution. False: illegal for this `isa`. */
bool insn_decode(Insn *out, uint32_t raw, const Isa *isa);

/* The load, store or AMO `raw` as htinst and mtinst show it, for a fault `offset` bytes behind where the access began;
 * 0 for any other instruction. norm:H_trap_xtinst */
uint32_t insn_transform(uint32_t raw, unsigned offset, const Isa *isa);

/* Bytes of the instruction that begins with `parcel`. */
static inline unsigned insn_length(uint16_t parcel)
{
    return (parcel & 3) == 3 ? 4 : 2;
}

/* Writes the assembly text of `raw` at `pc` into `text`, as objdump -M no-aliases,numeric prints it. */
void insn_disassemble(uint32_t raw, uint64_t pc, char *text, size_t size);

#endif
